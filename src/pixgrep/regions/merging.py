"""Regions of tiles, joined to those of the whole."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from pixgrep.compiled.columns import AREA, BOTTOM, FIRST_X, LEFT, RIGHT, SUM_X, SUM_Y, TOP
from pixgrep.components.joining import unite
from pixgrep.components.runs import Numbers
from pixgrep.components.table import Table, check_sums, combine, reading_order
from pixgrep.errors import PictureError, PixgrepError
from pixgrep.model import Box
from pixgrep.regions.about import About
from pixgrep.regions.border import Border
from pixgrep.regions.regions import Regions


def merge(tiles: Iterable[Regions]) -> Regions:
    """
    Return the regions of a picture from those of its tiles: the same table, whatever the tiles and their order.

    Of each tile, only the table and the runs near its borders are kept, and those only until the tiles beside it have
    come: memory grows with the regions and with the borders that are still open, not with the picture. So `tiles` may
    be a generator. What is merged can be merged with more.

    Parameters
    ----------
    tiles : iterable of Regions
        All regions of each tile, by the same colours and the same rule, in coordinates of the whole picture from 0 on:
        of a search by `region`, or of an array of its own by `Regions.moved`. Tiles have any size, do not overlap, and
        where there is none, nothing matches.

    Returns
    -------
    Regions
        Columns, but nothing that is made from pixels, such as masks and outlines.

    Raises
    ------
    PixgrepError
        There is no tile, or tiles have other colours or rules, or regions were left out or sorted.
    PictureError
        Tiles overlap, or begin before 0.

    Examples
    --------
    >>> import numpy as np, pixgrep as pg
    >>> image = np.zeros((6, 9), np.uint8)
    >>> image[2:5, 1:8] = 255
    >>> tiles = [pg.find(image, "white", region=(x, 0, 3, 6)).regions() for x in (6, 0, 3)]
    >>> [len(tile) for tile in tiles], merge(tiles).boxes.tolist()
    ([1, 1, 1], [[1, 2, 7, 3]])
    """
    merging: _Merging | None = None
    for tile in _iterate(tiles):
        merging = merging or _Merging(tile.about)
        merging.add(tile)
    if merging is None:
        raise PixgrepError("there are no tiles to merge; give the regions of at least one")
    return merging.finish()


def _iterate(tiles: Iterable[Regions]) -> Iterator[Regions]:
    wrong: object = tiles
    if isinstance(tiles, Iterable) and not isinstance(tiles, Regions):
        for tile in tiles:
            if not isinstance(tile, Regions):
                wrong = tile
                break
            yield tile
        else:
            return
    raise PixgrepError(
        f"merge takes the Regions of tiles, one after the other, not {type(wrong).__name__}; give a list"
    )


class _Merging:
    """Tiles on their way to becoming one."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._tables: list[Table] = []
        self._colors: list[NDArray[np.int32]] = []
        self._pairs: list[Numbers] = []
        self._rows = 0
        self._border: Border | None = None

    def add(self, tile: Regions) -> None:
        """Join the regions of one more tile with those so far."""
        about, reach = tile.about, self._about.rule.gap + 1
        if (about.names, about.rule) != (self._about.names, self._about.rule):
            raise PixgrepError(
                f"a tile was searched for {', '.join(about.names)} by {about.rule}, the first one for "
                f"{', '.join(self._about.names)} by {self._about.rule}; merge tiles of one search"
            )
        if min(about.region[:2]) < 0:
            raise PictureError(f"a tile begins at {tuple(about.region[:2])}; give coordinates of the whole, from 0 on")
        border = tile.border().owned_by(np.arange(self._rows, self._rows + len(tile)))
        self._tables.append(moved(tile.table, about.region.x, about.region.y))
        self._colors.append(tile.colors)
        self._rows += len(tile)
        if self._border is None:
            self._border = border
            return
        mine, others, known = self._border, border, self._border.boxes
        is_near = np.zeros(len(known), np.bool_)
        for box in border.boxes:
            _refuse_overlap(known, box)
            is_near |= ((known[:, :2] < box[2:] + reach) & (known[:, 2:] > box[:2] - reach)).all(axis=1)
            self._pairs.append(mine.near(box, reach).together(border.near(box, reach)).pairs(self._about.rule))
            mine = mine.covered_by(box, reach)
        for box in known[is_near]:
            others = others.covered_by(box, reach)
        self._border = mine.together(others)

    def finish(self) -> Regions:
        """Return the regions of the whole."""
        assert self._border is not None
        left, top = self._border.boxes[:, :2].min(axis=0).tolist()
        right, bottom = self._border.boxes[:, 2:].max(axis=0).tolist()
        check_sums((bottom, right))
        parents = np.arange(self._rows)
        if self._pairs:
            unite(parents, *np.concatenate(self._pairs, axis=1))
        table = combine(np.concatenate(self._tables), parents)
        colors = np.concatenate(self._colors)
        kept = np.unique(parents)
        order = reading_order(table, colors[kept])
        places = np.empty(len(kept), np.int64)
        places[order] = np.arange(len(kept))
        border = self._border.owned_by(places[np.searchsorted(kept, parents)])
        about = self._about._replace(region=Box(left, top, right - left, bottom - top))
        table = moved(table[order], -left, -top)
        labels = np.arange(1, len(table) + 1)
        return Regions(about, table, labels, colors[kept][order], None, np.arange(len(table)), border)


def moved(table: Table, x: int, y: int) -> Table:
    """Return a table whose coordinates count from another corner: so many columns and rows are added."""
    table = table.copy()
    table[:, SUM_X] += table[:, AREA] * x
    table[:, SUM_Y] += table[:, AREA] * y
    table[:, (LEFT, RIGHT, FIRST_X)] += x
    table[:, (TOP, BOTTOM)] += y
    return table


def _refuse_overlap(boxes: Numbers, box: Numbers) -> None:
    corners = np.maximum(boxes[:, :2], box[:2]), np.minimum(boxes[:, 2:], box[2:])
    overlaps = (corners[0] < corners[1]).all(axis=1)
    if overlaps.any():
        left, top, right, bottom = boxes[overlaps][0].tolist()
        raise PictureError(
            f"tiles overlap: one at ({box[0]}, {box[1]}) with one of {right - left} x {bottom - top} pixels at "
            f"({left}, {top}); give every pixel in one tile"
        )
