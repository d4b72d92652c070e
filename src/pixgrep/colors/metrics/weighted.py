"""The "redmean" difference: Euclidean in sRGB, weighted by how much red there is; cheap and roughly perceptual."""

import math
from typing import Any

import numpy as np

from pixgrep.colors.metrics.metric import Metric
from pixgrep.colors.spaces import rgb


def distance(red: Any, green: Any, blue: Any, red2: Any, green2: Any, blue2: Any) -> Any:
    """
    Return the weighted difference of two colours.

    Parameters
    ----------
    red, green, blue, red2, green2, blue2 : float or ndarray
        sRGB, 0 to 255.

    Returns
    -------
    float or ndarray
        0 to 764.83 (black to white), in 8-bit steps of which one of green counts twice.

    References
    ----------
    T. Riemersma: Colour metric (compuphase.com/cmetric.htm).

    Examples
    --------
    >>> float(distance(0, 0, 0, 0, 10, 0))
    20.0
    """
    mean = (red + red2) / 2
    reds = (2 + mean / 256) * (red - red2) ** 2
    blues = (2 + (255 - mean) / 256) * (blue - blue2) ** 2
    return np.sqrt(reds + 4 * (green - green2) ** 2 + blues)


METRIC = Metric(
    name="weighted",
    space=rgb.SPACE,
    distance=distance,
    largest=765.0,
    unit="8-bit steps, green counts twice",
    reach=lambda within: within / math.sqrt(2),  # no channel weighs less than 2
)
