"""Which numbers stand for what in a table of labels."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from pixgrep.errors import ColorError
from pixgrep.palettes.palette import LARGEST_ID, Palette

Unknown = int | Literal["error", "nearest"]


@dataclass(frozen=True)
class Codes:
    """
    The numbers of a table: ids, and two that are none.

    Attributes
    ----------
    dtype : type
        Of the labels: uint8 where all ids and the value for unknown colours fit, else uint16.
    table_dtype : type
        Of the table: where the two other numbers fit, too.
    miss : int
        A colour that belongs to no class.
    unjudged : int
        A colour that no one has looked at yet.
    """

    dtype: Any
    table_dtype: Any
    miss: int
    unjudged: int


@lru_cache(maxsize=16)
def codes_of(ids: frozenset[int], unknown: Unknown) -> Codes:
    """
    Choose the numbers for a palette.

    Parameters
    ----------
    ids : frozenset of int
        Of the palette.
    unknown : int, "error" or "nearest"
        What becomes of colours that belong to no class.

    Examples
    --------
    >>> codes = codes_of(frozenset(range(34)), 255)
    >>> codes.dtype.__name__, codes.table_dtype.__name__, codes.miss, codes.unjudged
    ('uint8', 'uint8', 255, 254)
    """
    values = ids | {unknown} if isinstance(unknown, int) else ids
    dtype = np.uint8 if max(values) <= np.iinfo(np.uint8).max else np.uint16
    for table_dtype in (np.uint8, np.uint16, np.uint32):
        highest = int(np.iinfo(table_dtype).max)
        free = [code for code in range(highest, max(-1, highest - len(values) - 2), -1) if code not in values]
        if highest >= max(values) and len(free) >= 2:
            break
    miss = unknown if isinstance(unknown, int) and unknown not in ids else free.pop(0)
    return Codes(dtype, table_dtype, miss, free.pop(0))


def checked_unknown(given: Any, palette: Palette) -> Unknown:
    """
    Return what becomes of unknown colours; 255 by default, 65,535 where an id is 255 or larger.

    Raises
    ------
    ColorError
        It is none of the values allowed, or the default is the id of a class.
    """
    if given is None:
        highest = max(palette.ids)
        given = 255 if highest < 255 else LARGEST_ID
        if highest == LARGEST_ID:
            raise ColorError(f"{LARGEST_ID} is the id of a class; give unknown=VALUE (--unknown VALUE), or 'error'")
    if isinstance(given, str) and given in ("error", "nearest"):
        return given  # type: ignore[return-value]  # one of the two
    if isinstance(given, (int, np.integer)) and not isinstance(given, bool) and 0 <= given <= LARGEST_ID:
        return int(given)
    raise ColorError(f"unknown is {given!r}; give a value from 0 to {LARGEST_ID}, 'error' or 'nearest'")
