"""
The set of colours that a query stands for, in the unit of one pixel format: what compiling works on.

Every set answers three questions: which of these colours it contains, in which box all of its colours lie, and which
cells of the RGB cube may have some of them.
"""

import math
from dataclasses import dataclass
from functools import lru_cache, reduce

import numpy as np
from numpy.typing import NDArray

from pixgrep.colors import cells
from pixgrep.colors.metrics import METRICS
from pixgrep.colors.ranges import Limits
from pixgrep.colors.spaces import SPACES
from pixgrep.model import Formula, PixelFormat
from pixgrep.query import AllOf, AnyOf, Inside, Invert, Near, Query

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]
RGBA = tuple[float, float, float, float]
Triple = tuple[float, float, float]


class ColorSet(Formula):
    """A set of colours (red, green, blue, alpha) in the unit of a picture."""

    def contains(self, red: Values, green: Values, blue: Values, alpha: Values) -> Flags:
        """Return, for each colour, whether the set has it; the channels broadcast."""
        raise NotImplementedError

    def bounds(self) -> "BoxSet":
        """Return a box that has at least all colours of the set."""
        raise NotImplementedError

    def candidates(self) -> Flags:
        """Return which cells of the cube (see `pixgrep.colors.cells`) may have colours of the set; for 8-bit pixels."""
        return np.ones(cells.SHAPE, np.bool_)

    def alpha_starts(self) -> set[float]:
        """Return the alpha values at which the set may become another one."""
        raise NotImplementedError

    @property
    def has_formula(self) -> bool:
        """Whether it takes more than comparing channels to know its colours."""
        return True


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

    def candidates(self) -> Flags:
        first = cells.STEP * np.arange(cells.CELLS)
        by_axis = [
            (first + cells.STEP > low) & (first <= high) for low, high in zip(self.low[:3], self.high[:3], strict=True)
        ]
        return by_axis[0][:, np.newaxis, np.newaxis] & by_axis[1][:, np.newaxis] & by_axis[2]

    def alpha_starts(self) -> set[float]:
        return {self.low[3], self.high[3] + 1}

    @property
    def has_formula(self) -> bool:
        return False

    def __and__(self, other: "BoxSet") -> "BoxSet":
        low = tuple(map(max, self.low, other.low))
        high = tuple(map(min, self.high, other.high))
        return BoxSet(low, high)  # type: ignore[arg-type]  # four stay four

    def around(self, other: "BoxSet") -> "BoxSet":
        """Return the smallest box that has both."""
        low = tuple(map(min, self.low, other.low))
        high = tuple(map(max, self.high, other.high))
        return BoxSet(low, high)  # type: ignore[arg-type]


SLACK = {"uint8": 1e-9, "uint16": 1e-9, "float32": 1e-4, "float64": 1e-4}
"""
By how much a difference may exceed its limit, for what rounding adds, in a 255th of what the metric can measure. A
16-bit value / 257 has no exact float, a picture / 255 as float shall give the answer of the picture, and what lies on
the limit shall not depend on the last bit of a cube root. Distances of 16-bit colours in sRGB lie 1e-8 apart at least.
"""


def slack_of(metric: str, dtype: str) -> float:
    """Return by how much a difference may exceed its limit, in the unit of the metric; see `SLACK`."""
    return SLACK[dtype] * METRICS[metric].largest / 255


@dataclass(frozen=True)
class Ball(ColorSet):
    """All colours of `box` within a difference from one, by any metric."""

    metric: str
    center: Triple
    within: float
    unit: float
    slack: float
    box: BoxSet

    def contains(self, red: Values, green: Values, blue: Values, alpha: Values) -> Flags:
        metric = METRICS[self.metric]
        coordinates = metric.space.from_rgb(red / self.unit, green / self.unit, blue / self.unit)
        near: Flags = metric.distance(*coordinates, *_center(self.metric, self.center)) <= self.within + self.slack
        return near & (self.box.low[3] <= alpha) & (alpha <= self.box.high[3])

    def bounds(self) -> BoxSet:
        return self.box

    def candidates(self) -> Flags:
        return self.box.candidates() & _ball_cells(self.metric, self.center, self.within + self.slack)

    def alpha_starts(self) -> set[float]:
        return self.box.alpha_starts()


def _center(metric: str, center: Triple) -> Triple:
    x, y, z = (float(value) for value in METRICS[metric].space.from_rgb(*map(np.float64, center)))
    return x, y, z


@lru_cache(maxsize=64)
def _ball_cells(name: str, center: Triple, within: float) -> Flags:
    metric = METRICS[name]
    limits = cells.limits(metric.space.name)
    if metric.closest is None or limits is None:
        return np.ones(cells.SHAPE, np.bool_)
    at = _center(name, center)
    coarse = np.argwhere(metric.closest(*cells.joined(limits), at) <= within)
    places = (coarse[:, np.newaxis] * 2 + np.argwhere(np.ones((2, 2, 2)))).reshape(-1, 3).T
    low, high = (tuple(values[tuple(places)] for values in side) for side in limits)
    flags = np.zeros(cells.SHAPE, np.bool_)
    flags[tuple(places)] = metric.closest(low, high, at) <= within
    return flags


