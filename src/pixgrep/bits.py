"""
The answer to a search: one bit for each pixel and colour.

``bit i = pixel i in reading order``, that is ``np.packbits(mask.ravel(), bitorder="little")``. Everything a user asks
for (counts, coordinates, masks, boxes) is read from the bits, and only when it is asked for.
"""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pixgrep.model import WORD_BITS, Box

Words = NDArray[np.uint64]

MANY = 1 << 24
"""From so many set bits on, expanding them pays for loading Numba (0.4 s); NumPy takes 17 ns for each."""
FEW = 1 << 12
"""Below so many words, NumPy is as fast as a compiled kernel."""


class Answer(Protocol):
    """What a search answers with: bits, in the memory of the CPU (`Bits`) or of a GPU."""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""

    @property
    def host(self) -> "Bits":
        """The same bits in the memory of the CPU."""

    def counts(self) -> NDArray[np.int64]:
        """Return how many pixels match each colour."""

    def any(self) -> bool:
        """Return whether any pixel matches."""

    def total(self) -> int:
        """Return how many pixels match at least one colour."""

    def coordinates(self, origin: tuple[int, int], dtype: type[np.integer[Any]]) -> Any:
        """Return (x, y) of every match in reading order, shape (n, 2); `origin` is (x, y) of bit 0."""

    def first_colors(self) -> Any:
        """Return the number of the (first) matching colour for every match in reading order."""

    def mask(self) -> Any:
        """Return one bool a pixel, shape (height, width)."""

    def masks(self) -> Any:
        """Return one bool a colour and pixel, shape (colors, height, width)."""

    def places(self, rows: int, origin: tuple[int, int], dtype: type[np.integer[Any]]) -> tuple[Any, Any]:
        """Return the picture of every match, and its (x, y) there, of pictures of so many rows, each below the last."""

    def part(self, start: int, shape: tuple[int, int]) -> "Answer":
        """Return the bits of a part that begins at number `start`."""


