"""Arrays on a GPU: whatever has the CUDA Array Interface or DLPack; searched where they are, on their own stream."""

from dataclasses import replace
from typing import Any

import numpy as np

from pixgrep.errors import PictureError, PixgrepError
from pixgrep.gpu.device import Device, get_device, hand_over
from pixgrep.gpu.dlpack import CUDA, CUDA_MANAGED, Taken, take_capsule
from pixgrep.gpu.libraries import LIBRARIES, library_of, to_stream
from pixgrep.model import DEFAULT_STREAM, DevicePixels, Stream, contiguous_strides
from pixgrep.sources import Reading
from pixgrep.sources.array import ArraySource
from pixgrep.sources.layout import in_order, pixels_on_device


def is_on_device(picture: Any) -> bool:
    """Return whether something is an array in the memory of a GPU."""
    if isinstance(picture, np.ndarray):
        return False
    try:
        if getattr(picture, "__cuda_array_interface__", None) is not None:
            return True
        return hasattr(picture, "__dlpack_device__") and picture.__dlpack_device__()[0] in (CUDA, CUDA_MANAGED)
    except Exception:  # PyTorch raises for a tensor that wants gradients: DeviceSource says so
        return True


class DeviceSource:
    """
    A picture in the memory of a GPU.

    Parameters
    ----------
    array : object with the CUDA Array Interface or DLPack
        Of the shapes and dtypes of `pixgrep.sources.array.ArraySource`.
    reading : Reading
        Says whether colours are stored as RGB or BGR, and the order of the axes.

    Raises
    ------
    PictureError
        It is of another shape or dtype, masked, or on another GPU.
    """

    name = "<array on a GPU>"

    def __init__(self, array: Any, reading: Reading) -> None:
        library = library_of(array)
        try:
            device = get_device()
            stream = LIBRARIES[library].stream_of(array, device)
            taken = _taken(array, device, stream, is_known=bool(library))
            _refuse_other_gpus(device, device.owner_of(taken.address))
        except PixgrepError:
            raise
        except Exception as error:  # whatever a foreign object raises
            raise PictureError(f"cannot use {type(array).__name__} as a picture on a GPU ({error})") from error
        facts = ArraySource(np.broadcast_to(np.zeros((), taken.dtype), taken.shape), reading).info  # takes no memory
        size = taken.dtype.itemsize
        shape, strides = taken.shape, taken.strides or contiguous_strides(taken.shape, size)
        if any(number % size for number in (taken.address, *strides)):
            raise PictureError(
                f"the elements of the array lie across the borders of a {taken.dtype}; give a copy of it"
            )
        if len(shape) == 2:
            shape, strides = (*shape, 1), (*strides, size)
        axes = in_order(shape, reading.layout), in_order(strides, reading.layout)
        pixels = pixels_on_device(taken.address, *axes, facts.format.dtype, taken.owner)
        self._pixels = replace(pixels, stream=stream, library=library)
        self.info = replace(facts, is_contiguous=pixels.is_contiguous, notes=(), is_on_device=True)

    def read(self) -> DevicePixels:
        """Return the pixels where they are."""
        return self._pixels

    def close(self) -> None:
        """Do nothing: the array is its owner's."""


def _taken(array: Any, device: Device, stream: Stream, *, is_known: bool) -> Taken:
    """Return where an array lies, by the CUDA Array Interface, else by DLPack; the stream waits for what makes it."""
    interface = getattr(array, "__cuda_array_interface__", None)
    if interface is None:
        return take_capsule(array.__dlpack__(stream=stream.handle))
    if interface.get("mask") is not None:
        raise PictureError("the array is masked; give its data without the mask to search all pixels")
    if not is_known:
        _follow(array, device, interface.get("stream"))
    shape, strides = tuple(interface["shape"]), interface.get("strides")
    dtype, address = np.dtype(interface["typestr"]), int(interface["data"][0])
    return Taken(address, shape, None if strides is None else tuple(strides), dtype, array)


def _follow(array: Any, device: Device, maker: int | None) -> None:
    """
    Let nobody read an array before it is written: the default stream, where it is searched, waits for its maker's.

    A library that names no stream is asked for the handshake of DLPack, which makes the stream wait.
    """
    if maker is not None:
        hand_over(device.on(to_stream(maker)), device)
    elif hasattr(array, "__dlpack__"):
        array.__dlpack__(stream=DEFAULT_STREAM.handle)


def _refuse_other_gpus(device: Device, number: int) -> None:
    """Let no kernel read memory of another GPU: that would be an error from which a process does not recover."""
    if number != device.number:
        raise PictureError(
            f"the array is on GPU {number}, and GPU {device.number} searches; copy it there, or choose another by the "
            "environment variable CUDA_VISIBLE_DEVICES"
        )
