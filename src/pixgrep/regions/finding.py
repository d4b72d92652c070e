"""From bits to regions: the components of each colour, in one table."""

from typing import Any, NamedTuple

import numpy as np

from pixgrep.bits import Answer
from pixgrep.compiled.columns import AREA
from pixgrep.components.rule import is_whole
from pixgrep.components.table import reading_order
from pixgrep.errors import PixgrepError
from pixgrep.regions.about import About
from pixgrep.regions.pixels import RegionPixels
from pixgrep.regions.regions import Regions


class Limits(NamedTuple):
    """How many pixels a region has at least, and at most."""

    least: int
    most: int | None


def to_limits(min_area: Any, max_area: Any) -> Limits:
    """
    Return limits as users give them, checked.

    Raises
    ------
    PixgrepError
        One is not a whole number from 0 on, or the most is less than the least.
    """
    for name, value in (("min_area", min_area), ("max_area", 0 if max_area is None else max_area)):
        if not is_whole(value):
            raise PixgrepError(f"{name} is {value!r}; give a whole number of pixels, from 0 on")
    if max_area is not None and max_area < min_area:
        raise PixgrepError(f"max_area={max_area} is less than min_area={min_area}; no region can have both")
    return Limits(int(min_area), None if max_area is None else int(max_area))


def find_regions(bits: Answer, about: About, limits: Limits, *, per_color: bool) -> Regions:
    """
    Return the regions of bits.

    Parameters
    ----------
    bits : Bits or DeviceBits
        One row for each name.
    about : About
        What is known of them.
    limits : Limits
        Regions of other areas are left out.
    per_color : bool
        Whether every colour has regions of its own.
    """
    if not per_color:
        about = about._replace(names=(" | ".join(about.names),))
    rows = range(len(about.names)) if per_color else [None]
    tables = [bits.components(row, about.rule) for row in rows]
    counts = tuple(map(len, tables))
    table = tables[0] if len(tables) == 1 else np.concatenate(tables)
    colors = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    members = np.arange(len(table)) if len(counts) == 1 else np.concatenate([np.arange(count) for count in counts])
    if len(counts) > 1:
        order = reading_order(table)  # stable: of those with one first pixel, by colour
        table, colors, members = table[order], colors[order], members[order]
    pixels = RegionPixels(bits, about.rule, tuple(rows), counts)
    if limits.least > 1 or limits.most is not None:
        areas = table[:, AREA]
        fits = areas >= limits.least
        if limits.most is not None:
            fits &= areas <= limits.most
        table, colors, members = table[fits], colors[fits], members[fits]
    return Regions(about, table, np.arange(1, len(table) + 1), colors, pixels, members)
