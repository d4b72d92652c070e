"""Which pixels of a picture are samples: points, boxes or a mask."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.errors import PictureError
from pixgrep.gpu.device import copy_to_host
from pixgrep.model import PixelFormat, Pixels
from pixgrep.sources.opened import Opened

Places = NDArray[np.int64]
HOW_TO_GIVE = "give [(x, y), ...], [(x, y, width, height), ...] or a mask, a bool array of the picture's shape"


@dataclass(frozen=True)
class Samples:
    """
    Sample pixels of a picture.

    Attributes
    ----------
    colors : ndarray, float64, shape (n, 3)
        Red, green and blue as stored.
    places : ndarray, int64, shape (n,)
        The number of each pixel, in reading order.
    width : int
        Of the picture.
    """

    colors: NDArray[np.float64]
    places: Places
    width: int

    def place(self, color: NDArray[np.float64]) -> tuple[int, int]:
        """Return (x, y) of the first sample of a colour."""
        same = (self.colors == color) | (np.isnan(self.colors) & np.isnan(color))
        y, x = divmod(int(self.places[np.flatnonzero(same.all(axis=1))[0]]), self.width)
        return x, y


def read_samples(opened: Opened, wanted: Any, unwanted: Any) -> tuple[Samples, Samples]:
    """
    Return the wanted and the unwanted pixels of a picture; it is decoded once.

    Raises
    ------
    PictureError
        A sample is none, or lies outside the picture.
    """
    shape = opened.shape
    good, bad = (_places(given, shape, kind) for given, kind in ((wanted, "wanted"), (unwanted, "unwanted")))
    pixels = copy_to_host(opened.pixels())
    return _read(pixels, good, opened.info.format), _read(pixels, bad, opened.info.format)


def _read(pixels: Pixels, places: Places, format: PixelFormat) -> Samples:
    width = pixels.shape[1]
    rows, columns = np.divmod(places, max(width, 1))
    red, green, blue, alpha = format.columns(pixels[rows, columns])
    colors = np.stack([red, green, blue], axis=1)
    colors[np.isnan(alpha)] = np.nan  # such a pixel never matches
    return Samples(colors, places, width)


def _places(given: Any, shape: tuple[int, int], kind: str) -> Places:
    """Return the numbers of the pixels that were given, in reading order, each once."""
    if isinstance(given, np.ndarray) and given.dtype == np.bool_:
        if given.shape != shape:
            raise PictureError(f"{kind} is a mask of shape {given.shape}, the picture has {shape}; {HOW_TO_GIVE}")
        return np.flatnonzero(given)
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise PictureError(f"{kind} is {given!r}; {HOW_TO_GIVE}")
    if isinstance(given, np.ndarray) and given.ndim == 2 and given.shape[1] == 2 and given.dtype.kind in "iu":
        return _points(given.astype(np.int64), shape, kind)
    parts = list(_parts(given, shape, kind))
    return np.unique(np.concatenate(parts)) if parts else np.empty(0, np.int64)


def _points(points: NDArray[np.int64], shape: tuple[int, int], kind: str) -> Places:
    outside = ((points < 0) | (points >= np.array(shape[::-1]))).any(axis=1)
    if outside.any():
        raise _outside(tuple(points[outside][0].tolist()), shape, kind)
    return np.unique(points[:, 1] * shape[1] + points[:, 0])


def _parts(given: Iterable[Any], shape: tuple[int, int], kind: str) -> Iterator[Places]:
    """Yield the places of each point or box."""
    height, width = shape
    for member in given:
        x, y, across, down = _four(member, kind)
        if x < 0 or y < 0 or x + across > width or y + down > height:
            raise _outside(member, shape, kind)
        yield (np.arange(y, y + down)[:, np.newaxis] * width + np.arange(x, x + across)).ravel()


def _four(member: Any, kind: str) -> tuple[int, int, int, int]:
    try:
        values = tuple(member)
        whole = tuple(int(value) for value in values)
    except (TypeError, ValueError, OverflowError):
        values = whole = ()
    if whole != values or len(whole) not in (2, 4):
        raise PictureError(f"{kind} has {member!r}; {HOW_TO_GIVE}, of whole numbers")
    x, y, across, down = whole if len(whole) == 4 else (*whole, 1, 1)
    if across < 1 or down < 1:
        raise PictureError(f"{kind} has the empty box {member!r}; give (x, y, width, height) of at least one pixel")
    return x, y, across, down


def _outside(member: Any, shape: tuple[int, int], kind: str) -> PictureError:
    height, width = shape
    return PictureError(
        f"{kind} has {member!r}, outside the picture of {width} x {height} pixels; "
        "(x, y) is (column, row), counted from 0"
    )
