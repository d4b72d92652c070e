"""A device that hands everything on to another: what guards and recorders begin with."""

from typing import Any

from numpy.typing import NDArray

from pixgrep.gpu.device import Device, Memory


class Through:
    """
    Another device, and whatever a subclass makes of it.

    Parameters
    ----------
    device : Device
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self.number = device.number

    def describe(self) -> tuple[str, ...]:
        """Return what it is."""
        return self._device.describe()

    def allocate(self, size: int) -> Memory:
        """Return fresh memory."""
        return self._device.allocate(size)

    def upload(self, memory: Memory, data: NDArray[Any]) -> None:
        """Copy an array to the beginning of memory."""
        self._device.upload(memory, data)

    def download(self, memory: Memory, data: NDArray[Any]) -> None:
        """Fill an array from the beginning of memory."""
        self._device.download(memory, data)

    def launch(self, kernel: Any, blocks: int, threads: int, *arguments: Any) -> None:
        """Begin to run a kernel."""
        self._device.launch(kernel, blocks, threads, *arguments)

    def wait(self, stream: int | None = None) -> None:
        """Wait for everything, or for a stream."""
        self._device.wait(stream)
