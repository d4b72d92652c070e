"""Why pixels are taken or not, as users hold and print it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from pixgrep.colors.ranges import write_number
from pixgrep.colors.spaces import SPACES
from pixgrep.explaining.reasons import Reason, Verdict
from pixgrep.expressions import write_query
from pixgrep.model import Color, PixelFormat
from pixgrep.query import AllOf, AnyOf, Inside, Near

WORDS = {True: "taken", False: "refused"}
HOLDS = {True: "holds", False: "fails"}


@dataclass(frozen=True, repr=False)
class Explanation:
    """
    Why a pixel is taken by queries, or is not; printed, a tree.

    Attributes
    ----------
    source : str
        The name of the picture.
    x, y : int
        Column and row of the pixel.
    format : PixelFormat
        How the picture stores pixels.
    stored : tuple of int or float
        The pixel as it is stored.
    color : Color or None
        Its colour in 8-bit steps; None where a channel is NaN, or beyond 0 to 1 in a float picture.
    coordinates : dict of str to tuple of float
        Where it lies in ``"rgb"`` and in the spaces that queries look at; the hue of a grey is NaN.
    verdicts : tuple of Verdict
        What each query says of it, with `Verdict.reasons` and `Verdict.parts`.

    Examples
    --------
    >>> import numpy as np, pixgrep as pg
    >>> image = np.full((2, 2, 3), (178, 40, 10), np.uint8)
    >>> print(pg.explain(image, (1, 0), "#b22222 within 20 | hsl(350..20 any 0..30)"))
    <array> at 1,0: #b2280a
      stored   178 40 10, colour RGB uint8
      hsl      h 10.71  s 89.36  l 36.86
    refused  any of 2 parts; none takes it
    refused  ├─ #b22222 within 20
    fails    │    channel 24, at most 20: 4 too much; within 24 would take it
    refused  └─ hsl(350..20 any 0..30)
    holds         h 10.71, in 350..20
    fails         l 36.86, not in 0..30: 6.863 too much
    """

    source: str
    x: int
    y: int
    format: PixelFormat
    stored: tuple[float, ...]
    color: Color | None
    coordinates: dict[str, tuple[float, float, float]]
    verdicts: tuple[Verdict, ...]

    @property
    def taken(self) -> bool:
        """Whether any query takes the pixel."""
        return any(verdict.taken for verdict in self.verdicts)

    def __bool__(self) -> bool:
        return self.taken

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def __repr__(self) -> str:
        shown = self.color.hex if self.color else "no colour"
        return f"<Explanation: {shown} at ({self.x}, {self.y}) is {WORDS[self.taken]}; print() says why>"

    def _lines(self) -> Iterator[str]:
        yield f"{self.source} at {self.x},{self.y}: {self.color.hex if self.color else 'outside sRGB'}"
        yield f"  stored   {' '.join(map(str, self.stored))}, {self.format}"
        for space, values in self.coordinates.items():
            if space != "rgb" or self.format.dtype != "uint8":
                named = zip(SPACES[space].axes, values, strict=True)
                yield f"  {space:<8} " + "  ".join(f"{axis.name} {_number(value)}" for axis, value in named)
        if any(isinstance(value, float) and math.isnan(value) for value in self.stored):
            yield "  A channel is NaN, which never matches, not even an inverted query."
        for verdict in self.verdicts:
            yield from _tree(verdict, "", "")


def _tree(verdict: Verdict, first: str, rest: str) -> Iterator[str]:
    """Yield the lines of a verdict; `first` is what stands before its first line, `rest` before the others."""
    yield f"{WORDS[verdict.taken]:<8} {first}{_headline(verdict)}"
    for reason in verdict.reasons:
        yield f"{HOLDS[reason.holds]:<8} {rest}  {_reason(reason, verdict)}"
    for number, part in enumerate(verdict.parts):
        is_last = number == len(verdict.parts) - 1
        yield from _tree(part, rest + ("└─ " if is_last else "├─ "), rest + ("   " if is_last else "│  "))


def _headline(verdict: Verdict) -> str:
    takers = sum(part.taken for part in verdict.parts)
    match verdict.query:
        case AnyOf(queries):
            return f"any of {len(queries)} parts; {takers or 'none'} take{'s' * (takers < 2)} it"
        case AllOf(queries):
            refusers = len(queries) - takers
            return f"all of {len(queries)} parts; {refusers or 'none'} refuse{'s' * (refusers < 2)} it"
        case Near() | Inside():
            return write_query(verdict.query)
    return "not"


def _reason(reason: Reason, verdict: Verdict) -> str:
    shown = f"{reason.name} {_number(reason.value)}"
    low, high = map(_number, reason.limits)
    if isinstance(verdict.query, Near) and reason.name != "alpha":
        limits = f", at most {high}"
    else:
        is_open = math.isinf(reason.limits[0]) * 2 + math.isinf(reason.limits[1])
        span = {0: f"{low}..{high}", 1: f"{low}..", 2: f"..{high}", 3: "any"}[is_open]
        limits = f", {'' if reason.holds else 'not '}in {span}"
    return shown + limits + ("" if reason.holds else f": {_failure(reason, verdict)}")


def _failure(reason: Reason, verdict: Verdict) -> str:
    if math.isnan(reason.value):
        return "a grey has no hue" if reason.name == "h" else "it cannot be compared"
    way = "little" if reason.value < reason.limits[0] <= reason.limits[1] else "much"
    way = "degrees off" if isinstance(verdict.query, Inside) and reason.name == "h" else f"too {way}"
    text = f"{_number(reason.excess)} {way}" if reason.excess else "too much, by less than is shown"
    if isinstance(verdict.query, Near) and reason is next(reason for reason in verdict.reasons if not reason.holds):
        if verdict.taken_within is not None:
            text += f"; within {write_number(verdict.taken_within)} would take it"
        elif reason.name == "alpha":
            text += "; without alpha, the colour would take it"
    return text


def _number(value: float) -> str:
    return "none" if math.isnan(value) else f"{value:.4g}"
