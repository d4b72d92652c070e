"""Labels and censuses, lane by lane in the engine, against `reference`: all sizes, layouts and schedules."""

from typing import Any

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.backends import cuda, reference
from pixgrep.backends.cuda import counting, labeling, launching, tables
from pixgrep.backends.cuda.arithmetic import reciprocal
from pixgrep.backends.cuda.blocks import THREADS
from pixgrep.gpu.array import DeviceArray
from pixgrep.gpu.device import get_device, use_device
from pixgrep.model import DevicePixels
from tests.backends.cuda.check import POISON, put, put_batch
from tests.simt import Race
from tests.simt.gpu import EngineDevice
from tests.sources.test_device import Tensor

u32, u64 = np.uint32, np.uint64
RNG = np.random.default_rng(20261123)
SCHEDULES = ["greedy", "fair", "reversed"]
TAILS = [*range(1, 18), 31, 32, 33, 511, 512, 513]
SHAPES = [(1, 1), (1, 15), (7, 33), (129, 1), (3, 171), (2, 2056)]
LAYOUTS = [{}, {"shift": 1}, {"shift": 8}, {"shift": 16}, {"padding": 16}, {"shift": 16, "padding": 5}]
KINDS = ["noise", "flat", "stripes", "checks", "distinct"]
COLORS, SHADES = 1 << 24, 256
FEW = 1 << 13
"""Colours with a first channel of 0 and a second below 32: the engine can look through a table of all of them."""
TABLES = {
    dtype: RNG.integers(0, np.iinfo(dtype).max, COLORS, dtype, endpoint=True) for dtype in ("uint8", "uint16", "uint32")
}


def picture(kind: str, shape: tuple[int, int], channels: int) -> np.ndarray:
    """Draw a picture with some of the first colours in a table, so that a small one has them all."""
    count = shape[0] * shape[1]
    number = np.arange(count)
    drawn = {
        "noise": RNG.integers(0, 7, count) * 1361,
        "flat": np.full(count, 0x1234),
        "stripes": number // 37 % 5 * 2001,
        "checks": number % 2 * 0x1FFF,
        "distinct": number,
    }[kind]
    if channels < 3:
        pixels = np.stack([drawn & 255, RNG.integers(0, 256, count)], axis=1)
    else:
        pixels = np.stack([0 * drawn, drawn >> 8 & 255, drawn & 255, RNG.integers(0, 256, count)], axis=1)
    return pixels[:, :channels].astype(np.uint8).reshape(*shape, channels)


def entries_for(pixels: Any, colors: int = COLORS) -> int:
    return colors if pixels.shape[2] > 2 else SHADES


def check_labels(device: EngineDevice, pixels: np.ndarray, dtype: str = "uint8", **layout: int) -> None:
    is_few = pixels.shape[2] < 3 or (not pixels[..., 0].any() and (pixels[..., 1] < FEW >> 8).all())
    table = TABLES[dtype][: entries_for(pixels, FEW if is_few else COLORS)]  # the engine copies it again and again
    found = tables.label_on_device(device, put(device, pixels, **layout), table)
    assert (found.shape, found.dtype) == (pixels.shape[:2], table.dtype)
    np.testing.assert_array_equal(found.to_host(), reference.label(pixels, table))


def check_census(device: EngineDevice, pixels: np.ndarray, **layout: int) -> None:
    expected = np.zeros(entries_for(pixels, FEW), np.uint32)
    reference.census(pixels, expected)
    colors, numbers = tables.census_on_device(device, put(device, pixels, **layout), len(expected))
    np.testing.assert_array_equal(colors, np.flatnonzero(expected))
    np.testing.assert_array_equal(numbers, expected[colors])


def check_counters(device: EngineDevice, pixels: np.ndarray, colors: int = COLORS, **layout: int) -> None:
    """Count colours without looking through the counters on the device, so that all 2^24 are not too many."""
    expected = np.zeros(entries_for(pixels, colors), np.uint32)
    memory = device.allocate(expected.nbytes)
    device.upload(memory, expected)
    tables.add_census(device, put(device, pixels, **layout), memory)
    found = np.empty_like(expected)
    device.download(memory, found)
    reference.census(pixels, expected)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", TABLES)
