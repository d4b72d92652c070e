"""
The answer to a search: one bit for each pixel and colour.

``bit i = pixel i in reading order``, that is ``np.packbits(mask.ravel(), bitorder="little")``. Everything a user asks
for (counts, coordinates, masks, boxes) is read from the bits, and only when it is asked for.
"""

import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pixgrep.components import LabeledRuns, Rule, Table, label_runs, tabulate
from pixgrep.components.runs import label_type
from pixgrep.model import WORD_BITS
from pixgrep.packed import (
    Words,
    coordinates,
    count_bits,
    cut_bits,
    first_bit,
    mask,
    or_shifted,
    positions,
    put_mask,
    set_at,
    words_for,
)


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

    def components(self, color: int | None, rule: Rule) -> Table:
        """Return what each component of one colour is, or of all together (None), see `pixgrep.components`."""

    def label_map(self, rule: Rule, labels: Sequence[NDArray[np.int64]]) -> Any:
        """
        Return the label of the component that each pixel is in, shape (height, width), int32 or int64; 0 for none.

        Parameters
        ----------
        rule : Rule
            Which pixels hang together.
        labels : sequence of ndarray
            For each colour, the label of each of its components, 0 to leave it out: where components of several
            colours have a pixel, that of the first counts. One for several colours: of all together.
        """


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
        for words, one in zip(self.words, masks, strict=True):
            put_mask(words, one)
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

    def components(self, color: int | None, rule: Rule) -> Table:
        """Return what each component of one colour is, or of all together (None), see `pixgrep.components`."""
        return tabulate(self._row(color), self.shape, rule)

    def label_runs(self, color: int | None, rule: Rule) -> LabeledRuns:
        """Return the runs of one colour, or of all together, each with the number of its component."""
        return label_runs(self._row(color), self.shape, rule)

    def _row(self, color: int | None) -> Words:
        return self.union if color is None else self.words[color]

    def label_map(self, rule: Rule, labels: Sequence[NDArray[np.int64]]) -> NDArray[Any]:
        """Return the label of the component that each pixel is in, see `Answer.label_map`."""
        colors = range(len(labels)) if len(labels) == len(self.words) else [None]
        picture = np.zeros(self.shape, label_type(labels))
        for color, some in reversed(list(zip(colors, labels, strict=True))):
            self.label_runs(color, rule).paint(picture, some)
        return picture

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
