"""A picture out for each picture in, under its own name: label maps and their colours, as PNG."""

import os
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from pixgrep.errors import OutputError
from pixgrep.sinks.output import WholeFile, output_errors

if TYPE_CHECKING:
    from PIL import Image

FASTEST = 1
"""Level of compression: label maps become hardly smaller by higher ones."""


class MapFiles:
    """
    Names and writes the pictures; threads may share it.

    Parameters
    ----------
    target : str
        A file; or a folder, in which each picture keeps its place below the folder that all inputs have in common.
    roots : sequence of str
        Files and folders that are read.
    is_folder : bool
        Which of the two.
    force : bool
        Whether other files may be replaced; those that are read never are.

    Examples
    --------
    >>> files = MapFiles("ids", ["."], is_folder=True)
    >>> files.path("deep/a.jpg")
    'ids/deep/a.png'
    """

    def __init__(self, target: str, roots: Sequence[str], *, is_folder: bool, force: bool = False) -> None:
        self._target = target
        self._is_folder = is_folder
        self._force = force
        self._read = frozenset(os.path.realpath(root) for root in roots if not os.path.isdir(root))
        folders = [os.path.abspath(root if os.path.isdir(root) else os.path.dirname(root)) for root in roots]
        self._base = os.path.commonpath(folders)

    def path(self, source: str) -> str:
        """Return where the picture goes that is made from a file."""
        return os.path.splitext(self.folder(source))[0] + ".png" if self._is_folder else self._target

    def folder(self, source: str) -> str:
        """Return the folder for pictures that are made from a file, where there are many: no other file has it."""
        return os.path.join(self._target, os.path.relpath(os.path.abspath(source), self._base))

    def write(self, content: bytes, source: str, path: str) -> None:
        """
        Write one picture, whole or not at all.

        Parameters
        ----------
        content : bytes
            A PNG, see `ids_png` and `colors_png`.
        source : str
            The file that it was made from.
        path : str
            Where to, see `path`.

        Raises
        ------
        OutputError
            It cannot be written, exists, or is read by this run.
        """
        if os.path.realpath(path) in {*self._read, os.path.realpath(source)}:
            raise OutputError(f"{path}: a picture that is read would be replaced; choose another folder")
        if self._is_folder and os.path.islink(path):
            raise OutputError(
                f"{path}: a link, what it points to would be replaced; remove it, or choose another folder"
            )
        with output_errors(path):
            if self._is_folder:
                os.makedirs(os.path.dirname(path), exist_ok=True)
            file = WholeFile(path, force=self._force)
            file.open()
            try:
                file.write(content)
                file.close()
            finally:
                file.abort()


def ids_png(ids: NDArray[Any]) -> bytes:
    """
    Return ids as a grey PNG.

    Runs alone are looked for, between rows alone: a third of the time of level 1, and label maps become no larger.

    Parameters
    ----------
    ids : ndarray, shape (height, width), uint8 or uint16
        Any strides; not empty.
    """
    from imagecodecs import PNG, png_encode

    return bytes(png_encode(ids, level=FASTEST, strategy=PNG.STRATEGY.RLE, filter=PNG.FILTER.UP))


def colors_png(image: "Image.Image") -> bytes:
    """Return a picture as a PNG, with its palette if it has one."""
    content = BytesIO()
    image.save(content, "PNG", compress_level=FASTEST)
    return content.getvalue()
