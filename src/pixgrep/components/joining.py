"""Which runs hang together, and what becomes of them: for few runs, and for those at the borders of tiles."""

import numpy as np

from pixgrep.components.runs import Numbers, Runs, expand


def pairs_of_rows(runs: Runs, width: int, reach: int) -> tuple[Numbers, Numbers]:
    """
    Return the pairs of runs in neighbouring rows whose columns differ by at most `reach`.

    Parameters
    ----------
    runs : Runs
        Sorted by row and column; none of one row overlap.
    width : int
        No run ends beyond it, and none begins before 0.
    reach : int
        0: they must have a column in common.

    Returns
    -------
    above, below : ndarray of int64
        Numbers of runs.
    """
    span = width + reach  # so that no key of one row can reach into the next
    here, above = runs.rows * span, (runs.rows - 1) * span
    first = np.searchsorted(here + runs.stops, above + runs.starts - reach, side="right")
    counts = np.searchsorted(here + runs.starts, above + runs.stops + reach) - first
    return expand(first, counts), np.repeat(np.arange(len(runs)), counts)


def unite(parents: Numbers, one: Numbers, other: Numbers) -> None:
    """
    Note that pairs hang together, and that with all they hung together with before.

    In each round, every root that has a neighbour of lower number takes the lowest of them as its parent, and all that
    are below it do so. Few rounds are enough, as whatever is not the lowest around joins another.

    Parameters
    ----------
    parents : ndarray, int64
        Written: of each its root, which is the lowest of all that hang together with it.
    one, other : ndarray of int64
        Pairs.
    """
    while len(one):
        low, high = np.minimum(parents[one], parents[other]), np.maximum(parents[one], parents[other])
        apart = low != high
        one, other = one[apart], other[apart]
        np.minimum.at(parents, high[apart], low[apart])
        _shorten(parents)


def _shorten(parents: Numbers) -> None:
    """Make the root of each its parent; paths are halved each time, for they may be as long as the picture is high."""
    while not np.array_equal(shorter := parents[parents], parents):
        parents[:] = shorter


def join(count: int, one: Numbers, other: Numbers) -> Numbers:
    """
    Return numbers that are the same for what hangs together.

    Parameters
    ----------
    count : int
        How many there are.
    one, other : ndarray of int64
        Pairs that hang together.

    Returns
    -------
    ndarray, shape (count,), int64
        From 0 on, in the order of the first of each.

    Examples
    --------
    >>> join(5, np.array([0, 1]), np.array([3, 4])).tolist()
    [0, 1, 2, 0, 1]
    """
    parents = np.arange(count)
    unite(parents, one, other)
    numbers: Numbers = (np.cumsum(parents == np.arange(count)) - 1)[parents]
    return numbers
