"""
Run-length code of COCO: masks as text, as annotations of COCO have them and its tools read them.

Pixels are taken column by column, from top to bottom; ``counts`` says how many are outside, then inside, then outside
the mask, and so on, the first of them perhaps 0. From the fourth on, each is written as the difference to the one two
before. Such a number is written in groups of five bits, the lowest first, until the rest is only the sign, which is the
highest bit of the last group; a sixth bit says that another group follows. A group is the character 48 places further
on than its value, from ``0`` to ``o``.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.components.runs import Numbers, Runs

FOLLOWED = 32
"""The bit of a group after which another follows."""
ZERO = 48
"""The character of a group whose value is 0."""


def encode(runs: Runs, shape: tuple[int, int]) -> dict[str, Any]:
    """
    Return the run-length code of the mask that has the pixels of runs; memory is some bytes a pixel of their box.

    Parameters
    ----------
    runs : Runs
        Of one region; none overlap.
    shape : tuple of int
        Height and width of the mask; all runs lie within.

    Returns
    -------
    dict
        ``{"size": [height, width], "counts": text}``; `json.dumps` takes it.

    References
    ----------
    ``common/maskApi.c`` of https://github.com/cocodataset/cocoapi: ``rleToString``.

    Examples
    --------
    >>> encode(Runs(np.array([1, 2]), np.array([0, 0]), np.array([2, 1])), (3, 4))
    {'size': [3, 4], 'counts': '121O6'}
    """
    height, width = shape
    starts, stops = _columns(runs, height)
    changes = np.empty(2 * len(starts) + 1, np.int64)
    changes[0:-1:2], changes[1::2], changes[-1] = starts, stops, height * width
    counts = np.diff(changes, prepend=0)
    if len(counts) > 1 and not counts[-1]:
        counts = counts[:-1]
    return {"size": [int(height), int(width)], "counts": _text(counts)}


def _columns(runs: Runs, height: int) -> tuple[Numbers, Numbers]:
    """Return where pixels begin to be inside, and where they end, numbered column by column."""
    if not len(runs):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    left, top = int(runs.starts.min()), int(runs.rows[0])
    rows = runs.rows - top
    inside = np.zeros((int(rows[-1]) + 2, int(runs.stops.max()) - left + 1), np.int8)  # the last of each is outside
    inside[rows, runs.starts - left] += 1
    inside[rows, runs.stops - left] -= 1
    np.cumsum(inside, axis=1, out=inside)
    by_column = inside.T.reshape(-1)
    changes = np.flatnonzero(by_column[1:] != by_column[:-1]) + 1
    if by_column[0]:
        changes = np.insert(changes, 0, 0)
    column, row = np.divmod(changes, len(inside))
    places = (column + left) * height + row + top
    starts, stops = places[0::2], places[1::2]
    is_apart = starts[1:] != stops[:-1]  # not so where one goes to the bottom, and the other begins at the top
    return starts[np.concatenate(([True], is_apart))], stops[np.concatenate((is_apart, [True]))]


def _text(counts: Numbers) -> str:
    """Return numbers as text."""
    left = counts.copy()
    left[3:] -= counts[1:-2]
    groups: list[NDArray[np.uint8]] = []
    written: list[NDArray[np.bool_]] = []
    is_left = np.ones(len(left), np.bool_)
    while is_left.any():
        value, left = left & 31, left >> 5
        written.append(is_left)
        is_left = is_left & (left != np.where(value & 16, -1, 0))
        groups.append((value + FOLLOWED * is_left + ZERO).astype(np.uint8))
    return np.stack(groups, axis=1)[np.stack(written, axis=1)].tobytes().decode("ascii")