def test_labels_of_every_shape_and_layout(channels, dtype):
    device = EngineDevice()
    for number, shape in enumerate(SHAPES):
        pixels = picture("noise", shape, channels)
        for layout in LAYOUTS if shape == (7, 33) else (LAYOUTS[0], LAYOUTS[number % len(LAYOUTS)]):
            check_labels(device, pixels, dtype, **layout)
    assert set(device.launches) == {"label_groups", "label_pixels"}


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_labels_and_census_of_planes_of_a_batch(channels):
    device, batch = EngineDevice(), picture("noise", (6 * 5, 31), channels).reshape(6, 5, 31, channels)
    planes = np.ascontiguousarray(batch.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1)
    there, tall = put_batch(device, planes), batch.reshape(30, 31, channels)
    assert there.picture_gap != 0 or channels == 1
    table = TABLES["uint16"][: entries_for(tall, FEW)]
    labels = tables.label_on_device(device, there, table)
    np.testing.assert_array_equal(labels.to_host(), reference.label(tall, table))
    expected = np.zeros(entries_for(tall, FEW), np.uint32)
    reference.census(tall, expected)
    colors, numbers = tables.census_on_device(device, there, len(expected))
    np.testing.assert_array_equal(colors, np.flatnonzero(expected))
    np.testing.assert_array_equal(numbers, expected[colors])


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("channels", [1, 3])
def test_labels_of_every_tail(tail, channels):
    for dtype in TABLES:
        check_labels(EngineDevice(), picture("noise", (1, tail), channels), dtype)


@pytest.mark.parametrize("dtype", TABLES)
@pytest.mark.parametrize("layout", [{}, {"shift": 1}])
def test_labels_of_all_colours_there_are(dtype, layout):
    for channels in (3, 4):
        check_labels(EngineDevice(), RNG.integers(0, 256, (9, 71, channels), np.uint8), dtype, **layout)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_a_census_of_every_kind_in_every_order(schedule, channels, kind):
    device = EngineDevice(schedule=schedule, seed=channels)
    check_census(device, picture(kind, (3, 1400), channels))
    check_census(device, picture(kind, (5, 31), channels), padding=3)
    grouped = "census_groups" if channels > 2 else "census_greys"
    looked = ["count_colors", "scan_counts", "write_counts"]
    assert device.launches == ["clear_counts", grouped, *looked, "clear_counts", "census_pixels", *looked]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_census_of_every_shape_and_layout(channels):
    for number, shape in enumerate(SHAPES):
        device = EngineDevice(schedule=SCHEDULES[number % 3])
        pixels = picture(KINDS[number % len(KINDS)], shape, channels)
        for layout in LAYOUTS if shape == (7, 33) else (LAYOUTS[number % len(LAYOUTS)],):
            check_census(device, pixels, **layout)


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_census_of_every_tail(tail, channels):
    check_census(EngineDevice(), picture("checks", (1, tail), channels))
    check_census(EngineDevice(), picture("flat", (1, tail), channels), shift=1)


@pytest.mark.parametrize("layout", [{}, {"shift": 1}])
@pytest.mark.parametrize("channels", [3, 4])
def test_every_channel_has_its_place_among_the_counters(channels, layout):
    corners = np.array(np.meshgrid([0, 1, 255], [0, 2, 255], [0, 3, 255], [0, 9])).reshape(4, -1).T
    check_counters(EngineDevice(), corners[:, :channels].astype(np.uint8)[np.newaxis], **layout)


def _noting(added: list[Any], add: Any) -> Any:
    """Return an addition that is noted."""

    def noted(*arguments: Any) -> None:
        added.append(arguments)
        add(*arguments)

    return noted


