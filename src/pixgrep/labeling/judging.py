"""To which class a colour belongs: asked once for each distinct colour."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.colorset import slack_of
from pixgrep.labeling.codes import Codes
from pixgrep.model import PixelFormat, Pixels
from pixgrep.palettes.nearest import Nearest
from pixgrep.palettes.palette import Palette


class Judge:
    """
    Knows the classes, and the rule by which a colour belongs to one.

    Parameters
    ----------
    palette : Palette
        The classes.
    within : float
        The largest difference; 0 for the same colour, infinite for the nearest.
    metric : str
        Of the difference.
    codes : Codes
        How to say it.
    """

    def __init__(self, palette: Palette, within: float, metric: str, codes: Codes) -> None:
        self._palette = palette
        self._within = within
        self._metric = metric
        self._codes = codes
        self._ids = np.array(palette.ids, codes.table_dtype)
        self._nearest = lru_cache(self._prepare)

    def judge(self, pixels: Pixels, format: PixelFormat) -> NDArray[Any]:
        """
        Return for each pixel the id of its class, or the code of a miss.

        Parameters
        ----------
        pixels : ndarray, shape (n, channels)
            Distinct colours; alpha is not looked at.
        format : PixelFormat
            Of the pixels.
        """
        number, _ = self._nearest(format.dtype).find(self._comparable(pixels, format))
        return np.where(number < 0, self._ids.dtype.type(self._codes.miss), self._ids[number])

    def _prepare(self, dtype: str) -> Nearest:
        format = PixelFormat(dtype, 3)
        stored = (self._palette.rgb * format.unit).astype(dtype)
        if format.is_float:
            stored = (self._palette.rgb / np.float64(255)).astype(dtype)
        references = self._comparable(stored, format)
        if self._within == 0:
            return Nearest(references, "channel", 0, format.unit)
        return Nearest(references, self._metric, self._within + slack_of(self._metric, dtype))

    def _comparable(self, pixels: Pixels, format: PixelFormat) -> NDArray[np.float64]:
        """Return colours in 8-bit steps; as stored where they must be the same, for steps of floats are rounded."""
        values = np.stack(format.columns(pixels)[:3], axis=1)
        return values if self._within == 0 else values / format.unit


def distinct_colors(pixels: Pixels, format: PixelFormat) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """
    Find the distinct colours of pixels; alpha is not looked at.

    Parameters
    ----------
    pixels : ndarray, shape (n, channels)
        Pixels; at most 2^31.
    format : PixelFormat
        Of the pixels.

    Returns
    -------
    first : ndarray
        For each colour the number of the first pixel that has it.
    inverse : ndarray, shape (n,)
        For each pixel the number of its colour.

    Examples
    --------
    >>> pixels = np.array([[9, 9, 8], [1, 2, 3], [9, 9, 8]], np.uint16)
    >>> first, inverse = distinct_colors(pixels, PixelFormat("uint16", 3))
    >>> first.tolist(), inverse.tolist()
    ([1, 0], [1, 0, 1])
    """
    channels = range(3 if format.has_color else 1)
    if not format.is_float:
        bits = 8 * np.dtype(format.dtype).itemsize
        keys: NDArray[Any] = pixels[:, 0].astype(np.uint64 if bits * len(channels) > 32 else np.uint32)
        for channel in channels[1:]:
            keys = keys << keys.dtype.type(bits) | pixels[:, channel]
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        return first, inverse
    first = inverse = np.zeros(len(pixels), np.intp)
    for channel in channels:  # floats do not fit in one key: channel by channel, each pair of numbers a new number
        values, numbers = np.unique(pixels[:, channel], return_inverse=True)
        _, first, inverse = np.unique(inverse * len(values) + numbers, return_index=True, return_inverse=True)
    return first, inverse
