"""The table of regions that users hold."""

import operator
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from pixgrep.compiled.columns import AREA, BOTTOM, FIRST_X, LEFT, RIGHT, SUM_X, SUM_Y, TOP
from pixgrep.components import Table
from pixgrep.components.rule import is_whole
from pixgrep.components.runs import Numbers, Runs
from pixgrep.drawing import lit_picture, mark_boxes
from pixgrep.errors import PixgrepError
from pixgrep.model import Box
from pixgrep.regions import geojson, shape
from pixgrep.regions.about import About
from pixgrep.regions.border import Border
from pixgrep.regions.columns import COLUMNS, By
from pixgrep.regions.outline import Polygon, outlines
from pixgrep.regions.pixels import RegionPixels
from pixgrep.regions.region import Region
from pixgrep.sources.opened import read_searched
from pixgrep.tables import load_pyarrow

if TYPE_CHECKING:
    import pyarrow
    from PIL import Image


class Regions:
    """
    Connected regions, as a table: a row each, in reading order of their first pixels.

    Iterate over it, or take ``regions[0]``, for one `Region` after the other; ``regions[regions.areas > 50]``, slices
    and lists of numbers make a smaller table, in which every region keeps its label. Coordinates are those of the whole
    picture. All that is not a column is made from the bits when it is asked for.

    Attributes
    ----------
    about : About
        Names of the colours, what was searched, and how.
    table : ndarray, shape (n, 8), int64
        What all columns come from, see `pixgrep.compiled.columns`; counted from the corner of what was searched.
    labels : ndarray, shape (n,), int64
        Numbers from 1 on, by first pixels; regions of two colours with the same first pixel by colour.
    colors : ndarray, shape (n,), int32
        The number of the colour of each, see ``about.names``.

    Raises
    ------
    PixgrepError
        By all that is made from bits, where there are none: regions that `merge` returns know their table only.
    DeviceError
        By all that is made from bits on a GPU: it failed, or has not enough memory.

    Examples
    --------
    >>> import numpy as np, pixgrep as pg
    >>> image = np.zeros((6, 9, 3), np.uint8)
    >>> image[1:3, 1:4] = 255
    >>> image[4, 6:8] = (255, 0, 0)
    >>> regions = pg.find(image, ["red", "white"]).regions()
    >>> regions.areas.tolist(), regions.boxes.tolist()
    ([6, 2], [[1, 1, 3, 2], [6, 4, 2, 1]])
    >>> [(region.label, region.color) for region in regions]
    [(1, 'white'), (2, 'red')]
    >>> regions[regions.areas > 2].label_map.max(), regions.largest(1)[0].outline[0].exterior.tolist()
    (np.int32(1), [[1, 1], [4, 1], [4, 3], [1, 3], [1, 1]])
    """

    def __init__(
        self,
        about: About,
        table: Table,
        labels: Numbers,
        colors: NDArray[np.int32],
        pixels: RegionPixels | None,
        members: Numbers,
        border: Border | None = None,
    ) -> None:
        for column in (table, labels, colors):
            column.flags.writeable = False  # columns are views of it
        self.about = about
        self.labels = labels
        self.colors = colors
        self.table = table
        self._pixels = pixels
        self._members = members
        self._border = border

    @property
    def source(self) -> str:
        """The name of the picture."""
        return self.about.source

    @property
    def names(self) -> tuple[str, ...]:
        """The colours asked for, as they were given."""
        return self.about.names

    @property
    def counts(self) -> Numbers:
        """How many regions each colour has, shape (colors,)."""
        return np.bincount(self.colors, minlength=len(self.names))

    @property
    def areas(self) -> Numbers:
        """How many pixels each has, shape (n,)."""
        return self.table[:, AREA]

    @property
    def boxes(self) -> Numbers:
        """The smallest box around each: x, y, width and height, shape (n, 4)."""
        table, (x, y, _, _) = self.table, self.about.region
        left, top = table[:, LEFT], table[:, TOP]
        return np.stack((left + x, top + y, table[:, RIGHT] - left, table[:, BOTTOM] - top), axis=1)

    @property
    def centroids(self) -> NDArray[np.float64]:
        """The mean column and row of the pixels of each, shape (n, 2)."""
        x, y, _, _ = self.about.region
        means: NDArray[np.float64] = self.table[:, (SUM_X, SUM_Y)] / self.table[:, AREA, np.newaxis] + (x, y)
        return means

    @property
    def firsts(self) -> Numbers:
        """Column and row of the first pixel of each in reading order, shape (n, 2)."""
        x, y, _, _ = self.about.region
        return self.table[:, (FIRST_X, TOP)] + (x, y)

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """Label, color (its number), area, box, centroid and first pixel, by the names that tables have for them."""
        arrays = (self.labels, self.colors, self.areas, *self.boxes.T, *self.centroids.T, *self.firsts.T)
        return dict(zip(COLUMNS, arrays, strict=True))

    @cached_property
    def outlines(self) -> tuple[tuple[Polygon, ...], ...]:
        """
        The polygons of each, in coordinates of pixel edges: pixel (x, y) covers x to x + 1 and y to y + 1.

        A region has one for each of its parts whose pixels share edges; parts that touch at corners are several.
        """
        found: list[tuple[Polygon, ...]] = [()] * len(self)
        for places, runs, numbers in self._runs():
            for number, polygons in outlines(runs, numbers).items():
                found[places[number]] = tuple(polygon.moved(*self.about.region[:2]) for polygon in polygons)
        return tuple(found)

    @cached_property
    def perimeters(self) -> Numbers:
        """How many pixel edges the outlines of each have, those of holes included, shape (n,)."""
        return self._measured(shape.perimeters, np.zeros(len(self), np.int64))

    @cached_property
    def orientations(self) -> NDArray[np.float64]:
        """
        The direction of the longer axis of each, shape (n,), in degrees from -90 (excluded) to 90.

        Of the ellipse with the same second moments: 0 is along the rows, 45 down to the right; nan where no direction
        is longer than another, as in squares.
        """
        return self._measured(shape.orientations, np.zeros(len(self)))

    def mean_colors(self, image: Any) -> NDArray[np.float64]:
        """
        Return the mean of the pixels of each, shape (n, channels), in the unit and the channels of the picture.

        Parameters
        ----------
        image : any picture that `find` takes
            The one that was searched; or another of that size, whose values are wanted.

        Raises
        ------
        PictureError
            It is smaller than what was searched.
        """
        x, y, width, height = self.about.region
        pixels, format = read_searched(image, self.about.reading, self.about.region)
        part = pixels[y : y + height, x : x + width]
        return self._measured(partial(shape.mean_colors, part), np.zeros((len(self), format.channels)))

    def _measured(self, measure: Callable[[Runs, Numbers, int], Any], measured: NDArray[Any]) -> NDArray[Any]:
        """Return what is measured of the runs of each region, in the array given."""
        for places, runs, numbers in self._runs():
            measured[places] = measure(runs, numbers, len(places))
        return measured

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Whether each pixel searched is in any of these regions, shape (height, width)."""
        return self._known_pixels().mask(self.colors, self._members)

    @property
    def label_map(self) -> NDArray[np.int32] | NDArray[np.int64]:
        """
        The label of the region that each pixel searched is in, 0 for none, shape (height, width).

        Where regions of several colours overlap, that of the first colour. int32, int64 where a label needs it; of a
        picture on a GPU, an array there.
        """
        labels: NDArray[Any] = self._known_pixels().label_map(self.colors, self._members, self.labels)
        return labels

    def sorted(self, by: By = "area", *, descending: bool | None = None) -> "Regions":
        """
        Return the regions in another order, those that are equal by label.

        Parameters
        ----------
        by : {"area", "label", "color", "x", "y", "width", "height"}
            A column, see `columns`; x, y, width and height are those of the box.
        descending : bool, optional
            Whether the greatest come first; areas do, where it is not said.

        Raises
        ------
        PixgrepError
            There is no such column.
        """
        columns = self.columns
        if by not in columns:
            raise PixgrepError(f"by is {by!r}; give one of {', '.join(map(repr, columns))}")
        values = -columns[by] if descending or (descending is None and by == "area") else columns[by]
        return self._only(np.lexsort((self.labels, values)))

    def largest(self, number: int) -> "Regions":
        """
        Return the regions with most pixels, the largest first; all, where there are no more than `number`.

        Raises
        ------
        PixgrepError
            `number` is not a whole number from 0 on.
        """
        if not is_whole(number):
            raise PixgrepError(f"largest({number!r}); give a whole number of regions, from 0 on")
        return self.sorted()._only(slice(int(number)))

    def moved(self, x: SupportsIndex, y: SupportsIndex) -> "Regions":
        """
        Return the same regions of a tile that begins so many columns and rows further on in its picture.

        Raises
        ------
        PixgrepError
            `x` or `y` is not a whole number.
        """
        try:
            right, down = operator.index(x), operator.index(y)  # NumPy's small integers would wrap
        except TypeError:
            raise PixgrepError(f"moved({x!r}, {y!r}); give whole numbers of columns and rows") from None
        region = self.about.region
        about = self.about._replace(region=region._replace(x=region.x + right, y=region.y + down))
        border = self._border and self._border.moved(right, down)
        return Regions(about, self.table, self.labels, self.colors, self._pixels, self._members, border)

    def border(self) -> Border:
        """
        Return the runs near the borders of the tile, by which `merge` joins its regions with others.

        Raises
        ------
        PixgrepError
            Regions were left out, or put in another order.
        """
        if self._border is not None:
            return self._border
        if self._pixels is None or len(self) != sum(self._pixels.counts) or (np.diff(self.labels) != 1).any():
            raise PixgrepError("regions were left out or sorted before they are merged; merge all, filter after that")
        return Border.of(self._pixels, self.colors, self._members, self.about.region)

    def draw(self, image: Any) -> "Image.Image":
        """
        Return the picture with the regions lit and the rest dimmed, and a box with its label around each.

        Regions that `merge` returns are not lit: their boxes are drawn on the picture as it is.

        Parameters
        ----------
        image : any picture that `find` takes
            The one that was searched.

        Raises
        ------
        PictureError
            It is smaller than what was searched.
        """
        from PIL import Image

        mask = None if self._pixels is None else self.mask
        picture = Image.fromarray(lit_picture(image, self.about.reading, self.about.region, mask))
        mark_boxes(picture, self.boxes, self.labels)
        return picture

    def to_arrow(self) -> "pyarrow.Table":
        """
        Return the columns label, color, area, x, y, width, height, centroid_x, centroid_y, first_x and first_y.

        Raises
        ------
        MissingExtraError
            PyArrow is not installed.
        """
        pyarrow = load_pyarrow()
        color = pyarrow.DictionaryArray.from_arrays(self.colors, pyarrow.array(self.about.names, pyarrow.string()))
        return pyarrow.table({**self.columns, "color": color})

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Hand the table to polars, pandas, DuckDB and all others that speak Arrow."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def to_geojson(self, *, boxes: bool = False) -> dict[str, Any]:
        """
        Return the regions as a FeatureCollection of GeoJSON, in coordinates of pixel edges, y downwards.

        Parameters
        ----------
        boxes : bool
            Whether a region is drawn by its box, instead of its outline with all holes.
        """
        if boxes:
            drawn = [geojson.box_geometry(Box(*box)) for box in self.boxes.tolist()]
        else:
            drawn = list(map(geojson.geometry, self.outlines))
        columns = self.labels.tolist(), self.colors.tolist(), self.areas.tolist(), self.centroids.tolist()
        return geojson.collection(
            geojson.feature(geometry, label, geojson.properties(self.names[color], area, centroid))
            for geometry, label, color, area, centroid in zip(drawn, *columns, strict=True)
        )

    def to_coco(self) -> list[dict[str, Any]]:
        """Return the regions as annotations of COCO, see `Region.to_coco`."""
        return [region.to_coco() for region in self]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.table)

    def __iter__(self) -> Iterator[Region]:
        """Yield one region after the other."""
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, chosen: Any) -> Any:
        """
        Return one region by its place, or a table of those that a slice, a mask or a list of places chooses.

        Raises
        ------
        IndexError
            There is no such region, or places have several dimensions.
        PixgrepError
            One was chosen twice.
        """
        if not isinstance(chosen, (slice, list)) and np.ndim(chosen) == 0:
            place = operator.index(chosen)
            if not -len(self) <= place < len(self):
                raise IndexError(f"there is no region at place {place} among {len(self)}")
            return Region.of(self, place % len(self))
        return self._only(chosen)

    def _only(self, chosen: Any) -> "Regions":
        labels = self.labels[chosen]
        if labels.ndim != 1:
            raise IndexError("regions are chosen by a list of places or a mask, of one dimension")
        if len(np.unique(labels)) < len(labels):
            raise PixgrepError("a region was chosen twice; choose each once, or take rows of `table` and `boxes`")
        columns = self.table[chosen], labels, self.colors[chosen]
        return Regions(self.about, *columns, self._pixels, self._members[chosen])

    def runs_at(self, place: int) -> Runs:
        """Return the runs of one region, counted from the corner of what was searched."""
        line = self.table[place]
        runs = self._known_pixels().runs(int(self.colors[place]))
        return runs.of(int(self._members[place]), int(line[TOP]), int(line[BOTTOM]))

    def _runs(self) -> Iterator[tuple[Numbers, Runs, Numbers]]:
        return self._known_pixels().runs_of(self.colors, self._members)

    def _known_pixels(self) -> RegionPixels:
        if self._pixels is None:
            raise PixgrepError(
                "regions merged from tiles have a table, but no pixels; search the box of one: find(..., region=box)"
            )
        return self._pixels

    def __repr__(self) -> str:
        largest = f", the largest of {self.areas.max():,} pixels" if len(self) else ""
        return f"<Regions: {len(self):,} of {self.source}{largest}>"
