"""What every colour space tells about itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

Coordinates = tuple[Any, Any, Any]


@dataclass(frozen=True)
class Axis:
    """
    One coordinate of a colour space.

    Attributes
    ----------
    name : str
        As the user types it: the letter it has in CSS.
    low, high : float
        What 0 % and 100 % stand for, as in CSS; a hue goes round from one to the other.
    unit : str
        ``"%"``, ``"degrees"``, ``"8-bit steps"``, or nothing.
    """

    name: str
    low: float
    high: float
    unit: str = ""

    @property
    def is_hue(self) -> bool:
        """Whether it is an angle."""
        return self.unit == "degrees"


@dataclass(frozen=True)
class Space:
    """
    A way to describe colours by three numbers.

    Attributes
    ----------
    name : str
        As the user types it.
    axes : tuple of Axis
        The three coordinates.
    from_rgb : callable
        ``from_rgb(red, green, blue)``: the coordinates of sRGB colours from 0 to 255; scalars, or arrays that
        broadcast. Channels beyond are taken for 0 or 255. The hue of a grey is NaN.
    overshoot : tuple of float, optional
        By how much the coordinates of the colours in a cell of the RGB cube (see `pixgrep.colors.cells`) may lie beyond
        those of its eight corners. Larger is slower, never wrong; None: nothing is known, every colour is looked at.
    base : Space, optional
        For a space of lightness, chroma and hue: the one of lightness and two axes that it is made of.
    """

    name: str
    axes: tuple[Axis, Axis, Axis]
    from_rgb: Callable[[Any, Any, Any], Coordinates]
    overshoot: tuple[float, float, float] | None = None
    base: Self | None = None
