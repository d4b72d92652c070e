"""Faults planted into the source of the kernels: the engine must see every one, or the answer must be wrong."""

import inspect
from types import ModuleType

import numpy as np
import pytest
from numba.cuda.dispatcher import CUDADispatcher

from pixgrep.backends.cuda import (
    blocks,
    collecting,
    counting,
    joining,
    labeling,
    launching,
    matching,
    pixelwise,
    planar,
    runs,
    tabulating,
)
from pixgrep.backends.cuda.program import DeviceProgram
from pixgrep.backends.reference import match
from pixgrep.compile import compile_program
from pixgrep.model import PixelFormat
from tests.backends.cuda.check import check, check_parts, picture, put_batch
from tests.backends.cuda.test_kernels import BOXES, EXACT, TABLES
from tests.simt import EngineError
from tests.simt.gpu import EngineDevice

FAULTS = {
    "a dropped barrier before the counts are added": (blocks, "    cuda.syncthreads()\n    row =", "    row ="),
    "a warp's sum without its first step": (
        blocks,
        "(16, 8, 4, 2, 1):\n        value = np.int32(",
        "(8, 4, 2, 1):\n        value = np.int32(",
    ),
    "a scan off by one lane": (blocks, "if lane >= u32(distance):", "if lane > u32(distance):"),
    "counts of the wrong warp": (blocks, "row * u32(WARPS) + u32(u32(cuda.threadIdx.x) >> u32(5))", "row * u32(WARPS)"),
    "a tail that is one pixel short": (matching, "    if number < left:\n", "    if number < u32(left - u32(1)):\n"),
    "a tail that is one pixel long": (matching, "    if number < left:\n", "    if number <= left:\n"),
    "a tail that is loaded wide": (matching, "if left < u32(GROUP):", "if left < u32(GROUP - 1):"),
    "bits beyond the last pixel": (
        matching,
        "valid = u32(u32(u32(1) << left) - u32(1))",
        "valid = u32(0xFFFF)",
    ),
    "words that are not written to their end": (
        matching,
        "is_stored = first < u64(u64(count + u64(63)) & ~u64(63))",
        "is_stored = first < count",
    ),
    "more threads write than there are words": (
        matching,
        "is_stored = first < u64(u64(count + u64(63)) & ~u64(63))",
        "is_stored = first < u64(count + u64(4096))",
    ),
    "a colour that keeps the bits of the one before": (
        matching,
        "                found = u32(0)\n                row",
        "                row",
    ),
    "a barrier that some threads do not reach": (
        collecting,
        "    if total == u32(0):  # the same for all threads of the block\n        return",
        "    if total == u32(0) or thread > u32(250):\n        return",
    ),
    "a barrier dropped after the warps' sums": (
        blocks,
        "        warp_counts[warp] = upto\n    cuda.syncthreads()\n    place",
        "        warp_counts[warp] = upto\n    place",
    ),
    "a barrier dropped before places are read": (
        collecting,
        "        bits = u32(bits & u32(bits - u32(1)))\n    cuda.syncthreads()\n",
        "        bits = u32(bits & u32(bits - u32(1)))\n",
    ),
    "a barrier dropped at the end of a round of the scan": (
        collecting,
        "        start = u64(start + u64(SCAN_THREADS))\n        cuda.syncthreads()\n",
        "        start = u64(start + u64(SCAN_THREADS))\n",
    ),
    "a barrier dropped in the middle of a round": (
        collecting,
        "            warp_totals[lane] = warp_scan(warp_totals[lane], lane)\n        cuda.syncthreads()\n",
        "            warp_totals[lane] = warp_scan(warp_totals[lane], lane)\n",
    ),
    "a mask that is stored wide beyond its end": (
        collecting,
        "if u64(first + u64(GROUP)) <= count and",
        "if first <= count and",
    ),
    "a mask that is stored wide where it is not aligned": (collecting, " and u64(here & u64(15)) == u64(0):", ":"),
    "colours counted from one": (collecting, "    color = u32(0)\n", "    color = u32(1)\n"),
    "a pixel beyond the last": (pixelwise, "is_pixel = number < count", "is_pixel = number <= count"),
    "rows and pixels mixed up": (
        pixelwise,
        "np.int64(y) * row_stride",
        "np.int64(y) * pixel_stride",
    ),
    "pictures of a batch without a gap": (pixelwise, "picture_gap != 0", "picture_gap == 1"),
    "pictures of a batch that are rows": (
        pixelwise,
        "quotient(number, picture_magic, picture_shifts)",
        "quotient(number, magic, shifts)",
    ),
    "rows of a batch that go on": (collecting, "row = u64(row - u64(frame * rows))", "row = u64(row - frame)"),
    "a word that is read beyond the last bit": (
        collecting,
        "if u64(shift + left) > u64(64) and shift != u64(0):",
        "if shift != u64(0):",
    ),
    "bits of the next part": (
        collecting,
        "    if left < u64(64):\n        bits",
        "    if left < u64(0):\n        bits",
    ),
    "bits cut where they are not": (collecting, "u64(u64(64) - shift)", "u64(u64(63) - shift)"),
    "a plane's tail that is one pixel long": (planar, "    if number < left:\n", "    if number <= left:\n"),
    "a plane that is loaded beyond its end": (planar, "if left < u32(GROUP):", "if left < u32(GROUP - 15):"),
    "planes of the wrong picture": (planar, "quotient(first, picture_magic", "quotient(start, picture_magic"),
    "a table asked for the wrong pixel": (planar, "u64(address + u64(number)), plane", "u64(address), plane"),
    "a colour of planes that keeps the bits of the one before": (
        planar,
        "            found = u32(0)\n            row",
        "            row",
    ),
    "a word that two lanes write": (
        pixelwise,
        "is_stored = is_first_lane() and",
        "is_stored = u32(u32(cuda.threadIdx.x) & u32(15)) == u32(0) and",
    ),
}
ROOMS = (blocks, matching, collecting, pixelwise, labeling, counting, planar, runs, joining, tabulating)


