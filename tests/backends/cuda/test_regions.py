"""Connected components on the device that is made of Python, against those of the processor."""

from functools import cache
from typing import Any

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.backends.cuda import joining, regions, runs, tabulating
from pixgrep.backends.cuda.arithmetic import reciprocal
from pixgrep.backends.cuda.bits import DeviceBits
from pixgrep.backends.cuda.blocks import THREADS, blocks_for
from pixgrep.bits import Bits
from pixgrep.components import Rule
from pixgrep.errors import DeviceError, PictureError
from pixgrep.gpu.device import Device, Memory, get_device, use_device
from tests.backends.cuda.check import put_bits
from tests.backends.cuda.on_processor import on_processor
from tests.backends.cuda.test_faults import FaultyDevice
from tests.simt.gpu import EngineDevice
from tests.sources.test_device import Tensor

u32, u64 = np.uint32, np.uint64
SCHEDULES = ["greedy", "fair", "reversed"]
WIDTHS = [1, 2, 31, 32, 33, 63, 64, 65, 127]
RULES = [Rule(8), Rule(4), Rule(8, 1), Rule(8, 5)]
FEW_RULES = RULES[:3]


@pytest.fixture
def quick_sums(monkeypatch):
    """Add up counts on the host: the kernel that does is tested elsewhere, and has 1,024 threads."""

    def sums_of(device: Device, counts: Memory, blocks: int) -> Memory:
        found, offsets = np.empty(blocks, np.uint32), device.allocate((blocks + 1) * 8)
        device.download(counts, found)
        device.upload(offsets, np.append(0, np.cumsum(found)).astype(np.uint64))
        return offsets

    monkeypatch.setattr(regions, "sums_of", sums_of)


def spiral(height: int, width: int) -> np.ndarray:
    """Draw one line that turns inwards, with a line free between."""
    mask = np.zeros((height + 2, width + 2), np.bool_)
    y, x, (down, right) = 1, 1, (0, 1)
    mask[1, 1] = True
    for _ in range(2 * (height + width)):
        if not _is_free(mask, y + down, x + right, down, right):
            down, right = right, -down
        while _is_free(mask, y + down, x + right, down, right):
            y, x = y + down, x + right
            mask[y, x] = True
    return mask[1:-1, 1:-1]


def _is_free(mask: np.ndarray, y: int, x: int, down: int, right: int) -> bool:
    height, width = mask.shape
    if not (0 < y < height - 1 and 0 < x < width - 1):
        return False
    return not mask[y, x] and not mask[y + down, x + right]


def comb(height: int, width: int) -> np.ndarray:
    """Draw a row with teeth below: nothing of them hangs together but there."""
    mask = np.zeros((height, width), np.bool_)
    mask[0], mask[:, ::2] = True, True
    return mask


def snake(height: int, width: int) -> np.ndarray:
    """Draw rows that are joined at their ends, by turns: every one waits for the one before."""
    mask = np.zeros((height, width), np.bool_)
    mask[::2] = True
    mask[1::4, -1] = mask[3::4, 0] = True
    return mask


def checks(height: int, width: int) -> np.ndarray:
    """Draw pixels that touch at corners only."""
    return np.asarray(np.indices((height, width)).sum(axis=0) % 2, np.bool_)


def noise(height: int, width: int, density: float, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).random((height, width)) < density


def everything(width: int) -> np.ndarray:
    """Draw all of that one below the other, with a row free between."""
    rows = 5
    drawn = [spiral(9, width), comb(rows, width), comb(rows, width)[::-1], snake(rows, width), checks(rows, width)]
    drawn += [noise(rows, width, density) for density in (0.1, 0.5, 0.8)]
    drawn += [np.ones((3, width), np.bool_), noise(2, width, 0.5, 2)]
    free = np.zeros((1, width), np.bool_)
    return np.concatenate([part for one in drawn for part in (one, free)])


