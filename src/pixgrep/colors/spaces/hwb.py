"""Hue, whiteness and blackness."""

from typing import Any

from pixgrep.colors.spaces.hue import hexagonal
from pixgrep.colors.spaces.space import Axis, Coordinates, Space


def from_rgb(red: Any, green: Any, blue: Any) -> Coordinates:
    """
    Return hue (degrees, NaN for a grey), whiteness and blackness (both 0 to 100 %).

    References
    ----------
    CSS Color 4, section 8 (w3.org/TR/css-color-4).

    Examples
    --------
    >>> [float(value) for value in from_rgb(255, 255, 51)]
    [60.0, 20.0, 0.0]
    """
    hue, least, largest = hexagonal(red, green, blue)
    return hue, 100 * least / 255, 100 - 100 * largest / 255


SPACE = Space("hwb", (Axis("h", 0, 360, "degrees"), Axis("w", 0, 100, "%"), Axis("b", 0, 100, "%")), from_rgb)
