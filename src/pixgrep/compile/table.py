"""
Tables: which 8-bit colours a set has, found by its formula.

Only the colours in cells of the RGB cube that may have some are looked at (see `pixgrep.colors.cells`).
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from pixgrep.colors import cells
from pixgrep.colorset import BoxSet, ColorSet
from pixgrep.model import PixelFormat, Term

CELLS_AT_ONCE = 64
"""32,768 colours. With 8 cells, half the cube takes 2.3 instead of 0.8 s: threads wait for each other between steps."""
LEAST_CHUNKS_FOR_THREADS = 8
MOST_THREADS = 8


def table_term(
    wanted: ColorSet, bounds: BoxSet, low: tuple[float, ...], high: tuple[float, ...], format: PixelFormat
) -> Term | None:
    """
    Return the term of a set's colours in a box, with alpha as at its start; None if there are none.

    Parameters
    ----------
    wanted : ColorSet
        The set.
    bounds : BoxSet
        The box, in red, green, blue and alpha.
    low, high : tuple of int
        Its limits, channels as stored.
    format : PixelFormat
        The pixels, of 8 bits a channel.
    """
    flags = (_cube if format.has_color else _greys)(wanted, np.full((1, 1, 1, 1), bounds.low[3]))
    if format.order == "bgr" and format.has_color:
        flags = flags.transpose(2, 1, 0)
    starts = [int(limit) for limit in low[: flags.ndim]]
    inside = tuple(slice(start, int(limit) + 1) for start, limit in zip(starts, high, strict=False))
    ends = cells.ends(flags[inside])
    if ends is None:
        return None
    first, last = ([start + end[side] for start, end in zip(starts, ends, strict=True)] for side in (0, 1))
    filled = flags[tuple(slice(start, stop + 1) for start, stop in zip(first, last, strict=True))]
    low_alpha, high_alpha = ([int(limit)] if format.has_alpha else [] for limit in (bounds.low[3], bounds.high[3]))
    table = None if filled.all() else _packed(filled, first, last)
    return Term((*first, *low_alpha), (*last, *high_alpha), table)


def _packed(filled: NDArray[np.bool_], first: list[int], last: list[int]) -> bytes:
    """Return the table of a box of flags: whole planes, from the first of them on; for greys all 256."""
    if filled.ndim == 1:
        greys = np.zeros(256, np.bool_)
        greys[first[0] : last[0] + 1] = filled
        return np.packbits(greys, bitorder="little").tobytes()
    planes = np.zeros((len(filled), 256, 256), np.bool_)
    planes[:, first[1] : last[1] + 1, first[2] : last[2] + 1] = filled
    return np.packbits(planes, bitorder="little").tobytes()


def _greys(wanted: ColorSet, alpha: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which of the 256 greys a set has."""
    grey = np.arange(256.0)
    return wanted.contains(grey, grey, grey, alpha.reshape(1))


def _cube(wanted: ColorSet, alpha: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which of all 8-bit colours a set has, shape (256, 256, 256); only candidate cells are looked at."""
    cube = np.zeros((256, 256, 256), np.bool_)
    by_cell = cube.reshape(cells.CELLS, cells.STEP, cells.CELLS, cells.STEP, cells.CELLS, cells.STEP)
    places = np.argwhere(wanted.candidates())

    def fill(start: int) -> None:
        some = places[start : start + CELLS_AT_ONCE]
        found = np.broadcast_to(wanted.contains(*cells.values_of(some), alpha), (len(some),) + (cells.STEP,) * 3)
        red, green, blue = some.T
        by_cell[red, :, green, :, blue, :] = found

    starts = range(0, len(places), CELLS_AT_ONCE)
    if len(starts) < LEAST_CHUNKS_FOR_THREADS:
        for start in starts:
            fill(start)
    else:
        with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_THREADS)) as pool:
            list(pool.map(fill, starts))
    return cube
