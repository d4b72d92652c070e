"""Pictures out: one file for one picture, a folder for many."""

import os
from collections.abc import Callable

from PIL import Image

from pixgrep.errors import OutputError, PixgrepError
from pixgrep.matches import Failed, Matches
from pixgrep.regions import Regions
from pixgrep.sinks.output import WholeFile, output_errors

Found = Matches | Regions
Render = Callable[[Found], Image.Image]


class PictureSink:
    """
    Writes one picture for each that was searched.

    Parameters
    ----------
    target : str
        A file; or a folder, in which each picture keeps its own path and is a PNG.
    is_folder : bool
        Which of the two.
    render : callable
        Makes the picture from what was found.
    force : bool
        Whether other files may be replaced.
    lossless : bool
        Whether a format that changes pixels is refused.
    """

    def __init__(
        self, target: str, render: Render, *, is_folder: bool, force: bool = False, lossless: bool = False
    ) -> None:
        self._target = target
        self._render = render
        self._is_folder = is_folder
        self._force = force
        self._lossless = lossless
        self._written: set[str] = set()

    def begin(self) -> None:
        """
        Check the target, before anything is searched.

        Raises
        ------
        OutputError
            The file exists, or its name does not end as that of a picture.
        """
        if not self._is_folder:
            picture_format(self._target, lossless=self._lossless)
            file = WholeFile(self._target, force=self._force)
            file.open()
            file.abort()

    def add(self, result: Found | Failed) -> None:
        """Draw and write one picture."""
        if isinstance(result, Failed):
            return
        path = self._path(result.source)
        if os.path.realpath(path) == os.path.realpath(result.source):
            raise OutputError(f"{path}: the picture that is searched would be replaced; choose another folder")
        if path in self._written:
            raise OutputError(f"{path}: two pictures would be written here; search them one by one")
        self._written.add(path)
        format = picture_format(path, lossless=self._lossless)
        image = self._render(result)
        with output_errors(path):
            if self._is_folder:
                os.makedirs(os.path.dirname(path), exist_ok=True)
            file = WholeFile(path, force=self._force)
            file.open()
            try:
                image.save(file.file, format, **({"compress_level": 1} if format == "PNG" else {}))
                file.close()
            finally:
                file.abort()

    def _path(self, source: str) -> str:
        if not self._is_folder:
            return self._target
        parts = [part for part in os.path.splitdrive(source)[1].split(os.sep) if part not in ("", ".", "..")]
        inside = os.path.join(*parts) if parts else "picture"
        return os.path.join(self._target, inside if inside.lower().endswith(".png") else inside + ".png")

    def finish(self) -> None:
        """Do nothing: every picture is complete."""

    def abort(self) -> None:
        """Do nothing: every picture is complete, or not there."""


def picture_format(path: str, *, lossless: bool) -> str:
    """
    Return Pillow's name of the format that a path ends with.

    Raises
    ------
    OutputError
        It ends with none, or with one that changes pixels where that is not wanted.
    """
    suffix = os.path.splitext(path)[1].lower()
    format = Image.registered_extensions().get(suffix)
    allowed = ("PNG", "TIFF", "BMP", "PPM", "GIF") if lossless else ("PNG", "TIFF", "BMP", "PPM", "GIF", "JPEG", "WEBP")
    if format is None or format not in allowed:
        raise OutputError(f"{path}: a picture of kind {suffix!r} cannot be written; use one of {', '.join(allowed)}")
    return format


def mask_image(found: Found) -> Image.Image:
    """Return a grey picture of what was searched: 255 where a pixel matches, or is in a region, else 0."""
    return Image.fromarray(found.mask.view("uint8") * 255)


def overlay_image(found: Found) -> Image.Image:
    """
    Return the picture with its matches or regions lit and the rest dimmed; it is read once more.

    Raises
    ------
    OutputError
        It cannot be read again: it was no file, or it is gone.
    """
    try:
        return found.draw(found.source)
    except PixgrepError as error:
        raise OutputError(f"cannot draw on {error}") from error
