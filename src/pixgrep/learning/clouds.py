"""The distinct colours of samples, ready to be measured."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pixgrep.colors.metrics import METRICS
from pixgrep.colors.parse import parse_color
from pixgrep.colors.spaces.space import Coordinates
from pixgrep.colorset import ColorSet, slack_of
from pixgrep.model import Color, PixelFormat

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Cloud:
    """
    Some distinct colours.

    Attributes
    ----------
    stored : ndarray, float64, shape (n, 3)
        Red, green and blue as a picture stores them.
    coordinates : tuple of ndarray, float64, shape (n,)
        Where they lie in the space of the metric.
    metric : str
        How differences are measured.
    format : PixelFormat
        Of the picture.
    """

    stored: Floats
    coordinates: Coordinates
    metric: str
    format: PixelFormat

    @classmethod
    def of(cls, stored: Floats, metric: str, format: PixelFormat) -> Self:
        """Return the distinct ones among colours, in order of red, green and blue."""
        if format.is_float:
            stored = np.unique(stored, axis=0)
        else:  # one number a colour is ten times as fast to sort
            numbers = np.unique(stored.astype(np.int64) @ np.array((1 << 32, 1 << 16, 1)))
            stored = np.stack([numbers >> 32, numbers >> 16 & 0xFFFF, numbers & 0xFFFF], axis=1).astype(np.float64)
        return cls(stored, METRICS[metric].space.from_rgb(*(stored / format.unit).T), metric, format)

    def __len__(self) -> int:
        return len(self.stored)

    def part(self, chosen: Any) -> "Cloud":
        """Return some of the colours, by flags or by indices."""
        x, y, z = (values[chosen] for values in self.coordinates)
        return Cloud(self.stored[chosen], (x, y, z), self.metric, self.format)

    def distances(self, centers: Any) -> Floats:
        """
        Return how far the colours are from others, infinitely where that cannot be told.

        Parameters
        ----------
        centers : array-like, shape (3,) or (m, 3)
            In 8-bit steps.

        Returns
        -------
        ndarray, float64, shape (n,) or (m, n)
        """
        metric = METRICS[self.metric]
        channels = np.moveaxis(np.asarray(centers, np.float64)[..., np.newaxis], -2, 0)
        with np.errstate(invalid="ignore", over="ignore"):
            distances: Floats = np.asarray(metric.distance(*self.coordinates, *metric.space.from_rgb(*channels)))
        distances[np.isnan(distances)] = np.inf
        return distances

    def inside(self, colors: ColorSet) -> Flags:
        """Return which of the colours a set has, by the set itself; alpha is as the set likes it."""
        if not len(self):
            return np.zeros(0, np.bool_)
        with np.errstate(invalid="ignore", over="ignore"):
            red, green, blue = self.stored.T
            taken = colors.contains(red, green, blue, np.full(len(self), self.format.highest))
        inside: Flags = np.broadcast_to(taken, len(self)) & self.is_finite
        return inside

    @property
    def slack(self) -> float:
        """By how much a difference may exceed its limit, see `pixgrep.colorset.slack_of`."""
        return slack_of(self.metric, self.format.dtype)

    @property
    def is_finite(self) -> Flags:
        """Which colours are numbers."""
        finite: Flags = np.all(np.isfinite(self.stored), axis=1)
        return finite

    @property
    def is_takeable(self) -> Flags:
        """Which colours a ball can take: those not too far beyond the cube of sRGB."""
        metric = METRICS[self.metric]
        nearest = metric.space.from_rgb(*np.clip(self.stored / self.format.unit, 0.0, 255.0).T)
        with np.errstate(invalid="ignore", over="ignore"):
            takeable: Flags = self.is_finite & (metric.distance(*self.coordinates, *nearest) <= metric.largest)
        return takeable

    @staticmethod
    def color(center: Any) -> Color:
        """
        Return the colour at a place of the RGB cube, written so that its text says all of it.

        Examples
        --------
        >>> Cloud.color((178, 40, 10)).text, Cloud.color((40000 / 257, 4, 0)).text
        ('#b2280a', 'rgb(155.642023346 4 0)')
        """
        color = parse_color(tuple(float(value) for value in np.clip(center, 0.0, 255.0)))
        channels = (color.red, color.green, color.blue)
        is_whole = all(isinstance(channel, int) for channel in channels)
        return Color(*channels, text=color.hex if is_whole else f"rgb({' '.join(map(repr, channels))})")
