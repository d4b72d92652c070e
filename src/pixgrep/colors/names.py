"""
What a colour is called: the 148 names of CSS Color 4.

They come with coloraide. The larger list of XKCD is not here: no library that pixgrep needs ships it.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from pixgrep.colors.metrics import METRICS
from pixgrep.colors.parse import parse_color
from pixgrep.colors.spaces.space import Coordinates
from pixgrep.model import Color

METRIC = METRICS["ciede2000"]
NEAREST = 3


class Named(NamedTuple):
    """A name, the colour that it stands for, and how far (CIEDE2000) that is from the one that was asked for."""

    name: str
    color: Color
    difference: float


def name(color: Any) -> tuple[Named, ...]:
    """
    Return what CSS calls a colour: its name, or the three nearest.

    Parameters
    ----------
    color : str, sequence of numbers or Color
        See `pixgrep.colors.parse.parse_color`. Alpha has no part in it.

    Returns
    -------
    tuple of Named
        One, with the difference 0, where the colour is one of CSS; else three, the nearest by CIEDE2000 first (of
        equals, the first by name).

    Raises
    ------
    ColorError
        The colour cannot be read.

    Notes
    -----
    Where a colour has two names, the first in the alphabet is given: aqua, not cyan; fuchsia, not magenta; gray, not
    grey.

    Examples
    --------
    >>> [(named.name, round(named.difference, 1)) for named in name("#b2280a")]
    [('firebrick', 6.0), ('brown', 8.2), ('sienna', 9.6)]
    >>> [named.name for named in name((0, 255, 255))]
    ['aqua']
    """
    wanted = parse_color(color)
    names, colors, coordinates = _known()
    channels = (wanted.red, wanted.green, wanted.blue)
    for known_name, known in zip(names, colors, strict=True):
        if channels == (known.red, known.green, known.blue):
            return (Named(known_name, known, 0.0),)
    here = METRIC.space.from_rgb(*np.array(channels, np.float64))
    differences = METRIC.distance(*coordinates, *here)
    nearest = np.argsort(differences, kind="stable")[:NEAREST]
    return tuple(Named(names[place], colors[place], float(differences[place])) for place in nearest)


@cache
def _known() -> tuple[tuple[str, ...], tuple[Color, ...], Coordinates]:
    """Return the names in alphabetical order, one for each colour, the colours, and their coordinates."""
    from coloraide.css.color_names import name2val_map

    by_color: dict[tuple[int, int, int], str] = {}
    for known_name in sorted(name2val_map.keys() - {"transparent"}):
        red, green, blue, _ = map(int, name2val_map[known_name])
        by_color.setdefault((red, green, blue), known_name)
    colors = tuple(Color(*channels, text=known_name) for channels, known_name in by_color.items())
    coordinates = METRIC.space.from_rgb(*np.array(list(by_color), np.float64).T)
    return tuple(by_color.values()), colors, coordinates