@dataclass(frozen=True)
class Bits:
    """
    One bit for each pixel and colour, in the memory of the CPU.

    Attributes
    ----------
    words : ndarray, shape (colors, ceil(height * width / 64)), uint64
        Bits beyond the last pixel are 0.
    union : ndarray, shape (ceil(height * width / 64),), uint64
        The bits of all colours together; the very row of `words` where there is one colour.
    shape : tuple of int
        Height and width in pixels.
    """

    words: Words
    union: Words
    shape: tuple[int, int]

    @classmethod
    def empty(cls, colors: int, shape: tuple[int, int]) -> "Bits":
        """
        Return bits with room for an answer, not yet set.

        Rows begin at different places of a memory page: with all at the same place, nine colours took 12 instead of
        6.5 ms for 30 megapixels.
        """
        length = words_for(shape)
        rows = colors + (colors > 1)
        stride = length + (56 - length) % 512 if rows > 1 else length
        buffer = recycled.take(rows * stride).reshape(rows, stride)[:, :length]
        return cls(buffer[:colors], buffer[-1], shape)

    @classmethod
    def zeros(cls, colors: int, shape: tuple[int, int]) -> "Bits":
        """Return the answer "nothing": memory is taken only where somebody reads."""
        none = np.zeros(words_for(shape), np.uint64)
        return cls(np.broadcast_to(none, (colors, none.size)), none, shape)

    def put(self, masks: NDArray[np.bool_]) -> None:
        """Overwrite the bits with masks of shape (colors, pixels)."""
        for words, mask in zip(self.words, masks, strict=True):
            put_mask(words, mask)
        self.unite()

    def unite(self) -> None:
        """Make `union` the union of the colours."""
        if len(self.words) > 1:
            np.bitwise_or.reduce(self.words, axis=0, out=self.union)

    def clear(self) -> None:
        """Set all bits to 0."""
        self.words[:] = 0
        self.union[:] = 0

    def room(self, start: int, shape: tuple[int, int]) -> "Bits | None":
        """Return a view of the bits of a tile that begins at number `start`; None if it shares a word with others."""
        stop = start + shape[0] * shape[1]
        if start % WORD_BITS or (stop % WORD_BITS and stop < self.shape[0] * self.shape[1]):
            return None
        part = slice(start // WORD_BITS, -(-stop // WORD_BITS))
        return Bits(self.words[:, part], self.union[part], shape)

    def paste(self, part: "Bits", start: int) -> None:
        """Set the bits of a part that begins at bit number `start`; they must be 0 before."""
        or_shifted(self.union, part.union, start)
        if len(self.words) > 1:
            for mine, others in zip(self.words, part.words, strict=True):
                or_shifted(mine, others, start)

    @property
    def host(self) -> "Bits":
        """The same bits in the memory of the CPU: these."""
        return self

    def counts(self) -> NDArray[np.int64]:
        """Return how many pixels match each colour."""
        return np.array([count_bits(words) for words in self.words], np.int64)

    def any(self) -> bool:
        """Return whether any pixel matches."""
        return first_bit(self.union) is not None

    def total(self) -> int:
        """Return how many pixels match at least one colour."""
        return count_bits(self.union)

    def coordinates(self, origin: tuple[int, int], dtype: type[np.integer[Any]]) -> NDArray[Any]:
        """Return (x, y) of every match in reading order, shape (n, 2); `origin` is (x, y) of bit 0."""
        return coordinates(self.union, self.shape[1], origin, dtype)

    def places(
        self, rows: int, origin: tuple[int, int], dtype: type[np.integer[Any]]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """
        Return the picture of every match, and its place there, of pictures of so many rows, each below the last.

        Parameters
        ----------
        rows : int
            At least 1.
        origin : (x, y)
            The place in its picture of the first bit of each.
        dtype : type
            Of all that is returned.

        Returns
        -------
        frames : ndarray, shape (n,)
        xy : ndarray, shape (n, 2)
        """
        xy = self.coordinates((origin[0], 0), dtype)
        frames, y = np.divmod(xy[:, 1], dtype(rows))
        xy[:, 1] = y + dtype(origin[1])
        return frames, xy

    def part(self, start: int, shape: tuple[int, int]) -> "Bits":
        """Return a copy of the bits of a part that begins at number `start`."""
        count = shape[0] * shape[1]
        words = cut_bits(self.words, start, count)
        return Bits(words, words[0] if len(words) == 1 else cut_bits(self.union, start, count), shape)

    def first_colors(self) -> NDArray[np.int32]:
        """Return the number of the (first) matching colour for every match in reading order."""
        if len(self.words) == 1:
            return np.zeros(self.total(), np.int32)
        return self.first_colors_at(positions(self.union))

    def first_colors_at(self, where: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the number of the (first) matching colour of pixels that match, given by their numbers."""
        colors = np.zeros(len(where), np.int32)
        for number in range(len(self.words) - 1, -1, -1):
            colors[set_at(self.words[number], where)] = number
        return colors

    def mask(self) -> NDArray[np.bool_]:
        """Return one bool a pixel, shape (height, width)."""
        return mask(self.union, self.shape)

    def masks(self) -> NDArray[np.bool_]:
        """Return one bool a colour and pixel, shape (colors, height, width)."""
        if len(self.words) == 1:
            return self.mask()[np.newaxis]
        return np.stack([mask(words, self.shape) for words in self.words])


class Recycled:
    """
    Memory of answers that nobody holds any more, kept for the next answer of the same size.

    Fresh memory is slow: its pages are made at the first touch. With 3.7 MB of it, a search of 30 megapixels took 6.4
    ms, into used memory 3.4; for nine colours 13 and 7.

    Attributes
    ----------
    least, most : int
        Bytes of the smallest buffer worth keeping, and of all that are kept.
    """

    least = 1 << 18
    most = 1 << 26

    def __init__(self) -> None:
        self._buffers: list[Words] = [np.empty(0, np.uint64)]
        self._lock = threading.Lock()
        self._unused = self._references(0)  # of a buffer that only this list knows

    def take(self, size: int) -> Words:
        """Return `size` words of any content that nobody else uses; they come back by themselves."""
        if not self.least <= size * 8 <= self.most or not getattr(sys, "_is_gil_enabled", lambda: True)():
            return np.empty(size, np.uint64)
        with self._lock:
            for number in range(len(self._buffers)):  # enumerate would hold a reference
                if self._buffers[number].size == size and self._references(number) == self._unused:
                    return self._buffers[number]
            buffer = np.empty(size, np.uint64)
            self._buffers.append(buffer)
            while sum(kept.nbytes for kept in self._buffers) > self.most:
                del self._buffers[0]
            return buffer

    def _references(self, number: int) -> int:
        return sys.getrefcount(self._buffers[number])


recycled = Recycled()


def words_for(shape: tuple[int, int]) -> int:
    """Return how many words hold the bits of a picture of that height and width."""
    return -(-shape[0] * shape[1] // WORD_BITS)


def put_mask(words: Words, mask: NDArray[np.bool_]) -> None:
    """Overwrite words by the bits of a flat mask."""
    packed = np.packbits(mask, bitorder="little")
    room = words.view(np.uint8)
    room[: packed.size] = packed
    room[packed.size :] = 0
    if not np.little_endian:
        words.byteswap(inplace=True)


def as_bytes(words: Words) -> NDArray[np.uint8]:
    """Return words as bytes whose bits, lowest first, are pixels in order, on machines of either byte order."""
    return (words if np.little_endian else words.byteswap()).view(np.uint8)


def count_bits(words: Words) -> int:
    """Return how many bits are set."""
    if words.size >= FEW and is_compiled_loaded():
        return int(_kernel("matching", "count_bits")(words))
    return int(np.bitwise_count(words).sum(dtype=np.int64))


def or_shifted(target: Words, source: Words, start: int) -> None:
    """Set in `target`, from bit `start` on, the bits that are set in `source`."""
    first, shift = divmod(start, WORD_BITS)
    room = target[first : first + source.size]
    room |= source << np.uint64(shift)
    if shift:
        room = target[first + 1 : first + 1 + source.size]
        room |= source[: room.size] >> np.uint64(WORD_BITS - shift)


def cut_bits(words: Words, start: int, count: int) -> Words:
    """Return `count` bits from number `start` on, of each row of words, as words that begin with them."""
    first, shift = divmod(start, WORD_BITS)
    length = -(-count // WORD_BITS)
    cut = words[..., first : first + length] >> np.uint64(shift)
    if shift:
        more = words[..., first + 1 : first + 1 + length]
        cut[..., : more.shape[-1]] |= more << np.uint64(WORD_BITS - shift)
    if count % WORD_BITS:
        cut[..., -1] &= np.uint64((1 << count % WORD_BITS) - 1)
    return cut


def positions(words: Words) -> NDArray[np.int64]:
    """Return the numbers of the set bits, in order."""
    filled = np.flatnonzero(words)
    bits = np.flatnonzero(np.unpackbits(as_bytes(words[filled]), bitorder="little"))
    return filled[bits // WORD_BITS] * WORD_BITS + bits % WORD_BITS


def coordinates(words: Words, width: int, origin: tuple[int, int], dtype: type[np.integer[Any]]) -> NDArray[Any]:
    """Return (x, y) of every set bit in reading order, shape (n, 2); `origin` is (x, y) of bit 0."""
    left, top = origin
    found = np.empty((count_bits(words), 2), dtype)
    if len(found) >= MANY or (words.size >= FEW and is_compiled_loaded()):
        _kernel("positions", "fill_coordinates")(words, width, left, top, found)
    elif len(found):
        y, x = np.divmod(positions(words), width)
        found[:, 0], found[:, 1] = x + left, y + top
    return found


def mask(words: Words, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return one bool a pixel, shape (height, width)."""
    pixels = shape[0] * shape[1]
    return np.unpackbits(as_bytes(words), count=pixels, bitorder="little").view(np.bool_).reshape(shape)


def set_at(words: Words, where: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return whether the bits of those numbers are set."""
    chosen = words[where // WORD_BITS] >> (where % WORD_BITS).astype(np.uint64) & np.uint64(1)
    return chosen.astype(np.bool_)


def first_bit(words: Words) -> int | None:
    """Return the number of the first set bit, or None."""
    index = int((words != 0).argmax()) if words.size else 0
    if not words.size or not words[index]:
        return None
    word = int(words[index])
    return index * WORD_BITS + (word & -word).bit_length() - 1


def last_bit(words: Words) -> int | None:
    """Return the number of the last set bit, or None."""
    index = words.size - 1 - int((words[::-1] != 0).argmax()) if words.size else 0
    if not words.size or not words[index]:
        return None
    return index * WORD_BITS + int(words[index]).bit_length() - 1


def bounding_box(words: Words, width: int) -> Box | None:
    """Return the smallest box around all set bits, or None: row by row of words, memory for one band only."""
    first, last = first_bit(words), last_bit(words)
    if first is None or last is None:
        return None
    top, bottom = first // width, last // width
    columns = np.zeros(width, np.bool_)
    band = max(1, (1 << 22) // width)
    for y in range(top, bottom + 1, band):
        height = min(band, bottom + 1 - y)
        columns |= rows_mask(words, width, y, height).any(axis=0)
    filled = np.flatnonzero(columns)
    left, right = int(filled[0]), int(filled[-1])
    return Box(left, top, right - left + 1, bottom - top + 1)


def rows_mask(words: Words, width: int, top: int, height: int) -> NDArray[np.bool_]:
    """Return the mask of some rows only, shape (height, width)."""
    start, stop = top * width, (top + height) * width
    first = start // WORD_BITS
    bits = np.unpackbits(as_bytes(words[first : -(-stop // WORD_BITS)]), bitorder="little")
    return bits[start - first * WORD_BITS : stop - first * WORD_BITS].view(np.bool_).reshape(height, width)


def is_compiled_loaded() -> bool:
    """Return whether Numba and the kernels are in memory already, so that using them costs nothing."""
    return "pixgrep.compiled.matching" in sys.modules


@cache
def _kernel(module: str, name: str) -> Callable[..., Any]:
    """Return a compiled kernel; loading Numba waits until it pays."""
    import importlib

    kernel: Callable[..., Any] = getattr(importlib.import_module(f"pixgrep.compiled.{module}"), name)
    return kernel
