"""OKLab: lightness and two axes, more even than L*a*b* in blues."""

from typing import Any

import numpy as np

from pixgrep.colors.spaces.space import Axis, Coordinates, Space
from pixgrep.colors.spaces.srgb import TO_XYZ, linear

XYZ_TO_CONES = (
    (0.8190224379967030, 0.3619062600528904, -0.1288737815209879),
    (0.0329836539323885, 0.9292868615863434, 0.0361446663506424),
    (0.0481771893596242, 0.2642395317527308, 0.6335478284694309),
)
CONES_TO_OKLAB = (
    (0.2104542683093140, 0.7936177747023054, -0.0040720430116193),
    (1.9779985324311684, -2.4285922420485799, 0.4505937096174110),
    (0.0259040424655478, 0.7827717124575296, -0.8086757549230774),
)
RGB_TO_CONES = tuple(
    tuple(sum(row[k] * TO_XYZ[k][channel] for k in range(3)) for channel in range(3)) for row in XYZ_TO_CONES
)


def from_rgb(red: Any, green: Any, blue: Any) -> Coordinates:
    """
    Return L (0 to 1), a and b (in sRGB from -0.234 to 0.277, and from -0.312 to 0.199).

    References
    ----------
    B. Ottosson: A perceptual color space for image processing, 2020 (bottosson.github.io/posts/oklab). The matrices are
    those of CSS Color 4, of 64-bit precision, made for the same white as `pixgrep.colors.spaces.srgb`.

    Examples
    --------
    >>> [round(float(value), 4) for value in from_rgb(255.0, 0.0, 0.0)]
    [0.628, 0.2249, 0.1258]
    """
    red, green, blue = linear(red), linear(green), linear(blue)
    cones = [np.cbrt(row[0] * red + row[1] * green + row[2] * blue) for row in RGB_TO_CONES]
    lightness, a, b = (row[0] * cones[0] + row[1] * cones[1] + row[2] * cones[2] for row in CONES_TO_OKLAB)
    return lightness, a, b


SPACE = Space(
    "oklab", (Axis("l", 0, 1), Axis("a", -0.4, 0.4), Axis("b", -0.4, 0.4)), from_rgb, overshoot=(1e-4, 1e-3, 1e-3)
)
