"""How long searches take: kernels alone, whole calls, from the host, and small pictures."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import pixgrep as pg
from benchmarks.gpu import ceilings, pictures, regions, tables
from benchmarks.gpu.lab import Lab
from benchmarks.gpu.replay import record
from benchmarks.gpu.report import Report
from benchmarks.gpu.resident import Resident
from benchmarks.gpu.speed_cases import Case, cases

CALL = "whole call: "
HOST_PINNED, HOST_PAGEABLE = "count, picture in pinned memory", "count, picture in pageable memory"
CALLS = 50
SMALL = {"64 x 64": (64, 64), "1920 x 1080": (1080, 1920)}


def run(lab: Lab, report: Report) -> None:
    """Time everything."""
    report.part("warming up", ceilings.warm_up, lab)
    report.part("preparing pictures", pictures.photo, lab.scale.rows, lab.scale.columns)
    report.part("from the host", _from_host, lab, report)
    for case in cases(lab.scale):
        report.part(case.name, _time_case, case, lab, report)
    report.part("small pictures", _small, lab, report)
    report.part("labels and censuses", tables.measure, lab, report)
    report.part("components", regions.measure, lab, report)
    report.part("clock", _note_gaps, lab, report)


def place(lab: Lab, picture: NDArray[np.uint8], count: int, shift: int = 0) -> list[Resident]:
    """Return copies of a picture in several places of the device, which together no cache holds."""
    copies = []
    for _ in range(count):
        memory = lab.device.allocate(picture.nbytes + shift)
        room = picture.reshape(-1)
        if shift:
            room = np.concatenate([np.zeros(shift, np.uint8), room])
        lab.device.upload(memory, room)
        copies.append(Resident(memory, shift, picture.shape, picture.strides, picture.dtype))
    return copies


def _time_case(case: Case, lab: Lab, report: Report) -> None:
    """Time the launches by events, then the whole call by the clock."""
    picture = np.ascontiguousarray(case.picture())
    copies = place(lab, picture, lab.scale.buffers, case.shift)
    _check(case, lab, report, picture, copies[0])
    replays = record(lab, [_search(case, copy) for copy in copies])
    report.notes.append(f"{case.name}: {replays[0].kernels}")
    moved = picture.nbytes + round(case.extra * lab.scale.pixels)
    report.measured(case.name, lab.time(replays, lab.scale.runs), moved=moved)
    turn = iter(range(10**9))
    samples = ceilings.wall(lab, lambda: case.search(copies[next(turn) % len(copies)]), CALLS)
    report.measured(f"{CALL}{case.name}", samples)


def _search(case: Case, copy: Resident) -> Callable[[], Any]:
    return lambda: case.search(copy)


def _check(case: Case, lab: Lab, report: Report, picture: NDArray[np.uint8], copy: Resident) -> None:
    """Compare the counts, and what is asked for, with the processor's answer."""
    expected, found = case.search(picture, "numpy" if lab.is_dry else "cpu"), case.search(copy)
    if case.is_counted:
        report.expect(found.counts == expected.counts, f"{case.name}: {found.counts}, not {expected.counts}")
        return
    (hits, part), (right, right_part) = found, expected
    is_same = np.array_equal(hits.counts, right.counts)
    if case.ask:
        is_same = is_same and np.array_equal(np.asarray(part), right_part)
    report.expect(is_same, f"{case.name}: the answer differs from the processor's")


def _from_host(lab: Lab, report: Report) -> None:
    """Count in pictures that are not on the device, beside the transfer alone."""
    photo = pictures.photo(lab.scale.rows, lab.scale.columns)
    pinned = lab.pinned(photo.nbytes).reshape(photo.shape)
    pinned[:] = photo
    memory = lab.device.allocate(photo.nbytes)
    expected = int((photo == 255).all(axis=2).sum())
    for name, transfer, picture in (
        (HOST_PINNED, ceilings.PINNED_UP, pinned),
        (HOST_PAGEABLE, ceilings.PAGEABLE_UP, photo.copy()),
    ):
        found = int(pg.count(picture, pictures.WHITE, backend="cuda"))
        report.expect(found == expected, f"{name}: {found}, not {expected}")
        times = ceilings.wall(lab, _upload(lab, memory, picture), ceilings.TRANSFERS)
        report.measured(transfer, times)
        report.measured(name, ceilings.wall(lab, _count(picture), 20))
        report.measured(f"{name}: coordinates", ceilings.wall(lab, _places(picture), 10))


def _upload(lab: Lab, memory: Any, picture: NDArray[np.uint8]) -> Callable[[], Any]:
    return lambda: lab.device.upload(memory, picture)


def _count(picture: Any) -> Callable[[], Any]:
    return lambda: pg.count(picture, pictures.WHITE, backend="cuda")


def _places(picture: Any) -> Callable[[], Any]:
    return lambda: pg.find(picture, pictures.WHITE, backend="cuda").xy


def _small(lab: Lab, report: Report) -> None:
    """Time whole calls, where what a call costs decides."""
    for name, (height, width) in SMALL.items():
        shape = (9, 11) if lab.is_dry else (height, width)
        picture = np.minimum(pictures.noise(*shape), 254)
        picture[::7, ::5] = pictures.WHITE
        there = place(lab, picture, 1)[0]
        expected = int((picture == 255).all(axis=2).sum())
        for where, array in (("on the device", there), ("of the host", picture)):
            report.expect(_count(array)() == expected, f"{name}, {where}: count")
            report.measured(f"{CALL}count, {name} {where}", ceilings.wall(lab, _count(array), CALLS))
            report.measured(f"{CALL}coordinates, {name} {where}", ceilings.wall(lab, _places(array), CALLS))


def _note_gaps(lab: Lab, report: Report) -> None:
    gaps = getattr(lab, "too_short", 0)
    if gaps:
        report.note(f"{gaps} batches were timed with gaps: the host was too slow to keep the device busy")
