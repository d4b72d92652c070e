"""Runs: pixels side by side in a row, from bits by NumPy alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.packed import Words, edges, index_type

Numbers = NDArray[np.int64]

BAND_PIXELS = 1 << 22
"""Pixels that are painted at a time."""


@dataclass(frozen=True)
class Runs:
    """
    Pixels side by side in a row; in reading order and apart, where nothing else is said.

    Attributes
    ----------
    rows, starts, stops : ndarray, shape (runs,), int64
        The row of each, its first column, and the one after its last.
    """

    rows: Numbers
    starts: Numbers
    stops: Numbers

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.rows)


@dataclass(frozen=True)
class LabeledRuns:
    """
    Runs and the number of the component that each belongs to: 12 bytes a run, where columns fit 32 bits.

    Attributes
    ----------
    starts, stops, numbers : ndarray, shape (runs,), int32 or int64
        In reading order: the first column of each, the one after its last, and the number of its component.
    ends : ndarray, shape (height + 1,), int64
        The runs of row y are those from ``ends[y]`` up to ``ends[y + 1]``.
    """

    starts: NDArray[Any]
    stops: NDArray[Any]
    numbers: NDArray[Any]
    ends: NDArray[np.int64]

    def rows(self) -> NDArray[np.int64]:
        """Return the row of each run."""
        return np.repeat(np.arange(len(self.ends) - 1), np.diff(self.ends))

    def paint(self, picture: NDArray[Any], labels: NDArray[Any]) -> None:
        """
        Write to a picture, wherever a run is, the label of its component; nothing where that is 0.

        Parameters
        ----------
        picture : ndarray, shape (height, width)
            C-contiguous; written.
        labels : ndarray, shape (components,)
            Of its dtype, or one that fits.
        """
        height, width = picture.shape
        step = max(1, BAND_PIXELS // max(width, 1))
        for top in range(0, height, step):
            band = picture[top : top + step]
            first, last = self.ends[top], self.ends[min(top + step, height)]
            rows = np.repeat(np.arange(len(band)) * width, np.diff(self.ends[top : top + len(band) + 1]))
            edges = np.stack((rows + self.starts[first:last], rows + self.stops[first:last]), axis=1).ravel()
            values = np.zeros(len(edges) + 1, picture.dtype)
            values[1::2] = labels[self.numbers[first:last]]
            painted = np.repeat(values, np.diff(edges, prepend=0, append=band.size)).reshape(band.shape)
            np.copyto(band, painted, where=painted != 0)

    def of(self, number: int, top: int, bottom: int) -> Runs:
        """Return the runs of one component, which lies in rows from `top` up to `bottom`."""
        first, last = self.ends[top], self.ends[bottom]
        mine = first + np.flatnonzero(self.numbers[first:last] == number)
        rows = np.searchsorted(self.ends, mine, side="right") - 1
        return Runs(rows, self.starts[mine].astype(np.int64), self.stops[mine].astype(np.int64))


def label_type(labels: Sequence[Numbers]) -> type[np.integer[Any]]:
    """Return the smaller of int32 and int64 that holds the labels of components of several colours."""
    return index_type(max((int(some.max(initial=0)) for some in labels), default=0))


def runs_of(words: Words, width: int) -> Runs:
    """
    Return the runs of bits.

    Examples
    --------
    >>> runs = runs_of(np.array([0b0110_0110_1111], np.uint64), 4)
    >>> runs.rows.tolist(), runs.starts.tolist(), runs.stops.tolist()
    ([0, 1, 2], [0, 1, 1], [4, 3, 3])
    """
    found = edges(words)
    starts, stops = found[0::2], found[1::2]  # of pixels in reading order: some go on from row to row
    first_row, last_row = starts // max(width, 1), (stops - 1) // max(width, 1)
    times = last_row - first_row + 1
    rows = expand(first_row, times)
    return Runs(
        rows,
        np.maximum(np.repeat(starts, times) - rows * width, 0),
        np.minimum(np.repeat(stops, times) - rows * width, width),
    )


def expand(starts: NDArray[Any], counts: NDArray[Any]) -> NDArray[np.int64]:
    """
    Return the numbers of several rising sequences, one after the other.

    Examples
    --------
    >>> expand(np.array([3, 10]), np.array([2, 3])).tolist()
    [3, 4, 10, 11, 12]
    """
    before: NDArray[np.int64] = np.repeat(starts - np.cumsum(counts) + counts, counts)
    before += np.arange(len(before))
    return before
