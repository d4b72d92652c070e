"""CIE L*a*b*, white D65. CSS means D50 by ``lab()``: its numbers differ a little."""

from typing import Any

import numpy as np

from pixgrep.colors.spaces.space import Axis, Coordinates, Space
from pixgrep.colors.spaces.srgb import WHITE, to_xyz

LINEAR_UP_TO = (6 / 29) ** 3


def from_rgb(red: Any, green: Any, blue: Any) -> Coordinates:
    """
    Return L* (0 to 100), a* and b* (in sRGB from -86.2 to 98.3, and from -107.9 to 94.5).

    References
    ----------
    ISO/CIE 11664-4:2019.

    Examples
    --------
    >>> [round(float(value), 3) for value in from_rgb(255.0, 0.0, 0.0)]
    [53.237, 80.09, 67.203]
    """
    x, y, z = (_compressed(value / white) for value, white in zip(to_xyz(red, green, blue), WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _compressed(value: Any) -> Any:
    return np.where(value > LINEAR_UP_TO, np.cbrt(value), value * (841 / 108) + 4 / 29)


SPACE = Space(
    "lab", (Axis("l", 0, 100), Axis("a", -125, 125), Axis("b", -125, 125)), from_rgb, overshoot=(0.01, 0.1, 0.1)
)
