"""What the user holds after a search: everything is read from the bits, when it is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from pixgrep import packed
from pixgrep.bits import Answer
from pixgrep.components.rule import to_rule
from pixgrep.drawing import lit_picture
from pixgrep.errors import PixgrepError
from pixgrep.model import Box, Match
from pixgrep.regions import Regions
from pixgrep.regions.about import About
from pixgrep.regions.finding import find_regions, to_limits
from pixgrep.sources import Reading
from pixgrep.tables import load_pyarrow

if TYPE_CHECKING:
    import pyarrow
    from PIL import Image


class Count(int):
    """
    How many pixels match at least one colour.

    Attributes
    ----------
    counts : tuple of int
        How many match each colour; a pixel of two colours counts for both.

    Examples
    --------
    >>> Count(5, (3, 4)) + 1
    6
    """

    counts: tuple[int, ...]

    def __new__(cls, total: int, counts: tuple[int, ...]) -> Self:
        count = super().__new__(cls, total)
        count.counts = counts
        return count

    def __getnewargs__(self) -> tuple[int, tuple[int, ...]]:  # type: ignore[override]  # int knows of one argument
        return int(self), self.counts

    def __repr__(self) -> str:
        return f"Count({int(self)}, counts={self.counts})"

    __str__ = int.__repr__


@dataclass(frozen=True)
class Failed:
    """
    A picture that could not be searched.

    Attributes
    ----------
    source : str
        Its name.
    error : PixgrepError
        Why.
    """

    source: str
    error: PixgrepError

    def __bool__(self) -> bool:
        """Return False: nothing was found."""
        return False


class Matches:
    """
    The matching pixels of one picture, in reading order; every pixel once, whatever the number of its colours.

    Coordinates are those of the whole picture, also where only a region was searched.

    Attributes
    ----------
    names : tuple of str
        The colours asked for, as they were given.
    region : Box
        What was searched: (x, y, width, height).
    source : str
        The name of the picture.
    reading : Reading
        How the picture was read.
    notes : tuple of str
        What is to be known of it, such as that only its first frame was searched.
    bits : Bits or DeviceBits
        One bit a pixel of the region and colour, in the memory of the CPU or of a GPU.

    Raises
    ------
    DeviceError
        By all that is read from bits on a GPU: it failed, or has not enough memory.

    Notes
    -----
    Of a picture on a GPU, `xy`, `colors`, `mask` and `masks` are arrays on that GPU, see `pixgrep.gpu.array`;
    everything else, and all of `host`, is in the memory of the CPU.

    Examples
    --------
    >>> import numpy as np, pixgrep as pg
    >>> image = np.zeros((2, 3, 3), np.uint8)
    >>> image[1, 2] = 255
    >>> hits = pg.find(image, ["white", "red"])
    >>> len(hits), hits.counts.tolist(), hits.first
    (1, [1, 0], Match(x=2, y=1, color='white'))
    >>> hits.xy
    array([[2, 1]], dtype=int32)
    """

    def __init__(
        self,
        bits: Answer,
        names: tuple[str, ...],
        region: Box,
        source: str,
        reading: Reading,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.bits = bits
        self.names = names
        self.region = region
        self.source = source
        self.reading = reading
        self.notes = notes

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many pixels match each colour, shape (colors,)."""
        return self.bits.counts()

    @cached_property
    def _total(self) -> int:
        return self.bits.total()

    @cached_property
    def host(self) -> "Matches":
        """The same matches with all arrays in the memory of the CPU."""
        bits: Answer = self.bits.host
        if bits is self.bits:
            return self
        return Matches(bits, self.names, self.region, self.source, self.reading, self.notes)

    def __len__(self) -> int:
        """Return how many pixels match at least one colour."""
        return self._total

    def __bool__(self) -> bool:
        return self.bits.any()

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of what was searched."""
        return self.bits.shape

    @cached_property
    def xy(self) -> NDArray[np.int32] | NDArray[np.int64]:
        """
        Column and row of every match, shape (n, 2).

        int32 wherever the picture fits, else int64.
        """
        x, y, width, height = self.region
        xy: NDArray[Any] = self.bits.coordinates((x, y), packed.index_type(max(x + width, y + height)))
        return xy

    @property
    def yx(self) -> NDArray[np.int32] | NDArray[np.int64]:
        """Row and column of every match, shape (n, 2): a view of `xy`."""
        return self.host.xy[:, ::-1]

    @cached_property
    def colors(self) -> NDArray[np.int32]:
        """The number of the (first) matching colour for every row of `xy`, shape (n,)."""
        colors: NDArray[np.int32] = self.bits.first_colors()
        return colors

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Whether each pixel of the region matches, shape (height, width)."""
        mask: NDArray[np.bool_] = self.bits.mask()
        return mask

    @property
    def masks(self) -> NDArray[np.bool_]:
        """Whether each pixel of the region matches each colour, shape (colors, height, width)."""
        masks: NDArray[np.bool_] = self.bits.masks()
        return masks

    @property
    def first(self) -> Match | None:
        """The first match in reading order, or None."""
        return self._match_at(packed.first_bit(self.bits.host.union))

    @property
    def last(self) -> Match | None:
        """The last match in reading order, or None."""
        return self._match_at(packed.last_bit(self.bits.host.union))

    def _match_at(self, position: int | None, color: int | None = None) -> Match | None:
        if position is None:
            return None
        if color is None:
            color = int(self.bits.host.first_colors_at(np.array([position]))[0])
        y, x = divmod(position, self.shape[1])
        return Match(x + self.region.x, y + self.region.y, self.names[color])

    @cached_property
    def bbox(self) -> Box | None:
        """The smallest box around all matches, or None."""
        return self._box(self.bits.host.union)

    @property
    def bboxes(self) -> tuple[Box | None, ...]:
        """The smallest box around the matches of each colour, None where there are none."""
        return tuple(self._box(words) for words in self.bits.host.words)

    @property
    def firsts(self) -> tuple[Match | None, ...]:
        """The first match of each colour, None where there is none."""
        return tuple(self._match_at(packed.first_bit(words), color) for color, words in enumerate(self.bits.host.words))

    def _box(self, words: packed.Words) -> Box | None:
        box = packed.bounding_box(words, self.shape[1])
        return box and Box(box.x + self.region.x, box.y + self.region.y, box.width, box.height)

    def __iter__(self) -> Iterator[Match]:
        """Yield every match as (x, y, color)."""
        for (x, y), color in zip(self.host.xy.tolist(), self.host.colors.tolist(), strict=True):
            yield Match(x, y, self.names[color])

    def __contains__(self, place: object) -> bool:
        """Return whether the pixel at (x, y) matches; anything else, such as a `Match`, is looked for one by one."""
        if not (isinstance(place, tuple) and len(place) == 2):
            return any(match == place for match in self)
        x, y = place[0] - self.region.x, place[1] - self.region.y
        if not (0 <= x < self.shape[1] and 0 <= y < self.shape[0]):
            return False
        return bool(packed.set_at(self.bits.host.union, np.array([y * self.shape[1] + x]))[0])

    def draw(self, image: Any) -> "Image.Image":
        """
        Return the picture with its matches lit and the rest dimmed.

        Parameters
        ----------
        image : any picture that `find` takes
            The one that was searched.

        Returns
        -------
        PIL.Image.Image
            RGB, of the picture's size.

        Raises
        ------
        PictureError
            It is smaller than what was searched.
        """
        from PIL import Image

        return Image.fromarray(lit_picture(image, self.reading, self.region, self.bits.host.mask()))

    def regions(
        self,
        connectivity: int = 8,
        min_area: int = 1,
        max_area: int | None = None,
        gap: int = 0,
        per_color: bool = True,
    ) -> Regions:
        """
        Return the connected regions, numbered from 1 on by their first pixels in reading order.

        Parameters
        ----------
        connectivity : {8, 4}
            Whether pixels that touch at a corner only are of one region, as those are that share an edge.
        min_area, max_area : int
            How many pixels a region has at least, and at most; others are left out, and get no number.
        gap : int
            Pixels are of one region, too, if their columns and their rows differ by at most ``gap + 1`` (Chebyshev
            distance): with up to `gap` pixels between. Not with connectivity 4.
        per_color : bool
            Whether every colour has regions of its own, numbered together; else they are those of all colours
            together, whose name is ``"red | white"``.

        Returns
        -------
        Regions
            A table: areas, boxes, centroids, first pixels; and outlines, masks and more, made when asked for.

        Raises
        ------
        PixgrepError
            A parameter is none of these.

        Examples
        --------
        >>> import numpy as np, pixgrep as pg
        >>> image = np.zeros((6, 9), np.uint8)
        >>> image[1:3, 1:4] = image[4, 6:8] = 255
        >>> for region in pg.find(image, "white").regions():
        ...     print(region.label, region.area, tuple(region.box), region.centroid)
        1 6 (1, 1, 3, 2) (2.0, 1.5)
        2 2 (6, 4, 2, 1) (6.5, 4.0)
        >>> len(pg.find(image, "white").regions(gap=2))
        1
        """
        limits = to_limits(min_area, max_area)
        about = About(self.names, self.region, self.source, self.reading, to_rule(connectivity, gap))
        return find_regions(self.bits, about, limits, per_color=per_color)

    @property
    def labels(self) -> NDArray[np.int32] | NDArray[np.int64]:
        """
        The label map: the number of the region that each pixel is in, 0 for none, shape (height, width).

        The regions are those of `regions`, per colour and by connectivity 8; where a pixel is in several, that of the
        first colour. int32, int64 from 2^31 regions on. For other regions, see `Regions.label_map`; their `labels` are
        the numbers alone.
        """
        return self.regions().label_map

    def to_geojson(self) -> dict[str, Any]:
        """Return the outlines of all regions, see `Regions.to_geojson`."""
        return self.regions().to_geojson()

    def to_arrow(self) -> "pyarrow.Table":
        """
        Return columns x, y (int32 or int64) and color (dictionary of text), a row a match.

        Raises
        ------
        MissingExtraError
            PyArrow is not installed.
        """
        pyarrow = load_pyarrow()
        xy, colors = self.host.xy, self.host.colors
        color = pyarrow.DictionaryArray.from_arrays(colors, pyarrow.array(self.names, pyarrow.string()))
        return pyarrow.table({"x": xy[:, 0], "y": xy[:, 1], "color": color})

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Hand the table to polars, pandas, DuckDB and all others that speak Arrow."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        height, width = self.shape
        counts = ", ".join(f"{name}: {count:,}" for name, count in list(zip(self.names, self.counts, strict=True))[:8])
        more = f", and {len(self.names) - 8} more colours" if len(self.names) > 8 else ""
        first = f", first at ({self.first.x}, {self.first.y})" if self.first else ""
        return f"<Matches: {len(self):,} of {height * width:,} pixels ({width} x {height}){first}; {counts}{more}>"
