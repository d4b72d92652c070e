"""
Turn queries into programs: metrics are spent here, on colours, and never reach a pixel.

A query becomes a `ColorSet` in the unit of the pixels (`resolve`), and that becomes terms: boxes where it is one, a box
refined by a table of all 8-bit colours where it is not, a box refined by the set's own formula where pixels are deeper.
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pixgrep.colorset import BoxSet, ColorSet, Complement, Union, everything, resolve
from pixgrep.errors import ColorError
from pixgrep.model import PixelFormat, Program, Term
from pixgrep.query import Query

MOST_TABLES = 512
"""Tables of one program: a gigabyte."""
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
        tables += sum(term.table is not None for term in colors[-1])
        if tables > MOST_TABLES:
            raise ColorError(
                f"more than {MOST_TABLES} tables of 2 MiB would be needed for {len(queries)} colours; "
                "join those that need no answer of their own with any_of(), or use metric 'channel'"
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
    channels = 3 if format.has_color else 1
    alpha = np.float64(bounds.low[3])
    planes = range(low[0], high[0] + 1) if channels == 3 else range(1)
    filled = [np.zeros(256, np.bool_) for _ in range(channels)]
    packed = np.zeros((256, 256 * 256 // 8) if channels == 3 else (1, 256 // 8), np.uint8)
    total = 0
    for plane in planes:
        flags = _plane(wanted, plane, low, high, alpha, format)
        total += int(flags.sum())
        if channels == 3:
            filled[0][plane] = flags.any()
            filled[1] |= flags.any(axis=1)
            filled[2] |= flags.any(axis=0)
        else:
            filled[0] |= flags
        packed[plane] = np.packbits(flags, bitorder="little")
    if not total:
        return None
    ends = [(int(values.argmax()), 255 - int(values[::-1].argmax())) for values in filled]
    is_box = total == int(np.prod([last - first + 1 for first, last in ends]))
    low_alpha, high_alpha = (((int(limit),) if format.has_alpha else ()) for limit in (bounds.low[3], bounds.high[3]))
    return Term(
        tuple(first for first, _ in ends) + low_alpha,
        tuple(last for _, last in ends) + high_alpha,
        None if is_box else packed.tobytes(),
    )


def _plane(
    wanted: ColorSet,
    plane: int,
    low: NDArray[np.int_],
    high: NDArray[np.int_],
    alpha: np.float64,
    format: PixelFormat,
) -> NDArray[np.bool_]:
    """Return which colours with first channel `plane` a set has, shape (256, 256); for grey, which of all 256."""
    alphas = np.full((1, 1), alpha)
    if not format.has_color:
        grey = np.arange(256.0).reshape(1, 256)
        greys: NDArray[np.bool_] = wanted.contains(grey, grey, grey, alphas) & (low[0] <= grey) & (grey <= high[0])
        return greys.reshape(256)
    first = np.full((1, 1), float(plane))
    second = np.arange(float(low[1]), high[1] + 1).reshape(-1, 1)
    third = np.arange(float(low[2]), high[2] + 1).reshape(1, -1)
    red, green, blue = (first, second, third) if format.order == "rgb" else (third, second, first)
    flags = np.zeros((256, 256), np.bool_)
    flags[low[1] : high[1] + 1, low[2] : high[2] + 1] = wanted.contains(red, green, blue, alphas)
    return flags
