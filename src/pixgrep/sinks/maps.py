"""A picture out for each picture in, under its own name: label maps and their colours, as PNG."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

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
        if not self._is_folder:
            return self._target
        inside = os.path.relpath(os.path.abspath(source), self._base)
        return os.path.join(self._target, os.path.splitext(inside)[0] + ".png")

    def write(self, image: "Image.Image", source: str, path: str) -> None:
        """
        Write one picture, whole or not at all.

        Raises
        ------
        OutputError
            It cannot be written, exists, or is read by this run.
        """
        if os.path.realpath(path) in {*self._read, os.path.realpath(source)}:
            raise OutputError(f"{path}: a picture that is read would be replaced; choose another folder")
        with output_errors(path):
            if self._is_folder:
                os.makedirs(os.path.dirname(path), exist_ok=True)
            file = WholeFile(path, force=self._force)
            file.open()
            try:
                image.save(file.file, "PNG", compress_level=FASTEST)
                file.close()
            finally:
                file.abort()
