"""Outlines of regions: polygons with holes along the edges of pixels, from runs alone."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pixgrep.components.joining import join, pairs_of_rows
from pixgrep.components.runs import Numbers, Runs


class Polygon(NamedTuple):
    """
    An area with holes; pixel (x, y) covers what lies from (x, y) to (x + 1, y + 1).

    Rings are closed, that is end with the point they begin with: the corner that comes first in reading order. They
    hold corners only, no points on straight lines, and no ring comes to a point twice; a hole may touch another ring at
    single points.

    Attributes
    ----------
    exterior : ndarray, shape (k, 2), int64
        x, y of each corner; clockwise on a screen, where y points down. With x and y taken as numbers, its area by the
        shoelace formula is positive: the right-hand rule of RFC 7946.
    holes : tuple of ndarray
        Likewise, the other way round; in the order of their first pixels.
    """

    exterior: Numbers
    holes: tuple[Numbers, ...]

    def moved(self, x: int, y: int) -> "Polygon":
        """Return the same polygon so many columns and rows further on."""
        return Polygon(np.add(self.exterior, (x, y)), tuple(np.add(hole, (x, y)) for hole in self.holes))


class _Stack(NamedTuple):
    """
    Pieces put below each other, so that no two share a row: then no sorting needs to know of them.

    A row here is one of the lines between rows of pixels; a piece has one more of them than rows.
    """

    tops: Numbers
    """The first row of each piece in the picture."""
    begins: Numbers
    """The first row of each piece in the stack."""

    def piece_of(self, rows: Numbers) -> Numbers:
        return np.searchsorted(self.begins, rows, side="right") - 1


class _Corners(NamedTuple):
    """Corners, sorted by row of the stack and column, and which comes after which."""

    rows: Numbers
    columns: Numbers
    following: Numbers


def outlines(runs: Runs, numbers: NDArray[np.integer]) -> dict[int, tuple[Polygon, ...]]:
    """
    Return the outlines of regions.

    A region has a polygon for each of its parts whose pixels hang together by edges: two pixels that touch at a corner
    only are two polygons. Polygons of a region have no area in common, and cover its pixels and nothing else.

    Every end of a run is a corner above and below it, but where the row above or below has the same end. Corners of a
    line are the ends of its edges by turns: so sorting, by rows and by columns, tells the two neighbours of each.

    Parameters
    ----------
    runs : Runs
        Of all regions; in reading order, none overlap.
    numbers : ndarray, shape (runs,), integers
        The region of each.

    Returns
    -------
    dict of int to tuple of Polygon
        By the numbers of the regions, rising; polygons in the order of their first pixels.

    Examples
    --------
    >>> ring = Runs(np.array([0, 1, 1, 2]), np.array([0, 0, 2, 0]), np.array([3, 1, 3, 3]))
    >>> (polygon,) = outlines(ring, np.zeros(4, int))[0]
    >>> polygon.exterior.tolist()
    [[0, 0], [3, 0], [3, 3], [0, 3], [0, 0]]
    >>> [hole.tolist() for hole in polygon.holes]
    [[[1, 1], [1, 2], [2, 2], [2, 1], [1, 1]]]
    """
    if not len(runs):
        return {}
    found: dict[int, list[Polygon]] = {int(number): [] for number in np.unique(numbers)}
    pieces = _pieces(runs, numbers)
    stack, rows, order = _pile(runs, pieces)
    corners = _corners(rows, runs.starts[order], runs.stops[order])
    polygons = _polygons(stack, corners)
    first = np.searchsorted(pieces[order], np.arange(len(polygons)))
    for number, polygon in zip(numbers[order[first]].tolist(), polygons, strict=True):
        found[number].append(polygon)
    return {number: tuple(polygons) for number, polygons in found.items()}


def _pieces(runs: Runs, numbers: NDArray[np.integer]) -> Numbers:
    """Return for each run the number of its piece: what hangs together by edges, in the order of first pixels."""
    above, below = pairs_of_rows(runs, int(runs.stops.max()), 0)
    alike = numbers[above] == numbers[below]
    return join(len(runs), above[alike], below[alike])


def _pile(runs: Runs, pieces: Numbers) -> tuple[_Stack, Numbers, Numbers]:
    """Return the stack, and the runs in its order: the row of each there, and its number here."""
    order = np.argsort(pieces, kind="stable")
    rows, pieces = runs.rows[order], pieces[order]
    first = np.flatnonzero(np.diff(pieces, prepend=-1))
    tops, bottoms = rows[first], rows[np.append(first[1:], len(rows)) - 1] + 1
    begins = np.cumsum(bottoms - tops + 1) - (bottoms - tops + 1)
    return _Stack(tops, begins), rows + (begins - tops)[pieces], order


def _corners(rows: Numbers, starts: Numbers, stops: Numbers) -> _Corners:
    """Return the corners of runs that have rows in a stack."""
    span = int(stops.max()) + 1
    place = np.concatenate([row * span + x for row in (rows, rows + 1) for x in (starts, stops)]).reshape(2, 2, -1)
    is_below, is_stop = np.array([1, 0])[:, None, None], np.array([0, 1])[:, None]
    # Where two pixels of a piece touch at a corner, two corners are one point. The start of a run comes first of them
    # and so has the edge to the left: rings go across from pixel to pixel, and never come to a point twice, as one of
    # the two pixels between is enclosed by the piece.
    keys = np.sort((place << 2 | is_stop << 1 | is_below).reshape(-1))
    is_straight = (keys[1:] >> 1) == (keys[:-1] >> 1)
    is_corner = np.ones(len(keys), np.bool_)
    is_corner[1:] &= ~is_straight
    is_corner[:-1] &= ~is_straight
    keys = keys[is_corner]
    rows, columns = np.divmod(keys >> 2, span)
    stop, below = (keys >> 1 & 1).astype(np.bool_), (keys & 1).astype(np.bool_)
    beside = np.arange(len(keys)) ^ 1
    # Pixels lie to the right of whoever follows a ring on a screen: up at starts, and down at stops.
    return _Corners(rows, columns, np.where(stop == below, _ends_of_columns(rows, columns, below), beside))


def _ends_of_columns(rows: Numbers, columns: Numbers, below: NDArray[np.bool_]) -> Numbers:
    """Return for each corner the one at the other end of its vertical edge."""
    order = np.argsort((columns * (int(rows[-1]) + 1) + rows) << 1 | below)
    others = np.empty_like(order)
    others[order[0::2]], others[order[1::2]] = order[1::2], order[0::2]
    return others


def _polygons(stack: _Stack, corners: _Corners) -> list[Polygon]:
    """Return the polygon of each piece."""
    order, starts = _follow(corners.following.tolist())
    ends = np.append(starts[1:], len(order))
    closed = np.insert(order, ends, order[starts])
    rows = corners.rows[order[starts]]
    pieces = stack.piece_of(rows)
    shifts = np.repeat((stack.tops - stack.begins)[pieces], ends - starts + 1)
    points = np.stack([corners.columns[closed], corners.rows[closed] + shifts], axis=1)
    begins, stops = (starts + np.arange(len(starts))).tolist(), (ends + np.arange(1, len(ends) + 1)).tolist()
    rings = [points[begin:stop] for begin, stop in zip(begins, stops, strict=True)]
    # the first corner of a piece is one of its exterior
    exteriors = np.searchsorted(pieces, np.arange(len(stack.tops) + 1)).tolist()
    return [Polygon(rings[first], tuple(rings[first + 1 : last])) for first, last in pairwise(exteriors)]


def _follow(following: list[int]) -> tuple[Numbers, Numbers]:
    """Return the numbers of corners ring by ring, and where each ring begins: at its lowest number, rising."""
    is_left = bytearray(b"\1") * len(following)
    order: list[int] = []
    starts: list[int] = []
    corner = 0
    while corner >= 0:
        starts.append(len(order))
        while is_left[corner]:
            is_left[corner] = 0
            order.append(corner)
            corner = following[corner]
        corner = is_left.find(1, corner)
    return np.array(order, np.int64), np.array(starts, np.int64)
