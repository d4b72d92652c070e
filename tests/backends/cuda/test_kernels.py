"""Every kernel, run lane by lane in the engine: all sizes, layouts and schedules, with races looked for."""

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.backends.cuda import collecting, launching, matching, pixelwise
from pixgrep.backends.cuda.arithmetic import reciprocal
from pixgrep.backends.cuda.blocks import BLOCK_PIXELS, MOST_COLORS, THREADS
from pixgrep.backends.cuda.program import DeviceProgram
from pixgrep.backends.reference import match
from pixgrep.compile import compile_program
from pixgrep.expressions import to_queries
from pixgrep.model import DevicePixels, PixelFormat
from tests.backends.cuda.check import check, check_bits, check_parts, picture, put, put_batch
from tests.simt.gpu import EngineDevice

u32, u64 = np.uint32, np.uint64

ONE = to_queries([(1, 2, 3)])
EXACT = to_queries([(1, 2, 3), (3, 2, 1), (9, 9, 9)])
BOXES = to_queries([(1, 2, 3), pg.near((1, 2, 3), 1), ~pg.near((1, 2, 3), 1)])
TABLES = to_queries([pg.near((1, 2, 3), 1, "rgb"), ~pg.near((1, 2, 3), 1.5, "rgb"), (3, 2, 1)])
QUERIES = {"one": ONE, "exact": EXACT, "boxes": BOXES, "tables": TABLES}
SCHEDULES = ["greedy", "fair", "reversed"]
TAILS = [*range(1, 18), 31, 32, 33, 47, 48, 63, 64, 65, 100, 127, 128, 129]


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("density", [0, 0.01, 0.5, 1])
def test_two_blocks_in_every_order(schedule, seed, density):
    device = EngineDevice(seed=seed, schedule=schedule)
    check(device, picture(4096 + 257, density), EXACT)
    places = {"count_blocks", "scan_counts", "write_places", "write_colors"}
    assert set(device.launches) == {"match_exact", "write_mask"} | places


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("pixels", TAILS)
def test_every_tail(name, pixels):
    (check if name == "exact" else check_bits)(EngineDevice(), picture(pixels, 0.5), QUERIES[name])


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", ["exact", "box", "table"])
def test_every_number_of_channels(schedule, channels, kind):
    device = EngineDevice(schedule=schedule)
    color = {1: (1, 1, 1), 2: (1, 1, 1, 2), 3: (1, 2, 3), 4: (1, 2, 3, 4)}[channels]
    query = {"exact": color, "box": pg.near(color, 1), "table": pg.near(color, 1.5, "rgb")}[kind]
    assert check_bits(device, picture(1000, 0.3, channels), to_queries([query, color])).any()
    assert device.launches[0] == (
        "match_exact" if kind == "exact" or kind + str(channels) == "table1" else "match_boxes"
    )


@pytest.mark.parametrize("name", ["exact", "tables"])
def test_seventy_thousand_pixels(name):
    check(EngineDevice(races=False), picture(70_000, 0.02), QUERIES[name])


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("layout", [{"shift": 1}, {"shift": 8}, {"padding": 16}, {"shift": 16, "padding": 5}])
def test_pixels_that_are_not_side_by_side_or_not_aligned(schedule, name, layout):
    device = EngineDevice(schedule=schedule)
    check_bits(device, picture(300, 0.4), QUERIES[name], **layout)
    assert device.launches[0] == "match_pixels"


def test_alpha_that_no_colour_names_is_masked_out():
    """Then every term compares the same channels with one value; otherwise the general kernel is for them."""
    device = EngineDevice()
    pixels = picture(1000, 0.4, 4)
    assert check_bits(device, pixels, to_queries([(1, 2, 3), (3, 2, 1)])).any()
    assert device.launches[0] == "match_exact"
    device.launches.clear()
    assert check_bits(device, pixels, to_queries([(1, 2, 3), (1, 2, 3, 4)])).any()
    assert device.launches[0] == "match_boxes"


def test_a_shift_of_16_bytes_is_aligned():
    device = EngineDevice()
    check_bits(device, picture(300, 0.4), EXACT, shift=16)
    assert device.launches[0] == "match_exact"


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_every_format_pixel_by_pixel(dtype, channels):
    device = EngineDevice()
    pixels = picture(700, 0.4, channels, dtype)
    if "float" in dtype:
        pixels.reshape(-1)[::13] = np.nan
        pixels.reshape(-1)[::17] *= -1
    bits = check_bits(device, pixels, BOXES, shift=8)
    assert device.launches[0] == "match_pixels"
    assert bits.any()