def test_a_flat_picture_is_added_once_a_warp():
    """Otherwise every thread of the device would wait for one counter."""
    for layout, warps in (({}, 9), ({"shift": 1}, 9 * 16)):
        device = EngineDevice()
        added: list[Any] = []
        intrinsics = device.engine._cloner._intrinsics
        intrinsics["add_u32"] = _noting(added, intrinsics["add_u32"])
        check_census(device, picture("flat", (9, 512), 3), **layout)
        assert len(added) == warps


def test_few_blocks_count_greys_of_any_picture(monkeypatch):
    monkeypatch.setattr(tables, "MOST_GREY_BLOCKS", 2)
    check_census(EngineDevice(), picture("noise", (1, 5 * 4096 + 77), 1))


@pytest.mark.parametrize("layout", [{}, {"padding": 8}])
def test_work_is_cut_into_pieces_that_give_the_same(monkeypatch, layout):
    monkeypatch.setattr(launching, "MOST_WORK", 1)
    for channels in (1, 3):
        device = EngineDevice(races=False)
        pixels = picture("noise", (1, 2 * 4096 + 77), channels)
        check_labels(device, pixels, **layout)
        check_census(device, pixels, **layout)
        names = ("label_groups", "label_pixels", "census_groups", "census_greys", "census_pixels")
        assert sum(device.launches.count(name) for name in names) == 6


def test_nothing_beside_the_labels_is_written():
    device = EngineDevice()
    for dtype, size in (("uint8", 1), ("uint16", 2), ("uint32", 4)):
        pixels = picture("noise", (1, 77), 3)
        there, table = put(device, pixels), TABLES[dtype]
        memory, labels = device.allocate(table.nbytes), device.allocate(96 * size)
        device.upload(memory, table)
        device.launch(
            labeling.label_groups,
            *(2, THREADS, u64(there.address), u64(0), u64(77), u32(3)),
            *(u64(memory.address), u32(size), u64(labels.address)),
        )
        device.wait()
        assert (device.engine.memory.read(labels.address + 77 * size, 19 * size) == POISON).all()


def test_nothing_is_launched_for_a_picture_without_pixels():
    for shape in ((0, 5, 3), (5, 0, 1)):
        device = EngineDevice()
        check_labels(device, np.zeros(shape, np.uint8))
        assert device.launches == []
        check_census(device, np.zeros(shape, np.uint8))


@pytest.mark.parametrize("start", [2**31, 2**33 + 4096 * 5])
@pytest.mark.parametrize("channels", [1, 3])
def test_beyond_two_to_the_31_pixels(start, channels):
    """The kernels run there only, on a picture of which nothing before is in memory: addresses must be of 64 bits."""
    device, pixels = EngineDevice(), picture("noise", (1, 700), channels)
    there, table = launching.upload(device, pixels), TABLES["uint32"][: entries_for(pixels)]
    memory, labels = device.allocate(table.nbytes), device.allocate(700 * 4)
    device.upload(memory, table)
    width = 2**40
    strides = *reciprocal(width), np.int64(0), np.int64(channels), np.int64(1), *reciprocal(1), np.int64(0)
    span = u64(there.address - channels * start), u64(start), u64(start + 700)
    what = u32(channels), u64(memory.address), u32(4), u64(labels.address - 4 * start)
    calls: list[Any] = [
        (labeling.label_groups, 1, (*span, *what)),
        (labeling.label_pixels, 3, (*span, u64(width), *strides, *what)),
    ]
    for kernel, blocks, arguments in calls:
        device.upload(labels, np.zeros(700, np.uint32))
        device.launch(kernel, blocks, THREADS, *arguments)
        found = np.empty(700, np.uint32)
        device.download(labels, found)
        np.testing.assert_array_equal(found, reference.label(pixels, table)[0])
    expected = np.zeros(entries_for(pixels, FEW), np.uint32)
    counts = device.allocate(expected.nbytes)
    reference.census(pixels, expected)
    calls = [
        (counting.census_groups if channels > 2 else counting.census_greys, 1, span),
        (counting.census_pixels, 3, (*span, u64(width), *strides)),
    ]
    for kernel, blocks, arguments in calls:
        device.upload(counts, np.zeros_like(expected))
        device.launch(kernel, blocks, THREADS, *arguments, u32(channels), u64(counts.address))
        found = np.empty_like(expected)
        device.download(counts, found)
        np.testing.assert_array_equal(found, expected)


