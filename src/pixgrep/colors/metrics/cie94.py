"""CIE 1994, with the weights for graphic arts; the sought colour is the reference."""

from typing import Any

import numpy as np

from pixgrep.colors.metrics.metric import Metric, gaps
from pixgrep.colors.spaces import lab
from pixgrep.colors.spaces.space import Coordinates

K1, K2 = 0.045, 0.015


def distance(lightness: Any, a: Any, b: Any, lightness2: Any, a2: Any, b2: Any) -> Any:
    """
    Return the CIE 1994 difference of a colour from a reference (the second); not symmetric.

    Parameters
    ----------
    lightness, a, b, lightness2, a2, b2 : float or ndarray
        L* (0 to 100), a* and b*.

    Returns
    -------
    float or ndarray
        0 to 150 in sRGB (blue to white).

    References
    ----------
    CIE 116-1995; kL = kC = kH = 1, K1 = 0.045, K2 = 0.015.

    Examples
    --------
    >>> float(distance(50, 0, 0, 53, 0, 0))
    3.0
    """
    chroma, chroma2 = np.sqrt(a * a + b * b), np.sqrt(a2 * a2 + b2 * b2)
    chromas = (chroma - chroma2) ** 2
    hues = np.maximum((a - a2) ** 2 + (b - b2) ** 2 - chromas, 0.0)
    return np.sqrt((lightness - lightness2) ** 2 + chromas / (1 + K1 * chroma2) ** 2 + hues / (1 + K2 * chroma2) ** 2)


def closest(low: Coordinates, high: Coordinates, center: tuple[float, float, float]) -> Any:
    """Return a difference from `center` that none in a box of L*a*b* is below: chroma and hue weighted alike."""
    lightness, a, b = gaps(low, high, center)
    weight = 1 + K1 * np.hypot(center[1], center[2])
    return np.sqrt(lightness**2 + (a**2 + b**2) / weight**2)


METRIC = Metric("cie94", lab.SPACE, distance, largest=150.0, unit="CIE 1994 units", closest=closest)
