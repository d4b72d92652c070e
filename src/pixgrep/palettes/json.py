r"""
JSON palettes.

Any of these; ids count from 0 where there are none, and a colour is text or ``[red, green, blue]``::

    {"road": "#804080", "sky": "#4682b4"}
    {"7": "#804080", "23": [70, 130, 180]}
    ["#804080", "#4682b4"]
    [{"id": 7, "name": "road", "color": "#804080"}, {"id": 23, "name": "sky", "color": [70, 130, 180]}]
    [{"name": "road", "color": "#804080"}]                      as CVAT and labelme have it
    {"labels": [{"readable": "Road", "color": [128, 64, 128]}]}  Mapillary's config.json
    {"name": "mine", "source": "...", "classes": [...]}         pixgrep's own: the rows of any list above
"""

import json
from typing import Any

from pixgrep.errors import DecodeError, one_line
from pixgrep.palettes.palette import Palette
from pixgrep.palettes.rows import from_values


def read_json(content: bytes, name: str, source: str) -> Palette:
    """
    Read a palette from JSON.

    Parameters
    ----------
    content : bytes
        The file, UTF-8.
    name, source : str
        What to call it and where it came from, unless it says so itself.

    Raises
    ------
    DecodeError
        It is not JSON, or has a key twice.
    ColorError
        It is not a palette.

    Examples
    --------
    >>> read_json(b'{"road": "#804080"}', "mine", "").names
    ('road',)
    """
    try:
        given = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_unique)
    except RecursionError:
        raise DecodeError("it is nested too deeply to be a palette") from None
    except ValueError as error:
        raise DecodeError(f"not JSON that can be read ({one_line(error)})") from None
    return from_values(given, name, source)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the dict of these pairs; the usual one would silently lose a class."""
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise ValueError(f"{key!r} occurs twice")
        made[key] = value
    return made


def write_json(palette: Palette) -> str:
    """
    Return a palette in pixgrep's own form, which keeps all of it.

    Examples
    --------
    >>> print(write_json(read_json(b'[{"id": 7, "name": "road", "color": "#804080"}]', "mine", "me")), end="")
    {
      "name": "mine",
      "source": "me",
      "classes": [
        {"id": 7, "name": "road", "color": "#804080"}
      ]
    }
    """
    rows = [
        f'    {{"id": {id}, "name": {json.dumps(name)}, "color": "{color.hex}"}}'
        for id, name, color in zip(palette.ids, palette.names, palette.colors, strict=True)
    ]
    head = f'{{\n  "name": {json.dumps(palette.name)},\n  "source": {json.dumps(palette.source)},\n'
    return f'{head}  "classes": [\n' + ",\n".join(rows) + "\n  ]\n}\n"
