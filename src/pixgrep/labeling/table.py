"""The label of every 8-bit colour: exact ones are known from the start, others are judged when a picture has them."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.labeling.codes import Codes
from pixgrep.labeling.judging import Judge
from pixgrep.model import PixelFormat, Pixels
from pixgrep.palettes.palette import Palette

Verb = Callable[[Pixels, NDArray[Any]], NDArray[Any]]
COLORS, GREYS = 1 << 24, 1 << 8


class Table:
    """
    A table as `pixgrep.backends` look it up, for one order of channels; threads may share it.

    Parameters
    ----------
    palette : Palette
        The classes; the labels of their own colours are known.
    codes : Codes
        What the numbers mean.
    judge : Judge or None
        Who knows of all other colours; without one, they belong to no class.
    format : PixelFormat
        8-bit.
    """

    def __init__(self, palette: Palette, codes: Codes, judge: Judge | None, format: PixelFormat) -> None:
        self._format = PixelFormat("uint8", 3 if format.has_color else 1, format.order)
        self._codes = codes
        self._judge = judge
        self._lock = threading.Lock()
        rest = codes.miss if judge is None else codes.unjudged
        self._labels = np.full(COLORS if format.has_color else GREYS, rest, codes.table_dtype)
        rgb = palette.rgb if format.order == "rgb" or not format.has_color else palette.rgb[:, ::-1]
        ids = np.array(palette.ids, codes.table_dtype)
        if format.has_color:
            self._labels[_places(rgb)] = ids
        else:
            is_grey = (rgb == rgb[:, :1]).all(axis=1)
            self._labels[rgb[is_grey, 0]] = ids[is_grey]

    def look_up(self, verb: Verb, pixels: Pixels) -> NDArray[Any]:
        """
        Return the codes of the pixels of a tile, shape (height, width); what nobody asked for before is judged now.

        Parameters
        ----------
        verb : callable
            The verb `label` of a backend.
        pixels : ndarray, shape (height, width, channels)
            C-contiguous.
        """
        found = verb(pixels, self._labels)
        if self._judge is not None:
            is_new = found == self._codes.unjudged
            if is_new.any():
                self._fill(_places(pixels[is_new]))
                found = verb(pixels, self._labels)
        return found

    @property
    def is_judged(self) -> bool:
        """Whether colours must be judged before they are looked up elsewhere."""
        return self._judge is not None

    def codes_at(self, places: NDArray[Any]) -> NDArray[Any]:
        """Return the codes at some places of the table; what nobody asked for before is judged now."""
        if self._judge is not None:
            self._fill(places)
        codes: NDArray[Any] = self._labels[places]
        return codes

    def labels(self, misses: NDArray[Any], unknown: int) -> NDArray[Any]:
        """
        Return the table with labels instead of codes, right for colours that were judged.

        Parameters
        ----------
        misses : ndarray
            The places of colours that belong to no class.
        unknown : int
            Their label.
        """
        labels = self._labels.astype(self._codes.dtype, copy=False)
        if misses.size and unknown != self._codes.miss:
            labels = labels.copy()
            labels[misses] = unknown
        return labels

    def _fill(self, places: NDArray[Any]) -> None:
        """Judge the colours at some places of the table."""
        assert self._judge is not None
        places = np.unique(places)
        with self._lock:
            places = places[self._labels[places] == self._codes.unjudged]  # another thread may have been first
            channels = self._format.channels
            colors = np.stack([places >> 8 * (channels - 1 - channel) & 255 for channel in range(channels)], axis=1)
            self._labels[places] = self._judge.judge(colors.astype(np.uint8), self._format)


def _places(pixels: Pixels) -> NDArray[Any]:
    """Return where in the table the colours of pixels, shape (n, channels), stand."""
    if pixels.shape[1] < 3:
        return pixels[:, 0].astype(np.uint32)
    first, second, third = (pixels[:, channel].astype(np.uint32) for channel in range(3))
    return first << 16 | second << 8 | third
