"""
Read a colour from text or numbers.

Hexadecimal colours are read here, so that the usual search need not load coloraide; all other CSS Color 4 notations
are left to it.
"""

import difflib
import math
import re
from functools import lru_cache
from numbers import Real
from typing import Any

from pixgrep.errors import ColorError
from pixgrep.model import Color

HEX = re.compile(r"#?([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})", re.ASCII)
C_NUMBER = re.compile(r"0[xX]([0-9a-fA-F]{1,8})", re.ASCII)
LONGEST_TEXT = 200
HOW_TO_WRITE = "write CSS, such as '#ff8800', 'tomato' or 'oklch(70% 0.15 60)'"
GAMUT_TOLERANCE = 1e-4
"""How far, of 1, a converted channel may leave sRGB before it is an error: a fortieth of an 8-bit step."""


def parse_color(given: Any) -> Color:
    """
    Read one colour.

    Parameters
    ----------
    given : str, sequence of 3 or 4 numbers, or Color
        Any CSS Color 4 notation, ``RRGGBB`` without ``#``, or (red, green, blue) or (red, green, blue, alpha), each
        from 0 to 255.

    Returns
    -------
    Color
        Alpha is None unless it was given.

    Raises
    ------
    ColorError
        The colour cannot be read or lies outside sRGB; the message offers the nearest one that does not.

    Examples
    --------
    >>> parse_color("#f80").hex
    '#ff8800'
    >>> parse_color("rgb(255 0 0 / 50%)")
    Color(red=255, green=0, blue=0, alpha=127.5, text='rgb(255 0 0 / 50%)')
    >>> parse_color((10, 20, 30)).hex
    '#0a141e'
    """
    if isinstance(given, Color):
        return given
    if isinstance(given, str):
        return _from_text(given)
    if isinstance(given, (bytes, bytearray)):
        raise ColorError(f"cannot read {shown(given)} as a colour: decode it to text")
    if isinstance(given, Real):
        raise ColorError(f"cannot read {given!r} as a colour: {_hint_for_number(given)}")
    try:
        channels = [_channel(value) for value in given]
    except TypeError:
        raise ColorError(
            f"cannot read {shown(given)} as a colour: give text such as '#ff8800', or (red, green, blue) with 0..255"
        ) from None
    if len(channels) not in (3, 4):
        raise ColorError(
            f"cannot read {shown(given)} as a colour: it has {len(channels)} numbers; "
            "give (red, green, blue) or (red, green, blue, alpha) with 0..255"
        )
    red, green, blue, *rest = channels
    alpha = rest[0] if rest else None
    opacity = f" / {rest[0] / 255:.4g}" if rest else ""
    return Color(red, green, blue, alpha, f"rgb({red:g} {green:g} {blue:g}{opacity})")


def _channel(value: Any) -> float:
    if not isinstance(value, Real) and hasattr(value, "item"):
        value = value.item()  # a NumPy scalar
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(value)
    number = float(value)
    if not 0 <= number <= 255:
        raise ColorError(
            f"the channel {value!r} is outside 0..255; "
            "16-bit values are written as value / 257, values from 0 to 1 as value * 255"
        )
    return _tidy(number)


@lru_cache(maxsize=4096)
def _from_text(given: str) -> Color:
    text = given.strip()
    if number := C_NUMBER.fullmatch(text):
        raise ColorError(f"cannot read {shown(text)} as a colour: write '#{number[1].rjust(6, '0')}'")
    if digits := HEX.fullmatch(text):
        return _from_hex(digits[1], text)
    if len(text) > LONGEST_TEXT or text.lower().startswith("color(--"):
        raise ColorError(f"cannot read {shown(text)} as a colour: {HOW_TO_WRITE}")
    return _from_css(text)


def _from_hex(digits: str, text: str) -> Color:
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, *alpha = bytes.fromhex(digits)
    return Color(red, green, blue, alpha[0] if alpha else None, text)


def _from_css(text: str) -> Color:
    from coloraide import Color as CssColor

    try:
        color = CssColor(text)
    except ValueError:
        raise ColorError(f"cannot read {shown(text)} as a colour: {_hint_for_text(text)}") from None
    srgb = color.convert("srgb")
    if not srgb.in_gamut(tolerance=GAMUT_TOLERANCE):
        method = "clip" if color.space() in ("srgb", "hsl", "hwb") else "oklch-chroma"  # as CSS does it
        nearest = srgb.fit("srgb", method=method).to_string(hex=True)
        raise ColorError(
            f"{shown(text)} lies outside sRGB, where no 8-bit picture can have it; the nearest is {nearest!r}"
        )
    red, green, blue = (_tidy(min(max(value, 0.0), 1.0) * 255) for value in srgb.coords(nans=False))
    has_alpha = "/" in text or text.count(",") == 3 or text.lower() == "transparent"
    alpha = _tidy(min(max(srgb.alpha(nans=False), 0.0), 1.0) * 255) if has_alpha else None
    return Color(red, green, blue, alpha=alpha, text=text)


def _tidy(value: float) -> float:
    """Drop the noise of a conversion, and the fraction of a whole number."""
    rounded = round(value, 9)
    return int(rounded) if rounded == int(rounded) else rounded


def shown(given: Any) -> str:
    r"""
    Return what was given, for a message: plain letters, and not too many of them.

    Examples
    --------
    >>> shown("caf\u00e9"), len(shown("a" * 100))
    ("'caf\\xe9'", 80)
    """
    text = ascii(given) if isinstance(given, str) else repr(given)
    return text if len(text) <= 80 else text[:77] + "..."


def _hint_for_text(text: str) -> str:
    from coloraide.css.color_names import name2val_map

    if re.fullmatch(r"#?[0-9a-fA-F]+", text, re.ASCII):
        return f"a hexadecimal colour has 3, 4, 6 or 8 digits, not {len(text.lstrip('#'))}"
    near = difflib.get_close_matches(text.lower(), name2val_map, n=3)
    if near:
        return "did you mean " + " or ".join(repr(name) for name in near) + "?"
    function = text.split("(")[0].lower()
    if "," in text and function in {"oklch", "oklab", "lab", "lch", "hwb", "color"}:
        return f"{function}() takes spaces, not commas"
    return HOW_TO_WRITE


def _hint_for_number(number: Any) -> str:
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= 0xFFFFFF:
        return f"write '#{number:06x}' or {tuple(number.to_bytes(3, 'big'))}"
    if isinstance(number, float) and math.isnan(number):
        return "it is not a number"
    return HOW_TO_WRITE