def batches(pixels: int, channels: int, dtype: str) -> dict[str, np.ndarray]:
    """Return batches whose pictures are not one tall picture."""
    drawn = picture(pixels, 0.4, channels, dtype).reshape(6, -1, 7, channels)
    planes = np.ascontiguousarray(drawn.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1)
    return {
        "planes": planes,
        "every second of planes": planes[::2],
        "rows left out": drawn[:, 1:, 2:],
        "picture after picture of one row": drawn.transpose(1, 0, 2, 3)[:, :1],
        "the same again": np.broadcast_to(drawn[:1], drawn.shape),
    }


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", batches(84, 3, "uint8"))
@pytest.mark.parametrize(("channels", "dtype"), [(1, "uint8"), (3, "uint8"), (4, "uint16"), (3, "float32")])
def test_batches_of_every_layout(schedule, name, channels, dtype):
    device, batch = EngineDevice(schedule=schedule), batches(420, channels, dtype)[name]
    program = compile_program(BOXES, PixelFormat(dtype, channels))
    found = launching.match_on_device(device, put_batch(device, batch), DeviceProgram(program, device))
    expected = match(batch.reshape(-1, *batch.shape[2:]), program)
    assert expected.any()
    np.testing.assert_array_equal(found.host.words, expected.words)
    np.testing.assert_array_equal(found.counts(), expected.counts())
    assert sum(launch.startswith("match") for launch in device.launches) == 1
    check_parts(found, expected)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("channels", [2, 3, 4])
@pytest.mark.parametrize("name", ["exact", "boxes", "tables"])
def test_planes_are_read_wide(schedule, channels, name):
    """One picture with a tail, and pictures of whole groups, in memory of a batch and of every second picture."""
    program = compile_program(QUERIES[name], PixelFormat("uint8", channels))
    one = picture(16 * 23, 0.4, channels).reshape(1, 23, 16, channels)
    many = picture(5 * 16 * 7, 0.4, channels).reshape(5, 16, 7, channels)
    planes = [np.ascontiguousarray(batch.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1) for batch in (one, many)]
    for batch in (planes[0], planes[0][:, :5], planes[0][:, :1, :9], planes[1], planes[1][::2], planes[1][::-2]):
        device = EngineDevice(schedule=schedule)
        found = launching.match_on_device(device, put_batch(device, batch), DeviceProgram(program, device))
        expected = match(batch.reshape(-1, *batch.shape[2:]), program)
        np.testing.assert_array_equal(found.host.words, expected.words)
        np.testing.assert_array_equal(found.host.union, expected.union)
        np.testing.assert_array_equal(found.counts(), expected.counts())
        assert found.total() == expected.total()
        assert device.launches == ["match_planes"]


def test_planes_that_are_not_aligned_are_read_pixel_by_pixel():
    program = compile_program(EXACT, PixelFormat("uint8", 3))
    for shape in ((2, 5, 7), (1, 5, 5)):
        planes = np.ascontiguousarray(picture(70, 0.4)[: np.prod(shape)].reshape(-1, 3)[: np.prod(shape)].T)
        batch = planes.reshape(3, *shape).transpose(1, 2, 3, 0)
        device = EngineDevice()
        found = launching.match_on_device(device, put_batch(device, batch), DeviceProgram(program, device))
        np.testing.assert_array_equal(found.host.words, match(batch.reshape(-1, shape[2], 3), program).words)
        assert device.launches == ["match_pixels"]


def found_and_expected(device, pixels, queries):
    """Return the answer of the device, and that of the judge."""
    program = compile_program(queries, PixelFormat("uint8", pixels.shape[2]))
    found = launching.match_on_device(device, put(device, pixels), DeviceProgram(program, device))
    return found, match(pixels, program)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("shape", [(7, 33), (5, 64), (3, 257), (9, 500), (1, 1), (4, 16)])
@pytest.mark.parametrize("name", ["one", "exact"])
def test_what_batches_ask_of_bits(schedule, shape, name):
    device = EngineDevice(schedule=schedule)
    check_parts(*found_and_expected(device, picture(shape[0] * shape[1], 0.3).reshape(*shape, 3), QUERIES[name]))
    assert "cut_bits" in device.launches


@pytest.mark.parametrize("colors", [64, 65])
def test_parts_of_more_colours_than_one_launch_takes(colors):
    pixels = np.arange(2 * 43 * 3, dtype=np.uint8).reshape(2, 43, 3) // 3
    queries = to_queries([(number, number, number) for number in range(colors)])
    check_parts(*found_and_expected(EngineDevice(races=False), pixels, queries))


