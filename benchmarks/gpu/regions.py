"""Connected components: compared with those of the processor, and timed where what a picture shows decides."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import pixgrep as pg
from benchmarks.gpu import ceilings, pictures
from benchmarks.gpu.cases import same
from benchmarks.gpu.guarded import GuardedDevice
from benchmarks.gpu.lab import Lab
from benchmarks.gpu.replay import record
from benchmarks.gpu.report import Report
from benchmarks.gpu.resident import Resident, put
from pixgrep.bits import Answer
from pixgrep.components import Rule
from pixgrep.gpu.device import use_device

SEED = 20_28
GREYS = [(255, 255, 255), (128, 128, 128)]
RULES = (Rule(8), Rule(4), Rule(8, 3))
SHAPES = ((1, 100_003), (100_003, 1), (479, 641), (1080, 1920), (6623, 4525))
REPEATS = 50
BUFFERS, RUNS, CALLS = 2, 16, 10
"""Few: runs and tables of noise and checks are large."""

Mask = NDArray[np.bool_]


def _noise(rows: int, columns: int) -> Mask:
    return np.random.default_rng(SEED).random((rows, columns), np.float32) < 0.5


def _blobs(rows: int, columns: int) -> Mask:
    return pictures.photo(rows, columns)[..., 0] > 98


def _few(rows: int, columns: int) -> Mask:
    return np.random.default_rng(SEED).random((rows, columns), np.float32) < 0.001


def _checks(rows: int, columns: int) -> Mask:
    return np.asarray((np.arange(rows)[:, None] + np.arange(columns)) % 2, np.bool_)


def _comb(rows: int, columns: int) -> Mask:
    mask = np.zeros((rows, columns), np.bool_)
    mask[-1], mask[:, ::2] = True, True
    return mask


def _snake(rows: int, columns: int) -> Mask:
    mask = np.zeros((rows, columns), np.bool_)
    mask[::2], mask[1::4, -1], mask[3::4, 0] = True, True, True
    return mask


def _all(rows: int, columns: int) -> Mask:
    return np.ones((rows, columns), np.bool_)


KINDS: dict[str, Callable[[int, int], Mask]] = {
    "blobs": _blobs,
    "one pixel of 1,000": _few,
    "half noise": _noise,
    "checks": _checks,
    "a comb": _comb,
    "a snake": _snake,
    "all pixels": _all,
}


def picture_of(mask: Mask) -> NDArray[np.uint8]:
    """Return a grey picture: white where the mask is, and the second grey at a third of the other pixels."""
    picture = np.where(mask, np.uint8(255), np.uint8(7))
    picture[(np.cumsum(~mask, axis=1) % 3 == 0) & ~mask] = 128
    return picture


def compare(lab: Lab, report: Report) -> None:
    """Find the components of every kind of picture, for every rule, and label some."""
    guard = GuardedDevice(lab)
    kinds = list(KINDS)[2:3] if lab.is_dry else list(KINDS)
    for shape in ((7, 33),) if lab.is_dry else SHAPES:
        for kind in kinds:
            if report.is_over:
                report.note(f"components: no more time for {kind}, {shape}")
                return
            wrong = _differences(guard, lab, picture_of(KINDS[kind](*shape)))
            report.expect(not wrong, f"components of {kind}, {shape}: {', '.join(wrong)}")


def repeat(lab: Lab, report: Report) -> None:
    """Find the same components again and again: an answer that changes is a race."""
    shape = (9, 31) if lab.is_dry else (1003, 997)
    found = _search(put(lab.device, picture_of(_noise(*shape))))
    for rule in RULES[:2]:
        expected = found.host.components(0, rule)
        for number in range(2 if lab.is_dry else REPEATS):
            is_same = same(found.components(0, rule), expected)
            report.expect(is_same, f"run {number} of the same components, connectivity {rule.connectivity}")


def small(lab: Lab) -> list[str]:
    """Find and label components of a small picture, and return what differs: for compute-sanitizer."""
    return _differences(GuardedDevice(lab), lab, picture_of(_noise(*((5, 33) if lab.is_dry else (97, 131)))))


def _search(picture: Any) -> Answer:
    answer: Answer = pg.find(picture, GREYS, backend="cuda").bits
    return answer


def _differences(guard: GuardedDevice, lab: Lab, picture: NDArray[np.uint8]) -> list[str]:
    """Return what differs between device and processor, of both colours and of the two together."""
    random = np.random.default_rng(SEED)
    use_device(guard)
    wrong: list[str] = []
    try:
        found = _search(put(guard, picture))
        for rule in RULES[:1] if lab.is_dry else RULES:
            wrong += [
                f"{rule} of {'both' if color is None else 'one'}"
                for color in (0, None)
                if not same(found.components(color, rule), found.host.components(color, rule))
            ]
        rule = RULES[1]
        labels = [random.integers(0, 9, len(found.host.components(color, rule))) for color in (0, 1)]
        if not same(found.label_map(rule, labels), found.host.label_map(rule, labels)):
            wrong.append("labels")
        del found
        return wrong + guard.damages()
    finally:
        use_device(lab.device)


def measure(lab: Lab, report: Report) -> None:
    """Time components after a search, and beside those of the processor."""
    kinds = ("blobs", "one pixel of 1,000", "half noise", "checks")
    for kind in kinds[2:3] if lab.is_dry else kinds:
        picture = picture_of(KINDS[kind](lab.scale.rows, lab.scale.columns))
        copies = [put(lab.device, picture) for _ in range(BUFFERS)]
        _measure(f"components, {kind}", lab, report, copies)
    hd = (9, 31) if lab.is_dry else (1080, 1920)
    spots = np.zeros(hd, np.bool_)
    for top in range(20, hd[0] - 40, 105):
        for left in range(30, hd[1] - 60, 190):
            spots[top : top + 40, left : left + 50] = True
    _measure("components, 100 rectangles of 1080p", lab, report, [put(lab.device, picture_of(spots))] * BUFFERS)


def _measure(name: str, lab: Lab, report: Report, copies: list[Resident]) -> None:
    """Time kernels alone, with and without components, then whole calls of both processors."""
    rule = RULES[0]
    search = lab.time(record(lab, [_searching(copy) for copy in copies]), RUNS)
    both = lab.time(record(lab, [_finding(copy, rule) for copy in copies]), RUNS)
    found = _search(copies[0])
    host = found.host
    is_right = same(found.components(0, rule), host.components(0, rule))
    report.expect(is_right, f"{name}: they differ from the processor's")
    ours = ceilings.wall(lab, lambda: found.components(0, rule), CALLS)
    theirs = ceilings.wall(lab, lambda: host.components(0, rule), CALLS)
    only_search = report.measured(f"{name}: search", search)
    with_components = report.measured(f"{name}: search and components", both)
    call, processor = report.measured(f"{name}: whole call", ours), report.measured(f"{name}: processor", theirs)
    report.measured(f"{name}: search and components / search", [with_components / only_search], "x")
    report.measured(f"{name}: processor / whole call", [processor / call], "x")


def _searching(picture: Resident) -> Callable[[], Any]:
    return lambda: _search(picture)


def _finding(picture: Resident, rule: Rule) -> Callable[[], Any]:
    return lambda: _search(picture).components(0, rule)
