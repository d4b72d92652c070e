"""
Arrays that stay on the GPU: what a search of a picture there gives.

Every library for GPUs takes them without a copy, by the CUDA Array Interface (CuPy, Numba, PyTorch) or by DLPack (these
and JAX, TensorFlow).
"""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from pixgrep.gpu.device import Device, Memory
from pixgrep.gpu.dlpack import CUDA, to_capsule


class DeviceArray:
    """
    An array in the memory of a GPU, elements side by side; all of it was written before it was handed out.

    Attributes
    ----------
    shape : tuple of int
    dtype : numpy.dtype

    Raises
    ------
    DeviceError
        By `to_host`: the GPU failed.

    Examples
    --------
    ``torch.as_tensor(array)``, ``cupy.asarray(array)``, ``torch.from_dlpack(array)``; in the memory of the CPU,
    ``array.to_host()`` or ``numpy.asarray(array)``.
    """

    def __init__(self, device: Device, memory: Memory, shape: tuple[int, ...], dtype: DTypeLike) -> None:
        self._device = device
        self._memory = memory
        self.shape = shape
        self.dtype: np.dtype[Any] = np.dtype(dtype)

    @property
    def memory(self) -> Memory:
        """What it lies in."""
        return self._memory

    @property
    def address(self) -> int:
        """Where its first element is."""
        return self._memory.address

    def __reduce__(self) -> Any:
        raise TypeError("an array on a GPU cannot be pickled or copied; give to_host()")

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many elements it has."""
        return int(np.prod(self.shape, dtype=np.int64))

    def __len__(self) -> int:
        return self.shape[0]

    def reshape(self, shape: tuple[int, ...]) -> "DeviceArray":
        """Return the same elements, in the same memory, as an array of another shape."""
        if int(np.prod(shape, dtype=np.int64)) != self.size:
            raise ValueError(f"{self.size} elements cannot have the shape {shape}")
        return DeviceArray(self._device, self._memory, shape, self.dtype)

    def to_host(self) -> NDArray[Any]:
        """Return a copy in the memory of the CPU."""
        array = np.empty(self.shape, self.dtype)
        self._device.download(self._memory, array)
        return array

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Return a copy in the memory of the CPU."""
        if copy is False:
            raise ValueError("an array on a GPU cannot be used without a copy; give copy=None")
        array = self.to_host()
        return array if dtype is None else array.astype(dtype)

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        """The array as CuPy, Numba and PyTorch want it; there is nothing to wait for."""
        self._memory.lend()
        return {
            "shape": self.shape,
            "typestr": self.dtype.str,
            "data": (self.address if self.size else 0, False),
            "strides": None,
            "stream": None,
            "version": 3,
        }

    def __dlpack_device__(self) -> tuple[int, int]:
        """Return where it is: DLPack's number for CUDA, and which GPU."""
        return CUDA, self._device.number

    def __dlpack__(
        self,
        *,
        stream: Any = None,
        max_version: Any = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> Any:
        """
        Return a DLPack capsule; any stream may read it at once.

        Raises
        ------
        BufferError
            Another device, or a copy, is wanted.
        """
        if copy or dl_device not in (None, self.__dlpack_device__()):
            raise BufferError("the array is on a GPU and is handed over as it is; give to_host() for a copy")
        self._memory.lend()
        return to_capsule(self.address if self.size else 0, self.__dlpack_device__(), self.shape, self.dtype, self)

    def __repr__(self) -> str:
        return f"<DeviceArray {self.dtype} {self.shape} on a GPU; to_host() copies it>"
