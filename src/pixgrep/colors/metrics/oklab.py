"""The straight line between two colours in OKLab."""

from typing import Any

import numpy as np

from pixgrep.colors.metrics.metric import Metric, gaps
from pixgrep.colors.spaces import oklab
from pixgrep.colors.spaces.space import Coordinates


def distance(lightness: Any, a: Any, b: Any, lightness2: Any, a2: Any, b2: Any) -> Any:
    """
    Return the Euclidean distance of two colours in OKLab.

    Parameters
    ----------
    lightness, a, b, lightness2, a2, b2 : float or ndarray
        L (0 to 1), a and b.

    Returns
    -------
    float or ndarray
        0 to 1 (black to white); 0.02 is just noticeable.

    References
    ----------
    B. Ottosson: A perceptual color space for image processing, 2020 (bottosson.github.io/posts/oklab).
    CSS Color 4, section 15.1 (w3.org/TR/css-color-4).

    Examples
    --------
    >>> float(distance(0.5, 0, 0, 0.5, 0.03, 0.04))
    0.05
    """
    return np.sqrt((lightness - lightness2) ** 2 + (a - a2) ** 2 + (b - b2) ** 2)


def closest(low: Coordinates, high: Coordinates, center: tuple[float, float, float]) -> Any:
    """Return the least difference from `center` in a box of OKLab."""
    lightness, a, b = gaps(low, high, center)
    return np.sqrt(lightness**2 + a**2 + b**2)


METRIC = Metric("oklab", oklab.SPACE, distance, largest=1.0, unit="black to white is 1", closest=closest)
