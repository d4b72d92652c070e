"""
Where sRGB lies in the world of CIE: its curve, its primaries and its white, stated once.

Everything here follows IEC 61966-2-1; the matrix is the exact fraction that CSS Color 4 gives (w3.org/TR/css-color-4,
section 17), from the primaries (0.64, 0.33), (0.30, 0.60), (0.15, 0.06) and the white D65 at (0.3127, 0.3290).
"""

from typing import Any

import numpy as np

WHITE = (0.3127 / 0.3290, 1.0, (1 - 0.3127 - 0.3290) / 0.3290)
"""X, Y and Z of D65, seen by the observer of 2 degrees."""
TO_XYZ = (
    (506752 / 1228815, 87881 / 245763, 12673 / 70218),
    (87098 / 409605, 175762 / 245763, 12673 / 175545),
    (7918 / 409605, 87881 / 737289, 1001167 / 1053270),
)
"""From linear red, green and blue to X, Y and Z."""


def linear(channel: Any) -> Any:
    """
    Return how much light a channel stands for.

    Parameters
    ----------
    channel : float or ndarray
        0 to 255; beyond, 0 or 255 is taken.

    Returns
    -------
    float or ndarray
        0 to 1.

    Examples
    --------
    >>> float(linear(255.0)), round(float(linear(128.0)), 6)
    (1.0, 0.215861)
    """
    encoded = np.clip(channel / 255, 0.0, 1.0)
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def to_xyz(red: Any, green: Any, blue: Any) -> tuple[Any, Any, Any]:
    """
    Return X, Y and Z, those of white being `WHITE`.

    Parameters
    ----------
    red, green, blue : float or ndarray
        sRGB, 0 to 255; beyond, 0 or 255 is taken.

    Examples
    --------
    >>> [round(float(value), 4) for value in to_xyz(255.0, 0.0, 0.0)]
    [0.4124, 0.2126, 0.0193]
    """
    red, green, blue = linear(red), linear(green), linear(blue)
    x, y, z = (row[0] * red + row[1] * green + row[2] * blue for row in TO_XYZ)
    return x, y, z
