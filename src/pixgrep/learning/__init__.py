"""
From sample pixels to a query: the tightest one that takes all that are wanted and none that are not.

`samples` reads the pixels, `clouds` are their distinct colours, `balls` fits one ball to colours, `cover` several.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from pixgrep.colors.metrics import get_metric
from pixgrep.colorset import resolve
from pixgrep.errors import PictureError, warn, warn_of
from pixgrep.expressions import write_query
from pixgrep.learning.clouds import Cloud
from pixgrep.learning.cover import Alike, cover
from pixgrep.learning.samples import Samples, read_samples
from pixgrep.model import ChannelOrder, PixelFormat
from pixgrep.query import Query, any_of
from pixgrep.sources import MOST_PIXELS, to_reading
from pixgrep.sources.opened import Opened

MOST_COLORS_UNSAID = 16
"""Colours of a query that is still one that people read; of more they are told."""


def learn(
    image: Any,
    wanted: Any,
    unwanted: Any = (),
    *,
    metric: str = "oklab",
    channels: ChannelOrder = "rgb",
    upright: bool = False,
    max_pixels: int = MOST_PIXELS,
) -> Query:
    """
    Return the tightest query that takes all wanted pixels of a picture and no unwanted one.

    Parameters
    ----------
    image : picture
        See `pixgrep.find`.
    wanted, unwanted : sequence of (x, y) or (x, y, width, height), or ndarray
        Points and boxes, columns first; or a mask, a bool array of the picture's shape. `Matches.xy` and `Matches.mask`
        will do.
    metric : str
        How differences are measured, see `pixgrep.near`.
    channels, upright, max_pixels
        See `pixgrep.compile`.

    Returns
    -------
    Query
        ``near(color, within, metric)``, or an `any_of` of several where one cannot do; `str` is its text.

    Raises
    ------
    ColorError
        There is no such metric; or wanted and unwanted colours lie so much among each other that more than 256
        colours would be needed.
    PictureError, DecodeError
        The picture cannot be read, samples lie outside it, or nothing is wanted.

    Warns
    -----
    PixgrepWarning
        A wanted and an unwanted colour cannot be told apart: then the query takes all that is wanted, and of the
        unwanted only what is so. A wanted pixel is NaN, or far beyond 0 to 1: it is left out. More than 16 colours
        were needed.

    Notes
    -----
    Colours of a query are 8-bit colours, but where a deep picture needs more; their `within` is the smallest that was
    found (`pixgrep.learning.balls`), rounded up to three digits, or as many as keep the unwanted out. Several are as
    few as a greedy search finds (`pixgrep.learning.cover`). The answer is held against every sample. Alpha has no part
    in it. Floats that differ by less than a ten-thousandth of an 8-bit step may be too alike to be told apart.

    Examples
    --------
    >>> import numpy as np
    >>> image = np.zeros((10, 10, 3), np.uint8)
    >>> image[2:4], image[4:6], image[6:8] = (178, 40, 10), (186, 50, 16), (205, 92, 92)
    >>> print(learn(image, wanted=[(0, 2), (0, 4, 10, 2)], unwanted=[(5, 7)], metric="rgb"))
    #b62d0d within 7.08 rgb
    """
    get_metric(metric)
    with Opened(image, to_reading(channels, upright, max_pixels)) as opened:
        notes, name, format = opened.info.notes, opened.name, opened.info.format
        good, bad = read_samples(opened, wanted, unwanted)
    warn_of(notes, name)
    wanted_colors, unwanted_colors = Cloud.of(good.colors, metric, format), Cloud.of(bad.colors, metric, format)
    wanted_colors = _takeable(wanted_colors, good)
    balls, alike = cover(wanted_colors, unwanted_colors.part(unwanted_colors.is_finite))
    _tell(alike, good, bad, format)
    if len(balls) > MOST_COLORS_UNSAID:
        warn(
            f"the query has {len(balls)} colours: wanted and unwanted ones lie among each other; "
            "leave out samples at borders and in shadows, or try another metric"
        )
    query = any_of(*balls)
    _check(query, wanted_colors, unwanted_colors, alike, format)
    return replace(query, text=write_query(query))


def _takeable(cloud: Cloud, samples: Samples) -> Cloud:
    """Return the colours that a query can take; say which it cannot."""
    can = cloud.is_takeable
    if not len(can):
        raise PictureError("no wanted pixel was given; give points (x, y), boxes (x, y, width, height) or a mask")
    if can.all():
        return cloud
    x, y = samples.place(cloud.stored[~can][0])
    message = f"no query takes the wanted pixel at ({x}, {y}): it is NaN, or far beyond 0 to 1"
    if not can.any():
        raise PictureError(f"{message}; give others")
    warn(f"{message}; it is left out, with {np.count_nonzero(~can) - 1} more colours")
    return cloud.part(can)


def _tell(alike: list[Alike], good: Samples, bad: Samples, format: PixelFormat) -> None:
    if not alike:
        return
    (wanted, unwanted), (x, y), (x2, y2) = alike[0], good.place(alike[0].wanted), bad.place(alike[0].unwanted)
    shown, shown2 = (str(Cloud.color(stored / format.unit)) for stored in (wanted, unwanted))
    more = f"; nor can {len(alike) - 1} more colours" if len(alike) > 1 else ""
    warn(
        f"{shown}, wanted at ({x}, {y}), and {shown2}, unwanted at ({x2}, {y2}), cannot be told apart{more}; "
        "the query takes both: leave out one of the samples"
    )


def _check(query: Query, wanted: Cloud, unwanted: Cloud, alike: list[Alike], format: PixelFormat) -> None:
    """Hold the query against every sample, by the set of colours that a search uses."""
    colors = resolve(query, format)
    taken = unwanted.stored[unwanted.inside(colors)]
    allowed = {tuple(pair.unwanted) for pair in alike}
    if not wanted.inside(colors).all() or any(tuple(stored) not in allowed for stored in taken):
        raise AssertionError(f"{query} is not what was to be learned; please report this")
