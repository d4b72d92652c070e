"""The judge: what a program means, in plain NumPy. Never tuned, and it takes nothing from the other backends."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.bits import Bits
from pixgrep.model import PixelFormat, Pixels, Program, Term


def match(pixels: Pixels, program: Program, into: Bits | None = None) -> Bits:
    """Return which pixels match which colour; see `pixgrep.backends`."""
    height, width, channels = pixels.shape
    flat = pixels.reshape(-1, channels)
    masks = np.zeros((len(program.colors), len(flat)), np.bool_)
    for mask, terms in zip(masks, program.colors, strict=True):
        for term in terms:
            mask |= _in_term(flat, term, program.format)
    bits = Bits.empty(len(masks), (height, width)) if into is None else into
    bits.put(masks)
    return bits


def label(pixels: Pixels, table: NDArray[Any]) -> NDArray[Any]:
    """Return for each pixel the entry of a table; see `pixgrep.backends`."""
    labels: NDArray[Any] = table[_colors(pixels)]
    return labels


def census(pixels: Pixels, counts: NDArray[np.uint32]) -> None:
    """Add the number of pixels of each colour to a table; see `pixgrep.backends`."""
    np.add.at(counts, _colors(pixels), 1)


def _colors(pixels: Pixels) -> NDArray[np.int64]:
    values = pixels.astype(np.int64)
    return values[..., 0] if values.shape[2] < 3 else values[..., :3] @ (65536, 256, 1)


def _in_term(pixels: Pixels, term: Term, format: PixelFormat) -> NDArray[np.bool_]:
    inside = np.ones(len(pixels), np.bool_)
    for channel, (low, high) in enumerate(zip(term.low, term.high, strict=True)):
        values = pixels[:, channel]
        inside &= (values >= values.dtype.type(low)) & (values <= values.dtype.type(high))
    if term.table is not None:
        table = np.unpackbits(np.frombuffer(term.table, np.uint8), bitorder="little").astype(np.bool_)
        index = pixels[:, 0].astype(np.int64)
        if format.has_color:
            index = index * 65536 + pixels[:, 1].astype(np.int64) * 256 + pixels[:, 2]
        in_box = np.flatnonzero(inside)
        inside[in_box] = table[index[in_box] - term.table_start]
    if term.formula is not None:
        inside &= term.formula.contains(*format.columns(pixels))
    if term.invert:
        inside = ~inside & np.equal(pixels, pixels).all(axis=1)  # a NaN is not equal to itself
    return inside
