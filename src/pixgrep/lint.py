"""Lint: which colours of a picture are not in a palette; made by `lint`, and by the command of that name."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Unpack

import numpy as np
from numpy.typing import NDArray

from pixgrep.errors import warn_of
from pixgrep.gpu.device import copy_to_host
from pixgrep.labeling import Labeler, labeler
from pixgrep.labeling.judging import distinct_colors
from pixgrep.model import PixelFormat, Pixels, Tile
from pixgrep.palettes.palette import Palette
from pixgrep.plan import SORTED_TILE, this_machine
from pixgrep.run import local
from pixgrep.run.options import Options
from pixgrep.run.tiles import cut
from pixgrep.sources.opened import Opened
from pixgrep.strays import Lint

ON, OFF = 0, 1
"""The labels of pixels whose colour is in the palette, and is not."""


@dataclass(frozen=True)
class Linter:
    """
    A palette, ready to be held against pictures.

    Attributes
    ----------
    palette : Palette
        What is allowed.
    labeler : Labeler
        Tells what is in it from what is not.
    """

    palette: Palette
    labeler: Labeler

    @property
    def threads(self) -> int | None:
        """How many threads it may use."""
        return self.labeler.threads

    def with_threads(self, threads: int) -> "Linter":
        """Return one that uses so many threads."""
        return replace(self, labeler=replace(self.labeler, threads=threads))

    def lint_quietly(self, image: Any) -> Lint:
        """Return what a picture has that the palette has not; what the user should know of it stays in its `notes`."""
        with Opened(image, self.labeler.reading, self.labeler.region) as opened:
            opened.refuse_batch("lint", "give its pictures one by one")
            info, region, name = opened.info, opened.region, opened.name
            pixels = copy_to_host(opened.pixels())
        labels, _ = self.labeler.run(pixels, info.format)
        found = _strays(pixels, labels.reshape(-1), info.format, self.threads)
        red, green, blue, _ = info.format.columns(found.pixels)
        return Lint(
            np.stack([red, green, blue], axis=1) / info.format.unit,
            found.counts,
            found.firsts,
            palette=self.palette,
            metric=self.labeler.metric,
            region=region,
            source=name,
            notes=info.notes,
        )


def to_linter(palette: Any, **options: Unpack[Options]) -> Linter:
    """Prepare a palette, to lint many pictures by it; see `lint`."""
    able = labeler(palette, unknown=OFF, **options)
    return Linter(able.palette, replace(able, palette=replace(able.palette, ids=(ON,) * len(able.palette))))


def lint(image: Any, palette: Any, **options: Unpack[Options]) -> Lint:
    """
    Find every colour of a picture that is not in a palette; alpha is not looked at.

    Parameters
    ----------
    image
        See `pixgrep.find`.
    palette
        What is allowed; see `pixgrep.label`.
    **options
        See `pixgrep.compile`. A colour within the limit of one of the palette is allowed. The same metric says which
        of the palette is nearest to a stray.

    Returns
    -------
    Lint
        With every `Stray`: its colour, count, share, first pixel and the nearest colour that is allowed.

    Raises
    ------
    ColorError, PictureError, DecodeError
        See `pixgrep.errors`.

    Examples
    --------
    >>> image = np.array([[[128, 64, 128], [130, 64, 128], [130, 64, 128]]], np.uint8)
    >>> [(stray.color, stray.count, stray.x, stray.y) for stray in lint(image, {"road": "#804080"})]
    [('#824080', 2, 1, 0)]
    >>> len(lint(image, {"road": "#804080"}, within=2))
    0
    """
    report = to_linter(palette, **options).lint_quietly(image)
    warn_of(report.notes, report.source)
    return report


class _Found(NamedTuple):
    """Distinct pixels, how often each occurs, and the number of its first."""

    pixels: Pixels
    counts: NDArray[np.int64]
    firsts: NDArray[np.int64]


def _strays(pixels: Pixels, labels: NDArray[Any], format: PixelFormat, threads: int | None) -> _Found:
    """Return the distinct colours of the pixels labelled `OFF`; only those are sorted, tile by tile."""

    def search(tile: Tile) -> _Found | None:
        places = np.flatnonzero(labels[tile.start : tile.start + tile.count])
        if not places.size:
            return None
        flat = tile.pixels.reshape(-1, tile.pixels.shape[2])[places]
        first, inverse = distinct_colors(flat, format)
        return _Found(flat[first], np.bincount(inverse), tile.start + places[first])

    wanted = threads or this_machine().cores
    parts = [part for _, part in local.tiles_in_order(search, cut(pixels, SORTED_TILE), wanted) if part is not None]
    if not parts:
        return _Found(pixels.reshape(-1, pixels.shape[2])[:0], np.zeros(0, np.int64), np.zeros(0, np.int64))
    every = _Found(*map(np.concatenate, zip(*parts, strict=True)))
    first, inverse = distinct_colors(every.pixels, format)
    counts = np.zeros(len(first), np.int64)
    np.add.at(counts, inverse, every.counts)
    return _Found(every.pixels[first], counts, every.firsts[first])
