"""
From what the user has to pixels. Sources never look at a colour.

A source is an object with the attributes of `Source`; `open_source` makes one of whatever it is given. A new kind of
source is one file here and one line in `open_source`.
"""

import io
import os
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args

from pixgrep.errors import PictureError
from pixgrep.model import ChannelOrder, Layout, PixelFormat, Pixels
from pixgrep.sources.layout import AXES

MOST_PIXELS = 178_956_970
"""Pixels of a file that is decoded whole, unless the user allows more: Pillow's own limit, half a gigabyte of RGB."""
DecoderName = Literal["cpu", "cuda"]
"""What can decode files: the processor, or a GPU."""
LONGEST_PATH = 4096
"""Bytes from which on something cannot be the name of a file."""


@dataclass(frozen=True)
class Info:
    """
    What is known of a picture before its pixels are.

    Attributes
    ----------
    height, width : int
        In pixels, as they will be searched; of each picture, where they are many.
    format : PixelFormat
        Of the pixels that `read` returns.
    palette : ndarray or None
        All colours that the picture can have, shape (n, channels), in that format; None where the header does not say.
    is_contiguous : bool
        Whether `read` returns pixels side by side.
    notes : tuple of str
        What the user should know of it.
    is_on_device : bool
        Whether `read` returns pixels in the memory of a GPU.
    step : int
        By how much neighbouring values of a channel differ: more than 1 where the file has 1, 2 or 4 bits.
    pictures : int or None
        How many pictures a batch has; None where it is one picture, and no batch.
    """

    height: int
    width: int
    format: PixelFormat
    palette: Pixels | None = None
    is_contiguous: bool = True
    notes: tuple[str, ...] = ()
    is_on_device: bool = False
    step: int = 1
    pictures: int | None = None


class Source(Protocol):
    """One picture."""

    name: str
    """What to call it: the path as given, or ``"<array>"``."""

    @property
    def info(self) -> Info:
        """What is known without decoding pixels."""

    def read(self) -> Any:
        """
        Return all pixels, shape (height, width, channels), any strides; `DevicePixels` where they are on a GPU.

        Of a batch in the memory of the CPU the shape is (pictures, height, width, channels).
        """

    def close(self) -> None:
        """Let go of what was opened."""


def frame_notes(frames: int) -> tuple[str, ...]:
    """Return what to say of a file that holds several pictures."""
    return (f"the first of {frames} frames or pages is searched",) if frames > 1 else ()


@dataclass(frozen=True)
class Reading:
    """
    How pictures are read.

    Attributes
    ----------
    channels : {"rgb", "bgr"}
        The order of the colours in arrays; files are always RGB.
    upright : bool
        Whether to turn a file as its EXIF orientation says; otherwise pixels stay as stored.
    max_pixels : int
        Files with more pixels are refused before memory is taken.
    layout : {"hwc", "chw", "nhwc", "nchw"}
        The order of the axes of arrays.
    decoder : {"cpu", "cuda"}
        What decodes files: the processor, or a GPU where it can.
    """

    channels: ChannelOrder = "rgb"
    upright: bool = False
    max_pixels: int = MOST_PIXELS
    layout: Layout = "hwc"
    decoder: DecoderName = "cpu"


def to_reading(
    channels: ChannelOrder,
    upright: bool,
    max_pixels: int,
    layout: Layout = "hwc",
    decoder: DecoderName = "cpu",
) -> Reading:
    """
    Return how pictures are read, from what a user gave.

    Raises
    ------
    PictureError
        `channels`, `max_pixels`, `layout` or `decoder` is none.
    """
    if channels not in ("rgb", "bgr"):
        raise PictureError(f"channels is {channels!r}; give 'rgb' (also for RGBA) or 'bgr' (also for BGRA)")
    if isinstance(max_pixels, bool) or not isinstance(max_pixels, int) or max_pixels < 1:
        raise PictureError(f"max_pixels is {max_pixels!r}; give a whole number from 1 on")
    if layout not in tuple(AXES):
        names = ", ".join(map(repr, AXES))
        raise PictureError(f"layout is {layout!r}; give {names}: n pictures, height, width, channels")
    if decoder not in get_args(DecoderName):
        raise PictureError(f"decoder is {decoder!r}; give 'cpu', or 'cuda' for NVIDIA's nvImageCodec")
    return Reading(channels, bool(upright), max_pixels, layout, decoder)


def open_source(picture: Any, reading: Reading | None = None) -> Source:
    """
    Return the source for whatever holds a picture.

    Parameters
    ----------
    picture : ndarray, array with an interface (CUDA's, too) or DLPack, PIL image, path, binary file, or its bytes
        Anything that is not a path, a file or a PIL image must be an array, see `pixgrep.sources.array`.
    reading : Reading, optional
        How to read it.

    Raises
    ------
    PictureError
        It is none of these, or no array where `reading` says how its axes are ordered.
    """
    from pixgrep.sources.array import ArraySource
    from pixgrep.sources.device import DeviceSource, is_on_device
    from pixgrep.sources.pillow import ImageSource

    reading = reading or Reading()
    if isinstance(picture, (bytes, bytearray, memoryview)) and not _is_path(bytes(picture)):
        _refuse_layout(reading)
        return _open_file(io.BytesIO(picture), reading)
    if isinstance(picture, (str, bytes, os.PathLike)) or hasattr(picture, "read"):
        _refuse_layout(reading)
        return _open_file(picture, reading)
    if hasattr(picture, "getexif") and hasattr(picture, "tobytes"):  # a PIL image; PIL need not be loaded to see it
        _refuse_layout(reading)
        return ImageSource(picture, reading)
    if is_on_device(picture):
        return DeviceSource(picture, reading)
    return ArraySource(picture, reading)


def _open_file(file: Any, reading: Reading) -> Source:
    from pixgrep.sources.still import StillSource

    still = StillSource(file, reading)
    if reading.decoder == "cpu":
        return still
    from pixgrep.sources.nvimagecodec import NvImageCodecSource

    return NvImageCodecSource(still)


def _refuse_layout(reading: Reading) -> None:
    if reading.layout != "hwc":
        raise PictureError(f"layout={reading.layout!r} is for arrays; files and PIL images have none: leave it out")


def _is_path(given: bytes) -> bool:
    """Return whether bytes can be the name of a file, rather than what is in one."""
    return 0 < len(given) < LONGEST_PATH and b"\0" not in given and b"\n" not in given
