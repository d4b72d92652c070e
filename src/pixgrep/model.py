"""
The nouns that travel between rooms: frozen, picklable, without I/O.

One unit everywhere: colours and tolerances are given in 8-bit steps, 0 to 255, fractions allowed. A 16-bit value is
worth ``value / 257`` of them, a float value ``value * 255``.
"""

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pixgrep.errors import ColorError

ChannelOrder = Literal["rgb", "bgr"]
OneLayout = Literal["hwc", "chw"]
BatchLayout = Literal["nhwc", "nchw"]
Layout = Literal[OneLayout, BatchLayout]
"""The order of the axes of an array: pictures of a batch, height, width, channels."""
Pixels = NDArray[Any]

WORD_BITS = 64
GREY_TABLE_BYTES = 32
DTYPES = ("uint8", "uint16", "float32", "float64")
CHANNELS = {1: "grey", 2: "grey + alpha", 3: "colour", 4: "colour + alpha"}


@dataclass(frozen=True)
class Color:
    """
    One colour in sRGB, in 8-bit steps from 0 to 255; fractions are kept for pictures deeper than 8 bits.

    Attributes
    ----------
    red, green, blue : float
        0 to 255.
    alpha : float or None
        0 (transparent) to 255 (opaque); None matches any alpha.
    text : str
        The colour as it was given; not part of what makes two colours equal.
    """

    red: float
    green: float
    blue: float
    alpha: float | None = None
    text: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for channel in (self.red, self.green, self.blue, self.alpha or 0):
            if not 0 <= channel <= 255:
                raise ColorError(f"the channel {channel!r} is outside 0..255; give 8-bit steps")

    def __str__(self) -> str:
        return self.text or self.hex

    @property
    def hex(self) -> str:
        """The nearest 8-bit colour as ``#rrggbb`` or ``#rrggbbaa``."""
        channels = (self.red, self.green, self.blue) + (() if self.alpha is None else (self.alpha,))
        return "#" + "".join(f"{int(channel + 0.5):02x}" for channel in channels)


class Box(NamedTuple):
    """A rectangle of pixels: left-most column, top row, width and height."""

    x: int
    y: int
    width: int
    height: int


class Match(NamedTuple):
    """One matching pixel: its column, its row, and the (first) colour it matches."""

    x: int
    y: int
    color: str


@dataclass(frozen=True)
class PixelFormat:
    """
    How a pixel is stored.

    Attributes
    ----------
    dtype : str
        ``"uint8"``, ``"uint16"``, ``"float32"`` or ``"float64"`` (floats span 0 to 1).
    channels : int
        1 grey, 2 grey + alpha, 3 colour, 4 colour + alpha.
    order : {"rgb", "bgr"}
        The order of the colour channels; alpha is always last.
    """

    dtype: str
    channels: int
    order: ChannelOrder = "rgb"

    @property
    def is_float(self) -> bool:
        """Whether channels are floats from 0 to 1."""
        return self.dtype.startswith("float")

    @property
    def unit(self) -> float:
        """The value of one 8-bit step: 1, 257 or 1/255."""
        return {"uint8": 1.0, "uint16": 257.0}.get(self.dtype, 1 / 255)

    @property
    def highest(self) -> float:
        """The value of a full channel."""
        return {"uint8": 255.0, "uint16": 65535.0}.get(self.dtype, 1.0)

    @property
    def has_alpha(self) -> bool:
        """Whether the last channel is alpha."""
        return self.channels in (2, 4)

    @property
    def has_color(self) -> bool:
        """Whether there are three colour channels."""
        return self.channels >= 3

    @property
    def pixel_bytes(self) -> int:
        """Bytes of one pixel."""
        return np.dtype(self.dtype).itemsize * self.channels

    def columns(self, pixels: Pixels) -> tuple[NDArray[np.float64], ...]:
        """
        Return red, green, blue and alpha of pixels of shape (n, channels), as float64 in the picture's unit.

        A grey pixel is (g, g, g); a picture without alpha is opaque.
        """
        stored = [pixels[:, channel].astype(np.float64) for channel in range(self.channels)]
        colors = stored[:3] if self.has_color else stored[:1] * 3
        alpha = stored[-1] if self.has_alpha else np.full(len(pixels), self.highest)
        return (*(colors if self.order == "rgb" else colors[::-1]), alpha)

    def __str__(self) -> str:
        order = f" {self.order.upper()}" if self.has_color else ""
        return f"{CHANNELS[self.channels]}{order} {self.dtype}"


