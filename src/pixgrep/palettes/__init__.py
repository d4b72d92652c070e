"""Palettes, the colours of classes: one file a format, one line here."""

import difflib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pixgrep.errors import ColorError, DecodeError, PixgrepError, one_line
from pixgrep.palettes.gimp import read_gpl, write_gpl
from pixgrep.palettes.json import read_json, write_json
from pixgrep.palettes.palette import Entry, Palette
from pixgrep.palettes.picture import read_picture
from pixgrep.palettes.rows import from_values
from pixgrep.palettes.shipped import SHIPPED, read_shipped
from pixgrep.palettes.text import read_text

__all__ = ["READERS", "SHIPPED", "Entry", "Palette", "load_palette", "write_gpl", "write_json"]

READERS: dict[str, Callable[[bytes, str, str], Palette]] = {
    ".json": read_json,
    ".gpl": read_gpl,
    ".png": read_picture,
    ".gif": read_picture,
    ".txt": read_text,
    ".hex": read_text,
}
"""What reads a file, by the end of its name: of its bytes, what to call it, and where it came from."""
LARGEST_FILE = 10_000_000
"""Bytes; a palette of 65,535 named colours has a third of them."""


def load_palette(given: Any) -> Palette:
    """
    Return a palette, whatever describes it.

    Parameters
    ----------
    given : Palette, str, path, Mapping, Sequence or ndarray
        The name of one that comes with pixgrep; a file: .json (see `pixgrep.palettes.json` for its forms), .gpl, .txt
        or .hex (a colour a line), .png or .gif (the palette of the picture: an index is an id); a list of colours; a
        dict of names or ids to colours; an array of shape (n, 3), uint8. Ids count from 0 where there are none.

    Raises
    ------
    ColorError
        There is none of that name, or it is not a palette.
    DecodeError
        A file is missing, too large, damaged, of an unknown kind, or not a palette.

    Examples
    --------
    >>> load_palette("voc").name
    'voc'
    >>> [entry.name for entry in load_palette({"road": "#804080", "sky": (70, 130, 180)})]
    ['road', 'sky']
    >>> load_palette({7: "#804080", 23: "#4682b4"}).ids
    (7, 23)
    """
    if isinstance(given, Palette):
        return given
    if isinstance(given, str) and given in SHIPPED:
        return read_shipped(given)
    if isinstance(given, os.PathLike) or (isinstance(given, str) and _is_path(given)):
        return _read_file(os.fsdecode(given))
    if isinstance(given, str):
        near = difflib.get_close_matches(given.lower(), SHIPPED, n=2)
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise ColorError(
            f"there is no palette {given!r}; give one of {', '.join(map(repr, SHIPPED))}, "
            f"or a file ({', '.join(READERS)}){hint}"
        )
    return from_values(given, "palette")


def _is_path(given: str) -> bool:
    """Return whether text means a file rather than a palette of ours."""
    path = Path(given)
    return path.name != given or bool(path.suffix)


def _read_file(path: str) -> Palette:
    suffix = Path(path).suffix.lower()
    try:
        if suffix not in READERS:
            raise DecodeError(f"not a kind of palette that can be read; give {', '.join(READERS)}")
        return READERS[suffix](_content(path), Path(path).stem, path)
    except PixgrepError as error:
        raise DecodeError(f"{path}: {one_line(error)}") from error
    except Exception as error:  # Pillow raises anything on bad files
        message = getattr(error, "strerror", None) or f"damaged ({one_line(error)})"
        raise DecodeError(f"{path}: {message}") from error


def _content(path: str) -> bytes:
    if not stat.S_ISREG(os.stat(path).st_mode):  # a FIFO would block for ever
        raise DecodeError("not a regular file; give a palette")
    with open(path, "rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise DecodeError(f"larger than the {LARGEST_FILE // 1_000_000} MB that a palette may have")
    return content
