"""Hue, saturation and lightness."""

from typing import Any

import numpy as np

from pixgrep.colors.spaces.hue import hexagonal
from pixgrep.colors.spaces.space import Axis, Coordinates, Space


def from_rgb(red: Any, green: Any, blue: Any) -> Coordinates:
    """
    Return hue (degrees, NaN for a grey), saturation and lightness (both 0 to 100 %).

    References
    ----------
    CSS Color 4, section 7.2 (w3.org/TR/css-color-4).

    Examples
    --------
    >>> [float(value) for value in from_rgb(255, 0, 0)]
    [0.0, 100.0, 50.0]
    """
    hue, least, largest = hexagonal(red, green, blue)
    total, spread = largest + least, largest - least
    room = 255 - np.abs(total - 255)
    saturation = np.where(spread == 0, 0.0, 100 * spread / np.where(room == 0, 1.0, room))
    return hue, saturation, 100 * total / 510


SPACE = Space("hsl", (Axis("h", 0, 360, "degrees"), Axis("s", 0, 100, "%"), Axis("l", 0, 100, "%")), from_rgb)
