"""Show where matches are: matching pixels as they are, the rest dimmed; boxes around regions, and their numbers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pixgrep.model import Box, PixelFormat, Pixels
from pixgrep.sources import Reading
from pixgrep.sources.opened import read_searched

if TYPE_CHECKING:
    from PIL import Image

DIM = 0.3
"""How much of its contrast the rest of the picture keeps."""
DARK = 96
"""Mean brightness, 0 to 255, below which matches stand out better from white than from black."""

LINE, AROUND = (255, 214, 0), (0, 0, 0)
"""The two lines of a box, RGB: one of them stands out from any picture."""
LINES = 700
"""A line is one pixel wide for so many of the longer side of the picture."""
DIGITS = 75
"""A digit is one pixel high for so many of the longer side of the picture."""
SMALLEST_DIGITS = 10
"""Pixels below which digits cannot be read."""


def displayable(pixels: Pixels, format: PixelFormat) -> NDArray[np.uint8]:
    """Return pixels as 8-bit RGB, shape (height, width, 3), as a screen would show them; alpha is left out."""
    if format.has_alpha:
        pixels = pixels[..., :-1]
    if format.order == "bgr" and format.has_color:
        pixels = pixels[..., ::-1]
    if format.dtype == "uint16":
        pixels = (pixels >> 8).astype(np.uint8)
    elif format.is_float:
        pixels = (np.nan_to_num(np.clip(pixels, 0, 1)) * 255 + 0.5).astype(np.uint8)
    return np.broadcast_to(pixels, (*pixels.shape[:2], 3)).astype(np.uint8, copy=False)


def overlay(picture: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """
    Return a picture in which the pixels of a mask keep their colour and the rest is grey and dim.

    The rest fades towards black; towards white, where the matches themselves are dark.

    Parameters
    ----------
    picture : ndarray, shape (height, width, 3), uint8
        RGB.
    mask : ndarray, shape (height, width), bool
        What to light.

    Returns
    -------
    ndarray, shape (height, width, 3), uint8
    """
    brightness = picture @ np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601 luma
    background = 255.0 if mask.any() and brightness[mask].mean() < DARK else 0.0
    faded = background + (brightness - background) * np.float32(DIM)
    drawn = np.repeat(faded.astype(np.uint8)[:, :, np.newaxis], 3, axis=2)
    drawn[mask] = picture[mask]
    return drawn


def lit_picture(image: Any, reading: Reading, region: Box, mask: NDArray[np.bool_] | None = None) -> NDArray[np.uint8]:
    """
    Return a picture that was searched as 8-bit RGB, with a mask of what was searched lit; as it is, without one.

    Raises
    ------
    PictureError
        It is smaller than what was searched.
    """
    pixels, format = read_searched(image, reading, region)
    picture = displayable(pixels, format)
    if mask is None:
        return np.ascontiguousarray(picture)
    x, y, width, height = region
    lit = np.zeros(picture.shape[:2], np.bool_)
    lit[y : y + height, x : x + width] = mask
    return overlay(picture, lit)


def mark_boxes(image: "Image.Image", boxes: NDArray[np.integer], numbers: NDArray[np.integer]) -> None:
    """
    Draw boxes on a picture, and the number of each beside it.

    Lines go around the pixels of a box, and over them only where the picture ends. A number is left out where it would
    hide a line, or another number: those of the greatest boxes come first.

    Parameters
    ----------
    image : PIL.Image.Image
        RGB; drawn on.
    boxes : ndarray, shape (n, 4), integers
        Left-most column, top row, width and height of each, within the picture.
    numbers : ndarray, shape (n,), integers
        What to write beside each.
    """
    from PIL import ImageDraw

    line = max(1, round(max(image.size) / LINES))
    frames = _frames(boxes, image.size, line)
    draw = ImageDraw.Draw(image)
    for color, inset in ((AROUND, 0), (LINE, line)):  # all that is dark first, so that no bright line is cut
        for left, top, right, bottom in frames.tolist():
            if right - left > 2 * inset and bottom - top > 2 * inset:
                draw.rectangle((left + inset, top + inset, right - inset - 1, bottom - inset - 1), None, color, line)
    _write_numbers(image, frames, numbers, line)


def _frames(boxes: NDArray[np.integer], size: tuple[int, int], line: int) -> NDArray[np.int64]:
    """Return left, top, right and bottom of each box with its lines, the last two exclusive."""
    boxes = np.asarray(boxes, np.int64).reshape(-1, 4)
    start, stop = boxes[:, :2] - 2 * line, boxes[:, :2] + boxes[:, 2:] + 2 * line
    return np.concatenate((np.maximum(start, 0), np.minimum(stop, size)), axis=1)


class _Tag(NamedTuple):
    """A number on a dark ground: its text, where that begins inside of the tag, and the size of the tag."""

    text: str
    x: float
    y: float
    width: int
    height: int


def _write_numbers(image: "Image.Image", frames: NDArray[np.int64], numbers: NDArray[np.integer], line: int) -> None:
    """Write the numbers of boxes where there is room for them."""
    from PIL import ImageDraw, ImageFont

    draw = ImageDraw.Draw(image)
    width, height = image.size
    digits = max(SMALLEST_DIGITS, round(max(width, height) / DIGITS))
    font = ImageFont.load_default(digits)
    taken = _taken(frames, (height, width), line, 3 * digits)
    areas = np.prod(frames[:, 2:] - frames[:, :2], axis=1)
    for place in np.argsort(-areas, kind="stable").tolist():
        text = str(numbers[place])
        left, top, right, bottom = font.getbbox(text)
        tag = _Tag(text, line - left, line - top, int(right - left) + 2 * line, int(bottom - top) + 2 * line)
        for x, y in _beside(frames[place].tolist(), tag, (width, height), 2 * line):
            there = taken[y : y + tag.height, x : x + tag.width]
            if not there.any():
                there[:] = True
                draw.rectangle((x, y, x + tag.width - 1, y + tag.height - 1), AROUND)
                draw.text((x + tag.x, y + tag.y), text, LINE, font)
                break


def _taken(frames: NDArray[np.int64], shape: tuple[int, int], line: int, small: int) -> NDArray[np.bool_]:
    """Return where no number may be, shape (height, width): on lines, and in boxes of which it would hide too much."""
    taken, thick = np.zeros(shape, np.bool_), 2 * line
    for left, top, right, bottom in frames.tolist():
        inside = taken[top:bottom, left:right]
        if min(inside.shape) < small:
            inside[:] = True
        inside[:thick] = inside[-thick:] = inside[:, :thick] = inside[:, -thick:] = True
    return taken


def _beside(frame: list[int], tag: _Tag, size: tuple[int, int], lines: int) -> Iterator[tuple[int, int]]:
    """Yield where the tag of a box may be within the picture: above, below, beside, inside."""
    left, top, right, bottom = frame
    along = min(left, size[0] - tag.width)
    upright = min(top, size[1] - tag.height)
    places = [(along, top - tag.height), (along, bottom), (right, upright), (left - tag.width, upright)]
    if right - left >= 2 * tag.width + 2 * lines and bottom - top >= 2 * tag.height + 2 * lines:
        places.append((left + lines, top + lines))
    for x, y in places:
        if 0 <= x <= size[0] - tag.width and 0 <= y <= size[1] - tag.height:
            yield x, y
