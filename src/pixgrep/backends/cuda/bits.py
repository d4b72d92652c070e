"""The answer to a search in the memory of the GPU: numbers come to the host, arrays stay."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.backends.cuda import collecting
from pixgrep.backends.cuda.arithmetic import reciprocal
from pixgrep.backends.cuda.blocks import BLOCK_PIXELS, MOST_COLORS, THREADS, blocks_for
from pixgrep.backends.cuda.program import DeviceProgram
from pixgrep.backends.cuda.regions import DeviceRuns
from pixgrep.backends.cuda.scanning import sums_of
from pixgrep.bits import Bits
from pixgrep.components import Rule, Table
from pixgrep.components.runs import label_type
from pixgrep.components.table import check_sums, empty_table
from pixgrep.errors import DeviceError, one_line
from pixgrep.gpu.device import Device, Memory, hand_over
from pixgrep.gpu.faults import OutOfMemoryError
from pixgrep.gpu.libraries import LIBRARIES
from pixgrep.packed import Words, words_for

u32, u64 = np.uint32, np.uint64

ALIGNMENT = 256
"""Rows of bits begin at multiples of so many bytes."""
TOTAL_BYTES = (MOST_COLORS + 1) * 8
"""For the totals of one launch: of its colours, and of the union so far."""


class DeviceBits:
    """
    One bit for each pixel and colour, on the device; see `pixgrep.bits.Bits`.

    Attributes
    ----------
    shape : tuple of int
        Height and width.
    colors : int
        How many.
    words : Memory
        The bits of all colours, each `row_bytes` after the one before, and at last of their union.
    row_bytes : int
        A multiple of `ALIGNMENT`.
    """

    def __init__(
        self,
        device: Device,
        words: Memory,
        row_bytes: int,
        colors: int,
        shape: tuple[int, int],
        totals: Memory,
        library: str = "",
    ) -> None:
        self._device = device
        self._totals = totals
        self._library = library
        self.words = words
        self.row_bytes = row_bytes
        self.colors = colors
        self.shape = shape

    @classmethod
    def empty(cls, device: Device, program: DeviceProgram, shape: tuple[int, int], library: str = "") -> "DeviceBits":
        """Return bits with room for the answer to a program."""
        return cls._of_size(device, len(program.program.colors), program.launch_count, shape, library)

    @classmethod
    def _of_size(cls, device: Device, colors: int, launches: int, shape: tuple[int, int], library: str) -> "DeviceBits":
        row_bytes = -(-words_for(shape) * 8 // ALIGNMENT) * ALIGNMENT
        words = device.allocate((colors + (colors > 1)) * row_bytes)
        totals = device.allocate(launches * TOTAL_BYTES)
        device.clear(totals)
        return cls(device, words, row_bytes, colors, shape, totals, library)

    @property
    def union(self) -> Memory:
        """The bits of all colours together; of the very colour where there is one."""
        return self.row(self.colors if self.colors > 1 else 0)

    def row(self, number: int) -> Memory:
        """Return the bits of a colour."""
        return Memory(self.words.address + number * self.row_bytes, words_for(self.shape) * 8, self.words)

    def totals_of(self, launch: int) -> Memory:
        """Return where a launch adds its counts."""
        return Memory(self._totals.address + launch * TOTAL_BYTES, TOTAL_BYTES, self._totals)

    @cached_property
    def _counted(self) -> NDArray[np.int64]:
        """The counts of all colours, then of the union: a launch has those of its colours, and of the union so far."""
        totals = np.empty(self._totals.size // 8, np.int64)
        self._device.download(self._totals, totals)
        launches = totals.reshape(-1, TOTAL_BYTES // 8)
        counts = launches[:, :MOST_COLORS].ravel()[: self.colors]
        last = self.colors - (len(launches) - 1) * MOST_COLORS
        return np.append(counts, launches[-1, last])

    def counts(self) -> NDArray[np.int64]:
        """Return how many pixels match each colour."""
        return self._counted[:-1]

    def any(self) -> bool:
        """Return whether any pixel matches."""
        return self.total() > 0

    def total(self) -> int:
        """Return how many pixels match at least one colour."""
        return int(self._counted[-1])

    def copy_to(self, bits: Bits) -> None:
        """Copy everything to bits in the memory of the CPU."""
        for memory, words in self.rows_with(bits):
            self._device.download(memory, words)

    def rows_with(self, bits: Bits) -> list[tuple[Memory, Words]]:
        """Return where each row of bits lies, those of the union last, and the same row of others."""
        rows = [(self.row(number), words) for number, words in enumerate(bits.words)]
        return [*rows, (self.union, bits.union)] if self.colors > 1 else rows

    @cached_property
    def host(self) -> Bits:
        """The same bits in the memory of the CPU."""
        bits = Bits.empty(self.colors, self.shape)
        self.copy_to(bits)
        return bits

    def coordinates(self, origin: tuple[int, int], dtype: Any) -> Any:
        """Return (x, y) of every match in reading order, shape (n, 2); `origin` is (x, y) of bit 0."""
        return self._written((self.total(), 2), dtype, lambda address: self._write_places(address, origin, dtype))

    def places(self, rows: int, origin: tuple[int, int], dtype: Any) -> tuple[Any, Any]:
        """Return the picture of every match, and its (x, y) there, see `pixgrep.bits.Bits.places`."""
        total, written = self.total(), []

        def write(frames: int) -> None:
            def write_both(xy: int) -> None:
                self._write_places(xy, origin, dtype, rows, frames)

            written.append(self._written((total, 2), dtype, write_both))

        frames = self._written((total,), dtype, write)
        return frames, *written

    def part(self, start: int, shape: tuple[int, int]) -> "DeviceBits":
        """Return a copy of the bits of a part that begins at number `start`."""
        launches, rows = self._totals.size // TOTAL_BYTES, self.colors + (self.colors > 1)
        part = DeviceBits._of_size(self._device, self.colors, launches, shape, self._library)
        stop, blocks = start + shape[0] * shape[1], blocks_for(words_for(shape), THREADS)
        for number in range(rows if blocks else 0):
            launch = min(number // MOST_COLORS, launches - 1)  # the union is one more of the last
            total = part.totals_of(launch).address + (number - launch * MOST_COLORS) * 8
            where = (u64(self.row(number).address), u64(start), u64(stop), u64(part.row(number).address))
            self._device.launch(collecting.cut_bits, blocks, THREADS, *where, u32(3 - min(rows, 2)), u64(total))
        return part

    def _write_places(self, places: int, origin: tuple[int, int], dtype: Any, rows: int = 1, frames: int = 0) -> None:
        if self.total():
            groups, blocks = self._groups, self._blocks
            counts = self._device.allocate(blocks * 4)
            words = u64(self.union.address)
            self._device.launch(collecting.count_blocks, blocks, THREADS, words, groups, u64(counts.address))
            offsets = sums_of(self._device, counts, blocks)
            self._device.launch(
                collecting.write_places,
                blocks,
                THREADS,
                *(words, groups, u64(offsets.address), u64(self.shape[1]), *reciprocal(self.shape[1])),
                *(u64(origin[0]), u64(origin[1]), u32(np.dtype(dtype).itemsize == 8), u64(places)),
                *(u64(rows), *reciprocal(rows), u64(frames)),
            )

    def first_colors(self) -> Any:
        """Return the number of the (first) matching colour for every match in reading order."""
        return self._written((self.total(),), np.int32, self._write_colors)

    def _write_colors(self, numbers: int) -> None:
        count = self.total()
        if count:
            places = self._device.allocate(count * 16)
            self._write_places(places.address, (0, 0), np.int64)
            self._device.launch(
                collecting.write_colors,
                blocks_for(count, THREADS),
                THREADS,
                *(u64(places.address), u64(count), u64(self.shape[1])),
                *(u64(self.words.address), u64(self.row_bytes), u32(self.colors), u64(numbers)),
            )

    def mask(self) -> Any:
        """Return one bool a pixel, shape (height, width)."""
        return self._written(self.shape, np.bool_, lambda address: self._write_mask(self.union, address))

    def masks(self) -> Any:
        """Return one bool a colour and pixel, shape (colors, height, width)."""
        return self._written((self.colors, *self.shape), np.bool_, self._write_masks)

    def _write_masks(self, masks: int) -> None:
        for number in range(self.colors):
            self._write_mask(self.row(number), masks + number * self.shape[0] * self.shape[1])

    def components(self, color: int | None, rule: Rule) -> Table:
        """Return what each component of one colour is, or of all together (None), see `pixgrep.components`."""
        check_sums(self.shape)
        if not self._blocks:
            return empty_table(0)
        with _explained("this table"):
            return self._runs(self.union if color is None else self.row(color), rule).table()

    def _runs(self, words: Memory, rule: Rule) -> DeviceRuns:
        return DeviceRuns(self._device, words, self.shape, rule)

    def label_map(self, rule: Rule, labels: Sequence[NDArray[np.int64]]) -> Any:
        """Return the label of the component that each pixel is in, see `pixgrep.bits.Answer.label_map`."""
        dtype = label_type(labels)
        return self._written(self.shape, dtype, lambda address: self._write_labels(rule, labels, dtype, address))

    def _write_labels(self, rule: Rule, labels: Sequence[NDArray[np.int64]], dtype: Any, picture: int) -> None:
        """Write the labels of the last colour, and 0 elsewhere; then those of the others over them, the first last."""
        rows = [self.row(color) for color in range(self.colors)] if len(labels) == self.colors else [self.union]
        for number in reversed(range(len(labels) if self._blocks else 0)):
            is_first = number == len(labels) - 1
            found = self._runs(rows[number], rule)
            found.paint(labels[number], picture, is_wide=dtype is np.int64, is_first=is_first)

    def __reduce__(self) -> Any:
        raise TypeError("bits on a GPU cannot be pickled or copied; take those of `hits.host`")

    def _written(self, shape: tuple[int, ...], dtype: Any, write: Callable[[int], None]) -> Any:
        """
        Return an array of the picture's library, which `write`, given its address, begins to fill.

        Whoever asks may have changed over to another stream since the search: both streams wait for each other, and
        the processor does not. Where the library does not keep the order of streams, it does.
        """
        library = LIBRARIES[self._library]
        with _explained("this array"):
            asking = self._device.on(library.stream_for(self._device))
            room = library.room(self._device, shape, np.dtype(dtype))
            hand_over(asking, self._device)
            write(room.address)
            hand_over(self._device, asking)
            if not library.is_ordered:
                self._device.wait()
            return library.finish(room.array)

    def _write_mask(self, words: Memory, address: int) -> None:
        pixels = self.shape[0] * self.shape[1]
        if pixels:
            arguments = (u64(words.address), u64(pixels), u64(address))
            self._device.launch(collecting.write_mask, self._blocks, THREADS, *arguments)

    @property
    def _groups(self) -> np.uint64:
        return u64(words_for(self.shape) * 4)

    @property
    def _blocks(self) -> int:
        return blocks_for(self.shape[0] * self.shape[1], BLOCK_PIXELS)


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """Say of memory that does not suffice where the same is to be had."""
    try:
        yield
    except OutOfMemoryError as error:
        raise DeviceError(
            f"not enough memory on the GPU for {what} ({one_line(error)}); take it from `host` instead, or "
            "search a smaller region"
        ) from error
