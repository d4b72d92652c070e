"""Tables of components: rows that are added up, and put in order; what is in them says `pixgrep.compiled.columns`."""

import numpy as np
from numpy.typing import NDArray

from pixgrep.compiled.columns import BOTTOM, COLUMNS, FIRST_X, LEFT, RIGHT, TOP
from pixgrep.errors import PictureError

Table = NDArray[np.int64]


def empty_table(rows: int) -> Table:
    """Return room for so many components."""
    return np.empty((rows, COLUMNS), np.int64)


def combine(table: Table, numbers: NDArray[np.int64]) -> Table:
    """
    Add up rows that are parts of one component.

    Parameters
    ----------
    table : ndarray, shape (parts, 8), int64
        The parts, in any order.
    numbers : ndarray, shape (parts,), int64
        To which component each belongs; any numbers.

    Returns
    -------
    ndarray, shape (components, 8), int64
        In the order of the numbers.

    Examples
    --------
    >>> combine(np.array([[1, 5, 0, 5, 0, 6, 1, 5], [2, 7, 2, 3, 1, 5, 2, 3]]), np.zeros(2, int)).tolist()
    [[3, 12, 2, 3, 0, 6, 2, 5]]
    """
    if not len(table):
        return empty_table(0)
    order = np.lexsort((table[:, FIRST_X], table[:, TOP], numbers))
    table, numbers = table[order], numbers[order]
    starts = np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1])))
    combined = np.add.reduceat(table, starts, axis=0)
    lowest, highest = [LEFT, TOP], [RIGHT, BOTTOM]
    combined[:, lowest] = np.minimum.reduceat(table[:, lowest], starts, axis=0)
    combined[:, highest] = np.maximum.reduceat(table[:, highest], starts, axis=0)
    combined[:, FIRST_X] = table[starts, FIRST_X]
    return combined


def reading_order(table: Table, *more: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the places of the rows in the order of their first pixels; `more` decides where those are the same."""
    return np.lexsort((*more, table[:, FIRST_X], table[:, TOP]))


def check_sums(shape: tuple[int, int]) -> None:
    """
    Refuse what is so large that sums of columns or rows may not fit 64 bits.

    Raises
    ------
    PictureError
        Height times width times the longer of both is 2^63 or more.
    """
    height, width = shape
    if height * width * max(height, width) >= 1 << 63:
        raise PictureError(
            f"regions of {width} x {height} pixels are too large for sums of 64 bits; search a part by region="
        )
