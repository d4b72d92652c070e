"""
The order of the axes of an array: planes or pixels, one picture or a batch of them.

A batch is one tall picture, its pictures one below the other, wherever its strides allow: then nothing needs to know of
it. NumPy arrays of which that is no view keep four axes, and are cut where one picture ends (`pixgrep.run.tiles`); on a
GPU, `DevicePixels` says where the next picture begins.
"""

from typing import TypeVar

from pixgrep.errors import PictureError
from pixgrep.model import CHANNELS, DevicePixels, Layout, Pixels

AXES: dict[Layout, tuple[int, ...]] = {"hwc": (0, 1, 2), "chw": (1, 2, 0), "nhwc": (0, 1, 2, 3), "nchw": (0, 2, 3, 1)}
"""For each layout, where (pictures,) height, width and channels are."""
NAMES = {"n": "pictures", "h": "height", "w": "width", "c": "channels"}

Value = TypeVar("Value")


def is_batch(layout: Layout) -> bool:
    """Return whether an array of this layout has several pictures."""
    return layout.startswith("n")


def in_order(values: tuple[Value, ...], layout: Layout) -> tuple[Value, ...]:
    """
    Return what is given for each axis of an array, as for the axes (pictures,) height, width, channels.

    Examples
    --------
    >>> in_order((8, 3, 30, 40), "nchw")
    (8, 30, 40, 3)
    """
    return tuple(values[axis] for axis in AXES[layout])


def check_shape(shape: tuple[int, ...], layout: Layout) -> None:
    """
    Refuse a shape that an array of a layout cannot have.

    Raises
    ------
    PictureError
        It has another number of axes, or not 1 to 4 channels; the message names a layout that fits, if one does.
    """
    is_grey = layout == "hwc" and len(shape) == 2
    if is_grey or _fits(shape, layout):
        return
    names = ", ".join(NAMES[axis] for axis in layout)
    grey = "(height, width) or " if layout == "hwc" else ""
    allowed = f"{grey}({names}) with 1 to 4 channels"
    advice = _advice(shape, layout)
    raise PictureError(f"the array has shape {shape}; allowed is {allowed}, as layout is {layout!r}{advice}")


def _fits(shape: tuple[int, ...], layout: Layout) -> bool:
    return len(shape) == len(layout) and in_order(shape, layout)[-1] in CHANNELS


def _advice(shape: tuple[int, ...], layout: Layout) -> str:
    fitting = [repr(other) for other in AXES if _fits(shape, other)]
    if fitting:
        return f"; give layout={' or '.join(fitting)}"
    if len(shape) == 2:
        return "; give layout='hwc'"
    if len(shape) == 3 and is_batch(layout):
        return f"; for greys, give array[{':' if layout == 'nchw' else '...'}, None]"
    return ""


def tall(pixels: Pixels) -> Pixels:
    """
    Return the pictures of a batch one below the other, as one picture, if that is a view; else the batch as it is.

    Parameters
    ----------
    pixels : ndarray, shape (height, width, channels) or (pictures, height, width, channels)
        Any strides.

    Examples
    --------
    >>> import numpy as np
    >>> batch = np.zeros((8, 30, 40, 3), np.uint8)
    >>> tall(batch).shape, tall(batch[:, 5:, :]).shape
    ((240, 40, 3), (8, 25, 40, 3))
    """
    if pixels.ndim == 3:
        return pixels
    pictures, height, width, channels = pixels.shape
    is_view = 0 in pixels.shape or pictures == 1 or height == 1 or pixels.strides[0] == height * pixels.strides[1]
    return pixels.reshape(pictures * height, width, channels) if is_view else pixels


def pixels_on_device(
    address: int, shape: tuple[int, ...], strides: tuple[int, ...], dtype: str, owner: object
) -> DevicePixels:
    """
    Return the pixels of an array on a GPU; those of a batch one below the other.

    Parameters
    ----------
    address : int
        Of the first element.
    shape, strides : tuple of int
        Of the axes (pictures,) height, width, channels, see `in_order`; strides in bytes.
    dtype, owner
        See `DevicePixels`.

    Examples
    --------
    >>> there = pixels_on_device(4096, (8, 30, 40, 3), (3600, 40, 1, 1200), "uint8", None)
    >>> there.shape, there.rows, there.picture_stride
    ((240, 40, 3), 30, 3600)
    """
    row, pixel, channel = strides[-3:]
    height, width, channels = shape[-3:]
    if len(shape) == 3:
        return DevicePixels(address, (height, width, channels), (row, pixel, channel), dtype, owner)
    return DevicePixels(
        address,
        (shape[0] * height, width, channels),
        (row, pixel, channel),
        dtype,
        owner,
        rows=height,
        picture_stride=strides[0],
    )
