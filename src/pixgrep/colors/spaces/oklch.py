"""OKLCh: lightness, chroma and hue of OKLab."""

from typing import Any

import numpy as np

from pixgrep.colors.spaces import oklab
from pixgrep.colors.spaces.hue import polar
from pixgrep.colors.spaces.space import Axis, Coordinates, Space


def from_rgb(red: Any, green: Any, blue: Any) -> Coordinates:
    """
    Return L (0 to 1), chroma (in sRGB 0 to 0.323) and hue (degrees; NaN where red, green and blue are equal).

    References
    ----------
    B. Ottosson: A perceptual color space for image processing, 2020 (bottosson.github.io/posts/oklab).

    Examples
    --------
    >>> [round(float(value), 4) for value in from_rgb(255.0, 0.0, 0.0)]
    [0.628, 0.2577, 29.2339]
    """
    red, green, blue = (np.clip(channel, 0.0, 255.0) for channel in (red, green, blue))
    lightness, a, b = oklab.from_rgb(red, green, blue)
    chroma, hue = polar(a, b, is_grey=(red == green) & (green == blue))
    return lightness, chroma, hue


SPACE = Space("oklch", (Axis("l", 0, 1), Axis("c", 0, 0.4), Axis("h", 0, 360, "degrees")), from_rgb, base=oklab.SPACE)
