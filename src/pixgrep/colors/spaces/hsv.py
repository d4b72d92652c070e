"""Hue, saturation and value, also called HSB. CSS does not have it; percent and degrees are written as for hsl."""

from typing import Any

import numpy as np

from pixgrep.colors.spaces.hue import hexagonal
from pixgrep.colors.spaces.space import Axis, Coordinates, Space


def from_rgb(red: Any, green: Any, blue: Any) -> Coordinates:
    """
    Return hue (degrees, NaN for a grey), saturation and value (both 0 to 100 %).

    References
    ----------
    A. R. Smith: Color Gamut Transform Pairs. SIGGRAPH 1978, doi:10.1145/965139.807361.

    Examples
    --------
    >>> [float(value) for value in from_rgb(0, 51, 0)]
    [120.0, 100.0, 20.0]
    """
    hue, least, largest = hexagonal(red, green, blue)
    saturation = 100 * (largest - least) / np.where(largest == 0, 1.0, largest)
    return hue, saturation, 100 * largest / 255


SPACE = Space("hsv", (Axis("h", 0, 360, "degrees"), Axis("s", 0, 100, "%"), Axis("v", 0, 100, "%")), from_rgb)
