"""
The set of colours that a query stands for, in the unit of one pixel format: what compiling works on.

Every set answers two questions: which of these colours it contains, and in which box all of its colours lie.
"""

import math
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from pixgrep.colors.metrics import METRICS
from pixgrep.model import Formula, PixelFormat
from pixgrep.query import AllOf, AnyOf, Invert, Near, Query

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]
RGBA = tuple[float, float, float, float]


class ColorSet(Formula):
    """A set of colours (red, green, blue, alpha) in the unit of a picture."""

    def contains(self, red: Values, green: Values, blue: Values, alpha: Values) -> Flags:
        """Return, for each colour, whether the set has it; the channels broadcast."""
        raise NotImplementedError

    def bounds(self) -> "BoxSet":
        """Return a box that has at least all colours of the set."""
        raise NotImplementedError

    def alpha_starts(self) -> set[float]:
        """Return the alpha values at which the set may become another one."""
        raise NotImplementedError


@dataclass(frozen=True)
class BoxSet(ColorSet):
    """All colours whose channels lie between two limits, both included."""

    low: RGBA
    high: RGBA

    def contains(self, red: Values, green: Values, blue: Values, alpha: Values) -> Flags:
        inside: list[Flags] = [
            (low <= values) & (values <= high)
            for values, low, high in zip((red, green, blue, alpha), self.low, self.high, strict=True)
        ]
        return inside[0] & inside[1] & inside[2] & inside[3]

    def bounds(self) -> "BoxSet":
        return self

    def alpha_starts(self) -> set[float]:
        return {self.low[3], self.high[3] + 1}

    def __and__(self, other: "BoxSet") -> "BoxSet":
        low = tuple(map(max, self.low, other.low))
        high = tuple(map(min, self.high, other.high))
        return BoxSet(low, high)  # type: ignore[arg-type]  # four stay four

    def around(self, other: "BoxSet") -> "BoxSet":
        """Return the smallest box that has both."""
        low = tuple(map(min, self.low, other.low))
        high = tuple(map(max, self.high, other.high))
        return BoxSet(low, high)  # type: ignore[arg-type]


SLACK = {"uint8": 0.0, "uint16": 1e-9, "float32": 1e-4, "float64": 1e-4}
"""
8-bit steps by which a difference may exceed its limit, for what rounding adds: a 16-bit value / 257 has no exact float,
and a picture / 255 as float shall give the answer of the picture. Distances of 16-bit colours lie 1e-8 apart at least.
"""


@dataclass(frozen=True)
class Ball(ColorSet):
    """All colours within a difference from one, by any metric; alpha within the limits of `box`."""

    metric: str
    center: tuple[float, float, float]
    within: float
    unit: float
    slack: float
    box: BoxSet

    def contains(self, red: Values, green: Values, blue: Values, alpha: Values) -> Flags:
        steps = (red / self.unit, green / self.unit, blue / self.unit)
        near: Flags = METRICS[self.metric].distance(*steps, *self.center) <= self.within + self.slack
        return near & (self.box.low[3] <= alpha) & (alpha <= self.box.high[3])

    def bounds(self) -> BoxSet:
        return self.box

    def alpha_starts(self) -> set[float]:
        return self.box.alpha_starts()


@dataclass(frozen=True)
class _Combination(ColorSet):
    """What unions and intersections have in common."""

    sets: tuple[ColorSet, ...]

    def alpha_starts(self) -> set[float]:
        return set().union(*(part.alpha_starts() for part in self.sets))


class Union(_Combination):
    """The colours that any of the sets has."""

    def contains(self, red: Values, green: Values, blue: Values, alpha: Values) -> Flags:
        return reduce(np.logical_or, (part.contains(red, green, blue, alpha) for part in self.sets))

    def bounds(self) -> BoxSet:
        return reduce(BoxSet.around, (part.bounds() for part in self.sets))


