"""
What to look for: small immutable trees, put together with ``|``, ``&`` and ``~``.

A list of colours is several questions, each with an answer of its own; an expression is one question. Queries know no
pixels and no machines: `pixgrep.compile` turns them into programs.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Any

from pixgrep.colors.metrics import get_metric
from pixgrep.colors.parse import parse_color
from pixgrep.colors.spaces import get_space
from pixgrep.colors.spaces.space import Axis
from pixgrep.errors import ColorError
from pixgrep.model import Color

MOST_COLORS = 4096
Limits = tuple[float, float]


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
class Inside(Query):
    """
    All colours whose coordinates in a colour space lie within limits, ends included.

    Attributes
    ----------
    space : str
        Name of the colour space.
    limits : tuple of (float, float) or None
        For each coordinate the lowest and the highest value, or None for any. A hue may go from 350 to 20.
    """

    space: str
    limits: tuple[Limits | None, Limits | None, Limits | None]

    def __str__(self) -> str:
        def text(limits: Limits | None) -> str:
            return "any" if limits is None else f"{limits[0]:.15g}..{limits[1]:.15g}"

        return f"{self.space}({' '.join(map(text, self.limits))})"


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
        ``"channel"`` (largest channel difference), ``"rgb"`` (Euclidean), ``"weighted"``, ``"cie76"``, ``"cie94"``,
        ``"ciede2000"``, ``"cmc"``, ``"oklab"`` or ``"hyab"``; see `pixgrep.colors.metrics`.

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


def inside(space: str, **limits: Limits | None) -> Query:
    """
    Ask for colours whose coordinates lie within limits.

    Parameters
    ----------
    space : str
        ``"rgb"``, ``"hsv"``, ``"hsl"``, ``"hwb"``, ``"lab"``, ``"lch"``, ``"oklab"`` or ``"oklch"``.
    **limits : (float, float)
        The lowest and the highest value, both included, of the coordinates that matter, by their letters in CSS:
        ``h`` in degrees, also round by 360 as in ``h=(350, 20)``; ``s``, ``v``, ``w`` and the ``l`` of hsl from 0 to
        100; ``l``, ``a``, ``b`` and ``c`` as in `pixgrep.colors.spaces`; ``r``, ``g`` and ``b`` in 8-bit steps.

    Raises
    ------
    ColorError
        There is no such space or coordinate, or limits are not two numbers in order.

    Notes
    -----
    A grey (red, green and blue the same) has no hue: only limits that leave out ``h`` take it. Values of deep pictures
    beyond 0 and 1 count as 0 and 1. Lab and LCH are those of white D65, that of sRGB.

    Examples
    --------
    >>> str(inside("hsl", h=(350, 20), s=(40, 100)))
    'hsl(350..20 40..100 any)'
    """
    axes = get_space(space).axes
    names = [axis.name for axis in axes]
    for name in limits:
        if name not in names:
            raise ColorError(f"{space} has no coordinate {name!r}; it has {', '.join(map(repr, names))}")
    first, second, third = (_checked(axis, limits.get(axis.name)) for axis in axes)
    return Inside(space, (first, second, third))


def _checked(axis: Axis, limits: Any) -> Limits | None:
    if limits is None:
        return None
    try:
        low, high = map(float, limits)
    except (TypeError, ValueError):
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ColorError(
            f"the limits of {axis.name!r} are {limits!r}; give two numbers, such as ({axis.low}, {axis.high})"
        )
    if axis.is_hue:
        return None if high - low >= 360 else (low % 360, high % 360)
    if low > high:
        raise ColorError(f"the limits of {axis.name!r} are {limits!r}; the lowest comes first, only hues go round")
    return low, high


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
