"""The rules of one query, held against one pixel."""

import math
from dataclasses import dataclass, replace

import numpy as np

from pixgrep.colors.metrics import METRICS
from pixgrep.colors.ranges import Limits
from pixgrep.colors.spaces import SPACES
from pixgrep.colors.spaces.space import Axis, Space
from pixgrep.colors.tolerance import roundings_up
from pixgrep.colorset import ColorSet, resolve
from pixgrep.model import PixelFormat
from pixgrep.query import AllOf, AnyOf, Inside, Invert, Near, Query

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Reason:
    """
    One rule, and what it says of a pixel.

    Attributes
    ----------
    name : str
        What is looked at: the name of a metric, ``"alpha"``, or the letter of a coordinate.
    value : float
        What the pixel has; NaN where it has none, such as the hue of a grey.
    limits : (float, float)
        The lowest and the highest value that the rule allows, infinite where an end is open. A hue may go from 350 to
        20.
    holds : bool
        Whether the rule allows the pixel.
    excess : float
        By how much the value lies outside; 0 where it holds, NaN where there is no value.
    """

    name: str
    value: float
    limits: Limits
    holds: bool
    excess: float


@dataclass(frozen=True)
class Verdict:
    """
    What a query, or a part of one, says of a pixel.

    Attributes
    ----------
    query : Query
        The question.
    taken : bool
        Whether it takes the pixel.
    reasons : tuple of Reason
        The rules of a single colour or range; it takes what all of them allow.
    parts : tuple of Verdict
        What the parts of a combination say.
    taken_within : float or None
        The `within`, rounded up to few digits, by which a colour would take the pixel that it refuses; None where no
        `within` does, and for all else.
    """

    query: Query
    taken: bool
    reasons: tuple[Reason, ...] = ()
    parts: tuple["Verdict", ...] = ()
    taken_within: float | None = None


@dataclass(frozen=True)
class Pixel:
    """
    A pixel as sets of colours see it.

    Attributes
    ----------
    channels : tuple of float
        Red, green and blue in the unit of its picture.
    alpha : float
        Likewise; the highest where the picture has none.
    format : PixelFormat
        Of the picture.
    """

    channels: Triple
    alpha: float
    format: PixelFormat

    @property
    def steps(self) -> Triple:
        """Red, green and blue in 8-bit steps."""
        red, green, blue = (channel / self.format.unit for channel in self.channels)
        return red, green, blue

    @property
    def is_finite(self) -> bool:
        """Whether no channel is NaN; a NaN never matches."""
        return not any(map(math.isnan, (*self.channels, self.alpha)))

    def coordinates(self, space: Space) -> Triple:
        """Return where the pixel lies in a space."""
        return _coordinates(space, self.steps)

    def is_in(self, colors: ColorSet) -> bool:
        """Return whether a set has the pixel."""
        values = (np.full(1, value) for value in (*self.channels, self.alpha))
        with np.errstate(invalid="ignore", over="ignore"):
            return self.is_finite and bool(np.broadcast_to(colors.contains(*values), 1)[0])


def judge(query: Query, pixel: Pixel) -> Verdict:
    """Return what a query says of a pixel, and why."""
    taken = pixel.is_in(resolve(query, pixel.format))
    match query:
        case Near():
            return Verdict(
                query, taken, _near(query, pixel), taken_within=None if taken else _taken_within(query, pixel)
            )
        case Inside():
            return Verdict(query, taken, _inside(query, pixel))
        case AnyOf(queries) | AllOf(queries):
            return Verdict(query, taken, parts=tuple(judge(part, pixel) for part in queries))
        case Invert(inner):
            return Verdict(query, taken, parts=(judge(inner, pixel),))
    raise NotImplementedError(f"{type(query).__name__} cannot be explained")


def _coordinates(space: Space, steps: Triple) -> Triple:
    with np.errstate(invalid="ignore", over="ignore"):
        x, y, z = (float(value) for value in space.from_rgb(*map(np.float64, steps)))
    return x, y, z


def _center(query: Near, format: PixelFormat) -> Triple:
    """Return the colour of a query in 8-bit steps, rounded as a search does: to what a pixel can have."""
    exact = resolve(replace(query, within=0.0), format).bounds()
    red, green, blue = (channel / format.unit for channel in exact.low[:3])
    return red, green, blue


def _near(query: Near, pixel: Pixel) -> tuple[Reason, ...]:
    opaque = replace(query, color=replace(query.color, alpha=None))
    holds, distance = pixel.is_in(resolve(opaque, pixel.format)), _distance(query, pixel)
    excess = 0.0 if holds else max(distance - query.within, 0.0) if math.isfinite(distance) else distance
    near = Reason(query.metric, distance, (0.0, query.within), holds, excess)
    return (near,) if query.color.alpha is None else (near, _alpha(query, pixel))


def _distance(query: Near, pixel: Pixel) -> float:
    metric = METRICS[query.metric]
    there, here = _coordinates(metric.space, _center(query, pixel.format)), pixel.coordinates(metric.space)
    with np.errstate(invalid="ignore", over="ignore"):
        return float(metric.distance(*map(np.float64, here), *map(np.float64, there)))


def _alpha(query: Near, pixel: Pixel) -> Reason:
    unit = pixel.format.unit
    bounds = resolve(query, pixel.format).bounds()
    low, high = bounds.low[3], bounds.high[3]
    excess = max(low - pixel.alpha, pixel.alpha - high, 0.0) / unit
    return Reason("alpha", pixel.alpha / unit, (low / unit, high / unit), low <= pixel.alpha <= high, excess)


def _taken_within(query: Near, pixel: Pixel) -> float | None:
    """Return the tolerance that would take a pixel, tried on the set of colours that it makes."""
    least = _distance(query, pixel)
    if query.color.alpha is not None:
        exact = _alpha(replace(query, within=0.0), pixel)
        least = max(least, exact.excess)
    if not math.isfinite(least):
        return None
    for within in roundings_up(max(least, np.nextafter(query.within, math.inf))):
        if within <= METRICS[query.metric].largest and pixel.is_in(
            resolve(replace(query, within=within), pixel.format)
        ):
            return within
    return None


def _inside(query: Inside, pixel: Pixel) -> tuple[Reason, ...]:
    """Return a reason for each coordinate that has limits; each is asked of the range that has only this one."""
    space, reasons = SPACES[query.space], []
    values = pixel.coordinates(space)
    for number, (axis, value, limits) in enumerate(zip(space.axes, values, query.limits, strict=True)):
        if limits is None:
            continue
        first, second, third = (limits if other == number else None for other in range(3))
        holds = pixel.is_in(resolve(replace(query, limits=(first, second, third)), pixel.format))
        reasons.append(Reason(axis.name, value, limits, holds, 0.0 if holds else _excess(axis, value, limits)))
    return tuple(reasons)


def _excess(axis: Axis, value: float, limits: Limits) -> float:
    """Return how far a value is from the nearer of two limits, the short way round for a hue."""
    low, high = limits
    if math.isnan(value):
        return value
    if axis.is_hue:
        return min((low - value) % 360, (value - high) % 360)
    return max(low - value, value - high, 0.0)
