"""
Picture files: opened, guarded, and handed to the decoder that their first bytes name.

What the pixels of each kind of file are:

- 1-bit, grey and colour stay what they are; 16-bit stays 16-bit; a palette becomes its colours;
- transparency becomes alpha; premultiplied alpha is divided out; CMYK, YCbCr and Lab become RGB by Pillow's formulas;
- colour profiles and gamma are not applied; EXIF orientation only when asked for;
- of files with several frames or pages, the first is read.
"""

import io
import os
import stat
from collections.abc import Callable
from functools import cached_property
from typing import Any, BinaryIO, Protocol, TypeVar

import numpy as np

from pixgrep.errors import DecodeError, PictureError, one_line
from pixgrep.model import Pixels
from pixgrep.sources import Info, Reading

Result = TypeVar("Result")

# What a kind of file begins with, and who decodes it. A name alone never chooses a decoder; kinds that can name other
# files or run programs (SVG, EPS, PDF, VRT ...) are not here.
MAGIC: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "Png"),
    (b"\xff\xd8\xff", 0, "Jpeg"),
    (b"GIF8", 0, "Gif"),
    (b"WEBP", 8, "WebP"),
    (b"II*\0", 0, "Tiff"),
    (b"MM\0*", 0, "Tiff"),
    (b"II+\0", 0, "Tiff"),
    (b"MM\0+", 0, "Tiff"),
    (b"BM", 0, "Bmp"),
    (b"ftypavif", 4, "Avif"),
    (b"ftypavis", 4, "Avif"),
    (b"qoif", 0, "Qoi"),
    *((b"P%d" % digit, 0, "Ppm") for digit in range(1, 7)),
)
KINDS = "PNG, JPEG, GIF, WebP, TIFF, BMP, AVIF, QOI and PNM"
SUFFIXES = (
    *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".webp", ".tif", ".tiff"),
    *(".bmp", ".dib", ".avif", ".qoi", ".pbm", ".pgm", ".ppm", ".pnm"),
)


class Decoder(Protocol):
    """An open file whose header was read."""

    info: Info

    def read(self) -> Pixels:
        """Decode the pixels, shape (height, width, channels)."""


class StillSource:
    """
    A picture file, or an open binary file that holds one.

    Parameters
    ----------
    file : path or binary file
        A path must name a regular file: a FIFO would block for ever, a device may never end.
    reading : Reading
        Orientation and size limit.
    """

    def __init__(self, file: Any, reading: Reading) -> None:
        self._file = file
        self._reading = reading
        self._content: BinaryIO | None = None
        if isinstance(file, (str, bytes, os.PathLike)):
            self.name = os.fsdecode(file)
        else:
            self.name = str(getattr(file, "name", "<file>"))

    @cached_property
    def info(self) -> Info:
        """What the header says; the file stays open until its pixels are read."""
        return guarded(self.name, lambda: self.decoder.info)

    def read(self) -> Pixels:
        """Decode the pixels, and close the file."""
        info = self.info
        try:
            return guarded(self.name, lambda: self._read(info))
        finally:
            self.close()

    def close(self) -> None:
        """Close the file."""
        if self._content is not None:
            self._content.close()
            self.__dict__.pop("decoder", None)  # reading once more opens it again

    def encoded(self) -> bytes:
        """Return the whole file as it is stored; the decoder stands where it stood."""
        _ = self.decoder  # opens the file
        assert self._content is not None
        place = self._content.tell()
        self._content.seek(0)
        content = self._content.read()
        self._content.seek(place)
        return content

    @cached_property
    def decoder(self) -> Decoder:
        """The open file, its header read; raises whatever is wrong with it."""
        content = self._content = self._open()
        start = content.read(16)
        content.seek(0)
        if not start:
            raise DecodeError("the file is empty; give a picture")
        kind = kind_of(start)
        if kind is None:
            raise DecodeError(f"not a picture that can be read ({KINDS})")
        return _open_decoder(kind, content, self._reading)

    def _open(self) -> BinaryIO:
        if not isinstance(self._file, (str, bytes, os.PathLike)):
            return self._copied()
        mode = os.stat(self._file).st_mode
        if stat.S_ISDIR(mode):
            raise DecodeError("a folder; give a picture, or search folders with pixgrep.scan()")
        if not stat.S_ISREG(mode):
            raise DecodeError("not a regular file; give a picture")
        return open(self.name, "rb")  # tifffile wants names as text

    def _copied(self) -> BinaryIO:
        """Return what an open file holds from where it stands; it is left there, where it can go back."""
        can_seek = getattr(self._file, "seekable", lambda: False)()
        start = self._file.tell() if can_seek else None
        read = self._file.read()
        if isinstance(read, str):
            raise DecodeError("the file was opened as text; open it with mode 'rb'")
        content = io.BytesIO(read)
        if start is not None:
            self._file.seek(start)
        return content

    def _read(self, info: Info) -> Pixels:
        pixels = self.decoder.read()
        expected = (info.height, info.width, info.format.channels)
        if pixels.shape != expected or pixels.dtype != np.dtype(info.format.dtype):
            found = f"{pixels.shape} {pixels.dtype}"
            raise DecodeError(f"the header promises {expected} {info.format.dtype}, the file holds {found}")
        return pixels


def guarded(name: str, work: Callable[[], Result]) -> Result:
    """Run a step of decoding; decoders raise anything (TypeError, struct.error, SyntaxError ...) on bad files."""
    try:
        return work()
    except PictureError as error:
        raise DecodeError(f"{name}: {error}") from error
    except MemoryError as error:
        message = "not enough memory to decode it; refuse such files by max_pixels (--max-pixels)"
        raise DecodeError(f"{name}: {message}") from error
    except Exception as error:
        message = getattr(error, "strerror", None) or f"damaged ({one_line(error)})"
        raise DecodeError(f"{name}: {message}") from error


def kind_of(start: bytes) -> str | None:
    """Return the kind of file that begins with these 16 bytes, or None."""
    return next((kind for magic, offset, kind in MAGIC if start[offset:].startswith(magic)), None)


def _open_decoder(kind: str, content: BinaryIO, reading: Reading) -> Decoder:
    if kind == "Tiff":
        from pixgrep.sources.tiff import open_tiff

        return open_tiff(content, reading)
    from pixgrep.sources.pillow import PillowDecoder, open_image

    return PillowDecoder(open_image(kind, content), reading, content)


def refuse_large(width: int, height: int, reading: Reading) -> None:
    """
    Raise before memory is taken for too large a picture.

    Raises
    ------
    DecodeError
        It has more pixels than allowed.
    """
    if width * height > reading.max_pixels:
        raise DecodeError(
            f"{width} x {height} pixels are more than the {reading.max_pixels:,} allowed; "
            f"allow more with max_pixels={width * height} (--max-pixels)"
        )
