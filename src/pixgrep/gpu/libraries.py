"""
Libraries with arrays on GPUs: on which stream they work, and how an answer becomes an array of theirs.

A library that is not here is served, too, by the CUDA Array Interface or DLPack; it gets a `DeviceArray`, and the
processor waits for what is in it. A new library is one class here.
"""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pixgrep.errors import one_line
from pixgrep.gpu.array import DeviceArray
from pixgrep.gpu.device import Device
from pixgrep.gpu.faults import OutOfMemoryError
from pixgrep.model import DEFAULT_STREAM, Stream

OUT_OF_MEMORY = "OutOfMemoryError"
"""What PyTorch and CuPy call the error."""


class Room(NamedTuple):
    """
    An array of a library, to be written.

    Attributes
    ----------
    array : object
        Of the library's kind.
    address : int
        Of its first element.
    """

    array: Any
    address: int


class Library(Protocol):
    """
    A library.

    Attributes
    ----------
    array_type : tuple of str
        Module and name of the type of its arrays.
    is_ordered : bool
        Whether memory that it lets go of is used again in the order of the stream only: then nothing must be waited
        for.
    """

    array_type: tuple[str, str]
    is_ordered: bool

    def stream_of(self, array: Any, device: Device) -> Stream:
        """Return the stream on which an array can be read as it is now."""

    def stream_for(self, device: Device) -> Stream:
        """Return the stream on which whoever asks now will read what he gets."""

    def room(self, device: Device, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Room:
        """
        Return an array of any content, to be written after what was begun on `stream_for`.

        Raises
        ------
        OutOfMemoryError
            There is not enough, also after memory that nobody uses was given back.
        """

    def finish(self, array: Any) -> Any:
        """Return what the user gets, when all is written or, where it is ordered, begun."""

    def to_host(self, array: Any) -> NDArray[Any]:
        """Return a copy in the memory of the CPU, in the library's own way."""


class Unknown:
    """A library that nobody here knows."""

    array_type = "", ""
    is_ordered = False

    def stream_of(self, array: Any, device: Device) -> Stream:
        """Return the default stream."""
        del array, device
        return DEFAULT_STREAM

    def stream_for(self, device: Device) -> Stream:
        """Return the stream of the answer: when it is handed over, all is done."""
        return device.stream

    def room(self, device: Device, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Room:
        """Return an array of our own."""
        memory = device.allocate(int(np.prod(shape, dtype=np.int64)) * dtype.itemsize)
        return Room(DeviceArray(device, memory, shape, dtype), memory.address)

    def finish(self, array: Any) -> Any:
        """Return the array."""
        return array

    def to_host(self, array: Any) -> NDArray[Any]:
        """Return what NumPy makes of it: a copy, or the very array if it is one of NumPy."""
        return np.asarray(array)


class Ordered(Unknown):
    """A library with a current stream, whose memory is handed on in the order of streams."""

    is_ordered = True

    def stream_of(self, array: Any, device: Device) -> Stream:
        """Return the current stream."""
        del array
        return self.stream_for(device)


class Torch(Ordered):
    """PyTorch."""

    array_type = "torch", "Tensor"

    def stream_for(self, device: Device) -> Stream:
        """Return the current stream; PyTorch keeps its streams for ever."""
        return to_stream(sys.modules["torch"].cuda.current_stream(device.number).cuda_stream)

    def room(self, device: Device, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Room:
        """Return a tensor that belongs to the current stream."""
        torch = sys.modules["torch"]
        kind, where = getattr(torch, dtype.name), torch.device("cuda", device.number)
        tensor = _made(device, lambda: torch.empty(shape, dtype=kind, device=where))
        return Room(tensor, tensor.data_ptr())

    def to_host(self, array: Any) -> NDArray[Any]:
        """Return a copy; NumPy alone gets none."""
        copy: NDArray[Any] = array.cpu().numpy()
        return copy


class CuPy(Ordered):
    """CuPy."""

    array_type = "cupy", "ndarray"

    def stream_for(self, device: Device) -> Stream:
        """Return the current stream, and keep it alive."""
        stream = sys.modules["cupy"].cuda.get_current_stream(device.number)
        return to_stream(stream.ptr, stream)

    def room(self, device: Device, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Room:
        """Return an array that belongs to the current stream."""
        cupy = sys.modules["cupy"]
        with cupy.cuda.Device(device.number):
            array = _made(device, lambda: cupy.empty(shape, dtype))
        return Room(array, array.data.ptr)

    def to_host(self, array: Any) -> NDArray[Any]:
        """Return a copy; NumPy alone gets none."""
        copy: NDArray[Any] = array.get()
        return copy


class Jax(Unknown):
    """JAX, whose streams are its own affair: arrays are waited for, before and after."""

    array_type = "jax", "Array"

    def stream_of(self, array: Any, device: Device) -> Stream:
        """Return the default stream, when the array is there."""
        del device
        array.block_until_ready()
        return DEFAULT_STREAM

    def finish(self, array: Any) -> Any:
        """Return the same memory as an array of JAX."""
        return sys.modules["jax"].dlpack.from_dlpack(array)


class Numba(Unknown):
    """Numba; its streams are named by arrays, or by nobody."""

    array_type = "numba.cuda.cudadrv.devicearray", "DeviceNDArray"

    def stream_of(self, array: Any, device: Device) -> Stream:
        """Return the stream that the array was made with."""
        del device
        return to_stream(int(array.stream) if array.stream else 0, array.stream)

    def finish(self, array: Any) -> Any:
        """Return the same memory as an array of Numba."""
        return sys.modules["numba.cuda"].as_cuda_array(array, sync=False)


LIBRARIES: dict[str, Library] = {
    "": Unknown(),
    "torch": Torch(),
    "cupy": CuPy(),
    "jax": Jax(),
    "numba": Numba(),
}


def to_stream(handle: int, owner: object = None) -> Stream:
    """
    Return a stream by its handle.

    That of the thread, 2, is taken for the default stream, as each of them waits for the other: a handle that means
    another stream in every thread says nothing.
    """
    return Stream(handle, owner) if handle > 2 else DEFAULT_STREAM


def _made(device: Device, make: Callable[[], Any]) -> Any:
    """Return what a library makes; where it finds too little memory, what is kept for nobody is given back first."""
    try:
        return _told_apart(make)
    except OutOfMemoryError:
        device.release()
        return _told_apart(make)


def _told_apart(make: Callable[[], Any]) -> Any:
    """Return what a library makes; that it finds too little memory is an error of ours."""
    try:
        return make()
    except Exception as error:
        if type(error).__name__ != OUT_OF_MEMORY:
            raise
        raise OutOfMemoryError(one_line(error)) from error


def library_of(array: Any) -> str:
    """Return the name of the library whose array it is; "" where it is of none of them."""
    for name, library in LIBRARIES.items():
        module, kind = library.array_type
        if module in sys.modules and isinstance(array, getattr(sys.modules[module], kind, ())):
            return name
    return ""


def to_host(array: Any) -> NDArray[Any]:
    """Return an array of any library in the memory of the CPU; one of NumPy as it is."""
    return LIBRARIES[library_of(array)].to_host(array)
