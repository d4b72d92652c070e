"""What a palette is: colours, each with the id and the name of its class."""

import operator
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pixgrep.errors import ColorError
from pixgrep.model import Color

MOST_COLORS = 65_535
LARGEST_ID = 65_535
"""What 16 bits hold: ids become label pictures."""


class Entry(NamedTuple):
    """One row of a palette: the id of the class, its name (the colour as ``#rrggbb`` where it has none), its colour."""

    id: int
    name: str
    color: Color


@dataclass(frozen=True)
class Palette:
    """
    Colours that stand for classes.

    Attributes
    ----------
    name : str
        What to call it.
    colors : tuple of Color
        1 to 65,535; opaque, in whole 8-bit steps.
    names : tuple of str
        The name of the class of each colour, "" where it has none; by default none has one.
    ids : tuple of int
        The id of the class of each colour, 0 to 65,535; several colours may share one. By default they count from 0,
        and a colour that occurs again, without a name of its own, is dropped: padding does not count.
    source : str
        Where it came from.

    Raises
    ------
    ColorError
        There are no colours or too many, an id is out of range, a colour is translucent, lies between 8-bit steps or
        stands for two ids.

    Examples
    --------
    >>> from pixgrep.colors.parse import parse_color
    >>> palette = Palette("signs", (parse_color("#f00"), parse_color("#00f")), ("stop", ""))
    >>> [(entry.id, entry.name) for entry in palette]
    [(0, 'stop'), (1, '#0000ff')]
    >>> palette.rgb
    array([[255,   0,   0],
           [  0,   0, 255]], dtype=uint8)
    """

    name: str
    colors: tuple[Color, ...]
    names: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        count = len(self.colors)
        if not count:
            raise ColorError("the palette has no colours; give at least one")
        if count > MOST_COLORS:
            raise ColorError(f"the palette has {count:,} colours; at most {MOST_COLORS:,} are allowed")
        for what, values in (("names", self.names), ("ids", self.ids)):
            if len(values) not in (0, count):
                raise ColorError(f"{count} colours, but {len(values)} {what}; give one for each, or none")
        object.__setattr__(self, "name", _writable(self.name))
        names = tuple(map(_writable, self.names)) or ("",) * count
        ids = tuple(map(_checked_id, self.ids)) or tuple(range(count))
        self._keep(tuple(map(_opaque, self.colors)), names, ids)

    def _keep(self, colors: tuple[Color, ...], names: tuple[str, ...], ids: tuple[int, ...]) -> None:
        """Set the rows, without those that say again what an earlier one says."""
        are_counted = not self.ids
        first: dict[Color, int] = {}
        for index, color in enumerate(colors):
            earlier = first.setdefault(color, index)
            is_the_same = ids[index] == ids[earlier] or (are_counted and names[index] in ("", names[earlier]))
            if not is_the_same:
                one, other = (f"{ids[place]} ({names[place] or color.hex!r})" for place in (earlier, index))
                raise ColorError(
                    f"the colour {color.hex} stands for two classes, {one} and {other}, which no pixel can tell apart; "
                    "leave one out, or give both the same id"
                )
        kept = sorted(first.values())
        for name, values in (("colors", colors), ("names", names), ("ids", ids)):
            object.__setattr__(self, name, tuple(values[index] for index in kept))

    def __len__(self) -> int:
        return len(self.colors)

    def __iter__(self) -> Iterator[Entry]:
        for id, name, color in zip(self.ids, self.names, self.colors, strict=True):
            yield Entry(id, name or color.hex, color)

    @cached_property
    def rgb(self) -> NDArray[np.uint8]:
        """The colours, shape (n, 3), 0 to 255; read-only."""
        rgb = np.array([(color.red, color.green, color.blue) for color in self.colors], np.uint8)
        rgb.flags.writeable = False
        return rgb


def _writable(text: str) -> str:
    """Return text that any file takes: names of files and JSON may hold halves of characters."""
    return text.encode("utf-8", "replace").decode()


def _checked_id(given: Any) -> int:
    try:
        id = operator.index(given)
    except TypeError:
        raise ColorError(f"the id {given!r} is not a whole number; give 0 to {LARGEST_ID:,}") from None
    if isinstance(given, bool) or not 0 <= id <= LARGEST_ID:
        raise ColorError(f"the id {given!r} is outside 0..{LARGEST_ID}; leave ids out to count from 0")
    return id


def _opaque(color: Color) -> Color:
    if color.alpha not in (None, 255):
        raise ColorError(f"the colour {str(color)!r} is translucent; colours of a palette are opaque")
    if any(channel != int(channel) for channel in (color.red, color.green, color.blue)):
        nearest = replace(color, alpha=None).hex
        raise ColorError(f"the colour {str(color)!r} lies between 8-bit steps; the nearest is {nearest!r}")
    return color if color.alpha is None else replace(color, alpha=None)
