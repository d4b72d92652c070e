"""
Connected components of packed bits: which pixels hang together, and a table of what each component is.

A component is numbered, from 0 on, by its first pixel in reading order; so the numbers depend on no thread, tile or
machine. Colours are not known here, and no picture of labels is made unless somebody asks for it: bits become runs,
that is pixels side by side in a row, and runs that touch are joined.

Two ways lead to the same table: `plain` is NumPy, for few runs and wherever Numba is missing; `scanning` is compiled,
and goes through the picture row by row.
"""

from typing import Protocol

from pixgrep.components.rule import Rule
from pixgrep.components.runs import LabeledRuns
from pixgrep.components.table import Table, check_sums
from pixgrep.errors import one_line, warn
from pixgrep.packed import Words, count_runs, is_compiled_loaded

__all__ = ["LabeledRuns", "Rule", "Table", "label_runs", "tabulate"]

MANY_RUNS = 1 << 19
"""So many runs, of one picture or several, pay for loading Numba (0.4 s); NumPy takes about a microsecond for each."""


def tabulate(words: Words, shape: tuple[int, int], rule: Rule) -> Table:
    """
    Return what each component is.

    Parameters
    ----------
    words : ndarray of uint64
        One bit a pixel, see `pixgrep.packed`.
    shape : tuple of int
        Height and width.
    rule : Rule
        Which pixels hang together.

    Returns
    -------
    ndarray, shape (components, 8), int64
        See `pixgrep.compiled.columns`.

    Examples
    --------
    >>> import numpy as np
    >>> tabulate(np.array([0b1100_0101], np.uint64), (2, 4), Rule()).tolist()
    [[1, 0, 0, 0, 0, 1, 1, 0], [3, 7, 2, 2, 0, 4, 2, 2]]
    """
    check_sums(shape)
    return _way(words).tabulate(words, shape, rule)


def label_runs(words: Words, shape: tuple[int, int], rule: Rule) -> LabeledRuns:
    """Return all runs, each with the number of its component; parameters as for `tabulate`."""
    return _way(words).label_runs(words, shape, rule)


class Joined:
    """How many runs NumPy joined in this process; threads may lose some to each other, and nothing depends on it."""

    runs = 0
    is_numba_missing = False


class _Way(Protocol):
    def tabulate(self, words: Words, shape: tuple[int, int], rule: Rule) -> Table: ...

    def label_runs(self, words: Words, shape: tuple[int, int], rule: Rule) -> LabeledRuns: ...


def _way(words: Words) -> _Way:
    """Return what joins runs: compiled code once it is loaded or pays; a Numba that cannot be loaded stops nobody."""
    if not is_compiled_loaded():
        Joined.runs += count_runs(words)
    if is_compiled_loaded() or (Joined.runs >= MANY_RUNS and not Joined.is_numba_missing):
        try:
            from pixgrep.components import scanning

            return scanning
        except (ImportError, OSError) as error:
            Joined.is_numba_missing = True
            warn(f"joining regions by NumPy, as Numba cannot be loaded: {one_line(error)}")
    from pixgrep.components import plain

    return plain
