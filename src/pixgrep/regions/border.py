"""What of a tile can still hang together with what other tiles have: the runs near its borders."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pixgrep.components import Rule, label_runs
from pixgrep.components.runs import Numbers, Runs, expand
from pixgrep.model import Box
from pixgrep.packed import put_mask, words_for
from pixgrep.regions.pixels import RegionPixels


@dataclass(frozen=True)
class Border:
    """
    Runs near the borders of tiles, in coordinates of the whole picture.

    Attributes
    ----------
    runs : Runs
        In any order.
    owners : ndarray, shape (runs,), int64
        The row of the table of regions that each belongs to.
    colors : ndarray, shape (runs,), int32
        The colour of each.
    uncovered : ndarray, shape (runs,), int64
        How many places within reach of each no tile has covered so far; from 0 on it can join nothing more.
    boxes : ndarray, shape (tiles, 4), int64
        Left, top, right and bottom of all tiles.
    """

    runs: Runs
    owners: Numbers
    colors: NDArray[np.int32]
    uncovered: Numbers
    boxes: Numbers

    @classmethod
    def of(cls, pixels: RegionPixels, colors: NDArray[np.int32], members: Numbers, region: Box) -> "Border":
        """Return the border of a tile, all of whose regions have those colours and components."""
        x, y, width, height = region
        reach = pixels.rule.gap + 1
        box = np.array([x, y, x + width, y + height])
        parts = []
        for places, runs, numbers in pixels.runs_of(colors, members):
            owners = places[numbers]
            near = (runs.rows < reach) | (runs.rows >= height - reach) | (width <= 2 * reach)
            left, right = np.minimum(runs.stops, reach), np.maximum(runs.starts, width - reach)
            # Rows at the top and bottom are near with all their pixels, others with their ends only; tiles that are
            # narrow, whole, so that no run is kept twice.
            for chosen, starts, stops in (
                (near, runs.starts, runs.stops),
                (~near & (runs.starts < reach), runs.starts, left),
                (~near & (runs.stops > width - reach), right, runs.stops),
            ):
                parts.append((runs.rows[chosen] + y, starts[chosen] + x, stops[chosen] + x, owners[chosen]))
        rows, starts, stops, owners = (
            np.concatenate([part[column] for part in parts]) if parts else np.empty(0, np.int64) for column in range(4)
        )
        around = (stops - starts + 2 * reach) * (2 * reach + 1)
        border = cls(Runs(rows, starts, stops), owners, colors[owners], around, box[np.newaxis])
        return border.covered_by(box, reach)

    def covered_by(self, box: Numbers, reach: int) -> "Border":
        """Return the border once a tile came, of that left, top, right and bottom; runs that it closed are left out."""
        left, top, right, bottom = box
        runs = self.runs
        columns = np.minimum(runs.stops + reach, right) - np.maximum(runs.starts - reach, left)
        rows = np.minimum(runs.rows + reach + 1, bottom) - np.maximum(runs.rows - reach, top)
        uncovered = self.uncovered - np.maximum(columns, 0) * np.maximum(rows, 0)
        return replace(self, uncovered=uncovered).only(np.flatnonzero(uncovered))

    def only(self, chosen: Numbers) -> "Border":
        """Return some of the runs."""
        runs = Runs(self.runs.rows[chosen], self.runs.starts[chosen], self.runs.stops[chosen])
        return Border(runs, self.owners[chosen], self.colors[chosen], self.uncovered[chosen], self.boxes)

    def near(self, box: Numbers, reach: int) -> "Border":
        """Return those runs that what is in a box may hang together with."""
        left, top, right, bottom = box
        runs = self.runs
        columns = (runs.stops > left - reach) & (runs.starts < right + reach)
        return self.only(np.flatnonzero(columns & (runs.rows >= top - reach) & (runs.rows < bottom + reach)))

    def moved(self, x: int, y: int) -> "Border":
        """Return the same border of tiles that begin so many columns and rows further on."""
        runs = Runs(self.runs.rows + y, self.runs.starts + x, self.runs.stops + x)
        return replace(self, runs=runs, boxes=self.boxes + np.array([x, y, x, y]))

    def owned_by(self, owners: Numbers) -> "Border":
        """Return the same border, when row i of the table of regions has become row ``owners[i]``."""
        return replace(self, owners=owners[self.owners])

    def together(self, other: "Border") -> "Border":
        """Return two borders as one; neither has closed what the other has."""
        runs = Runs(*(np.concatenate(pair) for pair in zip(_columns(self.runs), _columns(other.runs), strict=True)))
        return Border(
            runs,
            np.concatenate((self.owners, other.owners)),
            np.concatenate((self.colors, other.colors)),
            np.concatenate((self.uncovered, other.uncovered)),
            np.concatenate((self.boxes, other.boxes)),
        )

    def pairs(self, rule: Rule) -> Numbers:
        """
        Return which rows of the table of regions hang together, shape (2, pairs).

        The runs are painted as bits and joined as any others: so the rule is the same, and its gap costs nothing.
        """
        found = [np.empty((2, 0), np.int64)]
        for color in np.unique(self.colors):
            mine = self.only(np.flatnonzero(self.colors == color))
            numbers = _join(mine.runs, rule)
            order = np.lexsort((mine.owners, numbers))
            owners, alike = mine.owners[order], np.diff(numbers[order]) == 0
            pairs = np.stack((owners[:-1], owners[1:]))
            found.append(pairs[:, alike & (pairs[0] != pairs[1])])
        return np.concatenate(found, axis=1)


def _join(runs: Runs, rule: Rule) -> NDArray[np.integer]:
    """Return numbers of runs that are the same for what hangs together."""
    left, top = runs.starts.min(), runs.rows.min()
    width, height = int(runs.stops.max() - left), int(runs.rows.max() - top + 1)
    begins = (runs.rows - top) * width + runs.starts - left
    mask = np.zeros(height * width, np.bool_)
    mask[expand(begins, runs.stops - runs.starts)] = True
    words = np.empty(words_for((height, width)), np.uint64)
    put_mask(words, mask)
    labeled = label_runs(words, (height, width), rule)  # runs of neighbouring tiles may be one there
    numbers: NDArray[np.integer] = labeled.numbers[
        np.searchsorted(labeled.rows() * width + labeled.starts, begins, side="right") - 1
    ]
    return numbers


def _columns(runs: Runs) -> tuple[Numbers, Numbers, Numbers]:
    return runs.rows, runs.starts, runs.stops
