"""Kernels, and how they are launched in the engine."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numba.cuda.dispatcher import CUDADispatcher

from tests.simt import Engine, EngineError
from tests.simt.clone import Cloner
from tests.tutorial.stand_in.arrays import AnyStream, DeviceArray
from tests.tutorial.stand_in.seen import KernelArray
from tests.tutorial.stand_in.streams import Streams

Size = int | tuple[int, ...]
CUDA: Final = "cuda"
"""The name under which kernels know the module."""


class Device(Engine):
    """
    An engine whose kernels take arrays.

    Parameters
    ----------
    seed : int

    Attributes
    ----------
    streams : Streams
    launches : list of (Kernel, list)
        Which kernels were launched, with which arguments.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._cloner = Cloner(self._device, {CUDA: self._device})
        self.streams = Streams(seed)
        self.launches: list[tuple[Kernel, Sequence[Any]]] = []

    def copy_there(self, values: np.ndarray[Any, Any], stream: AnyStream = 0) -> DeviceArray:
        """Return a copy of an array of the host."""
        if not values.flags.c_contiguous:
            raise ValueError("array contains non-contiguous buffer and cannot be transferred as a single memory region")
        there = DeviceArray(self.streams, values.shape, values.dtype)
        there.copy_to_device(values, stream)
        return there

    def run(self, kernel: "Kernel", grid: Size, block: Size, arguments: Sequence[Any]) -> None:
        """Run a kernel to its end."""
        code = kernel.py_func.__code__
        names = code.co_varnames[: code.co_argcount]
        if len(arguments) != len(names):
            raise TypeError(f"{code.co_name} takes {', '.join(names)}: not {len(arguments)} arguments")
        self.launches.append((kernel, arguments))
        try:
            self.launch(kernel, grid, block, *map(self._seen, arguments, names))
        except EngineError as error:
            raise error.with_traceback(None) from None  # where it was is in the text
        finally:
            for array in arguments:
                if isinstance(array, DeviceArray):
                    array.allocation.forget_accesses()

    def _seen(self, argument: Any, name: str) -> Any:
        if isinstance(argument, DeviceArray):
            return KernelArray(argument, name, self._now)
        return argument.item() if isinstance(argument, np.generic) else argument


class Kernel(CUDADispatcher):  # type: ignore[misc]  # Numba has no types
    """
    What `jit` makes of a function: never compiled, but run in the engine.

    Parameters
    ----------
    function : callable
    device : Device
    """

    def __init__(self, function: Any, device: Device) -> None:
        super().__init__(function, {})
        self._device = device

    def __getitem__(self, configuration: tuple[Any, ...]) -> "Launch":
        """Return the kernel with a grid, a block and perhaps a stream, ready to be called."""
        grid, block, *others = configuration
        return Launch(self, self._device, (_plain(grid), _plain(block)), others[0] if others else 0)


class Launch:
    """A kernel with its configuration."""

    def __init__(self, kernel: Kernel, device: Device, sizes: tuple[Size, Size], stream: AnyStream) -> None:
        self._kernel = kernel
        self._device = device
        self._sizes = sizes
        self._stream = device.streams.of(stream)

    def __call__(self, *arguments: Any) -> None:
        """Launch it; arrays of the host go there and come back."""
        there = [self._device.copy_there(each) if isinstance(each, np.ndarray) else each for each in arguments]
        self._stream.submit(lambda: self._device.run(self._kernel, *self._sizes, there))
        for here, copy in zip(arguments, there, strict=True):
            if isinstance(here, np.ndarray):
                copy.copy_to_host(here)


def _plain(size: Any) -> Size:
    return tuple(map(int, size)) if isinstance(size, tuple | list) else int(size)
