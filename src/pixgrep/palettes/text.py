"""Text palettes (.txt, .hex): a colour a line, as Lospec, Paint.NET and CamVid write them."""

import re

from pixgrep.colors.parse import parse_color
from pixgrep.errors import ColorError, DecodeError
from pixgrep.model import Color
from pixgrep.palettes.palette import Palette

NUMBERS = re.compile(r"(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,]+(.*))?", re.ASCII)
HEX = re.compile(r"(#[0-9a-fA-F]{3,8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})(?:\s+(.*))?", re.ASCII)
COMMENT = re.compile(r";|//|#(?:\W|$)")
ALPHA_FIRST = re.compile(r";\s*paint\.net", re.IGNORECASE)


def read_text(content: bytes, name: str, source: str) -> Palette:
    r"""
    Read a list of colours; ids count them from 0.

    Parameters
    ----------
    content : bytes
        The file, UTF-8. A line is a colour in any notation of CSS, or ``#rrggbb name`` (without ``#``, too), or
        ``red green blue name``; empty, or a comment after ``;``, ``//`` or ``#`` and a space. Paint.NET's eight digits
        begin with alpha.
    name, source : str
        What to call it and where it came from.

    Raises
    ------
    DecodeError
        It is not text.
    ColorError
        A line is no colour.

    Examples
    --------
    >>> list(read_text(b"; mine\n128 64 128 road\nff0000\ntomato\n", "", ""))[0].name
    'road'
    """
    text = decoded(content)
    is_alpha_first = ALPHA_FIRST.match(text) is not None
    colors, names = [], []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or COMMENT.match(line):
            continue
        try:
            color, label = _read_line(line, is_alpha_first)
        except ColorError as error:
            raise ColorError(f"line {number}: {error}") from None
        colors.append(color)
        names.append(label)
    return Palette(name, tuple(colors), tuple(names), source=source)


def _read_line(line: str, is_alpha_first: bool) -> tuple[Color, str]:
    if match := NUMBERS.fullmatch(line):
        return parse_color([int(value[:9]) for value in match.groups()[:3]]), (match[4] or "").strip()
    if match := HEX.fullmatch(line):
        digits = match[1].lstrip("#")
        if is_alpha_first and len(digits) == 8:
            digits = digits[2:] + digits[:2]
        return parse_color(f"#{digits}"), (match[2] or "").strip()
    return parse_color(line), ""


def decoded(content: bytes) -> str:
    """
    Return the text in a file.

    Raises
    ------
    DecodeError
        It is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DecodeError("not text in UTF-8; save it as that") from None