def planted(room: ModuleType, old: str, new: str) -> dict[ModuleType, ModuleType]:
    """Return the rooms of kernels anew, one of them changed, and each taking from the changed ones before it."""
    made: dict[ModuleType, ModuleType] = {}
    for original in ROOMS:
        source = inspect.getsource(original)
        if original is room:
            assert source.count(old) == 1, f"{old!r} is there {source.count(old)} times"
            source = source.replace(old, new)
        module = ModuleType(original.__name__)
        exec(compile(source, f"<{original.__name__}, changed>", "exec"), vars(module))
        for earlier, changed in made.items():
            for name in set(vars(module)) & set(vars(earlier)):
                if vars(module)[name] is vars(earlier)[name] and callable(vars(module)[name]):
                    setattr(module, name, vars(changed)[name])
        made[original] = module
    return made


def search_everything(schedule: str, seed: int) -> None:
    """Search pictures that reach every line of every kernel."""

    def device() -> EngineDevice:
        return EngineDevice(schedule=schedule, seed=seed)

    for pixels in (1, 15, 77, 4096 + 33):
        check(device(), picture(pixels, 0.4), EXACT)
    check(device(), picture(300, 0.4), BOXES)
    check(device(), picture(300, 0.4), TABLES, padding=7)
    batch = picture(560, 0.4).reshape(5, 16, 7, 3)
    planes = np.ascontiguousarray(batch.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1)
    padded = picture(85, 0.4, 1).reshape(-1).copy()  # planes of 21 pixels, 32 bytes apart, and nothing after the last
    tail = np.lib.stride_tricks.as_strided(padded, (1, 3, 7, 3), (0, 7, 1, 32))
    for pictures, queries in ((tail, BOXES), (planes, TABLES), (batch[:, 1:], EXACT)):
        engine, program = device(), compile_program(queries, PixelFormat("uint8", 3))
        found = launching.match_on_device(engine, put_batch(engine, pictures), DeviceProgram(program, engine))
        expected = match(pictures.reshape(-1, 7, 3), program)
        np.testing.assert_array_equal(found.host.words, expected.words)
        np.testing.assert_array_equal(found.counts(), expected.counts())
    check_parts(found, expected)


def search_many_blocks(schedule: str, seed: int) -> None:
    """Scan more counts than one round takes."""
    device = EngineDevice(schedule=schedule, seed=seed)
    values = np.arange(2050, dtype=np.uint32) % 7
    counts, offsets = device.allocate(values.nbytes), device.allocate(8 * 2051)
    device.upload(counts, values)
    arguments = (np.uint64(counts.address), np.uint64(2050), np.uint64(offsets.address))
    device.launch(collecting.scan_counts, 1, collecting.SCAN_THREADS, *arguments)
    found = np.empty(2051, np.uint64)
    device.download(offsets, found)
    np.testing.assert_array_equal(found, np.concatenate([[0], np.cumsum(values)]))


def search_in_every_order() -> None:
    for schedule in ("greedy", "fair", "reversed"):
        search_many_blocks(schedule, 1)
        search_everything(schedule, 1)


@pytest.fixture
def plant(monkeypatch):
    """Put kernels of changed source in the place of those that are launched."""

    def do(room: ModuleType, old: str, new: str) -> None:
        for original, changed in planted(room, old, new).items():
            for name, value in vars(original).items():
                if isinstance(value, CUDADispatcher):
                    monkeypatch.setattr(original, name, getattr(changed, name))

    return do


def test_kernels_made_anew_without_a_fault_pass(plant):
    plant(blocks, "THREADS = 256\n", "THREADS = 256\n")
    search_in_every_order()


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_seen(name, plant):
    plant(*FAULTS[name])
    with pytest.raises((EngineError, AssertionError)):
        search_in_every_order()
