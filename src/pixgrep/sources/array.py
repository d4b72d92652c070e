"""Arrays: NumPy, the array interface, or DLPack on the CPU; any strides, never copied."""

from typing import Any

import numpy as np

from pixgrep.errors import PictureError
from pixgrep.model import DTYPES, ChannelOrder, PixelFormat, Pixels
from pixgrep.sources import Info, Reading
from pixgrep.sources.layout import AXES, check_shape, is_batch

MOST_TYPICAL_FLOAT = 2.0
"""Median above which a float picture can hardly span 0 to 1, high dynamic range or not."""


class ArraySource:
    """
    A picture in memory, or a batch of pictures.

    Parameters
    ----------
    array : array-like, shape (height, width), or as `reading` says: (height, width, channels) or another layout
        uint8, uint16, float32 or float64 (floats span 0 to 1) in the machine's byte order; 1 channel is grey, 2 grey
        and alpha, 3 colour, 4 colour and alpha. It is neither copied nor changed.
    reading : Reading
        Says how axes are ordered, and whether colours are stored as RGB or BGR.

    Raises
    ------
    PictureError
        It is no array, or of another shape or dtype.
    """

    name = "<array>"

    def __init__(self, array: Any, reading: Reading) -> None:
        pixels = _as_array(array)
        if pixels.dtype == np.bool_:
            raise PictureError("the array is bool; a mask has no colours: give mask.astype('uint8') * 255 to search it")
        dtype = str(pixels.dtype)  # five times as fast as its name
        if dtype not in DTYPES:
            raise PictureError(
                f"the array is {dtype}; allowed are {', '.join(DTYPES)} in the machine's byte order: {_cure(pixels)}"
            )
        layout = reading.layout
        check_shape(pixels.shape, layout)
        pixels = pixels[:, :, np.newaxis] if pixels.ndim == 2 else pixels.transpose(AXES[layout])
        self._pixels, order = _in_stored_order(pixels, reading.channels)
        *pictures, height, width, channels = self._pixels.shape
        format = PixelFormat(dtype, channels, order)
        self.info = Info(
            height,
            width,
            format,
            is_contiguous=self._pixels.flags.c_contiguous,
            notes=_scale_notes(self._pixels, format),
            pictures=pictures[0] if is_batch(layout) else None,
        )

    def read(self) -> Pixels:
        """Return a view of the array, as ((pictures,) height, width, channels)."""
        return self._pixels

    def close(self) -> None:
        """Do nothing: the array is its owner's."""


def _cure(pixels: Pixels) -> str:
    if not pixels.dtype.isnative:
        return "give array.astype(array.dtype.newbyteorder('='))"
    if pixels.dtype.kind == "f":
        return "give array.astype('float32'), with values from 0 to 1"
    if pixels.dtype.kind in "iu":
        return "give array.astype('uint8') if its values are 0 to 255, array.astype('uint16') if 0 to 65535"
    return "convert it, for instance by array.astype('float32')"


def _as_array(array: Any) -> Pixels:
    if isinstance(array, np.ma.MaskedArray):
        raise PictureError("the array is masked; give array.data to search all pixels, or array.filled(value)")
    if isinstance(array, np.ndarray):
        return array.view(np.ndarray)
    try:
        if hasattr(array, "__dlpack__") and not hasattr(array, "__array_interface__"):
            return np.from_dlpack(array)
        if hasattr(array, "__array_interface__") or hasattr(array, "__array__"):
            return np.asarray(array)
        raise TypeError("it has no array interface")
    except Exception as error:  # whatever a foreign object raises
        raise PictureError(
            f"cannot use {type(array).__name__} as a picture ({error}); "
            "give a path, a PIL image, or an array in the memory of the CPU"
        ) from error


def _scale_notes(pixels: Pixels, format: PixelFormat) -> tuple[str, ...]:
    """Return a note if floats seem to span 0 to 255: the commonest mistake, and nothing would match."""
    if not format.is_float or not pixels.size:
        return ()
    steps = (slice(None, None, max(1, count // 32)) for count in pixels.shape[:-1])
    sample = pixels[tuple(steps)]
    finite = sample[np.isfinite(sample)]
    if not finite.size or np.median(finite) <= MOST_TYPICAL_FLOAT:
        return ()
    return (f"floats span 0 to 1, but half of these are above {MOST_TYPICAL_FLOAT:g}; divide the array by 255",)


def _in_stored_order(pixels: Pixels, order: ChannelOrder) -> tuple[Pixels, ChannelOrder]:
    """Undo ``array[..., ::-1]``: search the pixels as they lie in memory, so that they need not be copied."""
    if pixels.shape[-1] == 3 and pixels.strides[-1] == -pixels.itemsize:
        return pixels[..., ::-1], "bgr" if order == "rgb" else "rgb"
    return pixels, order
