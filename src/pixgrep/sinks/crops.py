"""Regions cut out of their picture: a PNG each, in a folder for each picture."""

import os
from dataclasses import dataclass

import numpy as np

from pixgrep.errors import PictureError
from pixgrep.matches import Failed
from pixgrep.model import Box, Pixels
from pixgrep.regions import Regions
from pixgrep.sinks.maps import FASTEST, MapFiles
from pixgrep.sinks.text import TextSink
from pixgrep.sources.opened import read_searched


@dataclass(frozen=True)
class Crops:
    """
    What was cut out of one picture.

    Attributes
    ----------
    source : str
        The name of the picture.
    notes : tuple of str
        What is to be known of it.
    files : tuple of (str, Box)
        Where each region is now, and which part of the picture that is.
    """

    source: str
    notes: tuple[str, ...]
    files: tuple[tuple[str, Box], ...]


def write_crops(regions: Regions, maps: MapFiles, pad: int, notes: tuple[str, ...] = ()) -> Crops:
    """
    Cut every region out of its picture, and write it: ``folder/path/of/picture.jpg/LABEL.png``.

    Pixels are those that were searched: of as many channels and bits, but without colour profile and other notes.

    Parameters
    ----------
    regions : Regions
        Of a file; it is read once more, unless there are none.
    maps : MapFiles
        Where to.
    pad : int
        By how many pixels boxes are grown on each side, as far as the picture goes.
    notes : tuple of str
        What is to be known of the picture.

    Raises
    ------
    PictureError
        Its pixels are floats, which a PNG has not; or it was replaced by a smaller one.
    OutputError
        A file exists, or cannot be written.
    """
    if not regions:
        return Crops(regions.source, notes, ())
    pixels, format = read_searched(regions.source, regions.about.reading, regions.about.region)
    if format.is_float:
        raise PictureError(f"{regions.source}: a PNG has no {format.dtype} pixels; convert it to 16 bits")
    height, width = pixels.shape[:2]
    folder, files = maps.folder(regions.source), []
    for label, box in zip(regions.labels.tolist(), regions.boxes.tolist(), strict=True):
        part = _grown(Box(*box), pad, width, height)
        path = os.path.join(folder, f"{label}.png")
        maps.write(_png(pixels, part), regions.source, path)
        files.append((path, part))
    return Crops(regions.source, notes, tuple(files))


def _grown(box: Box, pad: int, width: int, height: int) -> Box:
    left, top = max(box.x - pad, 0), max(box.y - pad, 0)
    right, bottom = min(box.x + box.width + pad, width), min(box.y + box.height + pad, height)
    return Box(left, top, right - left, bottom - top)


def _png(pixels: Pixels, box: Box) -> bytes:
    from imagecodecs import png_encode

    x, y, width, height = box
    part = np.ascontiguousarray(pixels[y : y + height, x : x + width])
    return bytes(png_encode(part[:, :, 0] if part.shape[2] == 1 else part, level=FASTEST))


@dataclass
class CropLinesSink(TextSink):
    """``file:x,y,width,height`` for every file that was written: which part of the picture it is."""

    def add(self, result: Crops | Failed) -> None:
        """Write the lines of one picture."""
        if isinstance(result, Failed):
            return
        for path, box in result.files:
            self.output.write(self.name(path) + b":%d,%d,%d,%d\n" % box)
