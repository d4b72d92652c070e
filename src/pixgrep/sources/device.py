"""Arrays on a GPU: whatever has the CUDA Array Interface (CuPy, Numba, PyTorch, JAX); they are not copied."""

from typing import Any

import numpy as np

from pixgrep.errors import PictureError
from pixgrep.gpu.device import get_device
from pixgrep.model import DevicePixels, contiguous_strides
from pixgrep.sources import Info, Reading
from pixgrep.sources.array import ArraySource

DEFAULT_STREAM = 1


def is_on_device(picture: Any) -> bool:
    """Return whether something is an array in the memory of a GPU."""
    if isinstance(picture, np.ndarray):
        return False
    try:
        return getattr(picture, "__cuda_array_interface__", None) is not None
    except Exception:  # PyTorch raises for a tensor that wants gradients: DeviceSource says so
        return True


class DeviceSource:
    """
    A picture in the memory of a GPU.

    Parameters
    ----------
    array : object with the CUDA Array Interface
        Of the shapes and dtypes of `pixgrep.sources.array.ArraySource`.
    reading : Reading
        Says whether colours are stored as RGB or BGR.

    Raises
    ------
    PictureError
        It is of another shape or dtype, masked, or on another GPU.
    """

    name = "<array on a GPU>"

    def __init__(self, array: Any, reading: Reading) -> None:
        try:
            interface = array.__cuda_array_interface__
            dtype, shape = np.dtype(interface["typestr"]), tuple(interface["shape"])
            address = int(interface["data"][0])
        except Exception as error:  # whatever a foreign object raises
            raise PictureError(f"cannot use {type(array).__name__} as a picture on a GPU ({error})") from error
        if interface.get("mask") is not None:
            raise PictureError("the array is masked; give its data without the mask to search all pixels")
        _refuse_other_gpus(array)
        facts = ArraySource(np.broadcast_to(np.zeros((), dtype), shape), reading)  # takes no memory
        height, width, channels = facts.read().shape
        strides = tuple(interface.get("strides") or contiguous_strides(shape, dtype.itemsize))
        if len(shape) == 2:
            strides = (*strides, dtype.itemsize)
        if address % dtype.itemsize or any(stride % dtype.itemsize for stride in strides):
            raise PictureError(f"the elements of the array lie across the borders of a {dtype}; give a copy of it")
        _wait_for_producer(array, interface.get("stream"))
        self._pixels = DevicePixels(address, (height, width, channels), strides, str(dtype), array)
        self.info = Info(height, width, facts.info.format, None, self._pixels.is_contiguous, (), True)

    def read(self) -> DevicePixels:
        """Return the pixels where they are."""
        return self._pixels

    def close(self) -> None:
        """Do nothing: the array is its owner's."""


def _refuse_other_gpus(array: Any) -> None:
    """Let no kernel read memory of another GPU: that would be an error from which a process does not recover."""
    if hasattr(array, "__dlpack_device__"):
        _, number = array.__dlpack_device__()
        ours = get_device().number
        if number != ours:
            raise PictureError(
                f"the array is on GPU {number}, and GPU {ours} searches; copy it there, or choose another by the "
                "environment variable CUDA_VISIBLE_DEVICES"
            )


def _wait_for_producer(array: Any, stream: int | None) -> None:
    """
    Let nobody read the array before it is written; pictures are searched on the default stream, number 1.

    PyTorch names no stream; the handshake of DLPack makes the default stream wait for the one it works on.
    """
    if stream is not None and stream != DEFAULT_STREAM:
        get_device().wait(stream)
    elif stream is None and hasattr(array, "__dlpack__"):
        try:
            array.__dlpack__(stream=DEFAULT_STREAM)
        except Exception as error:  # whatever a foreign object raises
            raise PictureError(f"cannot use {type(array).__name__} as a picture on a GPU ({error})") from error
