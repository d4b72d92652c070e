"""How one searches without pixgrep: OpenCV and NumPy, each as quick as its public functions allow."""

from collections.abc import Iterable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.photo import Picture
from pixgrep.bench.contestants import NumPy
from pixgrep.bench.question import Question

Rgb = Sequence[int]
BAND = 256
"""Rows for which NumPy does arithmetic at a time: its temporary arrays stay small, which makes it quicker."""


def opencv_mask(picture: Picture, color: Rgb, within: int = 0) -> NDArray[np.uint8]:
    low, high = (tuple(np.clip(np.add(color, step), 0, 255).tolist()) for step in (-within, within))
    mask: NDArray[np.uint8] = cv2.inRange(picture, low, high)
    return mask


def opencv_xy(picture: Picture, color: Rgb) -> NDArray[np.int32] | None:
    found: NDArray[np.int32] | None = cv2.findNonZero(opencv_mask(picture, color))
    return found


def opencv_count(picture: Picture, color: Rgb, within: int = 0) -> int:
    return int(cv2.countNonZero(opencv_mask(picture, color, within)))


def opencv_passes(picture: Picture, colors: Iterable[Rgb]) -> list[NDArray[np.int32] | None]:
    return [opencv_xy(picture, color) for color in colors]


def numpy_xy(picture: Picture, color: Rgb) -> NDArray[np.int64]:
    red, green, blue = color
    return NumPy().search(picture, Question((red, green, blue)))


def numpy_passes(picture: Picture, colors: Iterable[Rgb]) -> list[NDArray[np.int64]]:
    return [numpy_xy(picture, color) for color in colors]


def numpy_count_near(picture: Picture, color: Rgb, within: int) -> int:
    """Count the pixels within a Euclidean distance, in whole numbers."""
    total = 0
    for top in range(0, len(picture), BAND):
        squares = np.zeros(picture[top : top + BAND].shape[:2], np.int32)
        for channel, value in enumerate(color):
            difference = picture[top : top + BAND, :, channel].astype(np.int32) - value
            difference *= difference
            squares += difference
        total += int(np.count_nonzero(squares <= within * within))
    return total


def in_reading_order(found: Any, width: int) -> NDArray[np.int64]:
    """Return the numbers of the pixels at these (x, y), shape (n, 2) or (n, 1, 2), sorted; None is no pixel."""
    if found is None:
        return np.empty(0, np.int64)
    x, y = found.reshape(-1, 2).T.astype(np.int64)
    return np.sort(y * width + x)
