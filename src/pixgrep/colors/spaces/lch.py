"""CIE L*C*h: lightness, chroma and hue of L*a*b*, white D65."""

from typing import Any

from pixgrep.colors.spaces import lab
from pixgrep.colors.spaces.hue import in_polar
from pixgrep.colors.spaces.space import Axis, Coordinates, Space


def from_rgb(red: Any, green: Any, blue: Any) -> Coordinates:
    """
    Return L* (0 to 100), chroma (in sRGB 0 to 133.8) and hue (degrees; NaN where red, green and blue are equal).

    References
    ----------
    ISO/CIE 11664-4:2019.

    Examples
    --------
    >>> [round(float(value), 3) for value in from_rgb(255.0, 0.0, 0.0)]
    [53.237, 104.55, 40.0]
    """
    return in_polar(lab.from_rgb, red, green, blue)


SPACE = Space("lch", (Axis("l", 0, 100), Axis("c", 0, 150), Axis("h", 0, 360, "degrees")), from_rgb, base=lab.SPACE)
