"""PyTorch and CuPy as pixgrep sees them, on the device of the tests."""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import numpy as np

from pixgrep.gpu.device import get_device
from pixgrep.gpu.libraries import to_stream


class Array:
    """An array of some library, in memory of its own pool; it is read at once, whatever is still at work."""

    def __init__(self, array: np.ndarray) -> None:
        self.dtype, self.shape = array.dtype, array.shape
        self.memory: Any = get_device().engine.memory  # type: ignore[attr-defined]
        self.address = self.memory.allocate(max(array.nbytes, 1))
        self.memory.write(self.address, array)

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        where = {"data": (self.address, False), "strides": None, "version": 3}
        return {"shape": self.shape, "typestr": self.dtype.str, **where}

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        size = int(np.prod(self.shape)) * self.dtype.itemsize
        content: np.ndarray = self.memory.read(self.address, size).view(self.dtype)
        return content.reshape(self.shape)


class Streams:
    """The current stream of a library, by its handle."""

    def __init__(self, handle: int) -> None:
        self.handle = handle


def fake_torch(streams: Streams, made: list[Any]) -> Any:
    class TorchTensor(Array):
        device = ("cuda", 0)

        def __len__(self) -> int:
            return int(self.shape[0])

        def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
            raise TypeError("can't convert cuda:0 device type tensor to numpy")

        def cpu(self) -> Any:
            get_device().on(to_stream(streams.handle)).wait()
            return SimpleNamespace(numpy=lambda: Array.__array__(self))

        def data_ptr(self) -> int:
            return int(self.address)

        def __dlpack_device__(self) -> tuple[int, int]:
            return 2, 0

    def empty(shape: Any, dtype: str, device: Any) -> TorchTensor:
        assert device == ("cuda", 0)
        made.append((streams.handle, shape, dtype))
        return TorchTensor(np.full(shape, 99, dtype))

    return SimpleNamespace(
        Tensor=TorchTensor,
        empty=empty,
        device=lambda kind, number: (kind, number),
        int32="int32",
        int64="int64",
        bool="bool",
        uint8="uint8",
        cuda=SimpleNamespace(
            current_stream=lambda device: SimpleNamespace(cuda_stream=streams.handle),
        ),
    )


def fake_cupy(streams: Streams, made: list[Any]) -> Any:
    class CuPyArray(Array):
        def __len__(self) -> int:
            return int(self.shape[0])

        def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
            raise TypeError("Implicit conversion to a NumPy array is not allowed")

        def get(self) -> np.ndarray:
            get_device().on(to_stream(streams.handle)).wait()
            return Array.__array__(self)

        @property
        def data(self) -> Any:
            return SimpleNamespace(ptr=self.address)

    class CuPyStream:
        def __init__(self, handle: int) -> None:
            self.ptr = handle

    def empty(shape: Any, dtype: Any) -> CuPyArray:
        made.append((streams.handle, shape, str(dtype)))
        return CuPyArray(np.full(shape, 99, dtype))

    CuPyArray.__module__, CuPyArray.__qualname__ = "cupy", "ndarray"
    cuda = SimpleNamespace(get_current_stream=lambda device: CuPyStream(streams.handle), Device=nullcontext)
    return SimpleNamespace(ndarray=CuPyArray, asarray=CuPyArray, empty=empty, cuda=cuda)
