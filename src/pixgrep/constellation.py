"""Colours at fixed distances from each other: what is asked of places rather than of pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np

from pixgrep.bits import Bits
from pixgrep.colors.parse import shown
from pixgrep.errors import ColorError
from pixgrep.expressions.asking import MOST_COLORS, refuse_unused, to_members, to_query
from pixgrep.packed import Words, and_shifted, keep_every
from pixgrep.query import Query

MOST_NAMED = 4
"""Stars in the name of a constellation."""


class Star(NamedTuple):
    """One colour of a constellation: how far it is to the right and down, in pixels, and what it is."""

    x: int
    y: int
    query: Query


@dataclass(frozen=True)
class Constellation:
    """
    Colours at fixed distances; made by `constellation`, and found where the picture has all of them.

    Hashable and picklable.

    Attributes
    ----------
    stars : tuple of (x, y, query)
        The query of each offset, in reading order of the offsets.
    """

    stars: tuple[Star, ...]

    def __str__(self) -> str:
        named = [f"{star.query} at ({_far(star.x)}, {_far(star.y)})" for star in self.stars[:MOST_NAMED]]
        more = len(self.stars) - len(named)
        return ", ".join(named) + (f", and {more:,} more" if more else "")


def _far(offset: int) -> str:
    """Return a number as text; not of thousands of digits, which Python refuses to write."""
    return str(offset) if offset.bit_length() < 64 else "far"


Question = Query | Constellation
"""What has an answer of its own: a query is the constellation whose only star is at (0, 0)."""


def constellation(
    stars: Mapping[tuple[int, int], Any], *, within: float = 0.0, metric: str = "channel"
) -> Constellation:
    """
    Ask for places with several colours, each at its offset: a button by its face, its border and its label.

    `find`, `count`, `first`, `scan` and `compile` take it wherever they take a colour, and report the place of offset
    (0, 0), which need not be a star, but must be in the picture.

    Parameters
    ----------
    stars : mapping of (x, y) to color
        For each offset, in pixels to the right and down (negative: to the left and up), one colour, text or query as
        `find` takes it; ``"~red"`` for any other colour than red.
    within, metric
        For colours that have none of their own, see `near`.

    Returns
    -------
    Constellation
        Its place matches where every star has its colour. A star outside the picture (of each picture of a batch; of
        the region, where one is given) has no colour: nothing matches there, not even ``"~red"``.

    Raises
    ------
    ColorError
        There is no star, more than 4,096, an offset that is no pair of whole numbers, or a colour that cannot be read
        or is several; or all colours have a tolerance of their own, and another is given.

    Notes
    -----
    Every distinct colour is matched once, in one pass over the pixels; after that only bits are shifted and joined, in
    the memory of the CPU, and the answer is there, too, wherever the picture is. `count` and `first` need the bits of
    the whole picture, as `find` does.

    Examples
    --------
    >>> import numpy as np, pixgrep as pg
    >>> image = np.zeros((30, 40, 3), np.uint8)
    >>> image[10, 20:23] = (255, 0, 0), (250, 250, 250), (0, 0, 255)
    >>> flag = constellation({(0, 0): "red", (1, 0): "white", (2, 0): "blue", (0, 1): "~red"}, within=8)
    >>> pg.find(image, flag).xy
    array([[20, 10]], dtype=int32)
    >>> str(constellation({(0, 0): "red", (12, 0): "white", (0, -9): "#0f0 within 3"}))
    '#0f0 within 3 at (0, -9), red at (0, 0), white at (12, 0)'
    """
    if not isinstance(stars, Mapping):
        raise ColorError(
            f"cannot read {shown(stars)} as a constellation; give a colour for each offset, such as "
            "{(0, 0): 'red', (12, 0): 'white'}"
        )
    if not stars:
        raise ColorError("a constellation has no star; give at least one, such as {(0, 0): 'red', (12, 0): 'white'}")
    if len(stars) > MOST_COLORS:
        raise ColorError(f"a constellation has {len(stars):,} stars, {MOST_COLORS:,} are allowed; give fewer")
    read = [_to_star(offset, color, within, metric) for offset, color in stars.items()]
    refuse_unused(within, metric, list(stars.values()), [star.query for star in read])
    return Constellation(tuple(sorted(read, key=lambda star: (star.y, star.x))))


def _to_star(offset: Any, color: Any, within: float, metric: str) -> Star:
    is_pair = isinstance(offset, tuple) and len(offset) == 2
    if not is_pair or any(isinstance(step, bool) or not isinstance(step, Integral) for step in offset):
        raise ColorError(
            f"the offset {shown(offset)} is no pair of whole numbers; give (x, y), in pixels to the right and down"
        )
    x, y = map(int, offset)
    try:
        members = to_members(color)
        if len(members) > 1:
            raise ColorError(
                f"{len(members)} colours were given, a star has one; join them, 'red | white' or with any_of()"
            )
        return Star(x, y, to_query(members[0], within, metric))
    except ColorError as error:
        raise ColorError(f"the star at ({_far(x)}, {_far(y)}): {error}") from None


def queries_of(questions: tuple[Question, ...]) -> tuple[Query, ...]:
    """
    Return what every pixel is asked: the very same questions where they are queries, or each query of them once.

    Raises
    ------
    ColorError
        The stars have more than 4,096 different ones.
    """
    plain = tuple(question for question in questions if isinstance(question, Query))
    if len(plain) == len(questions):
        return plain
    stars = (star.query for question in questions if isinstance(question, Constellation) for star in question.stars)
    queries = tuple(dict.fromkeys((*plain, *stars)))
    if len(queries) > MOST_COLORS:
        raise ColorError(
            f"constellations have {len(queries):,} different colours, {MOST_COLORS:,} are allowed in one search; "
            "ask for some of them, then for the others"
        )
    return queries


def answer_questions(found: Bits, questions: Sequence[Question], queries: Sequence[Query], height: int) -> Bits:
    """
    Join the answers to queries to those to constellations, by shifts of bits.

    Parameters
    ----------
    found : Bits
        A row for each query.
    questions, queries : sequence
        What was asked, and `queries_of` it.
    height : int
        Rows of one picture; `found` may have many, each below the one before.

    Returns
    -------
    Bits
        A row for each question.
    """
    answers = dict(zip(queries, found.words, strict=True))
    bits = Bits.empty(len(questions), found.shape)
    for question, words in zip(questions, bits.words, strict=True):
        if isinstance(question, Query):
            words[:] = answers[question]
        else:
            _mark_places(words, question.stars, answers, found.shape[1], height)
    bits.unite()
    return bits


def _mark_places(words: Words, stars: Sequence[Star], answers: Mapping[Query, Words], width: int, height: int) -> None:
    """Overwrite words by the places from which every star is in the picture, and has its colour."""
    left, right = _span(width, [star.x for star in stars])
    top, bottom = _span(height, [star.y for star in stars])
    if left >= right or top >= bottom:
        words[:] = 0
        return
    words[:] = ~np.uint64(0)
    keep_every(words, width, left, right)
    keep_every(words, width * height, width * top, width * bottom)
    # No star is outside, so no shift crosses the end of a row; from beyond the last pixel all stars are beyond, too.
    for x, y, query in stars:
        and_shifted(words, answers[query], -(y * width + x))


def _span(length: int, offsets: Sequence[int]) -> tuple[int, int]:
    """Return from where to where, end excluded, places and all their offsets are within 0 to `length`."""
    return max(0, -min(offsets)), length - max(0, *offsets)
