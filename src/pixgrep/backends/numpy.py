"""
NumPy, for the first megapixels: it starts at once, where loading the compiled backend takes half a second.

The first channel is compared for every pixel, the others only where it agreed.
"""

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
            found = _find(flat, term, program.format)
            if not term.invert:
                mask[found] = True
                continue
            others = np.ones(len(flat), np.bool_)
            if program.format.is_float:
                others[np.isnan(flat).any(axis=1)] = False
            others[found] = False
            mask |= others
    bits = Bits.empty(len(masks), (height, width)) if into is None else into
    bits.put(masks)
    return bits


def label(pixels: Pixels, table: NDArray[Any]) -> NDArray[Any]:
    """Return for each pixel the entry of a table; see `pixgrep.backends`."""
    return table.take(_colors(pixels))


def census(pixels: Pixels, counts: NDArray[np.uint32]) -> None:
    """Add the number of pixels of each colour to a table; see `pixgrep.backends`."""
    np.add.at(counts, _colors(pixels), np.uint32(1))  # of the table's dtype: a tenth of the time


def _colors(pixels: Pixels) -> NDArray[np.uint32]:
    """Return the place of each pixel in a table of all 8-bit colours."""
    if pixels.shape[2] < 3:
        return pixels[:, :, 0].astype(np.uint32)
    height, width, channels = pixels.shape
    flat, count = pixels.reshape(-1), height * width
    colors = np.empty(count, np.uint32)
    if count:  # four bytes at each pixel, the highest first: a tenth of the time that three channels take
        beyond = channels == 3  # the fourth byte of the last pixel is not ours
        colors[: count - beyond] = np.ndarray(count - beyond, ">u4", flat, strides=channels)
        colors >>= np.uint32(8)
        first, second, third = flat[(count - 1) * channels :][:3].tolist()
        colors[-1] = first << 16 | second << 8 | third
    return colors.reshape(height, width)


def _find(pixels: Pixels, term: Term, format: PixelFormat) -> NDArray[np.intp]:
    """Return the numbers of the pixels inside the term's box, table and formula."""
    low, high = (np.array(limits, pixels.dtype) for limits in (term.low, term.high))
    found = np.flatnonzero(_within(pixels[:, 0], low[0], high[0]))
    for channel in range(1, pixels.shape[1]):
        found = found[_within(pixels[found, channel], low[channel], high[channel])]
    if term.table is not None:
        table = np.frombuffer(term.table, np.uint8)
        index = pixels[found, 0].astype(np.intp)
        if format.has_color:
            index = index << 16 | pixels[found, 1].astype(np.intp) << 8 | pixels[found, 2]
        index -= term.table_start
        found = found[(table[index >> 3] >> (index & 7) & 1).astype(np.bool_)]
    if term.formula is not None:
        found = found[term.formula.contains(*format.columns(pixels[found]))]
    return found


def _within(values: Pixels, low: np.generic, high: np.generic) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_]
    if low == high:
        inside = values == low
    elif values.dtype.kind == "u":  # wraps round below `low`, so that one comparison does
        inside = values - low <= np.subtract(high, low)
    else:
        inside = (values >= low) & (values <= high)
    return inside