class Intersection(_Combination):
    """The colours that all of the sets have."""

    def contains(self, red: Values, green: Values, blue: Values, alpha: Values) -> Flags:
        return reduce(np.logical_and, (part.contains(red, green, blue, alpha) for part in self.sets))

    def bounds(self) -> BoxSet:
        return reduce(BoxSet.__and__, (part.bounds() for part in self.sets))


@dataclass(frozen=True)
class Complement(ColorSet):
    """The colours that a set does not have."""

    inner: ColorSet
    everything: BoxSet

    def contains(self, red: Values, green: Values, blue: Values, alpha: Values) -> Flags:
        return ~self.inner.contains(red, green, blue, alpha)

    def bounds(self) -> BoxSet:
        return self.everything

    def alpha_starts(self) -> set[float]:
        return self.inner.alpha_starts()


def everything(format: PixelFormat) -> BoxSet:
    """Return the set of all colours: for floats beyond 0 and 1, too."""
    if format.is_float:
        return BoxSet((-math.inf,) * 4, (math.inf,) * 4)
    return BoxSet((0, 0, 0, 0), (int(format.highest),) * 4)


def resolve(query: Query, format: PixelFormat) -> ColorSet:
    """
    Return the set of colours that a query stands for, for pixels of one format.

    Colours are rounded to the values that such pixels can have: to whole numbers, halves up, or to the float type.
    """
    match query:
        case Near():
            return _near(query, format)
        case AnyOf(queries):
            return Union(tuple(resolve(part, format) for part in queries))
        case AllOf(queries):
            parts = tuple(resolve(part, format) for part in queries)
            boxes = [part for part in parts if isinstance(part, BoxSet)]
            return reduce(BoxSet.__and__, boxes) if len(boxes) == len(parts) else Intersection(parts)
        case Invert(inner):
            return Complement(resolve(inner, format), everything(format))
    raise NotImplementedError(f"no set of colours is known for {type(query).__name__}")


def _near(query: Near, format: PixelFormat) -> ColorSet:
    metric, color = METRICS[query.metric], query.color
    colors = (color.red, color.green, color.blue)
    alphas = everything(format)
    if color.alpha is not None:
        low, high = _limits(color.alpha, min(query.within, 255.0), format)
        alphas = BoxSet((*alphas.low[:3], low), (*alphas.high[:3], high))
    limits = [_limits(channel, metric.reach(query.within), format) for channel in colors]
    (red, red_high), (green, green_high), (blue, blue_high) = limits
    box = alphas & BoxSet((red, green, blue, alphas.low[3]), (red_high, green_high, blue_high, alphas.high[3]))
    if metric.is_box or query.within == 0:
        return box
    center = tuple(_stored(channel, format) / format.unit for channel in colors)
    return Ball(query.metric, center, query.within, format.unit, SLACK[format.dtype], _widened(box, format))  # type: ignore[arg-type]


def _stored(channel: float, format: PixelFormat) -> float:
    """Return the value that a channel of 0 to 255 has in a picture."""
    if format.is_float:
        return float(np.dtype(format.dtype).type(channel / 255))
    return math.floor(channel * format.unit + 0.5)


def _limits(channel: float, within: float, format: PixelFormat) -> tuple[float, float]:
    """Return the lowest and the highest stored value of a channel within 8-bit steps of another."""
    if format.is_float:  # limits round like pixels do, so that a picture / 255 gives the answer of the picture
        low, high = (np.dtype(format.dtype).type((channel + step) / 255) for step in (-within, within))
        return float(low), float(high)
    stored, steps = _stored(channel, format), math.floor(within * format.unit)
    return max(0, stored - steps), min(format.highest, stored + steps)


def _widened(box: BoxSet, format: PixelFormat) -> BoxSet:
    """Return the box with colour limits a little wider, so that rounding cannot cut off a colour of a ball."""
    slack = 1e-6 if format.is_float else 1
    low, high = ([*box.low], [*box.high])
    for channel in range(3):
        low[channel] -= slack
        high[channel] += slack
    return everything(format) & BoxSet(tuple(low), tuple(high))  # type: ignore[arg-type]
