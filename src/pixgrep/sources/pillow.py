"""
What Pillow opens, and PIL images.

Pillow reads the header; imagecodecs decodes plain PNG, JPEG and WebP two to three times as fast to the same pixels,
and what has 16 bits, which Pillow would cut to 8; Pillow decodes the rest.
"""

import importlib
import logging
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from pixgrep.errors import PictureError
from pixgrep.model import PixelFormat, Pixels
from pixgrep.sources import Info, Reading, frame_notes
from pixgrep.sources.still import guarded, refuse_large

if TYPE_CHECKING:
    from PIL import Image

logging.getLogger("imagecodecs").addHandler(logging.NullHandler())  # what it warns of (odd ICC profiles) does no harm

ORIENTATION = 0x0112
TURNED = range(2, 9)
"""Values of EXIF orientation that change anything."""
SIDEWAYS = range(5, 9)
"""Values of EXIF orientation that exchange rows and columns."""
GREY, GREY_ALPHA, COLOR, COLOR_ALPHA = (PixelFormat("uint8", channels) for channels in (1, 2, 3, 4))
GREY16, GREY_FLOAT = PixelFormat("uint16", 1), PixelFormat("float32", 1)
MODES_OF_16_BITS = ("I;16", "I;16L", "I;16B", "I;16N")
FORMATS = {
    **dict.fromkeys(("1", "L"), GREY),
    **dict.fromkeys(("LA", "La"), GREY_ALPHA),
    **dict.fromkeys(("RGB", "RGBX", "CMYK", "YCbCr", "LAB", "HSV", "P"), COLOR),
    **dict.fromkeys(("RGBA", "RGBa", "PA"), COLOR_ALPHA),
    **dict.fromkeys(MODES_OF_16_BITS, GREY16),
    "F": GREY_FLOAT,
}
MODES = {GREY: "L", GREY_ALPHA: "LA", COLOR: "RGB", COLOR_ALPHA: "RGBA"}
DEEP_PNG = {"I;16B": 1, "LA;16B": 2, "RGB;16B": 3, "RGBA;16B": 4}
"""Channels of 16-bit PNG, by the mode that Pillow would cut to 8 bits."""


STEPS = {"L;2": 85, "L;4": 17}
"""By how much grey values differ that have fewer than 8 bits, by the mode that Pillow reads them in."""


def open_image(kind: str, content: BinaryIO) -> "Image.Image":
    """
    Read the header of a file of a known kind.

    `PIL.Image.open` would try every plug-in and apply a size limit that is one variable for the whole process.
    """
    plugin = importlib.import_module(f"PIL.{kind}ImagePlugin")
    opened: Image.Image = getattr(plugin, f"{kind}ImageFile")(content)
    return opened


class PillowDecoder:
    """
    A PIL image, lazily loaded.

    Parameters
    ----------
    image : PIL.Image.Image
        Opened, not yet loaded.
    reading : Reading
        Orientation and size limit.
    content : binary file, optional
        Where it came from; without it, Pillow decodes.
    """

    def __init__(self, image: "Image.Image", reading: Reading, content: BinaryIO | None = None) -> None:
        if content is not None:
            refuse_large(*image.size, reading)
        self.image = image
        self._content = content
        self._format = _format_of(image)
        self._orientation = int(image.getexif().get(ORIENTATION, 1)) if reading.upright else 1
        width, height = image.size if self._orientation not in SIDEWAYS else image.size[::-1]
        self._frames = int(getattr(image, "n_frames", 1))
        palette = _palette(image, self._format)
        is_contiguous = self._orientation not in TURNED
        notes = frame_notes(self._frames)
        self.info = Info(height, width, self._format, palette, is_contiguous, notes, step=_step_of(image))

    def read(self) -> Pixels:
        """Decode the pixels."""
        pixels = self._decode()
        return turn(pixels[:, :, np.newaxis] if pixels.ndim == 2 else pixels, self._orientation)

    def _decode(self) -> Pixels:
        image = self.image
        content = self._content
        if content is None:
            return _loaded(image, self._format)
        if image.format == "PNG" and image.mode != "P":  # Pillow cuts 16 bits to 8, and 1-bit pictures lose their alpha
            from imagecodecs import png_decode as decode
        elif image.format == "WEBP" and self._frames == 1:
            from imagecodecs import webp_decode as decode
        elif image.format == "JPEG" and image.mode in ("L", "RGB") and _ends_whole(content):
            from imagecodecs import jpeg8_decode as decode
        else:
            return _loaded(image, self._format)
        content.seek(0)
        pixels: Pixels = decode(content.read())
        return pixels


