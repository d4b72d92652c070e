"""Labels and censuses: compared with the plain backend, and timed where what a picture shows decides."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.gpu import ceilings, pictures
from benchmarks.gpu.cases import layouts
from benchmarks.gpu.guarded import GuardedDevice
from benchmarks.gpu.lab import Lab
from benchmarks.gpu.replay import record
from benchmarks.gpu.report import Report
from benchmarks.gpu.resident import Resident, put, put_view
from pixgrep.backends import cuda, reference
from pixgrep.backends.cuda.tables import census_on_device, label_on_device
from pixgrep.gpu.device import get_device, use_device
from pixgrep.model import DevicePixels

SEED = 20_27
COLORS, FEW, SHADES = 1 << 24, 1 << 14, 256
DTYPES: tuple[Any, ...] = (np.uint8, np.uint16, np.uint32)
CALLS = 10


def colors_of(lab: Lab, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture for a table of `entries_for`: a device of Python looks through a small one only."""
    kept = np.array([0, 63, 255, 255], np.uint8)[: pixels.shape[2]]
    return pixels & kept if _is_few(lab, pixels.shape[2]) else pixels


def entries_for(lab: Lab, channels: int) -> int:
    """Return how many colours there are."""
    if channels < 3:
        return SHADES
    return FEW if _is_few(lab, channels) else COLORS


def _is_few(lab: Lab, channels: int) -> bool:
    return lab.is_dry and channels >= 3


def there(picture: Resident) -> DevicePixels:
    """Return a picture as backends take it."""
    height, width, channels = picture.shape
    rows, columns, planes = picture.strides
    address = picture.memory.address + picture.offset
    return DevicePixels(address, (height, width, channels), (rows, columns, planes), str(picture.dtype), picture.memory)


def compare(lab: Lab, report: Report) -> None:
    """Label and count pictures of every number of channels in every layout, as noise, flat, and of two colours."""
    random = np.random.default_rng(SEED)
    guard = GuardedDevice(lab)
    for channels in (3, 1) if lab.is_dry else (1, 2, 3, 4):
        table = random.integers(0, 256, entries_for(lab, channels) * 4, np.uint8)
        for number, kind in enumerate(("noise", "flat", "checks")):
            shape = (5, 31) if lab.is_dry else (int(random.integers(1, 900)), int(random.integers(1, 900)))
            pixels = colors_of(lab, _draw(random, kind, shape, channels))
            for place, (text, room, view) in enumerate(layouts(random, pixels)):
                if not lab.is_dry or place in (number, 4 * number + 3):
                    labels = table[: len(table) // 4 * DTYPES[place % 3]().itemsize].view(DTYPES[place % 3])
                    wrong = _differences(guard, lab, pixels, room, view, labels)
                    report.expect(not wrong, f"{kind}, {shape} x {channels}, {text}: {', '.join(wrong)}")


def small(lab: Lab) -> list[str]:
    """Label and count small pictures by every kernel, and return what differs: for compute-sanitizer."""
    random = np.random.default_rng(SEED)
    wrong = []
    for channels in (1, 3):
        pixels = colors_of(lab, _draw(random, "noise", (3, 7) if lab.is_dry else (67, 129), channels))
        for shift in (0, 3):
            room = np.zeros(pixels.nbytes + shift, np.uint8)
            view = np.ndarray(pixels.shape, pixels.dtype, room, shift)
            view[:] = pixels
            table = random.integers(0, 256, entries_for(lab, channels), np.uint8)
            found = _differences(GuardedDevice(lab), lab, pixels, room, view, table)
            wrong += [f"{channels} channels, {shift} bytes off: {name}" for name in found]
    return wrong


def _draw(random: np.random.Generator, kind: str, shape: tuple[int, int], channels: int) -> NDArray[np.uint8]:
    if kind == "noise":
        return random.integers(0, 256, (*shape, channels), np.uint8)
    two = random.integers(0, 256, (2, channels), np.uint8)
    return two[np.arange(shape[0] * shape[1]).reshape(shape) % 2 if kind == "checks" else np.zeros(shape, np.intp)]


def _differences(
    guard: GuardedDevice,
    lab: Lab,
    pixels: NDArray[np.uint8],
    room: NDArray[np.uint8],
    view: NDArray[np.uint8],
    table: NDArray[Any],
) -> list[str]:
    use_device(guard)
    try:
        picture = there(put_view(guard, room, view))
        labels = label_on_device(guard, picture, table).to_host()
        colors, numbers = census_on_device(guard, picture, len(table))
        wrong = guard.damages()
    finally:
        use_device(lab.device)
    counts = np.zeros(len(table), np.uint32)
    reference.census(pixels, counts)
    counts[colors] -= numbers
    wrong += ["census"] if counts.any() or (np.diff(colors.astype(np.int64)) <= 0).any() else []
    return wrong + ([] if np.array_equal(labels, reference.label(pixels, table)) else ["labels"])


def measure(lab: Lab, report: Report) -> None:
    """Time labels and censuses of a photograph, of noise, of one colour, and of two that alternate."""
    rows, columns = lab.scale.rows, lab.scale.columns
    photo = pictures.photo(rows, columns)
    random = np.random.default_rng(SEED)
    cases = {
        "photo": photo,
        "noise": pictures.noise(rows, columns),
        "flat": np.full_like(photo, 77),
        "two colours in turn": _draw(random, "checks", (rows, columns), 3),
        "grey photo": np.ascontiguousarray(photo[:, :, 1:2]),
    }
    for name, picture in cases.items():
        picture = colors_of(lab, picture)
        copies = [there(put(lab.device, picture)) for _ in range(lab.scale.buffers)]
        entries = entries_for(lab, picture.shape[2])
        for dtype in DTYPES[: 3 if name in ("photo", "noise") else 1]:
            table = np.arange(entries).astype(dtype)
            moved = picture.nbytes + lab.scale.pixels * table.itemsize
            _time(f"labels of {table.dtype}, {name}", lab, report, [_label(copy, table) for copy in copies], moved)
        _time(f"census, {name}", lab, report, [_census(copy, entries) for copy in copies], picture.nbytes)
        counts, table = np.zeros(entries, np.uint32), np.zeros(entries, np.uint8)
        report.measured(f"whole call: census, {name}", ceilings.wall(lab, _call(cuda.census, copies, counts), CALLS))
        report.measured(f"whole call: labels, {name}", ceilings.wall(lab, _call(cuda.label, copies, table), CALLS))


def _time(name: str, lab: Lab, report: Report, works: list[Callable[[], Any]], moved: int) -> None:
    report.measured(name, lab.time(record(lab, works), lab.scale.runs), moved=moved)


def _label(picture: DevicePixels, table: NDArray[Any]) -> Callable[[], Any]:
    return lambda: label_on_device(get_device(), picture, table)


def _census(picture: DevicePixels, entries: int) -> Callable[[], Any]:
    return lambda: census_on_device(get_device(), picture, entries)


def _call(verb: Callable[..., Any], copies: list[DevicePixels], table: NDArray[Any]) -> Callable[[], Any]:
    turn = iter(range(10**9))
    return lambda: verb(copies[next(turn) % len(copies)], table)
