"""
The GPU of this process: what searching needs of one, and what becomes of it when it fails.

Whatever goes wrong is one of three errors: `OutOfMemoryError`, after which the device works on; `LostDeviceError`,
after which it is not used any more for as long as the process lives (many errors of CUDA are "sticky": every later call
fails with them, and only a new process gets a working context); any other `DeviceError` says what is missing.
"""

import threading
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pixgrep.errors import DeviceError, MissingExtraError, PixgrepError
from pixgrep.gpu.faults import LostDeviceError
from pixgrep.model import DevicePixels, Pixels


@dataclass(frozen=True)
class Memory:
    """
    Some memory of a device, freed when nobody holds it any more.

    Attributes
    ----------
    address : int
        A multiple of 256, or whatever its maker gave.
    size : int
        In bytes.
    owner : object
        What keeps it alive.
    """

    address: int
    size: int
    owner: Any


class Device(Hashable, Protocol):
    """
    What searching needs of a GPU; tests have one that is made of Python.

    Every call may raise OutOfMemoryError, DeviceError, or, after `lose_device`, LostDeviceError.

    Attributes
    ----------
    number : int
        Which of the GPUs that the process sees.
    """

    number: int

    def describe(self) -> tuple[str, ...]:
        """Return what it is, for people, a line each."""

    def allocate(self, size: int) -> Memory:
        """Return fresh memory of any content."""

    def upload(self, memory: Memory, data: NDArray[Any]) -> None:
        """Copy a contiguous array to the beginning of memory."""

    def download(self, memory: Memory, data: NDArray[Any]) -> None:
        """Fill a contiguous array from the beginning of memory, after all that was launched before."""

    def launch(self, kernel: Any, blocks: int, threads: int, *arguments: Any) -> None:
        """Begin to run a kernel; arguments are NumPy integers."""

    def wait(self, stream: int | None = None) -> None:
        """Wait for all that was launched; or for somebody else's stream, whose number is its handle."""


class _TheDevice:
    """The one device of the process, or why there is none: the kind of error, and its message."""

    lock = threading.RLock()
    device: Device | None = None
    reason: tuple[type[PixgrepError], str] | None = None


def get_device() -> Device:
    """
    Return the GPU of this process.

    Raises
    ------
    MissingExtraError
        numba-cuda is not installed.
    DeviceError
        There is no usable GPU, or it was lost.
    """
    from pixgrep.gpu.driver import NumbaDevice

    with _TheDevice.lock:
        if _TheDevice.reason is not None:
            kind, message = _TheDevice.reason
            raise kind(message)  # anew: an old one holds what its traceback saw, whole pictures
        if _TheDevice.device is None:
            try:
                _TheDevice.device = NumbaDevice()
            except MissingExtraError as error:
                _TheDevice.reason = MissingExtraError, str(error)
                raise
        return _TheDevice.device


def lose_device(error: DeviceError) -> None:
    """Never use the device again: it failed, and whatever it would answer cannot be trusted."""
    with _TheDevice.lock:
        _TheDevice.device, _TheDevice.reason = None, (LostDeviceError, str(error))


def use_device(device: Device | None) -> None:
    """Search on another device from now on; None looks for a GPU again. For tests, which have one of Python."""
    with _TheDevice.lock:
        _TheDevice.device, _TheDevice.reason = device, None


def copy_to_host(pixels: Pixels | DevicePixels) -> Pixels:
    """Return a picture of the device as an array, of the same strides, in the memory of the CPU; any other as it is."""
    if not isinstance(pixels, DevicePixels):
        return pixels
    ends = [stride * (count - 1) for stride, count in zip(pixels.strides, pixels.shape, strict=True)]
    if 0 in pixels.shape:
        return np.empty(pixels.shape, pixels.dtype)
    before = sum(end for end in ends if end < 0)
    size = sum(map(abs, ends)) + np.dtype(pixels.dtype).itemsize
    data = np.empty(size, np.uint8)
    get_device().download(Memory(pixels.address + before, size, pixels.owner), data)
    return np.ndarray(pixels.shape, pixels.dtype, data, -before, pixels.strides)
