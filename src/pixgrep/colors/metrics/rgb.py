"""The straight line between two colours in sRGB (Euclidean)."""

import math
from typing import Any

import numpy as np

from pixgrep.colors.metrics.metric import Metric
from pixgrep.colors.spaces import rgb


def distance(red: Any, green: Any, blue: Any, red2: Any, green2: Any, blue2: Any) -> Any:
    """
    Return the Euclidean distance of two colours in gamma-encoded sRGB.

    Parameters
    ----------
    red, green, blue, red2, green2, blue2 : float or ndarray
        sRGB, 0 to 255.

    Returns
    -------
    float or ndarray
        0 to 441.67 (black to white), in 8-bit steps.

    Examples
    --------
    >>> float(distance(0, 0, 0, 2, 3, 6))
    7.0
    """
    return np.sqrt((red - red2) ** 2 + (green - green2) ** 2 + (blue - blue2) ** 2)


METRIC = Metric(
    name="rgb",
    space=rgb.SPACE,
    distance=distance,
    largest=math.dist((0, 0, 0), (255, 255, 255)),
    unit="8-bit steps",
    reach=lambda within: within,
)