@pytest.mark.parametrize("colors", [63, 64, 65, 128, 130])
@pytest.mark.parametrize("layout", [{}, {"shift": 4}])
def test_more_colours_than_one_launch_takes(colors, layout):
    device = EngineDevice()
    queries = to_queries([(number, number // 3, 7) for number in range(colors)])
    pixels = np.array([(number, number // 3, 7) for number in range(0, 256, 3)], np.uint8).reshape(2, 43, 3)
    check_bits(device, pixels, queries, **layout)
    assert sum(name.startswith("match") for name in device.launches) == -(-colors // MOST_COLORS)


@pytest.mark.parametrize("layout", [{}, {"padding": 8}])
def test_work_is_cut_into_pieces_that_give_the_same(monkeypatch, layout):
    monkeypatch.setattr(launching, "MOST_WORK", 1)
    device = EngineDevice(races=False)
    check_bits(device, picture(3 * 4096 + 77, 0.1), EXACT, **layout)
    assert sum(name.startswith("match") for name in device.launches) == 4


def test_a_launch_has_no_more_work_than_allowed():
    for count, terms in ((1, 1), (2**31, 1), (2**33, 1), (2**28, 40), (5000, 2**33)):
        pieces = list(launching.pieces(0, count, terms))
        assert [start for start, _ in pieces] == [0, *(stop for _, stop in pieces[:-1])]
        assert pieces[-1][1] == count
        assert all(start % BLOCK_PIXELS == 0 for start, _ in pieces)
        assert all((stop - start) * terms <= max(launching.MOST_WORK, BLOCK_PIXELS * terms) for start, stop in pieces)


def test_a_single_row_or_column_is_read_wide_whatever_its_strides_say():
    for shape in ((1, 100, 3), (100, 1, 3)):
        device = EngineDevice()
        pixels = np.full(shape, 7, np.uint8)
        there = put(device, pixels)
        strides = (999, 3, 1) if shape[0] == 1 else (3, 999, 1)
        odd = DevicePixels(there.address, there.shape, strides, there.dtype, there.owner)
        program = DeviceProgram(compile_program(to_queries([(7, 7, 7)]), PixelFormat("uint8", 3)), device)
        assert launching.match_on_device(device, odd, program).total() == 100
        assert device.launches == ["match_exact"]


def test_places_are_counted_beyond_two_to_the_32():
    """A scan of more than one round: the sums of the rounds before no longer fit 32 bits."""
    device = EngineDevice(races=False)
    values = np.full(4 * collecting.SCAN_THREADS, 2**20, np.uint32)  # no block has so many: 2^30 each round
    counts, offsets = device.allocate(values.nbytes), device.allocate(8 * (len(values) + 1))
    device.upload(counts, values)
    arguments = (u64(counts.address), u64(len(values)), u64(offsets.address))
    device.launch(collecting.scan_counts, 1, collecting.SCAN_THREADS, *arguments)
    found = np.empty(len(values) + 1, np.uint64)
    device.download(offsets, found)
    np.testing.assert_array_equal(found, np.arange(len(values) + 1, dtype=np.uint64) << np.uint64(20))
    assert int(found[-1]) == 2**32


def test_nothing_is_launched_for_a_picture_without_pixels():
    device = EngineDevice()
    for shape in ((0, 5, 3), (5, 0, 3)):
        check(device, np.zeros(shape, np.uint8), EXACT)
    assert device.launches == []


@pytest.mark.parametrize("query", ["exact", "boxes"])
@pytest.mark.parametrize("start", [2**31, 2**32, 2**33 + 4096 * 5])
def test_beyond_two_to_the_31_pixels(query, start):
    """The kernel runs there only, on a picture of which nothing before is in memory: addresses must be of 64 bits."""
    device, pixels = EngineDevice(), picture(4096 + 300, 0.2)
    part = pixels.reshape(-1, 3)
    program = DeviceProgram(compile_program(QUERIES[query], PixelFormat("uint8", 3)), device)
    there = launching.upload(device, pixels)
    size = -(-len(part) // 64) * 8
    words, union, totals = device.allocate(3 * 1024), device.allocate(size), device.allocate(32)
    device.upload(totals, np.zeros(4, np.uint64))
    (launch,) = program.groups
    device.launch(
        matching.match_exact if query == "exact" else matching.match_boxes,
        2,
        THREADS,
        *(u64(there.address - 3 * start), u64(start), u64(start + len(part)), u32(3)),
        *(u64(launch.terms.address), u32(launch.term_count), u64(words.address - start // 8), u64(1024)),
        *(u64(union.address - start // 8), u32(0), u64(totals.address)),
    )
    expected = check_bits(device, pixels, QUERIES[query])
    found = np.empty(size // 8, np.uint64)
    device.download(union, found)
    np.testing.assert_array_equal(found, expected.union)
    counted = np.empty(4, np.uint64)
    device.download(totals, counted)
    assert counted.tolist() == [*expected.counts().tolist(), expected.total()]


def test_one_row_of_more_than_two_to_the_31_pixels_pixel_by_pixel():
    device, pixels = EngineDevice(), picture(640, 0.3)
    start, width = 2**33, 2**40
    there = launching.upload(device, pixels)
    program = DeviceProgram(compile_program(ONE, PixelFormat("uint8", 3)), device)
    words, totals = device.allocate(80), device.allocate(16)
    device.upload(totals, np.zeros(2, np.uint64))
    (launch,) = program.pixels
    device.launch(
        pixelwise.match_pixels,
        3,
        THREADS,
        *(u64(there.address - 3 * start), u64(start), u64(start + 640), u64(width)),
        *(*reciprocal(width), np.int64(0), np.int64(3), np.int64(1), *reciprocal(1), np.int64(0)),
        *(pixelwise.UINT8, u32(3)),
        *(u64(launch.terms.address), u32(launch.term_count), u64(words.address - start // 8), u64(80)),
        *(u64(0), u32(0), u64(totals.address)),
    )
    found = np.empty(10, np.uint64)
    device.download(words, found)
    np.testing.assert_array_equal(found, check_bits(device, pixels, ONE).union)
