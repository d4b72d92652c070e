"""The picture that is searched, in any size: one of the user's, or a seeded one."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.api import census, count
from pixgrep.bench.question import Question, Rgb
from pixgrep.errors import PictureError, warn_of
from pixgrep.gpu.device import copy_to_host
from pixgrep.model import PixelFormat
from pixgrep.sources import Reading
from pixgrep.sources.opened import Opened

Picture = NDArray[np.uint8]

ORANGE = (255, 136, 0)
EXACT_SHARE, NEAR_SHARE = 0.001, 0.01
"""Of the seeded picture, how many of its pixels have the colour, and how many one close to it."""
PIXELS_TO_KNOW_COLORS = 1_000_000
UNLOADED = "numpy"
"""The backend that needs no loading: that of another would be missing from the time of its first search."""
SEED = 20261123
SEEDED_HEIGHT, SEEDED_WIDTH = 1200, 1600


@dataclass(frozen=True)
class Subject:
    """
    A picture and the questions about it.

    Attributes
    ----------
    name : str
        What to call it.
    picture : ndarray, shape (height, width, 3), uint8
        RGB.
    questions : tuple of Question
    """

    name: str
    picture: Picture
    questions: tuple[Question, ...]

    @cached_property
    def shares(self) -> tuple[float, ...]:
        """How large a part of the pixels each question matches, 0 to 1."""
        return tuple(_share(self.picture, question) for question in self.questions)

    def scaled(self, width: int, height: int) -> Picture:
        """
        Return its own pixels as a picture of another size: a thumbnail by nearest neighbours, or tiles.

        No colour is mixed, so that every size has about the same share of each.

        Examples
        --------
        >>> Subject("dots", np.arange(12, dtype=np.uint8).reshape(2, 2, 3), ()).scaled(3, 1)[..., 0]
        array([[0, 3, 0]], dtype=uint8)
        """
        rows, columns = (_picked(*sizes) for sizes in zip((height, width), self.picture.shape[:2], strict=True))
        narrow = self.picture[:, columns]  # all rows first: tiles of rows are then copied one by one
        scaled = np.empty((height, width, 3), np.uint8)
        return np.take(narrow, rows, axis=0, out=scaled, mode="clip")


def seeded(color: Rgb | None, within: int) -> Subject:
    """Return a picture of light and noise; of a thousand pixels one has the colour, and ten others are near it."""
    color = color or ORANGE
    random = np.random.default_rng(SEED)
    down = np.linspace(60, 200, SEEDED_HEIGHT, dtype=np.float32)[:, np.newaxis, np.newaxis]
    right = np.linspace(-30, 30, SEEDED_WIDTH, dtype=np.float32)[:, np.newaxis]
    noise = random.standard_normal((SEEDED_HEIGHT, SEEDED_WIDTH, 3), np.float32)
    picture = (down + right + 12 * noise).clip(0, 254).astype(np.uint8)
    pixels = picture.reshape(-1, 3)
    places = random.permutation(len(pixels))
    near, exact = round(NEAR_SHARE * len(pixels)), round(EXACT_SHARE * len(pixels))
    steps = random.integers(-within, within + 1, (near, 3))
    pixels[places[:near]] = (np.array(color) + steps).clip(0, 255)
    pixels[places[near : near + exact]] = color
    return Subject("seeded picture", picture, _questions(color, within))


def opened(given: Any, color: Rgb | None, within: int, reading: Reading) -> Subject:
    """
    Decode a picture, once.

    Parameters
    ----------
    given
        Whatever `pixgrep.find` takes.
    color : tuple of int, optional
        What to look for; where it is None, the colour of which there is most nearly one pixel in a thousand.
    within : int
        The tolerance of the second question.
    reading : Reading
        How it is read.

    Raises
    ------
    PictureError, DecodeError
        It cannot be read, or has no pixels.
    """
    with Opened(given, reading) as task:
        if not task.region.width * task.region.height:
            raise PictureError(f"{task.name}: there are no pixels to search; give a picture that has some")
        warn_of(task.info.notes, task.name)
        picture, name = to_rgb(copy_to_host(task.pixels()), task.info.format), task.name
    return Subject(name, picture, _questions(color or _typical_color(picture), within))


def to_rgb(pixels: NDArray[Any], format: PixelFormat) -> Picture:
    """
    Return pixels of any format as 8-bit RGB, which all contestants take; alpha is left out.

    Examples
    --------
    >>> to_rgb(np.array([[[65535, 0]]], np.uint16), PixelFormat("uint16", 2)).tolist()
    [[[255, 255, 255]]]
    """
    colors = pixels[..., :3] if format.has_color else np.repeat(pixels[..., :1], 3, axis=2)
    if format.has_color and format.order == "bgr":
        colors = colors[..., ::-1]
    if format.dtype != "uint8":
        colors = np.rint(np.nan_to_num(colors / format.unit).clip(0, 255))
    return np.ascontiguousarray(colors, np.uint8)


def _typical_color(picture: Picture) -> Rgb:
    """Return the colour whose share comes closest to that of the seeded picture."""
    step = max(1, math.isqrt(picture.size // 3 // PIXELS_TO_KNOW_COLORS))
    counted = census(picture[::step, ::step], backend=UNLOADED)
    nearest = int(np.argmin(np.abs(counted.shares - EXACT_SHARE)))
    red, green, blue = counted.colors[nearest].tolist()
    return red, green, blue


def _questions(color: Rgb, within: int) -> tuple[Question, ...]:
    return Question(color), Question(color, within)


def _share(picture: Picture, question: Question) -> float:
    return count(picture, question.color, within=question.within, backend=UNLOADED) / (picture.size // 3)


def _picked(wanted: int, there: int) -> NDArray[np.intp]:
    """Return which rows to take: evenly chosen ones, or all of them again and again."""
    if wanted > there:
        return np.arange(wanted) % there
    return np.arange(wanted) * there // wanted
