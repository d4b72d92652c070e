"""The straight line between two colours in L*a*b* (CIE 1976)."""

from typing import Any

import numpy as np

from pixgrep.colors.metrics.metric import Metric, gaps
from pixgrep.colors.spaces import lab
from pixgrep.colors.spaces.space import Coordinates


def distance(lightness: Any, a: Any, b: Any, lightness2: Any, a2: Any, b2: Any) -> Any:
    """
    Return the Euclidean distance of two colours in L*a*b*.

    Parameters
    ----------
    lightness, a, b, lightness2, a2, b2 : float or ndarray
        L* (0 to 100), a* and b*.

    Returns
    -------
    float or ndarray
        0 to 258.7 in sRGB (green to blue); about 2.3 is just noticeable.

    References
    ----------
    ISO/CIE 11664-4:2019.

    Examples
    --------
    >>> float(distance(50, 2, 3, 50, 5, 7))
    5.0
    """
    return np.sqrt((lightness - lightness2) ** 2 + (a - a2) ** 2 + (b - b2) ** 2)


def closest(low: Coordinates, high: Coordinates, center: tuple[float, float, float]) -> Any:
    """Return the least difference from `center` in a box of L*a*b*."""
    lightness, a, b = gaps(low, high, center)
    return np.sqrt(lightness**2 + a**2 + b**2)


METRIC = Metric("cie76", lab.SPACE, distance, largest=259.0, unit="CIE 1976 units", closest=closest)
