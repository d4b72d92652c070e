"""Numba on the processor: 64 pixels at a time, all terms in one pass, the table only where the box hits."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.bits import Bits
from pixgrep.colorset import everything
from pixgrep.compiled.matching import match_blocks
from pixgrep.compiled.tables import count_colors, look_up
from pixgrep.model import WORD_BITS, Pixels, Program, Term
from pixgrep.packed import positions, put_mask

MOST_LOOKED_UP = 1 << 24
"""Pixels of a native call that looks each of them up in a table: 12 ms for those of a photograph."""
MOST_BLOCKS = (1 << 22) // WORD_BITS
"""Four megapixels in a native call: 0.4 ms for one colour, 9 ms for 64; Ctrl-C waits no longer than that."""
COST_OF_TABLE = 16
"""How many boxes a table costs where every pixel is looked up (32 tables in noise: 170 ms for four megapixels)."""


def match(pixels: Pixels, program: Program, into: Bits | None = None) -> Bits:
    """Return which pixels match which colour; see `pixgrep.backends`."""
    height, width, channels = pixels.shape
    flat = pixels.reshape(-1, channels)
    bits = Bits.empty(len(program.colors), (height, width)) if into is None else into
    if any(term.formula for term in program.terms):
        _match_formulas(flat, program, bits)
    else:
        _match_terms(flat, program, bits)
    return bits


def label(pixels: Pixels, table: NDArray[Any]) -> NDArray[Any]:
    """Return for each pixel the entry of a table; see `pixgrep.backends`."""
    labels = np.empty(pixels.shape[:2], table.dtype)
    entries, table = labels.reshape(-1), _frozen(table)
    for part, start in _parts(pixels):
        look_up((0,) * pixels.shape[2], part, table, entries[start : start + MOST_LOOKED_UP])
    return labels


def census(pixels: Pixels, counts: NDArray[np.uint32]) -> None:
    """Add the number of pixels of each colour to a table; see `pixgrep.backends`."""
    for part, _ in _parts(pixels):
        count_colors((0,) * pixels.shape[2], part, counts)


def _parts(pixels: Pixels) -> Iterator[tuple[Pixels, int]]:
    """Yield the channels of as many pixels as a native call may be given, and the number of the first."""
    height, width, channels = pixels.shape
    flat = _frozen(pixels.reshape(-1))
    for start in range(0, height * width, MOST_LOOKED_UP):
        yield flat[start * channels : (start + MOST_LOOKED_UP) * channels], start


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return a read-only view: of writable and of read-only arrays Numba would make two machine codes."""
    view = array.view()
    view.flags.writeable = False
    return view


def _match_terms(flat: Pixels, program: Program, bits: Bits) -> None:
    kernel = _Kernel(program)
    whole, rest = divmod(len(flat), WORD_BITS)
    for block in range(0, whole, kernel.blocks):
        kernel.run(flat[block * WORD_BITS :], min(whole - block, kernel.blocks), bits, block)
    if rest:  # the last block is padded, and what the padding matched taken back
        padded = np.zeros((WORD_BITS, flat.shape[1]), flat.dtype)
        padded[:rest] = flat[whole * WORD_BITS :]
        kernel.run(padded, 1, bits, whole)
        bits.words[:, whole] &= np.uint64((1 << rest) - 1)
        bits.union[whole] &= np.uint64((1 << rest) - 1)


def _match_formulas(flat: Pixels, program: Program, bits: Bits) -> None:
    """Match deep pictures: the boxes of all terms by the kernel, then each formula for the pixels in its box."""
    terms, limits = program.terms, everything(program.format)
    numbers = Term(limits.low[: flat.shape[1]], limits.high[: flat.shape[1]])
    boxes = Program(program.format, (*((Term(term.low, term.high),) for term in terms), (numbers,)))
    inside = Bits.empty(len(terms) + 1, bits.shape)
    _match_terms(flat, boxes, inside)
    bits.words[:] = 0
    colors = [color for color, terms in enumerate(program.colors) for _ in terms]
    for term, color, words in zip(terms, colors, inside.words, strict=False):
        if term.formula is not None:
            where = positions(words)
            refined = np.zeros(len(flat), np.bool_)
            refined[where] = term.formula.contains(*program.format.columns(flat[where]))
            put_mask(words, refined)
        bits.words[color] |= inside.words[-1] & ~words if term.invert else words
    bits.unite()


@lru_cache(maxsize=16)
class _Kernel:
    """
    The compiled loop with its arguments, and all that its addresses point to.

    Attributes
    ----------
    blocks : int
        How many blocks of 64 pixels one call may be given: fewer, the more terms there are.
    """

    def __init__(self, program: Program) -> None:
        format, terms = program.format, program.terms
        cost = sum(1 if term.table is None else COST_OF_TABLE for term in terms)
        self.blocks = MOST_BLOCKS // (1 + cost // 64)
        dtype = np.dtype(format.dtype)
        self._pixel = (dtype.type(0),) * format.channels
        self._pixel_bytes = np.uint64(format.pixel_bytes)
        self._lows = np.array([term.low for term in terms], dtype)
        highs = np.array([term.high for term in terms], dtype)
        self._spans = highs if format.is_float else highs - self._lows
        is_plain = len(terms) == len(program.colors) and not any(term.is_refined for term in terms)
        is_exact = is_plain and all(term.is_exact for term in terms)
        self._span_address = None if is_exact else _address(self._spans)
        self._terms = self._colors = None
        if not is_plain:
            self._tables = [np.frombuffer(term.table, np.uint8) if term.table else None for term in terms]
            addresses = [
                0 if table is None else (int(_address(table)) - term.table_start // 8) % 2**64
                for table, term in zip(self._tables, terms, strict=True)
            ]
            self._terms = np.array([addresses, [term.invert for term in terms]], np.uint64).T.copy()
            self._colors = np.cumsum([0] + [len(terms) for terms in program.colors], dtype=np.uint64)

    def run(self, flat: Pixels, blocks: int, bits: Bits, word: int) -> None:
        """Match the first blocks of 64 pixels of `flat`, and write their bits from number `word` on."""
        words = bits.words[:, word:]
        rows = _address(words) + np.arange(len(words), dtype=np.uint64) * np.uint64(words.strides[0])
        match_blocks(
            self._pixel,
            self._pixel_bytes,
            _address(flat),
            np.uint64(blocks),
            _address(self._lows),
            self._span_address,
            self._terms,
            self._colors,
            rows,
            _address(bits.union[word:]) if len(rows) > 1 else None,
        )


def _address(array: Pixels) -> np.uint64:
    return np.uint64(array.ctypes.data)
