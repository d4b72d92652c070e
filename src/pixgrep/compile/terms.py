"""From queries to terms: boxes where they do, boxes refined by tables or formulas where they do not."""

from itertools import pairwise

from pixgrep.colorset import BoxSet, ColorSet, Complement, Union, everything, resolve
from pixgrep.compile import kept
from pixgrep.compile.table import table_term
from pixgrep.model import PixelFormat, Term
from pixgrep.query import Query

MOST_TERMS = 8
"""A union of more sets than that becomes one table: each box costs every pixel, a table only those in its box."""


def compile_query(query: Query, format: PixelFormat) -> tuple[Term, ...]:
    """Return the terms whose union is the query: at least one."""
    return _terms(resolve(query, format), format) or (nothing(format),)


def nothing(format: PixelFormat) -> Term:
    """Return the term of no pixel at all."""
    return box_term(everything(format), format, invert=True)


def _terms(wanted: ColorSet, format: PixelFormat) -> tuple[Term, ...]:
    match wanted:
        case BoxSet():
            return () if _is_empty(wanted, format) else (box_term(wanted, format),)
        case Complement(inner=inner):
            match _terms(inner, format):
                case ():
                    return (box_term(everything(format), format),)
                case (term,):
                    return (Term(term.low, term.high, term.table, term.formula, not term.invert),)
        case Union(sets) if len(sets) <= MOST_TERMS:
            terms = [term for part in sets for term in _terms(part, format)]
            if len(terms) <= MOST_TERMS:
                return tuple(terms)
    if format.dtype != "uint8":
        return _formula_terms(wanted, format)
    return kept.kept(wanted, format, _table_terms)


def _formula_terms(wanted: ColorSet, format: PixelFormat) -> tuple[Term, ...]:
    bounds = wanted.bounds()
    if _is_empty(bounds, format):
        return ()
    low, high = stored_limits(bounds, format)
    return (Term(low, high, formula=wanted),)


def _table_terms(wanted: ColorSet, format: PixelFormat) -> tuple[Term, ...]:
    """Return a term for each range of alpha in which the set has the same colours."""
    bounds = wanted.bounds()
    if _is_empty(bounds, format):
        return ()
    starts = sorted({0, 256} | {start for start in wanted.alpha_starts() if 0 < start < 256})
    if not format.has_alpha:
        starts = [255, 256]
    terms = []
    for start, stop in pairwise(starts):
        part = BoxSet((*bounds.low[:3], start), (*bounds.high[:3], stop - 1)) & bounds
        if not _is_empty(part, format):
            terms.append(table_term(wanted, part, *stored_limits(part, format), format))
    return tuple(term for term in terms if term is not None)


def _is_empty(box: BoxSet, format: PixelFormat) -> bool:
    opaque_only = () if format.has_alpha else ((box.low[3], format.highest), (format.highest, box.high[3]))
    low, high = stored_limits(box, format)
    return any(least > most for least, most in (*zip(low, high, strict=True), *opaque_only))


def stored_limits(box: BoxSet, format: PixelFormat) -> tuple[tuple[float, ...], tuple[float, ...]]:
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


def box_term(box: BoxSet, format: PixelFormat, *, invert: bool = False) -> Term:
    """Return the term of a box, or of what is outside."""
    low, high = stored_limits(box, format)
    return Term(low, high, invert=invert)
