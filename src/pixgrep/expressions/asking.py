"""What users give, whatever it is, becomes queries: one for each answer."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, TypeVar

from pixgrep.errors import ColorError
from pixgrep.expressions.reading import parse_query
from pixgrep.model import Color
from pixgrep.query import Query, near

MOST_COLORS = 4096

Other = TypeVar("Other")


def to_queries(colors: Any, within: float = 0.0, metric: str = "channel") -> tuple[Query, ...]:
    """
    Return one query for each colour that a user gave.

    Parameters
    ----------
    colors : color, Query, or sequence of them
        Three or four bare numbers are one colour; text is read by `parse_query`.
    within, metric
        For the colours that have none of their own.

    Raises
    ------
    ColorError
        There is no colour, more than 4,096, or one that cannot be read; or all have a tolerance of their own, and
        another is given.

    Examples
    --------
    >>> [str(query) for query in to_queries(["red", (10, 20, 30)], within=12)]
    ['red', 'rgb(10 20 30)']
    >>> [str(query) for query in to_queries("red | white within 3")]
    ['red | white within 3']
    """
    return to_questions(colors, within, metric, Query)


def to_questions(colors: Any, within: float, metric: str, other: type[Other]) -> tuple[Query | Other, ...]:
    """Return what `to_queries` does; questions of another kind, alone or in the sequence, stay as they are."""
    several = to_members(colors)
    questions = tuple(color if isinstance(color, other) else to_query(color, within, metric) for color in several)
    refuse_unused(within, metric, several, questions)
    return questions


def to_members(colors: Any) -> list[Any]:
    """
    Return each colour that a user gave, unread.

    Raises
    ------
    ColorError
        There is none, or more than 4,096, or no order.
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
    return several


def to_query(color: Any, within: float, metric: str) -> Query:
    """Return the query of one colour; `within` and `metric` are for one that has none of its own."""
    if isinstance(color, Query):
        return color
    return parse_query(color, within, metric) if isinstance(color, str) else near(color, within, metric)


def refuse_unused(within: float, metric: str, several: Sequence[Any], questions: Sequence[object]) -> None:
    """
    Refuse a tolerance that made no difference to any of the colours it was given for.

    Raises
    ------
    ColorError
        All have their own.
    """
    if (within or metric != "channel") and all(map(_has_its_own, several, questions)):
        raise ColorError(
            "within and metric are for plain colours, queries have their own: near(color, within, metric), or as text "
            "'red within 5 ciede2000'"
        )


def _has_its_own(color: Any, question: object) -> bool:
    return color is question or (isinstance(color, str) and parse_query(color) == question)


def _is_number(member: Any) -> bool:
    return isinstance(member, Real) or getattr(member, "ndim", None) == 0
