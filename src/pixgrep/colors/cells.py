"""
The RGB cube in 32 x 32 x 32 cells of 8 steps a side: which coordinates the colours of a cell can have.

What is too far from every colour of a cell need not be looked at colour by colour: of the 16,777,216 colours, those of
some dozen cells are left. Coordinates are computed at the 35,937 corners only; between corners they hardly leave the
range of the eight (`Space.overshoot`; tests look at every colour).
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from pixgrep.colors.spaces import SPACES
from pixgrep.colors.spaces.hue import arc
from pixgrep.colors.spaces.space import Coordinates, Space

CELLS = 32
STEP = 256 // CELLS
SHAPE = (CELLS, CELLS, CELLS)
Limits = tuple[Coordinates, Coordinates]


@cache
def limits(name: str) -> Limits | None:
    """
    Return the lowest and the highest coordinates of each cell, arrays of shape (32, 32, 32); None where unknown.

    A cell is closed: it has the colours on its borders, fractions included. Hues begin somewhere from -360 on and end
    less than 720 degrees later; a cell with greys has the whole circle.

    Parameters
    ----------
    name : str
        Of the colour space.

    Examples
    --------
    >>> low, high = limits("lab")
    >>> float(low[0][0, 0, 0]), round(float(high[0][31, 31, 31]))
    (-0.01, 100)
    """
    space = SPACES[name]
    if space.base is not None:
        return _polar_limits(space.base)
    return None if space.overshoot is None else _corner_limits(space, space.overshoot)


def _corner_limits(space: Space, overshoot: tuple[float, float, float]) -> Limits:
    corners = np.arange(CELLS + 1) * float(STEP)
    low, high = [], []
    at_corners = space.from_rgb(corners.reshape(-1, 1, 1), corners.reshape(-1, 1), corners)
    for values, more in zip(at_corners, overshoot, strict=True):
        least = most = np.broadcast_to(values, (CELLS + 1,) * 3)
        for axis in range(3):
            first, second = (
                [slice(start, start + CELLS) if each == axis else slice(None) for each in range(3)] for start in (0, 1)
            )
            least = np.minimum(least[tuple(first)], least[tuple(second)])
            most = np.maximum(most[tuple(first)], most[tuple(second)])
        low.append(least - more)
        high.append(most + more)
    return (low[0], low[1], low[2]), (high[0], high[1], high[2])


def _polar_limits(base: Space) -> Limits:
    plane = limits(base.name)
    assert plane is not None
    (light, low_a, low_b), (lightest, high_a, high_b) = plane
    nearest = np.hypot(*(np.maximum(np.maximum(low, -high), 0.0) for low, high in ((low_a, high_a), (low_b, high_b))))
    farthest = np.hypot(np.maximum(-low_a, high_a), np.maximum(-low_b, high_b))
    middle, half = arc(low_a, high_a, low_b, high_b)
    return (light, nearest, middle - half), (lightest, farthest, middle + half)


def joined(fine: Limits) -> Limits:
    """Return the limits of each 2 x 2 x 2 cells together, arrays of shape (16, 16, 16)."""
    half = (CELLS // 2, 2) * 3
    low, high = fine
    x, y, z = (values.reshape(half).min(axis=(1, 3, 5)) for values in low)
    x_high, y_high, z_high = (values.reshape(half).max(axis=(1, 3, 5)) for values in high)
    return (x, y, z), (x_high, y_high, z_high)


def ends(flags: NDArray[np.bool_]) -> list[tuple[int, int]] | None:
    """
    Return the first and the last index along each axis at which a flag is set; None if none is.

    Examples
    --------
    >>> ends(np.eye(4, dtype=bool)[:3])
    [(0, 2), (0, 2)]
    """
    found = []
    for axis in range(flags.ndim):
        filled = np.flatnonzero(flags.any(axis=tuple(other for other in range(flags.ndim) if other != axis)))
        if not filled.size:
            return None
        found.append((int(filled[0]), int(filled[-1])))
    return found


def values_of(cells: NDArray[np.intp]) -> Coordinates:
    """
    Return the 8-bit colours of some cells.

    Parameters
    ----------
    cells : ndarray, shape (n, 3)
        Their places in the cube.

    Returns
    -------
    red, green, blue : ndarray, float64, shapes (n, 8, 1, 1), (n, 1, 8, 1) and (n, 1, 1, 8)
        Together they broadcast to all colours of the cells.
    """
    steps = cells[:, :, np.newaxis] * float(STEP) + np.arange(float(STEP))
    return (
        steps[:, 0, :, np.newaxis, np.newaxis],
        steps[:, 1, np.newaxis, :, np.newaxis],
        steps[:, 2, np.newaxis, np.newaxis],
    )
