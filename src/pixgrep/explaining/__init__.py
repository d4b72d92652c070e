"""
Why one pixel is taken, or is not: `reasons` looks at one query, `explanation` is what the user holds.

Every verdict is that of the set of colours that a search uses, so both always agree.
"""

from typing import Any

from pixgrep.colors.metrics import METRICS
from pixgrep.colors.spaces import SPACES
from pixgrep.errors import PictureError, warn_of
from pixgrep.explaining.explanation import Explanation
from pixgrep.explaining.reasons import Pixel, judge
from pixgrep.expressions import to_queries
from pixgrep.gpu.device import copy_to_host
from pixgrep.model import Box, ChannelOrder, Color
from pixgrep.query import AllOf, AnyOf, Inside, Invert, Near, Query
from pixgrep.sources import MOST_PIXELS, Info, to_reading
from pixgrep.sources.opened import Opened


def explain(
    image: Any,
    xy: Any,
    colors: Any,
    *,
    within: float = 0.0,
    metric: str = "channel",
    channels: ChannelOrder = "rgb",
    upright: bool = False,
    max_pixels: int = MOST_PIXELS,
) -> Explanation:
    """
    Say why a pixel is taken, or is not: every rule, by how much it holds or fails, and what would take it.

    Parameters
    ----------
    image : picture
        See `pixgrep.find`.
    xy : (int, int)
        Column and row of the pixel.
    colors, within, metric, channels, upright, max_pixels
        See `pixgrep.compile`.

    Returns
    -------
    Explanation
        Printed, a tree; true where `find` would find the pixel.

    Raises
    ------
    ColorError
        A colour, a tolerance or a metric cannot be understood.
    PictureError, DecodeError
        The picture cannot be read, or the point is none, or lies outside it.

    Examples
    --------
    >>> import numpy as np
    >>> image = np.full((4, 4, 3), (250, 3, 0), np.uint8)
    >>> why = explain(image, (2, 1), "red", within=3)
    >>> why.taken, why.verdicts[0].taken_within, why.verdicts[0].reasons[0].excess
    (False, 5.0, 2.0)
    """
    queries = to_queries(colors, within, metric)
    with Opened(image, to_reading(channels, upright, max_pixels)) as opened:
        x, y = _point(xy, opened.info)
        opened.region = Box(x, y, 1, 1)
        stored = copy_to_host(opened.pixels())[0]
        info, name = opened.info, opened.name
    warn_of(info.notes, name)
    red, green, blue, alpha = (float(values[0]) for values in info.format.columns(stored))
    pixel = Pixel((red, green, blue), alpha, info.format)
    spaces = dict.fromkeys(("rgb", *(space for query in queries for space in _spaces(query))))
    return Explanation(
        source=name,
        x=x,
        y=y,
        format=info.format,
        stored=tuple(stored[0].tolist()),
        color=_color(pixel),
        coordinates={space: pixel.coordinates(SPACES[space]) for space in spaces},
        verdicts=tuple(judge(query, pixel) for query in queries),
    )


def _point(xy: Any, info: Info) -> tuple[int, int]:
    try:
        values = tuple(xy)
        whole = tuple(int(value) for value in values)
    except (TypeError, ValueError, OverflowError):
        values = whole = ()
    if len(whole) != 2 or whole != values:
        raise PictureError(f"the point is {xy!r}; give (x, y): its column and its row, whole numbers from 0 on")
    x, y = whole
    if not (0 <= x < info.width and 0 <= y < info.height):
        allowed = f"x goes from 0 to {info.width - 1}, y from 0 to {info.height - 1}"
        raise PictureError(
            f"the point ({x}, {y}) lies outside the picture of {info.width} x {info.height} pixels; "
            f"{allowed if info.width * info.height else 'it has none'}"
        )
    return x, y


def _color(pixel: Pixel) -> Color | None:
    """Return the colour of a pixel, None where a channel is NaN or beyond 0 to 255."""
    red, green, blue, alpha = (round(channel, 9) for channel in (*pixel.steps, pixel.alpha / pixel.format.unit))
    if not all(0 <= channel <= 255 for channel in (red, green, blue, alpha)):
        return None
    return Color(red, green, blue, alpha if pixel.format.has_alpha else None)


def _spaces(query: Query) -> list[str]:
    """Return the spaces that a query looks at."""
    match query:
        case Near():
            return [METRICS[query.metric].space.name]
        case Inside():
            return [query.space]
        case Invert(inner):
            return _spaces(inner)
        case AnyOf(queries) | AllOf(queries):
            return [space for part in queries for space in _spaces(part)]
    return []


__all__ = ["Explanation", "explain"]
