"""The answer to a search in the memory of the GPU: numbers come to the host, arrays stay."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.backends.cuda import collecting
from pixgrep.backends.cuda.arithmetic import reciprocal
from pixgrep.backends.cuda.blocks import BLOCK_PIXELS, MOST_COLORS, THREADS, blocks_for
from pixgrep.bits import Bits, words_for
from pixgrep.errors import DeviceError, one_line
from pixgrep.gpu.array import DeviceArray
from pixgrep.gpu.device import Device, Memory
from pixgrep.gpu.faults import OutOfMemoryError

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
        self, device: Device, words: Memory, row_bytes: int, colors: int, shape: tuple[int, int], totals: Memory
    ) -> None:
        self._device = device
        self._totals = totals
        self._in_use: list[Memory] = []
        self.words = words
        self.row_bytes = row_bytes
        self.colors = colors
        self.shape = shape

    @classmethod
    def empty(cls, device: Device, colors: int, shape: tuple[int, int], launches: int) -> "DeviceBits":
        """Return bits with room for an answer, written by so many launches."""
        row_bytes = -(-words_for(shape) * 8 // ALIGNMENT) * ALIGNMENT
        words = device.allocate((colors + (colors > 1)) * row_bytes)
        totals = device.allocate(launches * TOTAL_BYTES)
        device.upload(totals, np.zeros(totals.size, np.uint8))
        return cls(device, words, row_bytes, colors, shape, totals)

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
        for number, words in enumerate(bits.words):
            self._device.download(self.row(number), words)
        if self.colors > 1:
            self._device.download(self.union, bits.union)

    @cached_property
    def host(self) -> Bits:
        """The same bits in the memory of the CPU."""
        bits = Bits.empty(self.colors, self.shape)
        self.copy_to(bits)
        return bits

    def coordinates(self, origin: tuple[int, int], dtype: Any) -> DeviceArray:
        """Return (x, y) of every match in reading order, shape (n, 2); `origin` is (x, y) of bit 0."""
        with self._writing():
            return self._coordinates(origin, dtype)

    def _coordinates(self, origin: tuple[int, int], dtype: Any) -> DeviceArray:
        places = self._allocate((self.total(), 2), dtype)
        if places.size:
            groups, blocks = self._groups, self._blocks
            counts, offsets = self._device.allocate(blocks * 4), self._device.allocate((blocks + 1) * 8)
            self._in_use += counts, offsets
            words = u64(self.union.address)
            self._device.launch(collecting.count_blocks, blocks, THREADS, words, groups, u64(counts.address))
            scan = (u64(counts.address), u64(blocks), u64(offsets.address))
            self._device.launch(collecting.scan_counts, 1, collecting.SCAN_THREADS, *scan)
            self._device.launch(
                collecting.write_places,
                blocks,
                THREADS,
                *(words, groups, u64(offsets.address), u64(self.shape[1]), *reciprocal(self.shape[1])),
                *(u64(origin[0]), u64(origin[1]), u32(places.dtype.itemsize == 8), u64(places.address)),
            )
        return places

    def first_colors(self) -> DeviceArray:
        """Return the number of the (first) matching colour for every match in reading order."""
        with self._writing():
            places = self._coordinates((0, 0), np.int64)
            numbers = self._allocate((len(places),), np.int32)
            if numbers.size:
                self._in_use.append(places.memory)
                self._device.launch(
                    collecting.write_colors,
                    blocks_for(numbers.size, THREADS),
                    THREADS,
                    *(u64(places.address), u64(numbers.size), u64(self.shape[1])),
                    *(u64(self.words.address), u64(self.row_bytes), u32(self.colors), u64(numbers.address)),
                )
            return numbers

    def mask(self) -> DeviceArray:
        """Return one bool a pixel, shape (height, width)."""
        with self._writing():
            mask = self._allocate(self.shape, np.bool_)
            self._write_mask(self.union, mask.address)
            return mask

    def masks(self) -> DeviceArray:
        """Return one bool a colour and pixel, shape (colors, height, width)."""
        with self._writing():
            masks = self._allocate((self.colors, *self.shape), np.bool_)
            pixels = self.shape[0] * self.shape[1]
            for number in range(self.colors):
                self._write_mask(self.row(number), masks.address + number * pixels)
            return masks

    def __reduce__(self) -> Any:
        raise TypeError("bits on a GPU cannot be pickled or copied; take those of `hits.host`")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Wait until what is written is there: nobody gets an array that is not, and errors come to light here."""
        try:
            yield
            self._device.wait()
            self._in_use.clear()
        except OutOfMemoryError as error:
            raise DeviceError(
                f"not enough memory on the GPU for this array ({one_line(error)}); take it from `host` instead, or "
                "search a smaller region"
            ) from error

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

    def _allocate(self, shape: tuple[int, ...], dtype: Any) -> DeviceArray:
        size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        return DeviceArray(self._device, self._device.allocate(size), shape, dtype)