def _ends_whole(content: Any) -> bool:
    """Return whether a JPEG has its end marker; what is cut off, imagecodecs would fill with grey, Pillow refuses."""
    content.seek(-2, 2)
    return bool(content.read(2) == b"\xff\xd9")


def _format_of(image: "Image.Image") -> PixelFormat:
    transparency = "transparency" in image.info
    arguments = _arguments(image)
    raw_mode = _raw_mode(image)
    if image.format == "PNG" and raw_mode in DEEP_PNG:
        return PixelFormat("uint16", DEEP_PNG[raw_mode] + transparency)
    if image.format == "PPM" and image.mode == "I":
        return GREY16
    if image.format == "PPM" and image.mode == "RGB" and isinstance(arguments, tuple) and arguments[-1] > 255:
        raise PictureError("16-bit colour PNM cannot be read without loss; convert it to PNG or TIFF")
    if image.mode not in FORMATS:
        raise PictureError(
            f"pixels of mode {image.mode!r} cannot be searched; convert them, for instance by image.convert('RGB')"
        )
    format = FORMATS[image.mode]
    with_alpha = {GREY: GREY_ALPHA, COLOR: COLOR_ALPHA}
    return with_alpha.get(format, format) if transparency else format


def _arguments(image: "Image.Image") -> Any:
    """Return what Pillow will hand to its decoder."""
    tile = getattr(image, "tile", None)
    return tile[0][3] if tile else None


def _raw_mode(image: "Image.Image") -> str | None:
    arguments = _arguments(image)
    return arguments if isinstance(arguments, str) else next(iter(arguments or ()), None)


def _step_of(image: "Image.Image") -> int:
    return 255 if image.mode == "1" else STEPS.get(_raw_mode(image) or "", 1)


def _loaded(image: "Image.Image", format: PixelFormat) -> Pixels:
    image.load()
    if format in MODES and image.mode != MODES[format]:
        image = image.convert("RGBA" if image.mode == "RGBa" else MODES[format])
    pixels: Pixels = np.asarray(image)
    return pixels.astype(format.dtype, copy=False)


def _palette(image: "Image.Image", format: PixelFormat) -> NDArray[np.uint8] | None:
    """Return all colours that the header allows, or None where it does not say."""
    if image.mode == "1" and format == GREY and image.format in ("PNG", "BMP", "PPM"):
        return np.array([[0], [255]], np.uint8)
    if image.mode != "P" or image.format not in ("PNG", "BMP") or image.palette is None:
        return None
    raw_mode = image.palette.rawmode or image.palette.mode
    layout = {"RGB": [0, 1, 2], "BGR": [2, 1, 0], "BGRX": [2, 1, 0]}.get(raw_mode)
    if layout is None:
        return None
    entries = np.frombuffer(bytes(image.palette.palette), np.uint8).reshape(-1, len(raw_mode))
    palette = np.zeros((256, format.channels), np.uint8)  # an index beyond the palette is black
    palette[: len(entries), :3] = entries[:, layout]
    if format.has_alpha:
        palette[:, 3] = 255
        transparency = image.info["transparency"]
        if isinstance(transparency, bytes):
            palette[: len(transparency), 3] = np.frombuffer(transparency, np.uint8)
        else:
            palette[transparency, 3] = 0
    return palette


def turn(pixels: Pixels, orientation: int) -> Pixels:
    """
    Return a view of pixels as EXIF orientation 1 to 8 wants them shown; any other number leaves them.

    Examples
    --------
    >>> turn(np.array([[[1], [2], [3]]]), 6)[..., 0]
    array([[1],
           [2],
           [3]])
    """
    if orientation in SIDEWAYS:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


class ImageSource:
    """
    A PIL image.

    One of 16 bits a channel that Pillow opened, but has not loaded, is decoded from its file: Pillow would cut it.
    """

    def __init__(self, image: "Image.Image", reading: Reading) -> None:
        self.name = str(getattr(image, "filename", "") or "<image>")
        is_cut = guarded(self.name, lambda: _format_of(image)).dtype == "uint16" and image.mode not in MODES_OF_16_BITS
        content = getattr(image, "fp", None) if is_cut else None
        self._decoder = guarded(self.name, lambda: PillowDecoder(image, reading, content))
        self.info = self._decoder.info

    def read(self) -> Pixels:
        """Return the pixels."""
        return guarded(self.name, self._decoder.read)

    def close(self) -> None:
        """Do nothing: the image is its owner's."""
