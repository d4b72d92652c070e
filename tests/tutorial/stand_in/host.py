"""What the host calls of `numba.cuda`."""

from collections.abc import Callable
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tests.tutorial.stand_in.arrays import AnyStream, DeviceArray, Pinned
from tests.tutorial.stand_in.launching import Device, Kernel
from tests.tutorial.stand_in.streams import Event, Stream

Shape = int | tuple[int, ...]


class Host:
    """
    The functions of the module, for one device; their parameters have Numba's names.

    Parameters
    ----------
    device : Device
    """

    NAMES: ClassVar[tuple[str, ...]] = (
        "default_stream",
        "device_array",
        "device_array_like",
        "event",
        "event_elapsed_time",
        "is_available",
        "jit",
        "pinned_array",
        "stream",
        "synchronize",
        "to_device",
    )

    def __init__(self, device: Device) -> None:
        self._device = device

    def add_to(self, module: ModuleType) -> None:
        """Give a module all of them."""
        for name in self.NAMES:
            setattr(module, name, getattr(self, name))

    def is_available(self) -> bool:
        """Return whether there is a GPU: no."""
        return False

    def jit(self, function: Callable[..., Any] | None = None, device: bool = False) -> Any:
        """Make a kernel or a device function; nothing is compiled."""
        if function is None:
            return self.jit
        if not callable(function):
            raise NotImplementedError("the stand-in takes no signatures: write @cuda.jit")
        return Kernel(function, self._device)

    def to_device(
        self, obj: NDArray[Any], stream: AnyStream = 0, copy: bool = True, to: DeviceArray | None = None
    ) -> DeviceArray:
        """Copy an array there: to an array that there is, or to a new one."""
        if to is not None:
            to.copy_to_device(obj, stream)
            return to
        return self._device.copy_there(obj, stream) if copy else self.device_array_like(obj)

    def device_array(self, shape: Shape, dtype: DTypeLike = np.float64) -> DeviceArray:
        """Return a new array there; what is in it is anything."""
        sizes = shape if isinstance(shape, tuple) else (shape,)
        return DeviceArray(self._device.streams, tuple(map(int, sizes)), np.dtype(dtype))

    def device_array_like(self, ary: NDArray[Any] | DeviceArray) -> DeviceArray:
        """Return a new array there, of the shape and the type of another."""
        return self.device_array(ary.shape, ary.dtype)

    def pinned_array(self, shape: Shape, dtype: DTypeLike = np.float64) -> NDArray[Any]:
        """Return memory of the host that the device reads and writes by itself; what is in it is anything."""
        return np.empty(shape, dtype).view(Pinned)

    def stream(self) -> Stream:
        """Return a new stream."""
        return self._device.streams.make()

    def default_stream(self) -> Stream:
        """Return the stream of those who name none."""
        return self._device.streams.default

    def synchronize(self) -> None:
        """Wait for all streams."""
        self._device.streams.synchronize()

    def event(self, timing: bool = True) -> Event:
        """Return a new mark for streams."""
        return Event(self._device.streams)

    def event_elapsed_time(self, evtstart: Event, evtend: Event) -> float:
        """Return milliseconds from mark to mark: of the engine, so they say nothing about a GPU."""
        return 1000 * (evtend.time - evtstart.time)
