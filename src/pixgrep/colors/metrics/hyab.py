"""HyAB in L*a*b*: lightness and hue apart, for large differences."""

from typing import Any

import numpy as np

from pixgrep.colors.metrics.metric import Metric, gaps
from pixgrep.colors.spaces import lab
from pixgrep.colors.spaces.space import Coordinates


def distance(lightness: Any, a: Any, b: Any, lightness2: Any, a2: Any, b2: Any) -> Any:
    """
    Return the difference of lightness plus the distance on the plane of a* and b*.

    Parameters
    ----------
    lightness, a, b, lightness2, a2, b2 : float or ndarray
        L* (0 to 100), a* and b*.

    Returns
    -------
    float or ndarray
        0 to 308.2 in sRGB (green to blue).

    References
    ----------
    S. Abasi, M. A. Tehran, M. D. Fairchild: Distance metrics for very large color differences. Color Res. Appl. 45
    (2020), doi:10.1002/col.22451.

    Examples
    --------
    >>> float(distance(50, 0, 0, 52, 3, 4))
    7.0
    """
    return np.abs(lightness - lightness2) + np.sqrt((a - a2) ** 2 + (b - b2) ** 2)


def closest(low: Coordinates, high: Coordinates, center: tuple[float, float, float]) -> Any:
    """Return the least difference from `center` in a box of L*a*b*."""
    lightness, a, b = gaps(low, high, center)
    return lightness + np.sqrt(a**2 + b**2)


METRIC = Metric("hyab", lab.SPACE, distance, largest=309.0, unit="CIE L*a*b* units", closest=closest)
