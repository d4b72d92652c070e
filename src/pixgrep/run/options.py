"""The keyword arguments that all functions share, as the user gave them; checked."""

from collections.abc import Sequence
from numbers import Integral
from typing import TypedDict

from pixgrep.backends import check_backend
from pixgrep.errors import PictureError, PixgrepError
from pixgrep.model import Box, ChannelOrder, Layout
from pixgrep.sources import DecoderName


class OptionsButLayout(TypedDict, total=False):
    """The keyword arguments of every function, see `pixgrep.compile`, but the one that decides what `find` returns."""

    within: float
    metric: str
    channels: ChannelOrder
    region: Sequence[int] | None
    backend: str
    threads: int | None
    upright: bool
    max_pixels: int
    decoder: DecoderName


class Options(OptionsButLayout, total=False):
    """The keyword arguments of every function, see `pixgrep.compile`."""

    layout: Layout


def to_region(region: Sequence[int] | None) -> Box | None:
    """
    Return (x, y, width, height) as a box.

    Raises
    ------
    PictureError
        It is none.

    Examples
    --------
    >>> to_region([1, 2, 30, 40])
    Box(x=1, y=2, width=30, height=40)
    """
    if region is None:
        return None
    try:
        values = tuple(region)
        whole = tuple(int(value) for value in values)
    except (TypeError, ValueError, OverflowError):
        values = whole = ()
    if len(whole) != 4 or whole != values or min(whole) < 0:
        raise PictureError(f"the region is {region!r}; give (x, y, width, height) as whole numbers from 0 on")
    return Box(*whole)


def check_run(backend: str, threads: int | None) -> None:
    """
    Refuse what is no way to run.

    Raises
    ------
    PixgrepError
        There is no such backend, or `threads` is not a positive whole number.
    """
    check_backend(backend)
    if threads is not None and (isinstance(threads, bool) or not isinstance(threads, Integral) or threads < 1):
        raise PixgrepError(f"threads is {threads!r}; give a whole number from 1 on, or None to decide here")
