"""
Which colour of a palette is nearest to each of many colours: exact, by any metric, without comparing all with all.

Colours are put into boxes, boxes into smaller ones (an octree). What a metric knows of a whole box (`Metric.closest`,
`Metric.reach`) rules out most of the palette before any two colours are compared.
"""

import math
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.colors.metrics import METRICS
from pixgrep.colors.metrics.metric import gaps

Values = NDArray[np.float64]
Numbers = NDArray[np.intp]

COMPARED_AT_ONCE = 1 << 14
"""Differences that cost less than ruling some of them out; their temporary arrays stay in the second-level cache."""
FARTHEST = 1e9
"""What an infinite channel is taken for: its square is a number."""
LEVELS = 8
ROUNDING = 1e-9


class Nearest:
    """
    A palette, prepared to be compared with.

    Parameters
    ----------
    colors : ndarray, shape (n, 3)
        sRGB, 0 to 255, fractions allowed.
    metric : str
        Name of the metric; a colour of the palette is its reference.
    within : float
        The largest difference that still counts.
    unit : float
        What an 8-bit step is in these colours: only where they are compared as stored, by a metric of sRGB.

    Examples
    --------
    >>> nearest = Nearest(np.array([[0, 0, 0], [255, 0, 0]]), "channel", within=9)
    >>> number, difference = nearest.find(np.array([[250, 3, 9], [100, 0, 0]]))
    >>> number.tolist(), difference.tolist()
    ([1, -1], [9.0, inf])
    """

    def __init__(self, colors: NDArray[Any], metric: str, within: float = math.inf, unit: float = 1.0) -> None:
        self._metric = METRICS[metric]
        self._entries = self._coordinates(np.asarray(colors, np.float64))
        self._within = within
        self._unit = unit

    def find(self, colors: NDArray[Any]) -> tuple[Numbers, Values]:
        """
        Find the nearest colour of the palette for each of many.

        Parameters
        ----------
        colors : ndarray, shape (m, 3)
            sRGB, 0 to 255; beyond, too.

        Returns
        -------
        number : ndarray, shape (m,)
            Which of the palette, the first of those that are equally near; -1 where none is within the limit, and for
            a colour with a NaN.
        difference : ndarray, shape (m,)
            By the metric; infinite where the number is -1.
        """
        given = np.asarray(colors, np.float64)
        number, difference = np.full(len(given), -1, np.intp), np.full(len(given), np.inf)
        usable = np.flatnonzero(~np.isnan(given).any(axis=1))
        wanted = np.clip(given[usable], -FARTHEST, FARTHEST)
        keys = _octree_keys(wanted / self._unit)
        order = np.argsort(keys)
        if order.size:
            found = _Answers(len(order))
            with np.errstate(invalid="ignore"):
                entries = np.arange(self._entries.shape[1])
                self._search(self._coordinates(wanted[order]), keys[order], 0, entries, LEVELS - 1, found)
            number[usable[order]], difference[usable[order]] = found.number, found.difference
        return number, difference

    def _coordinates(self, colors: Values) -> Values:
        """Return the coordinates that the metric compares, shape (3, n)."""
        return np.array(np.broadcast_arrays(*self._metric.space.from_rgb(*colors.T)), np.float64)

    def _search(
        self, points: Values, keys: NDArray[np.uint32], start: int, entries: Numbers, level: int, found: "_Answers"
    ) -> None:
        """Write the answers of `points`, of which the first is number `start`; only `entries` can be theirs."""
        if len(entries) * len(keys) > COMPARED_AT_ONCE:
            entries = self._possible(points, entries)
            if level >= 0 and len(entries) > 1 and len(entries) * len(keys) > COMPARED_AT_ONCE:
                octants = keys >> np.uint32(3 * level) & np.uint32(7)
                borders = [0, *(np.flatnonzero(np.diff(octants)) + 1).tolist(), len(keys)]
                for first, end in pairwise(borders):
                    part = slice(first, end)
                    self._search(points[:, part], keys[part], start + first, entries, level - 1, found)
                return
        if len(entries):
            self._compare(points, start, entries, found)

    def _possible(self, points: Values, entries: Numbers) -> Numbers:
        """Return those of `entries` that can be the nearest of any of `points`, and are not too far from all."""
        low, high = points.min(axis=1), points.max(axis=1)
        candidates = self._entries[:, entries]
        middle = (low + high)[:, np.newaxis] / 2
        guess = int(((candidates - middle) ** 2).sum(axis=0).argmin())
        limit = min(float(np.max(self._differences(points, candidates[:, guess]))), self._within)
        limit += ROUNDING * (self._metric.largest + min(limit, self._metric.largest))
        box = tuple(low), tuple(high), tuple(candidates)
        if self._metric.closest is not None:
            entries = entries[self._metric.closest(*box) <= limit]
        elif self._metric.reach is not None:
            entries = entries[np.max(gaps(*box), axis=0) <= self._metric.reach(limit)]
        return entries

    def _compare(self, points: Values, start: int, entries: Numbers, found: "_Answers") -> None:
        """Compare each point with each entry."""
        candidates = self._entries[:, entries]
        step = max(1, COMPARED_AT_ONCE // len(entries))
        for first in range(0, points.shape[1], step):
            part = points[:, first : first + step]
            differences = self._differences(part[:, :, np.newaxis], candidates[:, np.newaxis])
            best = differences.argmin(axis=1)
            least = differences[np.arange(len(best)), best]
            is_near = least <= self._within
            there = slice(start + first, start + first + len(best))
            found.number[there] = np.where(is_near, entries[best], -1)
            found.difference[there] = np.where(is_near, least, np.inf)

    def _differences(self, points: Values, references: Values) -> Values:
        differences: Values = np.asarray(self._metric.distance(*points, *references))
        return np.where(np.isnan(differences), np.inf, differences)


class _Answers:
    """Room for the answers of some colours."""

    def __init__(self, count: int) -> None:
        self.number = np.full(count, -1, np.intp)
        self.difference = np.full(count, np.inf)


def _octree_keys(colors: Values) -> NDArray[np.uint32]:
    """Return for each colour a number whose bits, three by three, say in which octant of which box it lies."""
    channels = np.clip(colors, 0, 255).astype(np.uint32)
    keys = np.zeros(len(colors), np.uint32)
    for level in range(LEVELS):
        for axis in range(3):
            bit = channels[:, axis] >> np.uint32(level) & np.uint32(1)
            keys |= bit << np.uint32(3 * level + axis)
    return keys
