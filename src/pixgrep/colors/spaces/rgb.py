"""sRGB itself, in 8-bit steps."""

from typing import Any

from pixgrep.colors.spaces.space import Axis, Coordinates, Space


def from_rgb(red: Any, green: Any, blue: Any) -> Coordinates:
    """Return the colour as it is; values beyond 0 and 255 stay."""
    return red, green, blue


SPACE = Space("rgb", (Axis("r", 0, 255), Axis("g", 0, 255), Axis("b", 0, 255)), from_rgb, overshoot=(0.0, 0.0, 0.0))
