"""Components by NumPy alone: pairs of runs that hang together, found by sorting, are joined in a few rounds."""

import numpy as np
from numpy.typing import NDArray

from pixgrep.components.joining import join, pairs_of_rows
from pixgrep.components.rule import Rule
from pixgrep.components.runs import LabeledRuns, Runs, runs_of
from pixgrep.components.table import Table, combine
from pixgrep.packed import Words, grow_down, index_type


def tabulate(words: Words, shape: tuple[int, int], rule: Rule) -> Table:
    """Return what each component is, see `pixgrep.components.tabulate`."""
    runs, numbers = _labeled(words, shape, rule)
    return combine(table_of(runs), numbers)


def label_runs(words: Words, shape: tuple[int, int], rule: Rule) -> LabeledRuns:
    """Return all runs, each with the number of its component, see `pixgrep.components.label_runs`."""
    runs, numbers = _labeled(words, shape, rule)
    dtype = index_type(shape[0] * shape[1])
    ends = np.searchsorted(runs.rows, np.arange(shape[0] + 1))
    return LabeledRuns(runs.starts.astype(dtype), runs.stops.astype(dtype), numbers.astype(dtype), ends)


def _labeled(words: Words, shape: tuple[int, int], rule: Rule) -> tuple[Runs, NDArray[np.int64]]:
    """Return the runs, and the number of the component of each."""
    width = shape[1]
    runs = runs_of(words, width)
    if not rule.gap:
        return runs, join(len(runs), *pairs_of_rows(runs, width, rule.reach))
    grown = close_gaps(runs_of(grow_down(words, shape, rule.gap), width), rule.gap)
    numbers = join(len(grown), *pairs_of_rows(grown, width, rule.reach))
    span = width + 1
    within = np.searchsorted(grown.rows * span + grown.starts, runs.rows * span + runs.starts, side="right") - 1
    return runs, numbers[within]


def close_gaps(runs: Runs, gap: int) -> Runs:
    """Return runs of which those of one row with at most `gap` pixels between are one."""
    is_far = (runs.rows[1:] != runs.rows[:-1]) | (runs.starts[1:] - runs.stops[:-1] > gap)
    first, last = np.concatenate(([True], is_far)), np.concatenate((is_far, [True]))
    if not len(runs):
        return runs
    return Runs(runs.rows[first], runs.starts[first], runs.stops[last])


def table_of(runs: Runs) -> Table:
    """Return the table of runs that are components by themselves."""
    lengths = runs.stops - runs.starts
    sums = lengths * (runs.starts + runs.stops - 1) // 2
    columns = (lengths, sums, lengths * runs.rows, runs.starts, runs.rows, runs.stops, runs.rows + 1, runs.starts)
    return np.stack(columns, axis=1).astype(np.int64, copy=False)
