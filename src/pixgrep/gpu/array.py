"""
Arrays that stay on the GPU: what a search of a picture there gives.

Every library for GPUs takes them without a copy, by the CUDA Array Interface (CuPy, Numba, PyTorch) or by DLPack (these
and JAX, TensorFlow).
"""

import atexit
import ctypes
import sys
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from pixgrep.gpu.device import Device, Memory

CUDA = 2
"""DLPack's number for the memory of an NVIDIA GPU."""
KINDS = {"i": 0, "u": 1, "f": 2, "b": 6}
"""DLPack's numbers for the kinds of dtypes."""
UNUSED = b"dltensor"
"""The name of a capsule that nobody took."""


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
        return _capsule(self)

    def __repr__(self) -> str:
        return f"<DeviceArray {self.dtype} {self.shape} on a GPU; to_host() copies it>"


class _Tensor(ctypes.Structure):
    """``DLManagedTensor`` of dlpack.h, version 0.8: what every consumer still takes."""


_Deleter = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Tensor))
_Tensor._fields_ = [
    ("data", ctypes.c_void_p),
    ("device_type", ctypes.c_int32),
    ("device_id", ctypes.c_int32),
    ("ndim", ctypes.c_int32),
    ("code", ctypes.c_uint8),
    ("bits", ctypes.c_uint8),
    ("lanes", ctypes.c_uint16),
    ("shape", ctypes.POINTER(ctypes.c_int64)),
    ("strides", ctypes.POINTER(ctypes.c_int64)),
    ("byte_offset", ctypes.c_uint64),
    ("manager_ctx", ctypes.c_void_p),
    ("deleter", _Deleter),
]
_lent: dict[int, tuple[Any, ...]] = {}
"""By address, each tensor that was handed out, all that it points to, and its capsule, until it is given back."""
_new_capsule = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)(
    ("PyCapsule_New", ctypes.pythonapi)
)
_is_named = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_char_p)(("PyCapsule_IsValid", ctypes.pythonapi))


def _references(address: int) -> int:
    return sys.getrefcount(_lent[address][-1])


_lent[0] = (object(),)
_UNHELD = _references(0)
"""References to a capsule that only `_lent` holds."""
del _lent[0]


@_Deleter
def _give_back(tensor: Any) -> None:
    """Let go of a tensor that its consumer does not need any more."""
    _lent.pop(ctypes.addressof(tensor.contents), None)


def _capsule(array: DeviceArray) -> Any:
    """
    Return a capsule with the array's tensor, which lives until its consumer lets go of it.

    A capsule that nobody took is let go of at the next one: it cannot say so itself, as code that runs while it is
    destroyed must not touch the error that is perhaps on its way.
    """
    for address in list(_lent):
        if _references(address) == _UNHELD and _is_named(_lent[address][-1], UNUSED):
            del _lent[address]
    shape = (ctypes.c_int64 * array.ndim)(*array.shape)
    tensor = _Tensor(
        array.__cuda_array_interface__["data"][0] or None,
        *array.__dlpack_device__(),
        array.ndim,
        KINDS[array.dtype.kind],
        array.dtype.itemsize * 8,
        1,
        shape,
        None,
        0,
        None,
        _give_back,
    )
    capsule = _new_capsule(ctypes.addressof(tensor), UNUSED, None)
    _lent[ctypes.addressof(tensor)] = (tensor, shape, array, capsule)
    return capsule


@atexit.register
def _never_call_back() -> None:
    """Let consumers that outlive Python keep what they have: calling into it would end the process by a fault."""
    for tensor, *kept in _lent.values():
        tensor.deleter = _Deleter()
        for held in (tensor, *kept):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(held))
