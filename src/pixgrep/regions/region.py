"""One region."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.compiled.columns import AREA, BOTTOM, FIRST_X, LEFT, RIGHT, SUM_X, SUM_Y, TOP
from pixgrep.components.runs import Runs, expand
from pixgrep.model import Box, Match
from pixgrep.regions import coco, geojson, shape
from pixgrep.regions.outline import Polygon, outlines

if TYPE_CHECKING:
    from pixgrep.regions.regions import Regions


@dataclass(frozen=True)
class Region:
    """
    One connected region; one row of `Regions`.

    Attributes
    ----------
    label : int
        Its number, from 1 on.
    color : str
        The colour that it has, as it was given.
    area : int
        How many pixels it has.
    box : Box
        The smallest box around it: x, y, width and height, such as `find` takes for its `region`.
    centroid : (float, float)
        The mean column and row of its pixels.
    first : Match
        Its first pixel in reading order.
    """

    label: int
    color: str
    area: int
    box: Box
    centroid: tuple[float, float]
    first: Match
    _regions: "Regions" = field(repr=False, compare=False)
    _place: int = field(repr=False, compare=False)

    @classmethod
    def of(cls, regions: "Regions", place: int) -> "Region":
        """Return the region at a place in a table."""
        line = regions.table[place].tolist()
        x, y, _, _ = regions.about.region
        color, area = regions.about.names[regions.colors[place]], line[AREA]
        return cls(
            int(regions.labels[place]),
            color,
            area,
            Box(line[LEFT] + x, line[TOP] + y, line[RIGHT] - line[LEFT], line[BOTTOM] - line[TOP]),
            (line[SUM_X] / area + x, line[SUM_Y] / area + y),
            Match(line[FIRST_X] + x, line[TOP] + y, color),
            regions,
            place,
        )

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Whether each pixel of its box is in it, shape (height, width) of the box."""
        runs = self._runs()
        mask = np.zeros((self.box.height, self.box.width), np.bool_)
        x, y, _, _ = self._inside()
        mask.reshape(-1)[expand((runs.rows - y) * self.box.width + runs.starts - x, runs.stops - runs.starts)] = True
        return mask

    @property
    def xy(self) -> NDArray[np.int64]:
        """Column and row of its pixels in reading order, shape (area, 2)."""
        runs = self._runs()
        x, y, _, _ = self._regions.about.region
        lengths = runs.stops - runs.starts
        return np.stack((expand(runs.starts + x, lengths), np.repeat(runs.rows + y, lengths)), axis=1)

    @property
    def outline(self) -> tuple[Polygon, ...]:
        """Its polygons with holes, in coordinates of pixel edges; several where parts touch at corners, or never."""
        x, y, _, _ = self._regions.about.region
        runs = self._runs()
        return tuple(polygon.moved(x, y) for polygon in outlines(runs, np.zeros(len(runs), np.int64))[0])

    @property
    def perimeter(self) -> int:
        """How many pixel edges its outline has, that of holes included."""
        runs = self._runs()
        return int(shape.perimeters(runs, np.zeros(len(runs), np.int64), 1)[0])

    @property
    def orientation(self) -> float:
        """The direction of its longer axis, in degrees, see `Regions.orientations`."""
        runs = self._runs()
        return float(shape.orientations(runs, np.zeros(len(runs), np.int64), 1)[0])

    @property
    def rle(self) -> dict[str, Any]:
        """Its pixels as the run-length code of COCO: a mask of what was searched, with its size."""
        _, _, width, height = self._regions.about.region
        return coco.encode(self._runs(), (height, width))

    def to_coco(self) -> dict[str, Any]:
        """
        Return it as an annotation of COCO: id (its label), category_id (from 1 on), bbox, area, segmentation.

        The picture of the annotation is what was searched: where that was a part, bbox counts from its corner.
        """
        return {
            "id": self.label,
            "category_id": int(self._regions.colors[self._place]) + 1,
            "bbox": list(self._inside()),
            "area": self.area,
            "iscrowd": 0,
            "segmentation": self.rle,
        }

    def to_geojson(self, *, boxes: bool = False) -> dict[str, Any]:
        """
        Return it as a Feature of GeoJSON, in coordinates of pixel edges, y downwards.

        Parameters
        ----------
        boxes : bool
            Whether it is drawn by its box, instead of its outline with all holes.
        """
        geometry = geojson.box_geometry(self.box) if boxes else geojson.geometry(self.outline)
        return geojson.feature(geometry, self.label, geojson.properties(self.color, self.area, self.centroid))

    def _inside(self) -> Box:
        """Return its box, counted from the corner of what was searched."""
        x, y, _, _ = self._regions.about.region
        return self.box._replace(x=self.box.x - x, y=self.box.y - y)

    def _runs(self) -> Runs:
        return self._regions.runs_at(self._place)
