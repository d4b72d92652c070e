"""
What to look for: small immutable trees, put together with ``|``, ``&`` and ``~``.

A list of colours is several questions, each with an answer of its own; an expression is one question. Queries know no
pixels and no machines: `pixgrep.compile` turns them into programs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

from pixgrep.colors.metrics import get_metric
from pixgrep.colors.parse import parse_color
from pixgrep.colors.ranges import Limits, Three, read_range, to_limits, write_range
from pixgrep.colors.spaces import get_space
from pixgrep.errors import ColorError
from pixgrep.model import Color

MOST_DEPTH = 50
"""Of queries in queries: so many are read back from text, and nobody can follow more."""


@dataclass(frozen=True)
class Query:
    """
    One question to every pixel. Combine questions with ``|`` (or), ``&`` (and) and ``~`` (not).

    Attributes
    ----------
    text : str
        The question as it was typed, if it was: what answers call it. Not part of what makes two queries equal.
    """

    text: str = field(default="", compare=False, repr=False, kw_only=True)

    def __str__(self) -> str:
        return self.text or self._described()

    def _described(self) -> str:
        raise NotImplementedError

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

    def _described(self) -> str:
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
        For each coordinate the lowest and the highest value, infinite where that end is open, or None for any. A hue
        may go from 350 to 20.
    """

    space: str
    limits: Three

    def _described(self) -> str:
        return write_range(self.space, self.limits)


@dataclass(frozen=True)
class AnyOf(Query):
    """All colours that at least one of the queries has."""

    queries: tuple[Query, ...]

    def _described(self) -> str:
        return "(" + " | ".join(query._described() for query in self.queries) + ")"


@dataclass(frozen=True)
class AllOf(Query):
    """All colours that every one of the queries has."""

    queries: tuple[Query, ...]

    def _described(self) -> str:
        return "(" + " & ".join(query._described() for query in self.queries) + ")"


@dataclass(frozen=True)
class Invert(Query):
    """All colours that the query does not have."""

    query: Query

    def _described(self) -> str:
        return f"~{self.query._described()}"


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


def inside(space: str, **limits: Limits | tuple[float | str, float | str] | str | None) -> Query:
    """
    Ask for colours whose coordinates lie within limits.

    Parameters
    ----------
    space : str
        ``"rgb"``, ``"hsv"``, ``"hsl"``, ``"hwb"``, ``"lab"``, ``"lch"``, ``"oklab"`` or ``"oklch"``; or all of it as
        text, such as ``"hsl(350..20 40%..100% any)"``, see `pixgrep.colors.ranges.read_range`.
    **limits : (float, float), or str
        The lowest and the highest value, both included, of the coordinates that matter, by their letters in CSS:
        ``h`` in degrees, also round by 360 as in ``h=(350, 20)``; ``s``, ``v``, ``w`` and the ``l`` of hsl from 0 to
        100; ``l``, ``a``, ``b`` and ``c`` as in `pixgrep.colors.spaces`; ``r``, ``g`` and ``b`` in 8-bit steps. Also
        as text: ``("40%", "100%")``, ``"40%..100%"``, ``"40%.."``.

    Raises
    ------
    ColorError
        There is no such space or coordinate, no limits, or some that are not two numbers in order.

    Notes
    -----
    A grey (red, green and blue the same) has no hue: only limits that leave out ``h`` take it. Values of deep pictures
    beyond 0 and 1 count as 0 and 1. Lab and LCH are those of white D65, that of sRGB.

    Examples
    --------
    >>> str(inside("hsl", h=(350, 20), s=(40, 100)))
    'hsl(350..20 40..100 any)'
    >>> inside("hsl(350..20 40%..100% any)") == inside("hsl", h=(350, 20), s=("40%", "100%"))
    True
    """
    if isinstance(space, str) and "(" in space:
        if limits:
            raise ColorError(f"{space!r} has its limits already; leave out {', '.join(map(repr, limits))}")
        found, read = read_range(space)
        return Inside(found.name, read, text=" ".join(space.split()))
    axes = get_space(space).axes
    if not limits:
        raise ColorError(f"{space} was given without limits; write inside('{space}(any any 20..80)') or name some")
    names = [axis.name for axis in axes]
    for name in limits:
        if name not in names:
            raise ColorError(f"{space} has no coordinate {name!r}; it has {', '.join(map(repr, names))}")
    first, second, third = (to_limits(axis, limits.get(axis.name)) for axis in axes)
    return Inside(space, (first, second, third))


def any_of(*queries: Query) -> Query:
    """
    Ask for colours that at least one query has; the same as ``|``.

    Raises
    ------
    ColorError
        There is no query, or something that is none.
    """
    flat = _flat(AnyOf, queries)
    return flat[0] if len(flat) == 1 else AnyOf(flat)


def all_of(*queries: Query) -> Query:
    """
    Ask for colours that every query has; the same as ``&``.

    Raises
    ------
    ColorError
        There is no query, or something that is none.
    """
    flat = _flat(AllOf, queries)
    return flat[0] if len(flat) == 1 else AllOf(flat)


def invert(query: Query) -> Query:
    """
    Ask for all colours that a query does not have; the same as ``~``. A pixel with a NaN still never matches.

    Raises
    ------
    ColorError
        `query` is none.
    """
    (query,) = _flat(Invert, (query,))
    return query.query if isinstance(query, Invert) else Invert(query)


def _flat(kind: type, queries: Iterable[Query]) -> tuple[Query, ...]:
    """Return the queries, those of the same kind taken apart."""
    flat: list[Query] = []
    for query in queries:
        if not isinstance(query, Query):
            raise ColorError(f"{query!r} is not a query; write near({query!r}), with a tolerance if need be")
        flat.extend(query.queries if kind in (AnyOf, AllOf) and isinstance(query, kind) else (query,))
    if (kind is Invert or len(flat) > 1) and max(map(_depth, flat)) >= MOST_DEPTH:
        raise ColorError(f"queries are joined more than {MOST_DEPTH} deep; join many at once, by any_of() or all_of()")
    if not flat:
        raise ColorError("no query was given; give at least one, such as near('#ff8800')")
    return tuple(flat)


def _depth(query: Query) -> int:
    """Return how often one has to open brackets to see all of a query."""
    match query:
        case AnyOf(queries=parts) | AllOf(queries=parts):
            return 1 + max(map(_depth, parts))
        case Invert(query=inner):
            return 1 + _depth(inner)
    return 0
