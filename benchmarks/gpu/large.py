"""Pictures that are large in one way: all colours there are, more pixels than 31 bits can count, no memory left."""

import numpy as np
from numpy.typing import NDArray

import pixgrep as pg
from benchmarks.gpu.cases import differences, same
from benchmarks.gpu.lab import Lab
from benchmarks.gpu.report import Report
from benchmarks.gpu.resident import Resident, put
from pixgrep.components import Rule
from pixgrep.gpu.device import Memory
from pixgrep.gpu.faults import OutOfMemoryError

BACKGROUND, PLANTED = 7, 200
TARGETS = ((0, 0, 0), (255, 136, 2), (127, 128, 255))
FREE_BYTES = 12 << 30
"""What must be free for the large picture, its bits and its mask."""


def all_colors(lab: Lab, report: Report) -> None:
    """Search a picture that has every 8-bit colour once."""
    bits = 4 if lab.is_dry else 8
    index = np.arange(1 << 3 * bits, dtype=np.uint32).reshape(1 << bits, -1)
    channels = [index >> shift & (1 << bits) - 1 for shift in (2 * bits, bits, 0)]
    pixels = (np.stack(channels, axis=2) * (255 // ((1 << bits) - 1))).astype(np.uint8)
    there = put(lab.device, pixels)
    judge = "numpy" if lab.is_dry else "cpu"
    for target in TARGETS[: 1 if lab.is_dry else 3]:
        queries = {
            "exact": [target, (1, 2, 3)],
            "boxes": [pg.near(target, 1), pg.near(target, 17.5), pg.invert(pg.near(target, 254))],
            "tables": [pg.near(target, 5, "rgb"), pg.near(target, 100.5, "rgb"), pg.invert(pg.near(target, 13, "rgb"))],
        }
        for name, colors in queries.items():
            wrong = differences(pg.find(there, colors, backend="cuda"), pg.find(pixels, colors, backend=judge))
            report.expect(not wrong, f"all colours, {name} of {target}: {', '.join(wrong)}")


def beyond_31_bits(lab: Lab, report: Report) -> None:
    """Search a grey picture of more than 2^31 pixels: its numbers of pixels need more than 31 bits."""
    border = 1 << 13 if lab.is_dry else 1 << 31
    if lab.free() < FREE_BYTES:
        report.skip(f"more than 2^31 pixels: {FREE_BYTES >> 30} GiB of free memory are needed")
        return
    count = border + (7 if lab.is_dry else 4096 * 3 + 7)
    memory = lab.device.allocate(count)
    lab.fill(memory, BACKGROUND)
    places = np.array(
        sorted({0, 5, 63, 64, 4095, 4096, *range(border - 3, border + 4), count - 65, count - 64, count - 2, count - 1})
    )
    for place in places.tolist():
        lab.device.upload(Memory(memory.address + place, 1, memory.owner), np.array([PLANTED], np.uint8))
    side = int(np.sqrt(count))
    for shape in ((1, count), (side, side)):
        _search_large(report, memory, places, shape)


def _search_large(report: Report, memory: Memory, places: NDArray[np.int64], shape: tuple[int, int]) -> None:
    height, width = shape
    picture = Resident(memory, 0, shape, (width, 1), np.dtype(np.uint8))
    inside = places[places < height * width]
    grey, background = (PLANTED,) * 3, (BACKGROUND,) * 3
    text = f"{width:,} x {height:,} grey pixels"
    hits = pg.find(picture, [grey, (1, 1, 1), background], backend="cuda")
    expected = [len(inside), 0, height * width - len(inside)]
    report.expect(hits.counts.tolist() == expected, f"{text}: counts {hits.counts.tolist()}, not {expected}")
    report.expect(len(hits) == height * width, f"{text}: {len(hits)} pixels match at least one colour")
    del hits
    few = pg.find(picture, [grey], backend="cuda")
    xy = np.stack([inside % width, inside // width], axis=1)
    dtype = np.int32 if width <= np.iinfo(np.int32).max else np.int64
    report.expect(same(few.xy, xy.astype(dtype)), f"{text}: xy of {len(inside)} pixels")
    report.expect(same(few.colors, np.zeros(len(inside), np.int32)), f"{text}: colors")
    mask = np.asarray(few.mask)
    report.expect(mask.shape == shape and same(np.flatnonzero(mask), inside), f"{text}: mask")
    for rule in (Rule(8), Rule(4)):
        expected_table = few.bits.host.components(None, rule)
        report.expect(same(few.bits.components(None, rule), expected_table), f"{text}: components, {rule}")
    nothing = pg.count(picture, pg.near((100, 100, 100), 30), backend="cuda")
    report.expect(int(nothing) == 0, f"{text}: {int(nothing)} pixels are near to a colour that is not there")
    report.note(f"{text} searched")


def too_much(lab: Lab, report: Report) -> None:
    """Ask for more memory than there is: the device must say so, and work on."""
    if lab.is_dry:
        report.skip("too much memory: the device of Python has as much as the host")
        return
    try:
        lab.device.allocate(1 << 46)
        report.problem("64 TiB of memory were given out")
    except OutOfMemoryError:
        report.checks += 1
    pixels = np.zeros((3, 5, 3), np.uint8)
    report.expect(int(pg.count(pixels, (0, 0, 0), backend="cuda")) == 15, "a search after memory was short")
