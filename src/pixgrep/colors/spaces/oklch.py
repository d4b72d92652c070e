"""OKLCh: lightness, chroma and hue of OKLab."""

from typing import Any

from pixgrep.colors.spaces import oklab
from pixgrep.colors.spaces.hue import in_polar
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
    return in_polar(oklab.from_rgb, red, green, blue)


SPACE = Space("oklch", (Axis("l", 0, 1), Axis("c", 0, 0.4), Axis("h", 0, 360, "degrees")), from_rgb, base=oklab.SPACE)
