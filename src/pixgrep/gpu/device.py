"""
The GPU of this process: what searching needs of one, and what becomes of it when it fails.

Whatever goes wrong is one of three errors: `OutOfMemoryError`, after which the device works on; `LostDeviceError`,
after which it is not used any more for as long as the process lives (many errors of CUDA are "sticky": every later call
fails with them, and only a new process gets a working context); any other `DeviceError` says what is missing.
"""

import threading
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pixgrep.errors import DeviceError, MissingExtraError, PixgrepError
from pixgrep.gpu.faults import LostDeviceError
from pixgrep.gpu.pool import Lease
from pixgrep.model import DevicePixels, Pixels, Stream


@dataclass(frozen=True)
class Memory:
    """
    Some memory of a device, let go of when nobody holds it any more.

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

    def lend(self) -> None:
        """Note that somebody else uses it, on streams that nobody here knows: it is not handed on to anybody."""
        if isinstance(self.owner, Lease):
            self.owner.leave()


@dataclass(frozen=True)
class PinnedMemory:
    """
    Memory of the host that a GPU reads and writes by itself, while the processor does something else.

    Attributes
    ----------
    bytes : ndarray of uint8, shape (size,)
        Valid for as long as somebody holds this object.
    owner : object
        What keeps it alive.
    """

    bytes: NDArray[np.uint8]
    owner: Any


class Event(Protocol):
    """A place in a stream, as `Device.record` last marked it."""

    def wait(self) -> None:
        """Wait until everything before it is done."""


class Device(Hashable, Protocol):
    """
    What searching needs of a GPU, working on one of its streams; tests have one that is made of Python.

    Everything is done in the order of the stream. Two of them are equal where they are the same GPU, whatever their
    streams. Every call may raise OutOfMemoryError, DeviceError, or, after `lose_device`, LostDeviceError.

    Attributes
    ----------
    number : int
        Which of the GPUs that the process sees.
    name : str
        What it calls itself.
    stream : Stream
        What it works on.
    """

    number: int
    name: str
    stream: Stream

    def describe(self) -> tuple[str, ...]:
        """Return what it is, for people, a line each."""

    def on(self, stream: Stream) -> "Device":
        """Return the same device, working on another stream."""

    def fork(self) -> "Device":
        """Return the same device, working on a new stream, which waits for no other."""

    def allocate(self, size: int) -> Memory:
        """Return memory of any content, to be used on this stream first."""

    def pin(self, size: int) -> PinnedMemory:
        """Return memory of the host."""

    def is_pinned(self, data: NDArray[Any]) -> bool:
        """Return whether an array lies in such memory, whoever made it."""

    def owner_of(self, address: int) -> int:
        """Return the number of the GPU whose memory is at an address."""

    def upload(self, memory: Memory, data: NDArray[Any]) -> None:
        """Copy a contiguous array to the beginning of memory; it is there for all streams when this returns."""

    def download(self, memory: Memory, data: NDArray[Any]) -> None:
        """Fill a contiguous array from the beginning of memory."""

    def begin_upload(self, memory: Memory, data: NDArray[Any]) -> None:
        """Begin to copy pinned bytes, which must stay as they are until an event after it."""

    def begin_download(self, memory: Memory, data: NDArray[Any]) -> None:
        """Begin to fill pinned bytes, which must not be read until an event after it."""

    def clear(self, memory: Memory) -> None:
        """Begin to set all bytes to 0."""

    def launch(self, kernel: Any, blocks: int, threads: int, *arguments: Any) -> None:
        """Begin to run a kernel; arguments are NumPy integers."""

    def event(self) -> Event:
        """Return an event that marks nothing yet."""

    def record(self, event: Event) -> None:
        """Let an event mark all that was begun on this stream."""

    def follow(self, event: Event) -> None:
        """Let all that begins from now on wait for an event of another stream; the processor waits for nothing."""

    def wait(self) -> None:
        """Wait for all that was begun on this stream."""

    def release(self) -> None:
        """Give memory that nobody uses back to the driver."""


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


def release_device() -> None:
    """Give memory that nobody uses back to the driver, if any was taken."""
    device = _TheDevice.device
    if device is not None:
        with suppress(DeviceError):
            device.release()


def lose_device(error: DeviceError) -> None:
    """Never use the device again: it failed, and whatever it would answer cannot be trusted."""
    with _TheDevice.lock:
        _TheDevice.device, _TheDevice.reason = None, (LostDeviceError, str(error))


def use_device(device: Device | None) -> None:
    """Search on another device from now on; None looks for a GPU again. For tests, which have one of Python."""
    with _TheDevice.lock:
        _TheDevice.device, _TheDevice.reason = device, None


def hand_over(device: Device, to: Device) -> None:
    """Let what begins on the stream of the second from now on wait for what was begun on that of the first."""
    if device.stream != to.stream:
        event = device.event()
        device.record(event)
        to.follow(event)


def copy_to_host(pixels: Pixels | DevicePixels) -> Pixels:
    """
    Return a picture of the device as an array in the memory of the CPU; any other as it is.

    Strides stay, but those of a batch whose pictures do not lie one below the other.
    """
    if not isinstance(pixels, DevicePixels):
        return pixels
    if 0 in pixels.shape:
        return np.empty(pixels.shape, pixels.dtype)
    counts, strides = pixels.axes
    ends = [stride * (count - 1) for stride, count in zip(strides, counts, strict=True)]
    before = sum(end for end in ends if end < 0)
    size = sum(map(abs, ends)) + np.dtype(pixels.dtype).itemsize
    data = np.empty(size, np.uint8)
    memory = Memory(pixels.address + before, size, pixels.owner)
    get_device().on(pixels.stream).download(memory, data)
    return np.ndarray(counts, pixels.dtype, data, -before, strides).reshape(pixels.shape)