def to_bits(*masks: np.ndarray) -> Bits:
    bits = Bits.empty(len(masks), masks[0].shape)
    bits.put(np.stack([mask.reshape(-1) for mask in masks]))
    return bits


def labels_for(bits: Bits, rule: Rule, highest: int, colors: Any) -> list[np.ndarray]:
    """Return labels in no order, some of them 0."""
    random = np.random.default_rng(7)
    counts = [len(bits.components(color, rule)) for color in colors]
    return [random.integers(1, highest, count) * (random.random(count) < 0.7) for count in counts]


def check_table(device: EngineDevice, bits: Bits, rule: Rule, color: int | None = 0) -> None:
    found, expected = put_bits(device, bits).components(color, rule), bits.components(color, rule)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


def check_labels(device: EngineDevice, bits: Bits, rule: Rule, labels: list[np.ndarray]) -> None:
    found, expected = put_bits(device, bits).label_map(rule, labels), bits.label_map(rule, labels)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found.to_host(), expected)


def settle_a_chain(device: EngineDevice) -> None:
    """Let runs of which each is the child of the one before, deeper than any that joining leaves, find their root."""
    count, half = 200, 100
    tree, counts = device.allocate(count * 8), device.allocate(4)
    device.upload(tree, np.array([max(run - 1, run // half * half) for run in range(count)], np.uint64))
    device.launch(joining.settle_runs, 1, THREADS, u64(tree.address), u64(count), u64(counts.address))
    found, roots = np.empty(count, np.uint64), np.empty(1, np.uint32)
    device.download(tree, found)
    device.download(counts, roots)
    np.testing.assert_array_equal(found, np.arange(count) // half * half)
    assert roots[0] == 2


@pytest.mark.usefixtures("quick_sums")
class TestShapes:
    """All that can be drawn, in pictures of every width."""

    @pytest.mark.parametrize("width", WIDTHS)
    def test_everything_in_every_width(self, width):
        bits = to_bits(everything(width))
        for rule in RULES if width in (2, 33, 64) else RULES[:2]:
            check_table(EngineDevice(schedule=SCHEDULES[width % 3], seed=width), bits, rule)

    @pytest.mark.parametrize("schedule", SCHEDULES)
    @pytest.mark.parametrize("rule", FEW_RULES)
    def test_in_every_order_with_others_between_all_steps(self, schedule, rule):
        check_table(EngineDevice(schedule=schedule, seed=1, turns=True), to_bits(everything(33)), rule)

    @pytest.mark.parametrize("schedule", SCHEDULES)
    @pytest.mark.parametrize("turns", [False, True])
    def test_a_long_path_to_the_root(self, schedule, turns):
        settle_a_chain(EngineDevice(schedule=schedule, turns=turns))

    @pytest.mark.parametrize("mask", [noise(1, 700, 0.5), noise(700, 1, 0.5), noise(1, 1, 0), noise(1, 1, 1)])
    def test_single_rows_and_columns(self, mask):
        for rule in FEW_RULES:
            check_table(EngineDevice(), to_bits(mask), rule)

    @pytest.mark.parametrize("value", [False, True])
    @pytest.mark.parametrize("shape", [(5, 64), (100, 97)])
    def test_all_or_none(self, value, shape):
        for rule in RULES[1:3]:
            check_table(EngineDevice(), to_bits(np.full(shape, value)), rule)

    @pytest.mark.parametrize("draw", [spiral, comb, snake, checks])
    def test_several_blocks_of_bits_and_of_runs(self, draw):
        check_table(EngineDevice(races=False), to_bits(draw(67, 131)), Rule(4))

    def test_a_gap_larger_than_the_picture(self):
        bits = to_bits(noise(9, 40, 0.03))
        for gap in (8, 2**40):
            check_table(EngineDevice(), bits, Rule(8, gap))
        assert len(bits.components(0, Rule(8, 2**40))) == 1

    def test_work_is_cut_into_pieces_that_give_the_same(self, monkeypatch):
        monkeypatch.setattr(regions, "MOST_WORK", 1)
        device = EngineDevice(races=False)
        check_table(device, to_bits(checks(30, 31)), Rule(8, 1))
        assert device.launches.count("unite_runs") == 2

    def test_rows_of_components_lie_as_the_table_says(self):
        """The largest numbers that a warp adds up at once are those of its last lane, or of its first."""
        mask = np.zeros((40, 50), np.bool_)
        mask[:, 7], mask[3:, 20:23], mask[5, :] = True, True, True
        check_table(EngineDevice(), to_bits(mask), Rule(8))
        check_table(EngineDevice(), to_bits(mask[::-1, ::-1]), Rule(4))

    @pytest.mark.parametrize(("schedule", "highest"), list(zip(SCHEDULES, [1000, 2**31, 2**40], strict=True)))
    @pytest.mark.parametrize("colors", [[0, 1], [None], [0, 1, 2]])
    def test_labels_of_colours_that_overlap(self, schedule, highest, colors):
        masks = [noise(11, 43, density, seed) for seed, density in enumerate((0.5, 0.3, 0.9)[: max(len(colors), 2)])]
        bits, rule = to_bits(*masks), RULES[len(colors) - 1]
        check_labels(EngineDevice(schedule=schedule), bits, rule, labels_for(bits, rule, highest, colors))

    def test_labels_of_nothing(self):
        bits = to_bits(noise(5, 77, 0), noise(5, 77, 0))
        check_labels(EngineDevice(), bits, Rule(), [np.empty(0, np.int64)] * 2)

    @pytest.mark.parametrize("count", [1, 3])
    def test_labels_that_are_too_few_or_too_many_are_not_looked_up(self, count):
        device = EngineDevice()
        with pytest.raises(ValueError, match=f"{count} labels for 2 components"):
            put_bits(device, to_bits(np.array([[True, False, True]]))).label_map(Rule(), [np.ones(count, np.int64)])
        assert "paint_runs" not in device.launches

    @pytest.mark.parametrize("width", WIDTHS)
    def test_labels_of_everything(self, width):
        bits = to_bits(everything(width)[:64])
        check_labels(EngineDevice(), bits, Rule(4), labels_for(bits, Rule(4), 9, [0]))


@pytest.mark.parametrize("shape", [(0, 7), (7, 0), (0, 0)])
def test_nothing_is_launched_for_a_picture_without_pixels(shape):
    device, bits = EngineDevice(), Bits.empty(2, shape)
    there = DeviceBits._of_size(device, 2, 1, shape, "")
    assert there.components(0, Rule()).tolist() == []
    labels = there.label_map(Rule(), [np.empty(0, np.int64)] * 2)
    np.testing.assert_array_equal(labels.to_host(), bits.label_map(Rule(), [np.empty(0, np.int64)] * 2))
    assert device.launches == []


def test_sums_that_may_not_fit_are_refused():
    device = EngineDevice()
    bits = DeviceBits(device, Memory(0, 0, None), 0, 1, (2**31, 2**31), Memory(0, 0, None))
    with pytest.raises(PictureError, match="too large for sums"):
        bits.components(None, Rule())
    assert device.launches == []


class TestSearched:
    """What a search on the device gives, all kernels one after the other."""

    @pytest.fixture(autouse=True)
    def device(self):
        kept, device = get_device(), EngineDevice()
        use_device(device)
        yield device
        use_device(kept)

    @pytest.mark.parametrize("colors", [[(1, 2, 3)], [(1, 2, 3), (3, 2, 1)]])
    def test_components_and_labels_of_hits(self, device, colors):
        pixels = np.array([(1, 2, 3), (3, 2, 1), (9, 9, 9)], np.uint8)[
            np.random.default_rng(3).integers(0, 3, (19, 45))
        ]
        found, expected = pg.find(Tensor(pixels), colors).bits, pg.find(pixels, colors, backend="numpy").bits.host
        assert isinstance(found, DeviceBits)
        for color in (*range(len(colors)), None):
            np.testing.assert_array_equal(found.components(color, Rule()), expected.components(color, Rule()))
        labels = labels_for(expected, Rule(4), 99, range(len(colors)))
        drawn = found.label_map(Rule(4), labels)
        np.testing.assert_array_equal(drawn.to_host(), expected.label_map(Rule(4), labels))
        joined = ["count_runs", "scan_counts", "write_runs", "unite_runs", "settle_runs", "scan_counts"]
        assert device.launches[-8:] == [*joined, "number_roots", "paint_runs"]
        assert "write_mask" not in device.launches

    def test_what_does_not_fit_is_still_to_be_had_on_the_host(self):
        device = FaultyDevice(RuntimeError(), at=0)
        use_device(device)
        bits = pg.find(Tensor(np.zeros((7, 9, 3), np.uint8)), (0, 0, 0)).bits
        assert isinstance(bits, DeviceBits)
        device.faults.most = 0
        with pytest.raises(DeviceError, match=r"not enough memory .* this table .*`host`"):
            bits.components(0, Rule())
        with pytest.raises(DeviceError, match=r"not enough memory .* this array .*`host`"):
            bits.label_map(Rule(), [np.ones(1, np.int64)])
        assert len(bits.host.components(0, Rule())) == 1


@cache
def row_begins_on_processor() -> Any:
    return on_processor(runs.row_begins)


class TestArithmetic:
    """Bits of runs, as the compiler makes them and as Python does, against NumPy."""

    @pytest.mark.parametrize("width", [*WIDTHS, 3, 5, 8, 30, 34, 2**31 + 11, 2**40])
    def test_first_pixels_of_rows(self, width):
        compiled = row_begins_on_processor()
        starts = (0, 32, 2**31, 2**33 + 4096 * 5, 2**45)
        for first in [first for start in starts for first in (start, start // width * width // 32 * 32)]:
            expected = sum(1 << bit for bit in range(33) if (first + bit) % width == 0)
            assert int(compiled(u64(first), u64(width), *reciprocal(width))) == expected

    def test_ends_of_runs(self):
        random = np.random.default_rng(5)
        begin, end = on_processor(runs.bits_that_begin), on_processor(runs.bits_that_end)
        for _ in range(500):
            row = random.random(34) < random.random()
            first_of_row = random.random(34) < 0.1
            begins = row[1:33] & (~row[:32] | first_of_row[1:33])
            ends = row[1:33] & (~row[2:] | first_of_row[2:])
            bits, rows = _number(row[1:33]), u64(_number(first_of_row[1:]))
            for number, (compiled, plain) in enumerate(
                ((begin, runs.bits_that_begin.py_func), (end, runs.bits_that_end.py_func))
            ):
                expected, neighbour = _number((begins, ends)[number]), u32(row[(0, 33)[number]])
                assert int(compiled(u32(bits), neighbour, rows)) == expected
                assert int(plain(u32(bits), neighbour, rows)) == expected


def _number(bits: np.ndarray) -> int:
    return sum(1 << place for place, bit in enumerate(bits.tolist()) if bit)


class TestFar:
    """The kernels beyond 2^31 pixels and runs, on a picture of which nothing before is in memory."""

    SHAPE, FIRST = (9, 100), (2**33 // 1600 + 1) * 1600

    @pytest.fixture
    def device(self):
        device = EngineDevice()
        first = self.FIRST // runs.WORD
        now = device.engine._now
        device.engine._cloner._intrinsics["thread_number"] = lambda: u64(first + now.lane.thread.x)
        return device

    def test_runs_and_labels(self, device, monkeypatch):
        bits = to_bits(noise(*self.SHAPE, 0.5))
        expected = bits.label_runs(0, Rule(4))
        there = self._send(device, np.append(u64(0), bits.words[0]))  # the word before is looked at, too
        count, before = len(expected.starts), 2**34
        offsets, starts, stops, parents, labels, picture = (
            device.allocate(size) for size in (16, *[count * 8] * 4, 900 * 8)
        )
        device.upload(offsets, np.array([before, before + count], np.uint64))
        words = u64(there.address + 8 - self.FIRST // 8), u64(self.FIRST // 32 + 30), u64(100), *reciprocal(100)
        ends = [u64(memory.address - 8 * before) for memory in (starts, stops, parents)]
        device.launch(runs.write_runs, 1, THREADS, *words, u64(offsets.address), *ends)
        rows = expected.rows() * 100 + self.FIRST
        found = [self._read(device, memory, count) for memory in (starts, stops, parents)]
        np.testing.assert_array_equal(found[0], rows + expected.starts)
        np.testing.assert_array_equal(found[1], rows + expected.stops)
        np.testing.assert_array_equal(found[2], before + np.arange(count))
        device.upload(parents, expected.numbers.astype(np.uint64) + (runs.SETTLED | u64(2**35)))
        device.upload(labels, np.arange(count) + 2**40)
        what = (ends[2], u64(labels.address - 8 * 2**35), u64(self.FIRST + 900), u32(1), u32(1))
        target = u64(picture.address - 8 * self.FIRST)
        device.launch(runs.paint_runs, 1, THREADS, *words, u64(offsets.address), *what, target)
        painted = bits.label_map(Rule(4), [np.arange(count) + 2**40])
        np.testing.assert_array_equal(self._read(device, picture, 900), painted.reshape(-1))

    def test_tables(self):
        """The picture is a part of one with more than 2^33 pixels above."""
        bits, device = to_bits(noise(*self.SHAPE, 0.5)), EngineDevice()
        labeled, expected = bits.label_runs(0, Rule(4)), bits.components(0, Rule(4))
        count, top, block = len(labeled.starts), self.FIRST // 100, self.FIRST // runs.BLOCK_BITS
        begins = labeled.rows() * 100 + self.FIRST
        starts, stops, parents = begins + labeled.starts, begins + labeled.stops, np.arange(count)
        last = (self.FIRST + 900) // runs.BLOCK_BITS
        offsets = np.searchsorted(starts, np.arange(block, last + 2) * runs.BLOCK_BITS)
        sent = [self._send(device, values) for values in (starts, stops, parents, offsets)]
        ends, tree = [u64(memory.address) for memory in sent[:2]], (u64(sent[2].address), u64(count))
        row = u64(100), *reciprocal(100)
        far = (u64(0), u64(sent[3].address - 8 * block), *row, u64(self.FIRST + 900), u64(0), u64(1))
        device.launch(joining.unite_runs, blocks_for(count, THREADS), THREADS, *ends, *tree, *far)
        counts, table = device.allocate(4), device.allocate(expected.nbytes)
        device.launch(joining.settle_runs, 1, THREADS, *tree, u64(counts.address))
        zero = self._send(device, np.zeros(1))
        what = (u64(zero.address), ends[0], *row, u64(table.address))
        device.launch(tabulating.number_roots, 1, THREADS, *tree, *what)
        where = (*tree, *row, u64(table.address))
        device.launch(tabulating.add_runs, blocks_for(count, THREADS), THREADS, *ends, *where)
        moved = expected.copy()
        moved[:, 2] += expected[:, 0] * top
        moved[:, [4, 6]] += top
        np.testing.assert_array_equal(self._read(device, table, expected.size).reshape(-1, 8), moved)

    def _send(self, device: EngineDevice, values: np.ndarray) -> Memory:
        memory = device.allocate(values.size * 8)
        device.upload(memory, values.astype(np.uint64))
        return memory

    def _read(self, device: EngineDevice, memory: Memory, count: int) -> np.ndarray:
        found = np.empty(count, np.int64)
        device.download(memory, found)
        return found
