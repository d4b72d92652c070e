"""What is read from packed bits, 64 a word, and written to them: plain functions of arrays."""

import math
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.model import WORD_BITS, Box

Words = NDArray[np.uint64]

MANY = 1 << 24
"""From so many set bits on, expanding them pays for loading Numba (0.4 s); NumPy takes 17 ns for each."""
FEW = 1 << 12
"""Below so many words, NumPy is as fast as a compiled kernel."""
BLOCK = 1 << 14
"""Words shifted at once: what is made on the way stays in the cache."""
SHORT = 1 << 9
"""Words of a pattern that is not worth the call of NumPy for each time it is repeated."""


def words_for(shape: tuple[int, int]) -> int:
    """Return how many words hold the bits of a picture of that height and width."""
    return -(-shape[0] * shape[1] // WORD_BITS)


def index_type(highest: int) -> type[np.integer[Any]]:
    """
    Return the smaller of int32 and int64 that holds a number.

    Examples
    --------
    >>> index_type(2**31 - 1).__name__, index_type(2**31).__name__
    ('int32', 'int64')
    """
    return np.int32 if highest <= np.iinfo(np.int32).max else np.int64


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
    count = _kernel("matching", "count_bits") if words.size >= FEW and is_compiled_loaded() else None
    if count is not None:
        return int(count(words))
    return int(np.bitwise_count(words).sum(dtype=np.int64))


def or_shifted(target: Words, source: Words, start: int) -> None:
    """Set in `target`, from bit `start` on, the bits that are set in `source`."""
    first, shift = divmod(start, WORD_BITS)
    room = target[first : first + source.size]
    room |= source << np.uint64(shift)
    if shift:
        room = target[first + 1 : first + 1 + source.size]
        room |= source[: room.size] >> np.uint64(WORD_BITS - shift)


def and_shifted(target: Words, source: Words, start: int) -> None:
    """
    Clear in `target` the bits that `source`, which begins at bit `start` of it (also a negative one), has not set.

    Examples
    --------
    >>> words = np.array([0b1111_1111], np.uint64)
    >>> and_shifted(words, np.array([0b0011_0100], np.uint64), 1)
    >>> bin(words[0])
    '0b1101000'
    """
    skip, rest = divmod(-start, WORD_BITS)
    for block in range(0, target.size, BLOCK):
        room = target[block : block + BLOCK]
        words = _words_from(source, block + skip, room.size + 1)
        shifted = words[:-1] >> np.uint64(rest)
        if rest:
            shifted |= words[1:] << np.uint64(WORD_BITS - rest)
        room &= shifted


def _words_from(words: Words, first: int, count: int) -> Words:
    """Return so many words from number `first` on, which may be negative; beyond the ends, they are 0."""
    inside = words[max(first, 0) : max(first + count, 0)]
    if inside.size == count:
        return inside
    padded = np.zeros(count, np.uint64)
    padded[max(-first, 0) :][: inside.size] = inside
    return padded


def clear_bits(words: Words, start: int, stop: int) -> None:
    """Clear the bits from number `start` to `stop`, which is none of them."""
    if start >= stop:
        return
    (first, low), (last, high) = divmod(start, WORD_BITS), divmod(stop, WORD_BITS)
    before, after = np.uint64((1 << low) - 1), ~np.uint64((1 << high) - 1)
    if first == last:
        words[first] &= before | after
        return
    words[first] &= before
    words[first + 1 : last] = 0
    if high:
        words[last] &= after


def keep_every(words: Words, period: int, start: int, stop: int) -> None:
    """
    Clear all bits but, of every `period`, those from number `start` to `stop`, which is none of them.

    Columns are kept by the width as the period: bits of as many rows as fill whole words are the pattern of all.

    Examples
    --------
    >>> words = np.array([0b1111_1111_1111], np.uint64)
    >>> keep_every(words, 4, 1, 3)
    >>> bin(words[0])
    '0b11001100110'
    """
    if start == 0 and stop == period:
        return
    repeats = WORD_BITS // math.gcd(period, WORD_BITS)
    length = repeats * period // WORD_BITS
    if length >= words.size:
        bits = words.size * WORD_BITS
        clear_bits(words, 0, min(start, bits))
        for gap in range(stop, bits, period):
            clear_bits(words, gap, min(gap + period - stop + start, bits))
        return
    pattern = np.full(length, ~np.uint64(0))
    keep_every(pattern, period, start, stop)
    pattern = np.tile(pattern, -(-SHORT // length))
    whole = words.size - words.size % pattern.size
    rows = words[:whole].reshape(-1, pattern.size)
    rows &= pattern
    words[whole:] &= pattern[: words.size - whole]


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
    is_compiled = len(found) >= MANY or (words.size >= FEW and is_compiled_loaded())
    fill = _kernel("positions", "fill_coordinates") if is_compiled else None
    if fill is not None:
        fill(words, width, left, top, found)
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


def changes(words: Words) -> Words:
    """Return words whose bits say where bits differ from the bit before; before the first there is a 0."""
    before = words << np.uint64(1)
    before[1:] |= words[:-1] >> np.uint64(WORD_BITS - 1)
    before ^= words
    return before


def edges(words: Words) -> NDArray[np.int64]:
    """
    Return where the bits that are set begin, and where they end: numbers of bits, by turns.

    Examples
    --------
    >>> edges(np.array([0b1100_1110], np.uint64)).tolist()
    [1, 4, 6, 8]
    """
    found = positions(changes(words))
    if len(found) % 2:  # set up to the very last bit
        found = np.append(found, words.size * WORD_BITS)
    return found


def count_runs(words: Words) -> int:
    """Return how many times bits that are set follow each other, whatever the width of the picture."""
    return (count_bits(changes(words)) + 1) // 2


def grow_down(words: Words, shape: tuple[int, int], rows: int) -> Words:
    """
    Return bits of which each is set, too, in so many rows below.

    Examples
    --------
    >>> bin(grow_down(np.array([0b0000_0000_0100], np.uint64), (3, 4), 5)[0])
    '0b10001000100'
    """
    height, width = shape
    grown, done = words.copy(), 0
    while done < min(rows, height - 1):
        step = min(done + 1, rows - done, height - 1 - done)
        start = step * width
        or_shifted(grown, grown[: grown.size - start // WORD_BITS].copy(), start)
        done += step
    if height * width % WORD_BITS:
        grown[-1] &= np.uint64((1 << height * width % WORD_BITS) - 1)
    return grown


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
def _kernel(module: str, name: str) -> Callable[..., Any] | None:
    """Return a compiled kernel, or None where Numba cannot be loaded; loading it waits until it pays."""
    import importlib

    try:
        kernel: Callable[..., Any] = getattr(importlib.import_module(f"pixgrep.compiled.{module}"), name)
    except (ImportError, OSError):
        return None
    return kernel
