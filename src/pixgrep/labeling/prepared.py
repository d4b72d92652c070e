"""What `labeler` returns: a palette, ready to label any number of pictures."""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pixgrep.errors import DeviceError, PictureError, warn_of
from pixgrep.gpu.device import copy_to_host
from pixgrep.labeling.codes import Codes, Unknown, codes_of
from pixgrep.labeling.judging import Judge, distinct_colors
from pixgrep.labeling.table import Table
from pixgrep.labels import Ids, Labels
from pixgrep.model import Box, DevicePixels, PixelFormat, Pixels, Tile, lie_side_by_side, size_of
from pixgrep.palettes.nearest import Nearest
from pixgrep.palettes.palette import Palette
from pixgrep.plan import Plan, plan_labels, this_machine
from pixgrep.run import local
from pixgrep.run.census import take_census
from pixgrep.run.tiles import cut, side_by_side
from pixgrep.sources import Reading
from pixgrep.sources.opened import Opened
from pixgrep.strays import color_text


class Misses(NamedTuple):
    """The pixels that belong to no class: how many, or None where nobody counted; and the number of the first."""

    number: int | None
    first: int | None


class _Rule:
    """What labelling needs beside pixels: the codes, the judge, and a table for each order of channels."""

    def __init__(self, palette: Palette, within: float, metric: str, unknown: Unknown) -> None:
        self._palette = palette
        self.codes = codes_of(frozenset(palette.ids), unknown)
        self._limit = math.inf if unknown == "nearest" else within
        self.judge = Judge(palette, self._limit, metric, self.codes)
        self.table = lru_cache(self._make_table)

    def _make_table(self, has_color: bool, order: Any) -> Table:
        format = PixelFormat("uint8", 3 if has_color else 1, order)
        return Table(self._palette, self.codes, self.judge if self._limit > 0 else None, format)


_rule = lru_cache(maxsize=2)(_Rule)  # a table of colours has 16 MB or more; a labeler keeps its own