def test_an_addition_that_is_not_atomic_is_a_race():
    from pixgrep.backends.cuda.access import load_u32, store_u32

    device = EngineDevice()

    def add(address: Any, value: Any) -> None:
        store_u32(address, u32(load_u32(address) + value))

    device.engine._cloner._intrinsics["add_u32"] = device.engine._cloner.clone(add)
    with pytest.raises(Race):
        check_census(device, picture("flat", (1, 4096), 3))


class TestVerbs:
    """What `pixgrep.backends.cuda` offers, on the device that is made of Python."""

    @pytest.fixture(autouse=True)
    def device(self):
        kept, device = get_device(), EngineDevice(races=False)
        use_device(device)
        yield device
        use_device(kept)

    def test_labels_stay_where_the_picture_is(self, device):
        pixels = RNG.integers(0, 256, (9, 31, 3), np.uint8)
        found = cuda.label(put(device, pixels), TABLES["uint16"])
        assert isinstance(found, DeviceArray)
        copied = cuda.label(pixels, TABLES["uint16"])
        assert isinstance(copied, np.ndarray)
        for labels in (found.to_host(), copied):
            np.testing.assert_array_equal(labels, reference.label(pixels, TABLES["uint16"]))

    def test_what_is_written_into_a_table_later_counts(self, device):
        pixels, table = RNG.integers(0, 256, (9, 31), np.uint8)[..., None], np.zeros(SHADES, np.uint8)
        there = put(device, pixels)
        for value in (3, 4):
            table[:] = value
            assert (np.asarray(cuda.label(there, table)) == value).all()

    @pytest.mark.parametrize("channels", [1, 2, 3])
    def test_a_census_is_added_to_what_is_there(self, device, monkeypatch, channels):
        monkeypatch.setattr(cuda, "LEAST_CENSUS", 0)
        pixels = picture("noise", (9, 700), channels)
        counts = RNG.integers(0, 99, entries_for(pixels, FEW), np.uint32)
        expected = counts.copy()
        for image in (put(device, pixels), put(device, pixels, padding=1), pixels):
            cuda.census(image, counts)
            reference.census(pixels, expected)
        np.testing.assert_array_equal(counts, expected)
        assert device.launches

    def test_a_census_of_a_small_picture_is_not_worth_looking_at_all_counters(self, device):
        pixels = picture("noise", (9, 70), 3)
        counts, expected = np.zeros((2, COLORS), np.uint32)
        cuda.census(put(device, pixels[:, ::-1]), counts)
        reference.census(pixels, expected)
        np.testing.assert_array_equal(counts, expected)
        assert device.launches == []

    def test_parts_of_a_picture(self, device):
        whole = picture("stripes", (40, 50), 1)
        there = put(device, whole)
        part = DevicePixels(there.address + 55, (20, 31, 1), (50, 1, 1), "uint8", there.owner)
        expected, counts = np.zeros((2, SHADES), np.uint32)
        cuda.census(part, counts)
        reference.census(whole[1:21, 5:36], expected)
        np.testing.assert_array_equal(counts, expected)
        labels = cuda.label(part, TABLES["uint8"][:SHADES])
        np.testing.assert_array_equal(np.asarray(labels), reference.label(whole[1:21, 5:36], TABLES["uint8"]))

    @pytest.mark.parametrize("least", [0, 1 << 20])
    def test_a_census_of_a_grey_picture_on_the_device_is_taken_there(self, device, monkeypatch, least):
        monkeypatch.setattr(cuda, "LEAST_CENSUS", least)
        pixels = picture("noise", (9, 70), 1)[..., 0].copy()
        found, expected = (pg.census(image) for image in (Tensor(pixels), pixels))
        np.testing.assert_array_equal(found.keys, expected.keys)
        np.testing.assert_array_equal(found.counts, expected.counts)
        assert "census_greys" in device.launches