@dataclass(frozen=True)
class Range(ColorSet):
    """All colours of `box` whose coordinates in a space lie within limits."""

    space: str
    limits: tuple[Limits | None, Limits | None, Limits | None]
    unit: float
    slack: float
    box: BoxSet

    def contains(self, red: Values, green: Values, blue: Values, alpha: Values) -> Flags:
        space = SPACES[self.space]
        coordinates = space.from_rgb(red / self.unit, green / self.unit, blue / self.unit)
        inside: Flags = (self.box.low[3] <= alpha) & (alpha <= self.box.high[3])
        for axis, values, limits in zip(space.axes, coordinates, self.limits, strict=True):
            if limits is None:
                continue
            low, high = limits
            more = self.slack * (axis.high - axis.low)
            if low <= high:
                inside = inside & (values >= low - more) & (values <= high + more)
            else:
                inside = inside & ((values >= low - more) | (values <= high + more))
        return inside

    def bounds(self) -> BoxSet:
        return self.box

    def candidates(self) -> Flags:
        return _range_cells(self.space, self.limits, self.slack)

    def alpha_starts(self) -> set[float]:
        return self.box.alpha_starts()


@lru_cache(maxsize=64)
def _range_cells(name: str, wanted: tuple[Limits | None, ...], slack: float) -> Flags:
    found = cells.limits(name)
    flags = np.ones(cells.SHAPE, np.bool_)
    if found is None:
        return flags
    for axis, least, most, limits in zip(SPACES[name].axes, *found, wanted, strict=True):
        if limits is None:
            continue
        low, high = limits
        more = slack * (axis.high - axis.low)
        turns = (-720.0, -360.0, 0.0, 360.0) if axis.is_hue else (0.0,)
        end = high + 360 if high < low else high
        flags = flags & reduce(
            np.logical_or, ((most >= low + turn - more) & (least <= end + turn + more) for turn in turns)
        )
    return flags


@dataclass(frozen=True)
class _Combination(ColorSet):
    """What unions and intersections have in common."""

    sets: tuple[ColorSet, ...]

    def alpha_starts(self) -> set[float]:
        return set().union(*(part.alpha_starts() for part in self.sets))

    @property
    def has_formula(self) -> bool:
        return any(part.has_formula for part in self.sets)


class Union(_Combination):
    """The colours that any of the sets has."""

    def contains(self, red: Values, green: Values, blue: Values, alpha: Values) -> Flags:
        return reduce(np.logical_or, (part.contains(red, green, blue, alpha) for part in self.sets))

    def bounds(self) -> BoxSet:
        return reduce(BoxSet.around, (part.bounds() for part in self.sets))

    def candidates(self) -> Flags:
        return reduce(np.logical_or, (part.candidates() for part in self.sets))


class Intersection(_Combination):
    """The colours that all of the sets have."""

    def contains(self, red: Values, green: Values, blue: Values, alpha: Values) -> Flags:
        return reduce(np.logical_and, (part.contains(red, green, blue, alpha) for part in self.sets))

    def bounds(self) -> BoxSet:
        return reduce(BoxSet.__and__, (part.bounds() for part in self.sets))

    def candidates(self) -> Flags:
        return reduce(np.logical_and, (part.candidates() for part in self.sets))


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

    @property
    def has_formula(self) -> bool:
        return self.inner.has_formula


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
        case Inside():
            return _inside(query, format)
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
    reach = 0.0 if query.within == 0 else metric.reach(query.within) if metric.reach else None
    if reach is not None:
        limits = [_limits(channel, reach, format) for channel in colors]
        (red, red_high), (green, green_high), (blue, blue_high) = limits
        box = alphas & BoxSet((red, green, blue, alphas.low[3]), (red_high, green_high, blue_high, alphas.high[3]))
        if metric.is_box or query.within == 0:
            return box
    red, green, blue = (_stored(channel, format) / format.unit for channel in colors)
    center, slack = (red, green, blue), slack_of(query.metric, format.dtype)
    if reach is not None:
        around = _widened(box, format)
    else:
        around = alphas & _around_cells(_ball_cells(query.metric, center, query.within + slack), format)
    return Ball(query.metric, center, query.within, format.unit, slack, around)


def _inside(query: Inside, format: PixelFormat) -> ColorSet:
    if query.space == "rgb":
        return everything(format) & _rgb_box(query, format)
    slack = SLACK[format.dtype] / 255
    around = everything(format) & _around_cells(_range_cells(query.space, query.limits, slack), format)
    return Range(query.space, query.limits, format.unit, slack, around)


def _rgb_box(query: Inside, format: PixelFormat) -> BoxSet:
    limits = [(-math.inf, math.inf) if pair is None else pair for pair in query.limits]
    if format.is_float:
        as_stored = np.dtype(format.dtype).type
        low, high = ([float(as_stored(pair[end] / 255)) for pair in limits] for end in (0, 1))
    else:
        low = [max(0, math.ceil(max(pair[0], 0) * format.unit - 1e-9)) for pair in limits]
        high = [math.floor(min(pair[1], 255) * format.unit + 1e-9) for pair in limits]
    return BoxSet((*low, -math.inf), (*high, math.inf))  # type: ignore[arg-type]


def _around_cells(flags: Flags, format: PixelFormat) -> BoxSet:
    """Return a box around cells of the cube; what lies beyond the cube counts as its border."""
    low, high = [], []
    for first, last in cells.ends(flags) or [(2, 0)] * 3:
        low.append(-math.inf if first == 0 else first * cells.STEP * format.unit)
        high.append(math.inf if last == cells.CELLS - 1 else (last + 1) * cells.STEP * format.unit)
    return BoxSet((*low, -math.inf), (*high, math.inf))  # type: ignore[arg-type]


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
