"""Components by compiled code, some rows at a time, so that no call lasts long and memory grows with what is found."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.compiled.components import COUNT, RUNS, count_changes, scan_rows, settle
from pixgrep.components.rule import Rule
from pixgrep.components.runs import LabeledRuns
from pixgrep.components.table import Table, empty_table
from pixgrep.model import WORD_BITS
from pixgrep.packed import Words, grow_down, index_type

FEW = 1 << 14
"""So few components always get a table of their own."""
BAND_PIXELS = 1 << 22
"""Pixels of one call: at most 40 ms, even of a checkerboard."""


class Scan:
    """
    The scan of one picture.

    Attributes
    ----------
    table : ndarray, shape (n, 8), int64
        Of the components, by their final numbers; more rows than there are may follow.
    components : int
        How many there are.
    is_roomy : bool
        Whether most of the table is not of components.
    """

    def __init__(self, words: Words, shape: tuple[int, int], rule: Rule) -> None:
        self._words, self._shape, self._rule = words, shape, rule
        self._grown = grow_down(words, shape, rule.gap) if rule.gap else None
        self._dtype = index_type(shape[0] * shape[1])  # there are no more runs than pixels
        step = max(1, BAND_PIXELS // max(shape[1], 1))
        self._bands = [(row, min(row + step, shape[0])) for row in range(0, shape[0] if shape[1] else 0, step)]
        most = [self._most_runs(*band) for band in self._bands]
        longest = min(2 * max(most, default=0), shape[1]) + 2
        self._edges = np.empty((3, longest), self._dtype)
        self._numbers = np.empty((3, longest // 2 + 1), self._dtype)
        self.table = empty_table(0)
        self._parents: NDArray[Any] = np.empty(0, self._dtype)
        self._kept = np.zeros(3, np.int64)
        for band, runs in zip(self._bands, most, strict=True):
            self._make_room(band[0], runs)
            self._scan_rows(band, self.table, None)
        self.components = int(settle(self._parents, self._kept[COUNT], self.table))
        self.is_roomy = self.components < FEW or 2 * self.components < self._kept[COUNT]

    def _most_runs(self, first: int, last: int) -> int:
        """Return how many runs some rows have at most."""
        width = self._shape[1]
        part = first * width // WORD_BITS, -(-last * width // WORD_BITS)
        pictures = [self._words] if self._grown is None else [self._words, self._grown]
        changes = max(int(count_changes(words, *part)) for words in pictures)
        return changes // 2 + 1 + last - first  # one more for each row end inside a run

    def _make_room(self, rows: int, more: int) -> None:
        """Make room for more numbers, and for some to come, as so many rows had many; untouched, it takes no memory."""
        count = int(self._kept[COUNT])
        if count + more <= len(self._parents):
            return
        room = more + min(count * self._shape[0] * 9 // (8 * max(rows, 1)), 4 * count)
        parents, table = np.empty(room, self._dtype), empty_table(room)
        parents[:count], table[:count] = self._parents[:count], self.table[:count]
        self._parents, self.table = parents, table

    def _scan_rows(self, rows: tuple[int, int], table: Table | None, runs: Any) -> None:
        rule = self._rule.reach, self._rule.gap
        scratch = self._edges, self._numbers, self._kept
        scan_rows(self._words, self._grown, self._shape, rows, rule, *scratch, self._parents, table, runs)

    def runs(self) -> LabeledRuns:
        """Scan once more, and return the runs with their final numbers."""
        count = int(self._kept[RUNS])
        starts, stops, numbers = (np.empty(count, self._dtype) for _ in range(3))
        runs = starts, stops, numbers, np.zeros(self._shape[0] + 1, np.int64)
        self._kept[:] = 0
        for band in self._bands:
            self._scan_rows(band, None, runs)
        return LabeledRuns(*runs)


def tabulate(words: Words, shape: tuple[int, int], rule: Rule) -> Table:
    """Return what each component is, see `pixgrep.components.tabulate`."""
    scan = Scan(words, shape, rule)
    table = scan.table[: scan.components]
    return table.copy() if scan.is_roomy else table


def label_runs(words: Words, shape: tuple[int, int], rule: Rule) -> LabeledRuns:
    """Return all runs, each with the number of its component, see `pixgrep.components.label_runs`."""
    return Scan(words, shape, rule).runs()
