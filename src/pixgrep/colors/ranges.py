"""Ranges of colours as text: ``hsl(350..20 40%..100% any)``, a colour of CSS but for limits in place of numbers."""

import math
import re
from typing import Any

from pixgrep.colors.parse import shown
from pixgrep.colors.spaces import get_space
from pixgrep.colors.spaces.space import Axis, Space
from pixgrep.errors import ColorError

Limits = tuple[float, float]
Three = tuple[Limits | None, Limits | None, Limits | None]

RANGE = re.compile(r"([a-z]+)\(([^()]*)\)", re.ASCII | re.IGNORECASE)
NUMBER = re.compile(r"([+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?)(%|[a-z]*)", re.ASCII | re.IGNORECASE)
ANY = ("any", "*")
DEGREES = {"": 1.0, "deg": 1.0, "grad": 0.9, "rad": math.degrees(1), "turn": 360.0}
HOW_TO_WRITE = "write a range as in CSS, with low..high or 'any' for each coordinate: 'hsl(350..20 40%..100% any)'"


def read_range(text: str) -> tuple[Space, Three]:
    """
    Read a range of colours.

    Parameters
    ----------
    text : str
        A space, and for each of its coordinates ``low..high``, with one end left out if it is open; a number for
        exactly that; or ``any``, also written ``*``. Percent is that of `Axis`; hues may have a unit of CSS.

    Returns
    -------
    space : Space
    limits : tuple of (float, float) or None
        See `pixgrep.query.Inside`.

    Raises
    ------
    ColorError
        It is no range.

    Examples
    --------
    >>> read_range("hsl(350..20 40%.. any)")[1]
    ((350.0, 20.0), (40.0, inf), None)
    """
    parts = RANGE.fullmatch(text.strip())
    if not parts:
        raise ColorError(f"cannot read {shown(text)} as a range: {HOW_TO_WRITE}")
    space, given = get_space(parts[1].lower()), parts[2].split()
    if "," in parts[2]:
        raise ColorError(f"cannot read {shown(text)} as a range: {space.name}() takes spaces, not commas")
    if "/" in parts[2]:
        raise ColorError(f"cannot read {shown(text)} as a range: it has no alpha; leave out '/' and what follows")
    if len(given) != len(space.axes):
        letters = " ".join(axis.name for axis in space.axes)
        hint = "; no spaces stand around '..'" if ".." in given else ""
        raise ColorError(
            f"cannot read {shown(text)} as a range: {space.name} has the coordinates {letters}, "
            f"and {len(given)} were given; write 'any' for one that does not matter{hint}"
        )
    first, second, third = (to_limits(axis, part) for axis, part in zip(space.axes, given, strict=True))
    return space, (first, second, third)


def write_range(space: str, limits: Three) -> str:
    """
    Return the text that `read_range` reads back to the same limits.

    Examples
    --------
    >>> write_range("oklch", ((0.5, math.inf), (0.1, 0.25), None))
    'oklch(0.5.. 0.1..0.25 any)'
    """

    def written(pair: Limits | None) -> str:
        return "any" if pair is None else "..".join(write_number(end) if math.isfinite(end) else "" for end in pair)

    return f"{space}({' '.join(map(written, limits))})"


def write_number(number: float) -> str:
    """
    Return the shortest text that reads back to a number.

    Examples
    --------
    >>> write_number(5.0), write_number(0.1)
    ('5', '0.1')
    """
    return repr(float(number)).removesuffix(".0")


def to_limits(axis: Axis, given: Any) -> Limits | None:
    """
    Return the limits of a coordinate.

    Parameters
    ----------
    axis : Axis
        The coordinate.
    given : str, None, or two of number and str
        As in text (see `read_range`), or the lowest and the highest value; infinity is an open end.

    Returns
    -------
    (float, float) or None
        None for any; hues from 0 on and below 360.

    Raises
    ------
    ColorError
        They are no limits.

    Examples
    --------
    >>> hue, lightness, _ = get_space("hsl").axes
    >>> to_limits(hue, (-10, "20deg")), to_limits(lightness, "..80%")
    ((350.0, 20.0), (-inf, 80.0))
    """
    if given is None or (isinstance(given, str) and given.strip().lower() in ANY):
        return None
    low, high = _ends(axis, given)
    if axis.is_hue:
        if math.isinf(low) or math.isinf(high):
            raise ColorError(f"the limits of {axis.name!r} are {shown(given)}; hues go round, give two: '350..20'")
        return None if high - low >= 360 else (low % 360 % 360, high % 360 % 360)  # -1e-99 % 360 is 360
    if low > high:
        raise ColorError(f"the limits of {axis.name!r} are {shown(given)}; the lowest comes first, only hues go round")
    return None if low == -math.inf and high == math.inf else (low, high)


def _ends(axis: Axis, given: Any) -> Limits:
    try:
        if isinstance(given, str):
            low, dots, high = given.strip().partition("..")
            if not dots:
                low = high = given
            if low or high:
                return _number(axis, low or -math.inf), _number(axis, high or math.inf)
        else:
            low, high = given
            ends = _number(axis, low), _number(axis, high)
            if not (ends[0] == math.inf or ends[1] == -math.inf):
                return ends
    except (TypeError, ValueError):
        pass
    numbers = f"({axis.low:g}, {axis.high:g})"
    raise ColorError(
        f"the limits of {axis.name!r} are {shown(given)}; give two numbers, such as {numbers} or "
        f"'{axis.low:g}..{axis.high:g}', or 'any'{_unit_hint(axis)}"
    )


def _number(axis: Axis, given: Any) -> float:
    """Return a number in the unit of an axis; ValueError or TypeError if it is none."""
    if not isinstance(given, str):
        number = float(given)
        if math.isnan(number):
            raise ValueError(given)
        return number
    parts = NUMBER.fullmatch(given.strip())
    if not parts:
        raise ValueError(given)
    number, unit = float(parts[1]), parts[2].lower()
    if axis.is_hue:
        number *= DEGREES.get(unit, math.nan)
    elif unit == "%":
        number = number * axis.high / 100
    elif unit:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(given)
    return number


def _unit_hint(axis: Axis) -> str:
    if axis.is_hue:
        return "; degrees need no unit"
    percent = "-100%" if axis.low < 0 else "0%"
    return f"; in percent it goes from {percent} to 100%"
