"""What the user holds after a census: every distinct colour of a picture and its count."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pixgrep.census.difference import Difference
from pixgrep.census.keys import DEEPER, Keys, add_up, channel_bits, common_format, convert, hex_texts, unpack
from pixgrep.census.order import Order, places
from pixgrep.colors.parse import parse_color
from pixgrep.errors import ColorError
from pixgrep.model import PixelFormat, Pixels
from pixgrep.tables import Columns, arrow_table

if TYPE_CHECKING:
    import pyarrow

    from pixgrep.palettes import Palette

DEEP_HEX = re.compile(r"#(?:[0-9a-fA-F]{4}){3,4}", re.ASCII)
NOISE = 1e-6
"""How far, of a whole value, a colour may lie from it: what is lost when 16-bit values are written in 8-bit steps."""
ROWS_AT_A_TIME = 1 << 16


class ColorCount(NamedTuple):
    """A colour as ``#rrggbb``, how many pixels have it, and their share of all pixels, 0 to 1."""

    color: str
    count: int  # type: ignore[assignment]  # of a tuple, it is a method
    share: float


@dataclass(frozen=True, eq=False)
class Census:
    """
    Every distinct colour of one picture or several, with its count; exact.

    Arrays and iteration are in the order of the colours: by red, then green, blue and alpha. Colours are told apart by
    all channels, alpha too. In text, a colour is ``#rrggbb``, ``#rrggbbaa`` where pictures have alpha; 16-bit pictures
    have four digits a channel.

    Attributes
    ----------
    keys : ndarray of uint32 or uint64, shape (n,)
        The colours, packed (see `pixgrep.census.keys`), sorted.
    counts : ndarray of int64, shape (n,)
        How many pixels have each; at least 1.
    format : PixelFormat
        dtype (``"uint8"`` or ``"uint16"``) and channels (1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha); its
        order is always ``"rgb"``.
    source : str
        The name of the picture; "" where there were several.
    notes : tuple of str
        What is to be known of it, such as that only its first frame was looked at.

    Examples
    --------
    >>> import numpy as np, pixgrep as pg
    >>> image = np.zeros((2, 3, 3), np.uint8)
    >>> image[1, 2] = (255, 136, 0)
    >>> census = pg.census(image)
    >>> len(census), census.total, census["#ff8800"], "white" in census
    (2, 6, 1, False)
    >>> census.top(1)
    (ColorCount(color='#000000', count=5, share=0.8333333333333334),)
    >>> census.colors
    array([[  0,   0,   0],
           [255, 136,   0]], dtype=uint8)
    """

    keys: Keys
    counts: NDArray[np.int64]
    format: PixelFormat
    source: str = ""
    notes: tuple[str, ...] = ()

    @cached_property
    def total(self) -> int:
        """How many pixels were counted."""
        return int(self.counts.sum())

    @cached_property
    def colors(self) -> Pixels:
        """The colours, shape (n, channels), in the dtype of the picture: red, green, blue and alpha, or grey."""
        return unpack(self.keys, self.format)

    @property
    def shares(self) -> NDArray[np.float64]:
        """The share that each colour has of all pixels, 0 to 1, shape (n,)."""
        return self.counts / max(1, self.total)

    def __len__(self) -> int:
        """Return the number of distinct colours."""
        return len(self.keys)

    def __iter__(self) -> Iterator[ColorCount]:
        """Yield every colour with its count, in the order of the colours."""
        return self.ordered("color")

    def ordered(self, order: Order = "count", limit: int | None = None) -> Iterator[ColorCount]:
        """
        Yield colours with their counts.

        Parameters
        ----------
        order : {"count", "color", "similar"}
            The most frequent first, and among equals the lower colour; by red, green, blue and alpha; or as an octree
            holds them, so that similar colours lie near each other: those that share more leading bits of all channels.
        limit : int, optional
            Only so many: the most frequent ones, whatever the order.

        Raises
        ------
        PixgrepError
            There is no such order or limit.
        """
        columns = self.columns(order, limit)
        return self._rows(columns["color"], columns["count"])

    def _rows(self, texts: NDArray[np.bytes_], counts: NDArray[np.int64]) -> Iterator[ColorCount]:
        for start in range(0, len(texts), ROWS_AT_A_TIME):
            part = slice(start, start + ROWS_AT_A_TIME)
            for text, count in zip(texts[part].tolist(), counts[part].tolist(), strict=True):
                yield ColorCount(text.decode(), count, count / self.total)

    def top(self, number: int) -> tuple[ColorCount, ...]:
        """Return the most frequent colours, the most frequent first, and among equals the lower colour."""
        return tuple(self.ordered("count", number))

    def columns(self, order: Order = "color", limit: int | None = None) -> Columns:
        """Return the columns color (text, dtype ``S``), count (int64) and share (float64); see `ordered`."""
        at = places(self.keys, self.format, self.counts, order, limit)
        return {"color": hex_texts(self.keys[at], self.format), "count": self.counts[at], "share": self.shares[at]}

    def __getitem__(self, color: Any) -> int:
        """
        Return how many pixels have a colour, 0 if none.

        Parameters
        ----------
        color : str, sequence or Color
            Whatever `pixgrep.find` takes for one colour, or a colour of 16 bits as ``#rrrrggggbbbb``. As there, one
            without alpha has any alpha, one with alpha only that, and a picture without alpha is opaque.

        Raises
        ------
        ColorError
            It cannot be read.
        """
        try:
            low, high = map(self.keys.dtype.type, _key_range(color, self.format))
        except _NeverStoredError:
            return 0
        return int(self.counts[self.keys.searchsorted(low) : self.keys.searchsorted(high, "right")].sum())

    def __contains__(self, color: Any) -> bool:
        """Return whether any pixel has a colour; see `__getitem__`."""
        return self[color] > 0

    def __eq__(self, other: object) -> bool:
        """Return whether another census has the same colours, of the same format, with the same counts."""
        if not isinstance(other, Census):
            return NotImplemented
        same = self.format == other.format and np.array_equal(self.keys, other.keys)
        return same and np.array_equal(self.counts, other.counts)

    __hash__ = None  # type: ignore[assignment]  # as of all that holds arrays

    def __add__(self, other: "Census") -> "Census":
        """
        Return the census of the pixels of both.

        Where formats differ, colours are those of the richer one: a grey is (g, g, g), a picture without alpha is
        opaque, an 8-bit value times 257 is its 16-bit value.
        """
        if not isinstance(other, Census):
            return NotImplemented
        format = common_format(self.format, other.format)
        keys = np.concatenate([convert(census.keys, census.format, format) for census in (self, other)])
        keys, counts = add_up(keys, np.concatenate([self.counts, other.counts]))
        return Census(keys, counts, format)

    def diff(self, other: "Census") -> Difference:
        """
        Return what changes from this census to another: the colours whose counts differ, the largest change first.

        Formats may differ as in a sum.

        Examples
        --------
        >>> import numpy as np, pixgrep as pg
        >>> before, after = (pg.census(np.array([greys], np.uint8)) for greys in ([7, 7, 7], [7, 9, 9]))
        >>> list(before.diff(after))
        [Change(color='#070707', before=3, after=1), Change(color='#090909', before=0, after=2)]
        """
        format = common_format(self.format, other.format)
        keys = np.concatenate([convert(census.keys, census.format, format) for census in (self, other)])
        none = np.zeros_like
        before = np.concatenate([self.counts, none(other.counts)])
        keys, before, after = add_up(keys, before, np.concatenate([none(self.counts), other.counts]))
        changed = before != after
        return Difference(keys[changed], before[changed], after[changed], format, int(len(keys) - changed.sum()))

    def without_alpha(self) -> "Census":
        """Return the census that looks at no alpha: colours that differ in nothing else are one."""
        if not self.format.has_alpha:
            return self
        keys = self.keys >> self.keys.dtype.type(channel_bits(self.format))
        keys, counts = add_up(keys, self.counts)
        return replace(self, keys=keys, counts=counts, format=PixelFormat(self.format.dtype, self.format.channels - 1))

    def to_palette(self, name: str = "census", order: Order = "count", limit: int | None = None) -> "Palette":
        """
        Return the colours as a palette; alpha is left out.

        Parameters
        ----------
        name : str
            What to call it.
        order, limit
            See `ordered`.

        Raises
        ------
        ColorError
            There are no colours, more than a palette may have, or 16-bit ones between the 8-bit steps.

        Examples
        --------
        >>> import numpy as np, pixgrep as pg
        >>> pg.census(np.array([[7, 7, 9]], np.uint8)).to_palette().rgb
        array([[7, 7, 7],
               [9, 9, 9]], dtype=uint8)
        """
        from pixgrep.palettes.palette import MOST_COLORS, Palette

        census = self.without_alpha()
        number = min(len(census), len(census) if limit is None else limit)
        if number > MOST_COLORS:
            raise ColorError(
                f"there are {number:,} colours, and a palette has at most {MOST_COLORS:,}; "
                f"choose the most frequent ones: limit=256 (--top 256)"
            )
        at = places(census.keys, census.format, census.counts, order, limit)
        shown = PixelFormat(census.format.dtype, 3)
        colors = unpack(convert(census.keys[at], census.format, shown), shown) / shown.unit
        return Palette(name, tuple(parse_color(color) for color in colors.tolist()))

    def to_arrow(self) -> "pyarrow.Table":
        """
        Return columns color (text), count (int64) and share (float64), a row a colour, in the order of the colours.

        Raises
        ------
        MissingExtraError
            PyArrow is not installed.
        """
        return arrow_table(self.columns())

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Hand the table to polars, pandas, DuckDB and all others that speak Arrow."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        top = ", ".join(f"{color}: {count:,}" for color, count, _ in self.top(5))
        more = f", and {len(self) - 5:,} more" if len(self) > 5 else ""
        return f"<Census: {len(self):,} colours in {self.total:,} pixels, {self.format}; {top}{more}>"


