"""
What to look for: small immutable trees, put together with ``|``, ``&`` and ``~``.

A list of colours is several questions, each with an answer of its own; an expression is one question. Queries know no
pixels and no machines: `pixgrep.compile` turns them into programs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Any

from pixgrep.colors.metrics import get_metric
from pixgrep.colors.parse import parse_color
from pixgrep.errors import ColorError
from pixgrep.model import Color

MOST_COLORS = 4096


class Query:
    """One question to every pixel. Combine questions with ``|`` (or), ``&`` (and) and ``~`` (not)."""

    __slots__ = ()

    def __or__(self, other: "Query") -> "Query":
        return any_of(self, other)

    def __and__(self, other: "Query") -> "Query":
        return all_of(self, other)

    def __invert__(self) -> "Query":
        return invert(self)

    def __bool__(self) -> bool:
        raise ColorError("a query is neither true nor false; join queries with |, & and ~, not with or, and, not")


@dataclass(frozen=True)
class Near(Query):
    """All colours whose difference from `color` is at most `within`."""

    color: Color
    within: float = 0.0
    metric: str = "channel"

    def __str__(self) -> str:
        return str(self.color)


@dataclass(frozen=True)
class AnyOf(Query):
    """All colours that at least one of the queries has."""

    queries: tuple[Query, ...]

    def __str__(self) -> str:
        return "(" + " | ".join(map(str, self.queries)) + ")"


@dataclass(frozen=True)
class AllOf(Query):
    """All colours that every one of the queries has."""

    queries: tuple[Query, ...]

    def __str__(self) -> str:
        return "(" + " & ".join(map(str, self.queries)) + ")"


@dataclass(frozen=True)
class Invert(Query):
    """All colours that the query does not have."""

    query: Query

    def __str__(self) -> str:
        return f"~{self.query}"


def near(color: Any, within: float = 0.0, metric: str = "channel") -> Query:
    """
    Ask for colours near one.

    Parameters
    ----------
    color : str, sequence of numbers or Color
        See `pixgrep.colors.parse.parse_color`.
    within : float
        The largest difference that still matches, in the unit of the metric; 0 is an exact match. Where the colour
        has alpha, alpha may differ by as many 8-bit steps, whatever the metric.
    metric : str
        ``"channel"`` (largest channel difference) or ``"rgb"`` (Euclidean).

    Raises
    ------
    ColorError
        The colour cannot be read, `within` is not a number from 0 to the metric's largest, or there is no such metric.

    Examples
    --------
    >>> near("tomato", 3, "rgb") | near((255, 255, 255))
    AnyOf(queries=(Near(color=Color(red=255, green=99, blue=71, alpha=None, text='tomato'), within=3.0, metric='rgb'), \
Near(color=Color(red=255, green=255, blue=255, alpha=None, text='rgb(255 255 255)'), within=0.0, metric='channel')))
    """
    measure = get_metric(metric)
    if isinstance(within, bool) or not isinstance(within, Real) or not 0 <= within <= measure.largest:
        raise ColorError(
            f"within is {within!r}; give a number from 0 (exact) to {measure.largest:g}, "
            f"the largest difference of metric {metric!r} ({measure.unit})"
        )
    return Near(parse_color(color), float(within), metric)


def any_of(*queries: Query) -> Query:
    """
    Ask for colours that at least one query has; the same as ``|``.

    Raises
    ------
    ColorError
        There is no query, or something that is none.
    """
    return AnyOf(_flat(AnyOf, queries))


def all_of(*queries: Query) -> Query:
    """
    Ask for colours that every query has; the same as ``&``.

    Raises
    ------
    ColorError
        There is no query, or something that is none.
    """
    return AllOf(_flat(AllOf, queries))


def invert(query: Query) -> Query:
    """
    Ask for all colours that a query does not have; the same as ``~``. A pixel with a NaN still never matches.

    Raises
    ------
    ColorError
        `query` is none.
    """
    _flat(Invert, (query,))
    return query.query if isinstance(query, Invert) else Invert(query)


def _flat(kind: type, queries: Iterable[Query]) -> tuple[Query, ...]:
    """Return the queries, those of the same kind taken apart."""
    flat: list[Query] = []
    for query in queries:
        if not isinstance(query, Query):
            raise ColorError(f"{query!r} is not a query; write near({query!r}), with a tolerance if need be")
        flat.extend(query.queries if kind in (AnyOf, AllOf) and isinstance(query, kind) else (query,))
    if not flat:
        raise ColorError("no query was given; give at least one, such as near('#ff8800')")
    return tuple(flat)


def to_queries(colors: Any, within: float = 0.0, metric: str = "channel") -> tuple[Query, ...]:
    """
    Return one query for each colour that a user gave.

    Parameters
    ----------
    colors : color, Query, or sequence of them
        Three or four bare numbers are one colour.
    within, metric
        For the colours that are no queries yet.

    Raises
    ------
    ColorError
        There is no colour, more than 4,096, or one that cannot be read.

    Examples
    --------
    >>> [str(query) for query in to_queries(["red", (10, 20, 30)], within=12)]
    ['red', 'rgb(10 20 30)']
    """
    if (
        isinstance(colors, (str, bytes, bytearray, Query, Color))
        or getattr(colors, "ndim", 1) == 0
        or not hasattr(colors, "__iter__")
    ):
        several = [colors]
    else:
        several = list(colors)
        if several and all(map(_is_number, several)):  # the channels of one colour
            several = [several]
    if isinstance(colors, (set, frozenset)):
        raise ColorError("a set of colours has no order, and so would the answers; give a list")
    if getattr(colors, "ndim", 0) > 2:
        raise ColorError(f"{type(colors).__name__} of shape {colors.shape} is no colour; the picture comes first")
    if not several:
        raise ColorError("no colour was given; give at least one, such as '#ff8800'")
    if len(several) > MOST_COLORS:
        raise ColorError(
            f"{len(several)} colours were given, {MOST_COLORS} are allowed in one search; "
            "join colours that need no answer of their own with any_of()"
        )
    if (within or metric != "channel") and all(isinstance(color, Query) for color in several):
        raise ColorError("within and metric are for plain colours, queries have their own: near(color, within, metric)")
    return tuple(color if isinstance(color, Query) else near(color, within, metric) for color in several)


def _is_number(member: Any) -> bool:
    return isinstance(member, Real) or getattr(member, "ndim", None) == 0
