"""Palettes of plain values: lists, dicts and arrays; also what JSON holds."""

import re
from collections.abc import Mapping, Sequence
from numbers import Number
from typing import Any

import numpy as np

from pixgrep.colors.parse import parse_color
from pixgrep.errors import ColorError
from pixgrep.model import Color
from pixgrep.palettes.palette import Palette

WRAPPERS = ("classes", "labels")
"""Under which name a dict holds the rows: pixgrep's own form, and Mapillary's ``config.json``."""
DIGITS = re.compile(r"[0-9]+", re.ASCII)


def from_values(given: Any, name: str, source: str = "") -> Palette:
    """
    Return the palette that plain values describe.

    Parameters
    ----------
    given : Mapping, Sequence or ndarray
        ``{name: colour}``; ``{id: colour}`` (ids are whole numbers, or text of digits only); ``[colour, ...]``;
        ``[{"color": colour, "name": ..., "id": ...}, ...]``, ids given to all or to none, ``"readable"`` before
        ``"name"``; such a list under ``"classes"`` or ``"labels"``, beside ``"name"`` and ``"source"``; an array of
        shape (n, 3), uint8. A colour is whatever `parse_color` reads.
    name, source : str
        What to call it and where it came from, unless it says so itself.

    Raises
    ------
    ColorError
        It is none of these, or not a palette.

    Examples
    --------
    >>> list(from_values({"road": "#804080"}, "mine"))
    [Entry(id=0, name='road', color=Color(red=128, green=64, blue=128, alpha=None, text='#804080'))]
    >>> from_values([{"id": 7, "name": "road", "color": [128, 64, 128]}], "mine").ids
    (7,)
    """
    if isinstance(given, np.ndarray):
        return _from_array(given, name, source)
    if isinstance(given, Mapping):
        return _from_mapping(given, name, source)
    if isinstance(given, Sequence) and not isinstance(given, (str, bytes, bytearray)):
        return _from_sequence(given, name, source)
    raise ColorError(
        f"cannot read {type(given).__name__} as a palette; give the name of one, a file, a list of colours, a dict of "
        "names or ids to colours, or an array of shape (n, 3), uint8"
    )


def _from_array(given: Any, name: str, source: str) -> Palette:
    if given.dtype != np.uint8 or given.ndim != 2 or given.shape[1] != 3:
        raise ColorError(f"an array of shape {given.shape}, {given.dtype}, is no palette; give (n, 3), uint8")
    return Palette(name, tuple(Color(*channels) for channels in given.tolist()), source=source)


def _from_mapping(given: Mapping[Any, Any], name: str, source: str) -> Palette:
    for wrapper in WRAPPERS:
        rows = given.get(wrapper)
        if isinstance(rows, Sequence) and not isinstance(rows, str) and not (rows and isinstance(rows[0], Number)):
            return _from_sequence(rows, str(given.get("name") or name), str(given.get("source") or source))
    keys = list(given)
    colors = tuple(_color(given[key], f"of {key!r}") for key in keys)
    if keys and all(_is_id(key) for key in keys):
        return Palette(name, colors, ids=tuple(int(key) for key in keys), source=source)
    if not all(isinstance(key, str) for key in keys):
        raise ColorError("the keys of a palette are either all names or all ids (whole numbers); these are mixed")
    return Palette(name, colors, names=tuple(keys), source=source)


def _is_id(key: Any) -> bool:
    if isinstance(key, str):
        return DIGITS.fullmatch(key) is not None and len(key) < 10
    return hasattr(key, "__index__") and not isinstance(key, bool)


def _from_sequence(given: Sequence[Any], name: str, source: str) -> Palette:
    rows = [row if isinstance(row, Mapping) else {"color": row} for row in given]
    colors = []
    for number, row in enumerate(rows, 1):
        if "color" not in row:
            raise ColorError(f"entry {number} has no \"color\"; give it one, such as '#ff8800' or [255, 136, 0]")
        colors.append(_color(row["color"], f"of entry {number}"))
    with_id = sum(row.get("id") is not None for row in rows)
    if with_id not in (0, len(rows)):
        raise ColorError(f"{with_id} of {len(rows)} entries have an id; give one to all of them, or to none")
    names = tuple(str(row.get("readable") or row.get("name") or "") for row in rows)
    return Palette(name, tuple(colors), names, tuple(row["id"] for row in rows) if with_id else (), source)


def _color(given: Any, whose: str) -> Color:
    try:
        return parse_color(given)
    except ColorError as error:
        raise ColorError(f"the colour {whose}: {error}") from None