class Formula(Protocol):
    """What a term asks of pixels too deep for a table; every operand is float64, in the unit of the picture."""

    def contains(
        self,
        red: NDArray[np.float64],
        green: NDArray[np.float64],
        blue: NDArray[np.float64],
        alpha: NDArray[np.float64],
    ) -> NDArray[np.bool_]:
        """Return, for each colour, whether the set has it."""


@dataclass(frozen=True)
class Term:
    """
    A set of pixels: a box, perhaps refined, perhaps inverted.

    A pixel is in the term when every channel, as stored, lies within ``low .. high``, and the table (or the formula)
    has it, too. An inverted term has all other pixels, but never one with a NaN.

    Attributes
    ----------
    low, high : tuple of int or float
        Limits, one for each stored channel, in the picture's unit; both ends included.
    table : bytes or None
        One bit for each 8-bit colour, lowest bit first. The index is ``first << 16 | second << 8 | third`` channel as
        stored, less `table_start`: only the planes from ``low[0]`` to ``high[0]`` are there, 8 KiB each. For greys it
        is the grey value (32 bytes).
    formula : Formula or None
        What refines the box where no table can: 16-bit and float pictures.
    invert : bool
        Whether the term has the pixels outside instead.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    table: bytes | None = field(default=None, repr=False)
    formula: Formula | None = None
    invert: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether the term is one single pixel value."""
        return self.low == self.high and not self.is_refined

    @property
    def table_start(self) -> int:
        """The index of the first colour in the table; a multiple of 65,536."""
        return int(self.low[0]) << 16 if self.table is not None and len(self.table) > GREY_TABLE_BYTES else 0

    @property
    def kind(self) -> str:
        """What decides its cost: ``"exact"``, ``"box"``, ``"table"`` or ``"formula"``."""
        if self.formula is not None:
            return "formula"
        if self.table is not None:
            return "table"
        return "exact" if self.is_exact else "box"

    @property
    def is_refined(self) -> bool:
        """Whether the term is more than a box."""
        return self.table is not None or self.formula is not None or self.invert


@dataclass(frozen=True)
class Program:
    """
    A compiled query for one pixel format; integers and tables only, but for formulas of deep pictures.

    Attributes
    ----------
    format : PixelFormat
        The pixels it is for.
    colors : tuple of tuple of Term
        For each colour asked for, the terms whose union it is; at least one.
    """

    format: PixelFormat
    colors: tuple[tuple[Term, ...], ...]

    @property
    def terms(self) -> tuple[Term, ...]:
        """All terms, colour by colour."""
        return tuple(term for terms in self.colors for term in terms)

    @cached_property
    def kinds(self) -> tuple[tuple[str, int], ...]:
        """
        How many terms there are of each kind, which decides what they cost.

        It is ``"exact"``, ``"box"``, ``"table"`` or ``"formula"``; an inverted term is none that is exact.
        """
        return tuple(Counter(term.kind for term in self.terms).items())


@dataclass(frozen=True)
class Stream:
    """
    A queue of work for a GPU: what is in it happens one after the other, beside what is in others.

    Attributes
    ----------
    handle : int
        As the driver counts them: 1 is the default stream, 2 that of the thread, any other the address of one.
    owner : object
        What keeps it alive.
    """

    handle: int
    owner: Any = field(default=None, repr=False, compare=False)


