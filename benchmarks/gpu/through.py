"""A device that hands everything on to another: what guards and recorders begin with."""

from copy import copy
from typing import Any, Self

from numpy.typing import NDArray

from pixgrep.gpu.device import Device, Event, Memory, PinnedMemory
from pixgrep.model import Stream


class Through:
    """
    Another device, and whatever a subclass makes of it.

    Parameters
    ----------
    device : Device
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self.number, self.name = device.number, device.name
        self.stream = device.stream

    def describe(self) -> tuple[str, ...]:
        """Return what it is."""
        return self._device.describe()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Through) and self._device == other._device

    def __hash__(self) -> int:
        return hash(self._device)

    def on(self, stream: Stream) -> Self:
        """Return the same device, working on another stream."""
        return self._with(self._device.on(stream))

    def fork(self) -> Self:
        """Return the same device, working on a new stream."""
        return self._with(self._device.fork())

    def _with(self, device: Device) -> Self:
        other = copy(self)
        other._device, other.stream = device, device.stream
        return other

    def allocate(self, size: int) -> Memory:
        """Return memory."""
        return self._device.allocate(size)

    def pin(self, size: int) -> PinnedMemory:
        """Return memory of the host."""
        return self._device.pin(size)

    def is_pinned(self, data: NDArray[Any]) -> bool:
        """Return whether an array lies in such memory."""
        return self._device.is_pinned(data)

    def upload(self, memory: Memory, data: NDArray[Any]) -> None:
        """Copy an array to the beginning of memory."""
        self._device.upload(memory, data)

    def download(self, memory: Memory, data: NDArray[Any]) -> None:
        """Fill an array from the beginning of memory."""
        self._device.download(memory, data)

    def begin_upload(self, memory: Memory, data: NDArray[Any]) -> None:
        """Begin to copy pinned bytes."""
        self._device.begin_upload(memory, data)

    def begin_download(self, memory: Memory, data: NDArray[Any]) -> None:
        """Begin to fill pinned bytes."""
        self._device.begin_download(memory, data)

    def clear(self, memory: Memory) -> None:
        """Begin to set all bytes to 0."""
        self._device.clear(memory)

    def launch(self, kernel: Any, blocks: int, threads: int, *arguments: Any) -> None:
        """Begin to run a kernel."""
        self._device.launch(kernel, blocks, threads, *arguments)

    def owner_of(self, address: int) -> int:
        """Return the number of the GPU whose memory is at an address."""
        return self._device.owner_of(address)

    def event(self) -> Event:
        """Return an event that marks nothing yet."""
        return self._device.event()

    def record(self, event: Event) -> None:
        """Let an event mark all that was begun."""
        self._device.record(event)

    def follow(self, event: Event) -> None:
        """Let all that begins from now on wait for an event."""
        self._device.follow(event)

    def wait(self) -> None:
        """Wait for all that was begun."""
        self._device.wait()

    def release(self) -> None:
        """Give memory that nobody uses back to the driver."""
        self._device.release()
