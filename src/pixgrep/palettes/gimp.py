"""GIMP palettes (.gpl): a header, then a colour a line, which Inkscape, Krita and Aseprite write, too."""

import re

from pixgrep.colors.parse import parse_color
from pixgrep.errors import ColorError, DecodeError
from pixgrep.palettes.palette import Palette
from pixgrep.palettes.text import decoded

HEADER = "GIMP Palette"
UNNAMED = re.compile(r"Untitled|Index \d+")
"""What GIMP writes where a colour has no name."""


def read_gpl(content: bytes, name: str, source: str) -> Palette:
    r"""
    Read a GIMP palette; ids count its colours from 0.

    Parameters
    ----------
    content : bytes
        The file, UTF-8: ``GIMP Palette``, then ``Name:`` and ``Columns:``, comments after ``#``, and ``r g b  name``.
    name, source : str
        What to call it, unless it says so itself, and where it came from.

    Raises
    ------
    DecodeError
        It is none.
    ColorError
        A colour is out of range.

    Examples
    --------
    >>> palette = read_gpl(b"GIMP Palette\nName: Streets\n#\n128  64 128\troad\n", "", "")
    >>> palette.name, palette.names, palette.rgb.tolist()
    ('Streets', ('road',), [[128, 64, 128]])
    """
    first, *lines = decoded(content).splitlines() or [""]
    if first.strip() != HEADER:
        raise DecodeError(f"not a GIMP palette: its first line is {first[:40]!r}, not {HEADER!r}")
    colors, names, channels = [], [], 3
    for number, line in enumerate(lines, 2):
        text = line.strip()
        key, _, value = text.partition(":")
        if not text or text.startswith("#") or key == "Columns":
            continue
        if key == "Name":
            name = value.strip() or name
            continue
        if key == "Channels":  # Aseprite
            channels = len(value.strip())
            continue
        parts = text.split(maxsplit=channels)
        if len(parts) < channels or not all(part.isascii() and part.isdigit() for part in parts[:channels]):
            raise DecodeError(f"line {number} is {text[:40]!r}; write red, green, blue and a name: '255 0 0 stop'")
        try:
            colors.append(parse_color([int(part) for part in parts[:channels]]))
        except ColorError as error:
            raise ColorError(f"line {number}: {error}") from None
        label = " ".join(parts[channels:])
        names.append("" if UNNAMED.fullmatch(label) else label)
    return Palette(name, tuple(colors), tuple(names), source=source)


def write_gpl(palette: Palette) -> str:
    r"""
    Return a palette as GIMP reads it; its ids are lost.

    Examples
    --------
    >>> write_gpl(read_gpl(b"GIMP Palette\n128 64 128 road", "Streets", ""))
    'GIMP Palette\nName: Streets\n#\n128  64 128\troad\n'
    """
    lines = [HEADER, f"Name: {' '.join(palette.name.split())}", "#"]
    for name, (red, green, blue) in zip(palette.names, palette.rgb.tolist(), strict=True):
        lines.append(f"{red:3} {green:3} {blue:3}\t{' '.join(name.split()) or 'Untitled'}")
    return "\n".join(lines) + "\n"
