"""TIFF through tifffile: the first page only, and never another file that it may name."""

import math
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from pixgrep.errors import PictureError
from pixgrep.model import CHANNELS, DTYPES, PixelFormat, Pixels
from pixgrep.sources import Info, Reading, frame_notes
from pixgrep.sources.pillow import SIDEWAYS, TURNED, PillowDecoder, open_image, turn
from pixgrep.sources.still import Decoder, refuse_large

if TYPE_CHECKING:
    import tifffile

MIN_IS_WHITE, MIN_IS_BLACK, RGB, PALETTE = range(4)
ORIENTATION = 274
ASSOCIATED_ALPHA = 1


def open_tiff(content: BinaryIO, reading: Reading) -> Decoder:
    """
    Return the decoder of the first page.

    CMYK, YCbCr, Lab and odd bit depths are left to Pillow. An extra sample of unknown meaning is taken for alpha. An
    OME-TIFF may name other files, which tifffile would read (``../../secret.tif``, seen with 2026.3): a page on its own
    never does.
    """
    import tifffile

    pages = tifffile.TiffFile(content, _multifile=False).pages
    page = pages.first
    refuse_large(page.imagewidth, page.imagelength, reading)
    is_plain = page.photometric in (MIN_IS_WHITE, MIN_IS_BLACK, RGB)
    is_plain |= page.photometric == PALETTE and page.samplesperpixel == 1
    if is_plain and page.bitspersample in (1, 8, 16, 32, 64):
        _refuse_missing(page)
        return TiffDecoder(page, len(pages), reading)
    content.seek(0)
    try:
        image = open_image("Tiff", content)
    except SyntaxError as error:  # what Pillow says of pixels it does not know
        kind = getattr(page.photometric, "name", page.photometric)
        pixels = f"{kind} pixels of {page.samplesperpixel} x {page.bitspersample} bits"
        raise PictureError(f"{pixels} cannot be searched; convert the picture to 8 or 16 bits a channel") from error
    return PillowDecoder(image, reading, content)


def _refuse_missing(page: "tifffile.TiffPage") -> None:
    """Raise where strips or tiles are missing: tifffile would fill them with black, or take minutes to skip them."""
    chunks = math.prod(page.chunked)
    if min(len(page.dataoffsets), len(page.databytecounts)) < chunks or not (
        all(page.dataoffsets) and all(page.databytecounts)
    ):
        raise PictureError(f"damaged or sparse: some of the {chunks} strips or tiles of the page are missing")


class TiffDecoder:
    """
    One page of grey, colour or palette pixels.

    Parameters
    ----------
    page : tifffile.TiffPage
        Its first page.
    frames : int
        How many pages the file has.
    reading : Reading
        Orientation.
    """

    def __init__(self, page: "tifffile.TiffPage", frames: int, reading: Reading) -> None:
        if page.axes not in ("YX", "YXS", "SYX"):
            raise PictureError(f"a page with axes {page.axes!r} cannot be searched; allowed are YX, YXS and SYX")
        self.page = page
        self._colors = _colormap(page)
        tag = page.tags.get(ORIENTATION)
        self._orientation = int(tag.value) if reading.upright and tag is not None else 1
        height, width = page.imagelength, page.imagewidth
        if self._orientation in SIDEWAYS:
            height, width = width, height
        is_contiguous = page.axes != "SYX" and self._orientation not in TURNED
        self.info = Info(
            height,
            width,
            _format_of(page),
            self._colors,
            is_contiguous,
            frame_notes(frames),
            step=255 if page.bitspersample == 1 else 1,
        )

    def read(self) -> Pixels:
        """Decode the page."""
        page = self.page
        pixels: Pixels = page.asarray()
        if page.axes == "YX":
            pixels = pixels[:, :, np.newaxis]
        elif page.axes == "SYX":
            pixels = np.moveaxis(pixels, 0, 2)
        if pixels.dtype == np.bool_:
            pixels = pixels.astype(np.uint8) * np.uint8(1 if self._colors is not None else 255)
        if page.photometric == MIN_IS_WHITE:
            pixels = pixels.copy()
            pixels[:, :, 0] = np.array(self.info.format.highest, pixels.dtype) - pixels[:, :, 0]
        if self._colors is not None:
            pixels = self._colors[pixels[:, :, 0]]
        if page.extrasamples == (ASSOCIATED_ALPHA,):
            pixels = _unmultiplied(pixels, self.info.format.highest)
        return turn(pixels, self._orientation)


def _colormap(page: "tifffile.TiffPage") -> NDArray[np.uint8] | None:
    """Return the colours of a palette page, shape (n, 3); TIFF stores them with 16 bits."""
    if page.photometric != PALETTE:
        return None
    return (np.asarray(page.colormap, np.uint16) >> 8).astype(np.uint8).T.copy()


def _unmultiplied(pixels: Pixels, highest: float) -> Pixels:
    """Return pixels whose colours are no longer multiplied by their alpha; black where they are transparent."""
    alpha = pixels[:, :, -1:]
    full = np.array(highest, np.uint32 if pixels.dtype.kind == "u" else np.float64)
    divide = np.floor_divide if pixels.dtype.kind == "u" else np.true_divide
    colors = np.zeros_like(pixels[:, :, :-1], full.dtype)
    divide(pixels[:, :, :-1] * full, alpha, out=colors, where=alpha > 0)
    return np.concatenate((np.minimum(colors, full).astype(pixels.dtype), alpha), axis=2)


def _format_of(page: "tifffile.TiffPage") -> PixelFormat:
    if page.photometric == PALETTE:
        return PixelFormat("uint8", 3)
    dtype = "uint8" if page.bitspersample == 1 else str(page.dtype)
    if dtype not in DTYPES or page.samplesperpixel not in CHANNELS:
        raise PictureError(
            f"pixels of {page.samplesperpixel} x {dtype} cannot be searched; allowed are 1 to 4 of {', '.join(DTYPES)}"
        )
    return PixelFormat(dtype, page.samplesperpixel)