@dataclass(frozen=True)
class Labeler:
    """
    A palette and how to label pictures by it; made by `labeler`, used on any number of pictures and threads.

    Hashable and picklable. What it learns of the colours of one picture it knows for the next.

    Attributes
    ----------
    palette : Palette
        The classes.
    within : float
        The largest difference from the colour of a class.
    metric : str
        Of the difference.
    unknown : int, "error" or "nearest"
        What becomes of colours that belong to no class.
    reading : Reading
        How pictures are read.
    region : Box or None
        Where to label.
    backend, threads
        How to label.
    """

    palette: Palette
    within: float
    metric: str
    unknown: Unknown
    reading: Reading
    region: Box | None
    backend: str
    threads: int | None

    def label(self, image: Any) -> Labels:
        """Return the class of every pixel of a picture, or of the pictures of a batch, see `pixgrep.label`."""
        labels = self.label_quietly(image)
        warn_of(labels.notes, labels.source)
        return labels

    def label_quietly(self, image: Any) -> Labels:
        """Return the class of every pixel; what the user should know of the picture stays in its `notes`."""
        with Opened(image, self.reading, self.region) as opened:
            info, region, name = opened.info, opened.region, opened.name
            pixels = opened.pixels()
        ids, misses = self._run_anywhere(pixels, info.format)
        if info.pictures is not None:
            ids = ids.reshape((info.pictures, region.height, region.width))
        unknown = self.unknown if isinstance(self.unknown, int) else None
        if misses.number and unknown is None:
            stored = copy_to_host(pixels).reshape(*ids.shape, -1)
            raise PictureError(f"{name}: {self._complaint(misses, stored, info.format, region)}")
        count = misses.number
        return Labels(ids, self.palette, unknown, region=region, source=name, notes=info.notes, unknown_count=count)

    def run(self, pixels: Pixels, format: PixelFormat) -> tuple[Ids, Misses]:
        """
        Label pixels in the memory of the CPU, tile by tile.

        Returns
        -------
        ids : ndarray, shape (height, width)
            Where a pixel belongs to no class, `unknown` if it is a value. Pictures of a batch are one below the other.
        misses : (number, first)
            How many belong to none, and the number of the first; not counted where `unknown` says it in `ids`.
        """
        codes, plan = self._rule.codes, self._plan(pixels, format)
        height, width = size_of(pixels)
        if format.dtype == "uint8":
            table, verb = self._rule.table(format.has_color, format.order), local.backend_of(plan).label
            label = lambda tile: table.look_up(verb, side_by_side(tile.pixels))  # noqa: E731
        else:
            label = lambda tile: _judge_all(self._rule.judge, tile.pixels, format)  # noqa: E731
        ids = np.empty((height, width), codes.dtype)
        total, first = 0, None
        for _, misses in local.tiles_in_order(
            _writing(label, ids.reshape(-1), codes, self.unknown), cut(pixels, plan.tile_pixels), plan.threads
        ):
            total += misses.number or 0
            first = misses.first if first is None else first
        if format.dtype == "uint8":
            local.WorkDone.add(plan)
        return ids, Misses(None if self.unknown == codes.miss else total, first)

    def _plan(self, pixels: Pixels | DevicePixels, format: PixelFormat) -> Plan:
        return plan_labels(
            format,
            math.prod(size_of(pixels)),
            this_machine(local.WorkDone.total),
            backend=self.backend,
            threads=self.threads,
            is_contiguous=lie_side_by_side(pixels),
            is_on_device=isinstance(pixels, DevicePixels),
        )

    def _run_anywhere(self, pixels: Pixels | DevicePixels, format: PixelFormat) -> tuple[Ids, Misses]:
        """Label a picture where it is; or copy it to the processor, if that was asked for or must be."""
        if isinstance(pixels, DevicePixels):
            plan = self._plan(pixels, format)
            try:
                if plan.backend == "cuda":
                    return self._run_there(pixels, format, plan)
            except DeviceError as error:
                pixels = local.taken_back(pixels, plan, error, "labelling")
        return self.run(copy_to_host(pixels), format)

    def _run_there(self, pixels: DevicePixels, format: PixelFormat, plan: Plan) -> tuple[Ids, Misses]:
        """
        Label a picture on the GPU, where its labels stay.

        Its colours are counted before, where they must be judged, or where those of no class must be known.
        """
        codes, table = self._rule.codes, self._rule.table(format.has_color, format.order)
        number, lost = None, np.empty(0, np.uint32)
        if table.is_judged or self.unknown != codes.miss:
            stored = PixelFormat("uint8", 3 if format.has_color else 1)  # so that keys are places in the table
            census = take_census(pixels, stored, replace(plan, is_free=False))
            is_lost = table.codes_at(census.keys) == codes.miss
            number, lost = int(census.counts[is_lost].sum()), census.keys[is_lost]
        if number and not isinstance(self.unknown, int):
            return self.run(copy_to_host(pixels), format)  # knows the first
        unknown = self.unknown if isinstance(self.unknown, int) else codes.miss
        return local.backend_of(plan).label(pixels, table.labels(lost, unknown)), Misses(number, None)

    def _complaint(self, misses: Misses, pixels: Pixels, format: PixelFormat, region: Box) -> str:
        """Say what a picture has that the palette has not."""
        assert misses.first is not None
        *picture, y, x = map(int, np.unravel_index(misses.first, pixels.shape[:-1]))
        where = f" of picture {picture[0]}" if picture else ""
        place = f"first at ({x + region.x}, {y + region.y}){where}"
        color = np.stack(format.columns(pixels[(*picture, y, x)][np.newaxis])[:3], axis=1) / format.unit
        number, _ = Nearest(self.palette.rgb, self.metric).find(color)
        if number[0] < 0:
            return f"{misses.number:,} pixels are no numbers (NaN), {place}; give unknown=VALUE (--unknown VALUE)"
        entry = list(self.palette)[number[0]]
        return (
            f"{misses.number:,} pixels belong to no class of {self.palette.name!r}, {place}: {color_text(color[0])}, "
            f"nearest is {entry.name} {entry.color.hex} ({entry.id}); give unknown='nearest', a value, or within=NUM"
        )

    @cached_property
    def _rule(self) -> _Rule:
        return _rule(self.palette, self.within, self.metric, self.unknown)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the tables, which are made again."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def _judge_all(judge: Judge, pixels: Pixels, format: PixelFormat) -> NDArray[Any]:
    """Return the codes of pixels that are too deep for a table."""
    height, width, channels = pixels.shape
    flat = pixels.reshape(-1, channels)
    first, inverse = distinct_colors(flat, format)
    return judge.judge(flat[first], format)[inverse].reshape(height, width)


def _writing(
    label: Callable[[Tile], NDArray[Any]], ids: NDArray[Any], codes: Codes, unknown: Unknown
) -> Callable[[Tile], Misses]:
    """Return what labels one tile, and writes its ids where they belong."""

    def label_tile(tile: Tile) -> Misses:
        found = label(tile).reshape(-1)
        misses = Misses(0, None)
        if unknown != codes.miss:
            places = np.flatnonzero(found == codes.miss)
            if places.size:
                misses = Misses(places.size, tile.start + int(places[0]))
                found[places] = unknown if isinstance(unknown, int) else 0
        ids[tile.start : tile.start + tile.count] = found
        return misses

    return label_tile
