"""How long the outline of a region is, which way it points, and its mean colour: sums over runs."""

from collections.abc import Iterator
from itertools import pairwise
from math import atan2, degrees
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.components.joining import pairs_of_rows
from pixgrep.components.runs import Numbers, Runs, expand
from pixgrep.model import Pixels

BAND_PIXELS = 1 << 18
"""How many pixels are added up at once: with their places, some megabytes."""


def perimeters(runs: Runs, numbers: NDArray[np.integer], count: int) -> Numbers:
    """
    Return how many pixel edges the outline of each region has, those of holes included.

    A run has two edges at its ends, and one above and below each of its pixels; those that two runs of a region have in
    common are none of its outline. So it is ``2 * runs + 2 * area - 2 * columns in common``.

    Parameters
    ----------
    runs : Runs
        Of all regions; in reading order, none overlap or touch.
    numbers : ndarray, shape (runs,), integers
        The region of each, below `count`.
    count : int
        How many regions there are.

    Returns
    -------
    ndarray, shape (count,), int64
        0 where a region has no runs.

    Examples
    --------
    >>> perimeters(Runs(np.array([0, 1]), np.array([0, 0]), np.array([3, 1])), np.array([0, 0]), 1).tolist()
    [10]
    """
    edges = _totals(2 + 2 * (runs.stops - runs.starts), numbers, count)
    if len(runs):
        above, below = pairs_of_rows(runs, int(runs.stops.max()), 0)
        alike = numbers[above] == numbers[below]
        above, below = above[alike], below[alike]
        starts = np.maximum(runs.starts[above], runs.starts[below])
        stops = np.minimum(runs.stops[above], runs.stops[below])
        edges -= _totals(2 * (stops - starts), numbers[above], count)
    return edges


def orientations(runs: Runs, numbers: NDArray[np.integer], count: int) -> NDArray[np.float64]:
    """
    Return the direction of the longer axis of the ellipse that has the same second moments as each region.

    It is ``atan2(2 * xy, xx - yy) / 2`` of the central moments, which are computed in whole numbers: so a region that
    is as long one way as the other has no direction, however large it is.

    Parameters
    ----------
    runs : Runs
        Of all regions.
    numbers : ndarray, shape (runs,), integers
        The region of each, below `count`.
    count : int
        How many regions there are.

    Returns
    -------
    ndarray, shape (count,), float64
        Degrees from the x axis, clockwise on a screen, where y points down: above -90, up to 90, which is upright. nan
        where no direction is the longer one: of squares, of single pixels, and where there are no runs.

    References
    ----------
    M.-K. Hu, Visual pattern recognition by moment invariants, IRE Transactions on Information Theory 8 (1962), section
    V.B: the principal axes.

    Examples
    --------
    >>> steps = Runs(np.array([0, 1, 2]), np.array([0, 1, 2]), np.array([1, 2, 3]))
    >>> orientations(steps, np.zeros(3, int), 1).tolist(), orientations(steps, np.arange(3), 3).tolist()
    ([45.0], [nan, nan, nan])
    """
    if not len(runs):
        return np.full(count, np.nan)
    moments = _moments(runs)
    area, x, y, xx, yy, xy = (_totals(part, numbers, count).astype(object) for part in moments)
    across, along = 2 * (area * xy - x * y), area * (xx - yy) - (x * x - y * y)
    return np.array([_direction(*parts) for parts in zip(across, along, strict=True)], np.float64)


def _direction(across: int, along: int) -> float:
    if not across and not along:
        return float("nan")
    angle = degrees(atan2(across, along)) / 2
    return 90.0 if angle == -90 else angle  # as it is written for what is just above


def _moments(runs: Runs) -> Iterator[NDArray[Any]]:
    """Yield, for each run, the sums of 1, x, y, x^2, y^2 and x y of its pixels, counted from a corner of them all."""
    left, top = int(runs.starts.min()), int(runs.rows[0])
    longest = max(int(runs.stops.max()) - left, int(runs.rows[-1]) + 1 - top)
    pixels = int((runs.stops - runs.starts).sum())
    # No sum is above this; where 64 bits are too few, Python's integers are not.
    dtype = np.int64 if 4 * pixels * longest * longest < 1 << 63 else object
    y, first, length = (part.astype(dtype) for part in (runs.rows - top, runs.starts - left, runs.stops - runs.starts))
    further = length * (length - 1)  # twice the sum of 0 to length - 1
    x = length * first + further // 2
    xx = length * first * first + further * first + further * (2 * length - 1) // 6
    yield from (length, x, length * y, xx, length * y * y, x * y)


def mean_colors(pixels: Pixels, runs: Runs, numbers: NDArray[np.integer], count: int) -> NDArray[np.float64]:
    """
    Return the mean of the pixels of each region; sums of whole numbers are exact.

    Parameters
    ----------
    pixels : ndarray, shape (height, width, channels)
        A picture that runs are of, any integers or floats; read a band of runs at a time, and only inside of runs.
    runs : Runs
        Of all regions.
    numbers : ndarray, shape (runs,), integers
        The region of each, below `count`.
    count : int
        How many regions there are.

    Returns
    -------
    ndarray, shape (count, channels), float64
        In the unit and the channels of the picture; nan where a pixel is, and where there are no runs.

    Examples
    --------
    >>> picture = np.array([[[10, 0], [20, 1], [99, 9], [7, 7]]], np.uint8)
    >>> mean_colors(picture, Runs(np.array([0, 0]), np.array([0, 3]), np.array([2, 4])), np.array([0, 1]), 2).tolist()
    [[15.0, 0.5], [7.0, 7.0]]
    """
    lengths = runs.stops - runs.starts
    sums = np.zeros((count, pixels.shape[2]), np.float64 if pixels.dtype.kind == "f" else np.int64)
    bands = [0, *(np.flatnonzero(np.diff(np.cumsum(lengths) // BAND_PIXELS)) + 1).tolist(), len(runs)]
    with np.errstate(invalid="ignore", over="ignore"):  # pixels may be infinite, and areas 0
        for first, last in pairwise(bands):
            some = lengths[first:last]
            columns = expand(runs.starts[first:last], some)
            values = pixels[np.repeat(runs.rows[first:last], some), columns]
            added = np.add.reduceat(values, np.cumsum(some) - some, axis=0, dtype=sums.dtype)
            np.add.at(sums, numbers[first:last], added)
        means: NDArray[np.float64] = sums / _totals(lengths, numbers, count)[:, np.newaxis]
    return means


def _totals(values: NDArray[Any], numbers: NDArray[np.integer], count: int) -> NDArray[Any]:
    """Add up values by number."""
    totals = np.zeros(count, values.dtype)
    np.add.at(totals, numbers, values)
    return totals