DEFAULT_STREAM = Stream(1)


@dataclass(frozen=True)
class DevicePixels:
    """
    A picture in the memory of a GPU; or a batch: pictures of one size, taken for one, each below the one before.

    Attributes
    ----------
    address : int
        Of the first channel of the first pixel.
    shape : tuple of int
        Height, width and channels.
    strides : tuple of int
        Bytes from one row, pixel and channel to the next.
    dtype : str
        See `PixelFormat`.
    owner : object
        What keeps the memory alive.
    rows : int or None
        Rows of each picture of a batch; None where it is none.
    picture_stride : int
        Bytes from one picture of a batch to the next.
    stream : Stream
        On which it was written, and will be searched.
    library : str
        Whose array it is, see `pixgrep.gpu.libraries`; "" where nobody knows.
    """

    address: int
    shape: tuple[int, int, int]
    strides: tuple[int, int, int]
    dtype: str
    owner: Any = field(repr=False, compare=False)
    rows: int | None = None
    picture_stride: int = 0
    stream: Stream = DEFAULT_STREAM
    library: str = ""

    @property
    def axes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Length and stride of each axis: of a batch, the pictures come before height, width and channels."""
        if self.rows is None:
            return self.shape, self.strides
        pictures = self.shape[0] // self.rows if self.rows else 0
        return (pictures, self.rows, *self.shape[1:]), (self.picture_stride, *self.strides)

    @property
    def picture_gap(self) -> int:
        """How many bytes further on than its next row the next picture of a batch begins; 0 where there is none."""
        if self.rows is None or self.shape[0] <= self.rows:
            return 0
        return self.picture_stride - self.rows * self.strides[0]

    def part(self, box: Box) -> "DevicePixels":
        """Return the pixels inside a box, of each picture of a batch, where they are."""
        address = self.address + box.y * self.strides[0] + box.x * self.strides[1]
        if self.rows is None:
            return replace(self, address=address, shape=(box.height, box.width, self.shape[2]))
        height = self.axes[0][0] * box.height
        return replace(self, address=address, shape=(height, box.width, self.shape[2]), rows=box.height)

    @property
    def is_contiguous(self) -> bool:
        """Whether pixels lie side by side."""
        counts, strides = self.axes
        expected = contiguous_strides(counts, np.dtype(self.dtype).itemsize)
        return 0 in counts or all(
            count == 1 or stride == step for count, stride, step in zip(counts, strides, expected, strict=True)
        )


def size_of(pixels: Pixels | DevicePixels) -> tuple[int, int]:
    """
    Return height and width of pixels; of a batch, shape (pictures, height, width, channels), as of one tall picture.

    Examples
    --------
    >>> size_of(np.zeros((8, 30, 40, 3), np.uint8))
    (240, 40)
    """
    *pictures, height, width, _ = pixels.shape
    return math.prod(pictures) * height, width


def lie_side_by_side(pixels: Pixels | DevicePixels) -> bool:
    """Return whether pixels are C-contiguous, wherever they are."""
    return pixels.is_contiguous if isinstance(pixels, DevicePixels) else pixels.flags.c_contiguous


def contiguous_strides(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """
    Return the strides, in bytes, of an array whose elements lie side by side.

    Examples
    --------
    >>> contiguous_strides((480, 640, 3), 2)
    (3840, 6, 2)
    """
    return tuple(itemsize * math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


@dataclass(frozen=True)
class Tile:
    """
    Some whole rows of a picture, or a part of one row.

    Attributes
    ----------
    pixels : ndarray, shape (height, width, channels)
        A view of the picture; not always contiguous.
    start : int
        The number of its first pixel in the picture, in reading order; its others follow without a gap.
    """

    pixels: Pixels
    start: int

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def count(self) -> int:
        """How many pixels it has."""
        return self.shape[0] * self.shape[1]
