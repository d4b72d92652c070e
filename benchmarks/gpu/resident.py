"""Arrays on the device as other libraries lend them: an address, a shape and strides, and nothing of ours."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.gpu.device import Device, Memory


@dataclass(frozen=True)
class Resident:
    """
    An array in the memory of the device, of any address and strides.

    Attributes
    ----------
    memory : Memory
        Which it is in.
    offset : int
        Bytes from its begin to the first element.
    shape, strides : tuple of int
    dtype : numpy.dtype
    """

    memory: Memory
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        """What pixgrep sees of it."""
        return {
            "shape": self.shape,
            "typestr": self.dtype.str,
            "data": (self.memory.address + self.offset, False),
            "strides": self.strides,
            "version": 3,
        }


def put(device: Device, content: NDArray[Any]) -> Resident:
    """Return a copy on the device, elements side by side."""
    content = np.ascontiguousarray(content)
    memory = device.allocate(content.nbytes)
    device.upload(memory, content)
    return Resident(memory, 0, content.shape, content.strides, content.dtype)


def put_view(device: Device, room: NDArray[np.uint8], view: NDArray[Any]) -> Resident:
    """Return a copy of `room` on the device, seen as `view` sees `room`: the same offset, shape and strides."""
    memory = device.allocate(room.nbytes)
    device.upload(memory, room)
    return Resident(memory, view.ctypes.data - room.ctypes.data, view.shape, view.strides, view.dtype)