def sum_censuses(parts: Iterable[Census]) -> Census | None:
    """
    Return the census of the pixels of all parts, or None where there are none.

    Only parts of like size are added to each other, so that thousands of small ones cost no more than they must.
    """
    waiting: list[Census] = []
    for part in parts:
        waiting.append(part)
        while len(waiting) > 1 and len(waiting[-2]) <= 2 * len(waiting[-1]):
            waiting.append(waiting.pop(-2) + waiting.pop())
    return reduce(lambda one, other: other + one, reversed(waiting)) if waiting else None


def _wanted(given: Any) -> tuple[tuple[float, float, float], float | None]:
    """Read a colour; return red, green and blue in 8-bit steps, and alpha, None for any."""
    if isinstance(given, str) and DEEP_HEX.fullmatch(given):
        red, green, blue, *alpha = (int(given[start : start + 4], 16) / DEEPER for start in range(1, len(given), 4))
        return (red, green, blue), (alpha[0] if alpha else None)
    color = parse_color(given)
    return (color.red, color.green, color.blue), color.alpha


def _stored(steps: float, format: PixelFormat) -> int:
    """Return the value of a channel that is given in 8-bit steps; raise _NeverStoredError if there is none."""
    exact = steps * format.unit
    if abs(exact - round(exact)) > NOISE:
        raise _NeverStoredError
    return round(exact)


class _NeverStoredError(Exception):
    """No pixel of the format can have the colour."""


def _key_range(given: Any, format: PixelFormat) -> tuple[int, int]:
    """Return the lowest and the highest key that a colour can have; raise _NeverStoredError if there is none."""
    rgb, alpha = _wanted(given)
    if not format.has_color and len(set(rgb)) > 1:
        raise _NeverStoredError
    bits = channel_bits(format)
    low = high = 0
    for steps in rgb if format.has_color else rgb[:1]:
        low = high = high << bits | _stored(steps, format)
    if format.has_alpha:
        low, high = low << bits, high << bits | int(format.highest)
        if alpha is not None:
            low = high = low | _stored(alpha, format)
    elif alpha not in (None, 255):
        raise _NeverStoredError
    return low, high
