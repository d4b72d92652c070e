"""A picture being worked on: its source, the part that is wanted, and the pixels there."""

from contextlib import closing
from typing import Any, Self

from pixgrep.errors import PictureError
from pixgrep.gpu.device import copy_to_host
from pixgrep.model import Box, DevicePixels, PixelFormat, Pixels
from pixgrep.sources import Info, Reading, Source, open_source
from pixgrep.sources.layout import tall


class Opened:
    """
    One picture, opened; used as a context manager.

    Parameters
    ----------
    picture
        See `open_source`.
    reading : Reading
        How to read it.
    region : Box, optional
        The part that is wanted; all of it where it is None.

    Attributes
    ----------
    info : Info
        What is known before the pixels are.
    region : Box
        The part, inside the picture; inside each picture of a batch.

    Raises
    ------
    PictureError
        On entering: the picture is not usable, or the region reaches beyond it.
    """

    info: Info
    region: Box

    def __init__(self, picture: Any, reading: Reading, region: Box | None = None) -> None:
        self.source: Source = open_source(picture, reading)
        self._wanted = region

    def __enter__(self) -> Self:
        try:
            self.info = self.source.info
            self.region = _inside(self._wanted, self.info, self.source.name)
        except BaseException:
            self.source.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()

    @property
    def name(self) -> str:
        """What to call the picture."""
        return self.source.name

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the region; of a batch, as of one tall picture."""
        pictures = 1 if self.info.pictures is None else self.info.pictures
        return pictures * self.region.height, self.region.width

    def refuse_batch(self, verb: str, advice: str) -> None:
        """
        Say that something is done to one picture only.

        Raises
        ------
        PictureError
            There is a batch.
        """
        if self.info.pictures is not None:
            raise PictureError(f"{verb} is for one picture, and this is a batch of {self.info.pictures}; {advice}")

    def pixels(self) -> Pixels | DevicePixels:
        """Decode, and return the pixels of the region; those of a batch one below the other, where that is a view."""
        pixels: Pixels | DevicePixels = self.source.read()
        if isinstance(pixels, DevicePixels):
            return pixels.part(self.region)
        x, y, width, height = self.region
        return tall(pixels[..., y : y + height, x : x + width, :])


def read_searched(picture: Any, reading: Reading, region: Box) -> tuple[Pixels, PixelFormat]:
    """
    Return the pixels of a whole picture that was searched before, for a second look; and how they are stored.

    Raises
    ------
    PictureError
        It is smaller than what was searched.
    """
    with closing(open_source(picture, reading)) as source:
        info, pixels = source.info, copy_to_host(source.read())
    x, y, width, height = region
    if min(x, y) < 0 or x + width > info.width or y + height > info.height:
        raise PictureError(
            f"the picture has {info.width} x {info.height} pixels, the search covered {width} x {height} at "
            f"({x}, {y}); give the picture that was searched"
        )
    return pixels, info.format


def _inside(region: Box | None, info: Info, name: str) -> Box:
    if region is None:
        return Box(0, 0, info.width, info.height)
    if region.x + region.width > info.width or region.y + region.height > info.height:
        raise PictureError(
            f"{name}: the region {tuple(region)} reaches beyond the picture of {info.width} x {info.height} pixels; "
            "give (x, y, width, height) inside it"
        )
    return region
