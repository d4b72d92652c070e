"""
Turn queries into programs: metrics are spent here, on colours, and never reach a pixel.

A query becomes a `ColorSet` in the unit of the pixels (`resolve`), and that becomes terms: boxes where it is one, a box
refined by a table of all 8-bit colours where it is not, a box refined by the set's own formula where pixels are deeper.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pixgrep.colors import cells
from pixgrep.colorset import BoxSet, ColorSet, Complement, Union, everything, resolve
from pixgrep.errors import ColorError
from pixgrep.model import PixelFormat, Program, Term
from pixgrep.query import Query

MOST_TABLE_BYTES = 1 << 30
"""Tables of one program: 512 of the whole cube, some thousands of small sets."""
CELLS_AT_ONCE = 64
"""32,768 colours: the temporary arrays of a formula stay in the second-level cache."""
LEAST_CHUNKS_FOR_THREADS = 8
MOST_TERMS = 8
"""A union of more boxes than that becomes one table: each box costs every pixel, a table only those in its box."""


@lru_cache(maxsize=16)
def compile_program(queries: tuple[Query, ...], format: PixelFormat) -> Program:
    """
    Compile queries for one pixel format.

    Parameters
    ----------
    queries : tuple of Query
        One for each colour.
    format : PixelFormat
        The pixels that the program will see.

    Returns
    -------
    Program
        The same object for the same question: the last ones are kept.

    Raises
    ------
    ColorError
        More tables would be needed than memory should be spent on.
    """
    colors, tables = [], 0
    for query in queries:
        colors.append(compile_query(query, format))
        tables += sum(len(term.table or b"") for term in colors[-1])
        if tables > MOST_TABLE_BYTES:
            raise ColorError(
                f"{len(queries)} colours would need tables of more than a gigabyte; "
                "join those that need no answer of their own with any_of(), or ask for less with `within`"
            )
    return Program(format, tuple(colors))


def compile_query(query: Query, format: PixelFormat) -> tuple[Term, ...]:
    """Return the terms whose union is the query: at least one."""
    nothing = _box_term(everything(format), format, invert=True)
    return _terms(resolve(query, format), format) or (nothing,)


def _terms(wanted: ColorSet, format: PixelFormat) -> tuple[Term, ...]:
    match wanted:
        case BoxSet():
            return () if _is_empty(wanted, format) else (_box_term(wanted, format),)
        case Complement(inner=inner):
            match _terms(inner, format):
                case ():
                    return (_box_term(everything(format), format),)
                case (term,):
                    return (Term(term.low, term.high, term.table, term.formula, not term.invert),)
        case Union(sets):
            terms = [term for part in sets for term in _terms(part, format)]
            if len(terms) <= MOST_TERMS:
                return tuple(terms)
    return _refined_terms(wanted, format)


def _refined_terms(wanted: ColorSet, format: PixelFormat) -> tuple[Term, ...]:
    bounds = wanted.bounds()
    if _is_empty(bounds, format):
        return ()
    if format.dtype != "uint8":
        low, high = _stored_limits(bounds, format)
        return (Term(low, high, formula=wanted),)
    starts = sorted({0, 256} | {start for start in wanted.alpha_starts() if 0 < start < 256})
    if not format.has_alpha:
        starts = [255, 256]
    terms = []
    for start, stop in pairwise(starts):
        part = BoxSet((*bounds.low[:3], start), (*bounds.high[:3], stop - 1)) & bounds
        if not _is_empty(part, format):
            terms.append(_table_term(wanted, part, format))
    return tuple(term for term in terms if term is not None)


def _is_empty(box: BoxSet, format: PixelFormat) -> bool:
    opaque_only = () if format.has_alpha else ((box.low[3], format.highest), (format.highest, box.high[3]))
    low, high = _stored_limits(box, format)
    return any(least > most for least, most in (*zip(low, high, strict=True), *opaque_only))


def _stored_limits(box: BoxSet, format: PixelFormat) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the limits of a box, a channel as stored each; a grey is in the box when all three channels take it."""
    low, high = list(box.low[:3]), list(box.high[:3])
    if format.order == "bgr":
        low.reverse()
        high.reverse()
    if not format.has_color:
        low, high = [max(low)], [min(high)]
    if format.has_alpha:
        low.append(box.low[3])
        high.append(box.high[3])
    if not format.is_float:
        low, high = [int(value) for value in low], [int(value) for value in high]
    return tuple(low), tuple(high)


def _box_term(box: BoxSet, format: PixelFormat, *, invert: bool = False) -> Term:
    low, high = _stored_limits(box, format)
    return Term(low, high, invert=invert)


def _table_term(wanted: ColorSet, bounds: BoxSet, format: PixelFormat) -> Term | None:
    """Return the term of a set's 8-bit colours in `bounds`, with alpha as at its start; None if there are none."""
    low, high = (np.array(limits, int) for limits in _stored_limits(bounds, format))
    flags = (_cube if format.has_color else _greys)(wanted, np.full((1, 1, 1, 1), bounds.low[3]))
    if format.order == "bgr":
        flags = flags.transpose(2, 1, 0)
    inside = tuple(slice(first, last + 1) for first, last in zip(low[: flags.ndim], high[: flags.ndim], strict=True))
    ends = _ends(flags[inside])
    if ends is None:
        return None
    first, last = ([int(start + end[side]) for start, end in zip(low, ends, strict=False)] for side in (0, 1))
    filled = flags[tuple(slice(start, stop + 1) for start, stop in zip(first, last, strict=True))]
    low_alpha, high_alpha = ([int(limit)] if format.has_alpha else [] for limit in (bounds.low[3], bounds.high[3]))
    table = None if filled.all() else _packed(filled, first, last)
    return Term((*first, *low_alpha), (*last, *high_alpha), table)


def _ends(flags: NDArray[np.bool_]) -> list[tuple[int, int]] | None:
    """Return the first and the last index along each axis at which a flag is set; None if none is."""
    ends = []
    for axis in range(flags.ndim):
        filled = np.flatnonzero(flags.any(axis=tuple(other for other in range(flags.ndim) if other != axis)))
        if not filled.size:
            return None
        ends.append((int(filled[0]), int(filled[-1])))
    return ends


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
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(fill, starts))
    return cube
