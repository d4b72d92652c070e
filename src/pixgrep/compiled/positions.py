"""From bits to coordinates."""

import numpy as np

from pixgrep.compiled.cache import compiled
from pixgrep.compiled.vectors import lowest_bit

ZERO, ONE = np.uint64(0), np.uint64(1)


@compiled
def fill_coordinates(words, width, left, top, coordinates):  # type: ignore[no-untyped-def]
    """
    Write (x, y) of every set bit, in reading order, into `coordinates` of shape (bits set, 2).

    A row's first pixel is found by stepping, not by a division for every hit.
    """
    filled = 0
    y = 0
    row_start = 0
    for index in range(words.size):
        word = words[index]
        if word == ZERO:
            continue
        start = index * 64
        if start - row_start >= width:
            y = start // width
            row_start = y * width
        while word != ZERO:
            position = start + np.int64(lowest_bit(word))
            while position - row_start >= width:
                row_start += width
                y += 1
            coordinates[filled, 0] = position - row_start + left
            coordinates[filled, 1] = y + top
            filled += 1
            word &= word - ONE
