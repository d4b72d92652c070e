"""The largest difference of any channel (Chebyshev): what is usually called a tolerance."""

from typing import Any

import numpy as np

from pixgrep.colors.metrics.metric import Metric
from pixgrep.colors.spaces import rgb


def distance(red: Any, green: Any, blue: Any, red2: Any, green2: Any, blue2: Any) -> Any:
    """
    Return the largest absolute difference of the three channels.

    Parameters
    ----------
    red, green, blue, red2, green2, blue2 : float or ndarray
        sRGB, 0 to 255.

    Returns
    -------
    float or ndarray
        0 to 255, in 8-bit steps.

    Examples
    --------
    >>> float(distance(10, 20, 30, 13, 20, 25))
    5.0
    """
    return np.maximum(np.maximum(np.abs(red - red2), np.abs(green - green2)), np.abs(blue - blue2))


METRIC = Metric(
    name="channel",
    space=rgb.SPACE,
    distance=distance,
    largest=255.0,
    unit="8-bit steps",
    reach=lambda within: within,
    is_box=True,
)
