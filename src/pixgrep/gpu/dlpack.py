"""
DLPack: how libraries hand arrays to each other without a copy, where they lie; read and written by the letter of it.

The standard is at https://dmlc.github.io/dlpack/latest/; a capsule holds a tensor and says by its name whether somebody
took it.
"""

import atexit
import ctypes
import sys
import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np

CUDA, CUDA_MANAGED = 2, 13
"""DLPack's numbers for the memory of an NVIDIA GPU, and for memory that moves between it and the host."""
KINDS = {"i": 0, "u": 1, "f": 2, "b": 6}
"""DLPack's numbers for the kinds of dtypes."""
UNUSED, USED = b"dltensor", b"used_dltensor"
"""The names of a capsule that nobody took, and of one that somebody did."""


class Tensor(ctypes.Structure):
    """``DLManagedTensor`` of dlpack.h, version 0.8: what every library still takes and gives."""


_Deleter = ctypes.CFUNCTYPE(None, ctypes.POINTER(Tensor))
Tensor._fields_ = [
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
"""By address, each tensor that was handed out, and all that it points to, until it is given back."""
_offered: dict[int, Any] = {}
"""By the same address its capsule, until it is known that somebody took the tensor out of it."""
_new_capsule = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)(
    ("PyCapsule_New", ctypes.pythonapi)
)
_is_named = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_char_p)(("PyCapsule_IsValid", ctypes.pythonapi))
_pointer_of = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)
_rename = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_char_p)(("PyCapsule_SetName", ctypes.pythonapi))


def _references(address: int) -> int:
    capsule = _offered.get(address)
    return sys.getrefcount(capsule)


_offered[0] = object()
_UNHELD = _references(0)
"""References to a capsule that only `_offered` holds."""
del _offered[0]


@_Deleter
def _give_back(tensor: Any) -> None:
    """Let go of a tensor that its consumer does not need any more."""
    address = ctypes.addressof(tensor.contents)
    _offered.pop(address, None)
    _lent.pop(address, None)


def to_capsule(
    address: int, device: tuple[int, int], shape: tuple[int, ...], dtype: np.dtype[Any], owner: object
) -> Any:
    """
    Return a capsule with a tensor, elements side by side, which lives until its consumer lets go of it.

    A capsule that nobody took is let go of at the next one: it cannot say so itself, as code that runs while it is
    destroyed must not touch the error that is perhaps on its way.

    Parameters
    ----------
    address : int
        Of the first element; 0 where there is none.
    device : tuple of int
        DLPack's number for the kind of the device, and which.
    shape : tuple of int
    dtype : numpy.dtype
        Of integers, floats or bool.
    owner : object
        What keeps the memory alive.
    """
    for offered in list(_offered):  # at any moment another thread, or garbage that is collected, may take one away
        if not _is_named(_offered.get(offered), UNUSED):
            _offered.pop(offered, None)
        elif _references(offered) == _UNHELD:
            _offered.pop(offered, None)
            _lent.pop(offered, None)
    lengths = (ctypes.c_int64 * len(shape))(*shape)
    bits = dtype.itemsize * 8
    tensor = Tensor(
        address or None, *device, len(shape), KINDS[dtype.kind], bits, 1, lengths, None, 0, None, _give_back
    )
    capsule = _new_capsule(ctypes.addressof(tensor), UNUSED, None)
    _lent[ctypes.addressof(tensor)] = (tensor, lengths, owner)
    _offered[ctypes.addressof(tensor)] = capsule
    return capsule


@atexit.register
def _never_call_back() -> None:
    """Let consumers that outlive Python keep what they have: calling into it would end the process by a fault."""
    for tensor, *kept in _lent.values():
        tensor.deleter = _Deleter()
        for held in (tensor, *kept):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(held))


@dataclass(frozen=True)
class Taken:
    """
    An array that another library handed over.

    Attributes
    ----------
    address : int
        Of its first element.
    shape : tuple of int
    strides : tuple of int or None
        In bytes; None where elements lie side by side.
    dtype : numpy.dtype
    owner : object
        What keeps it alive.
    """

    address: int
    shape: tuple[int, ...]
    strides: tuple[int, ...] | None
    dtype: np.dtype[Any]
    owner: Any


class _Loan:
    """A tensor of another library, which is told when nobody here needs it any more."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor
        weakref.finalize(self, _let_go, tensor)


def _let_go(tensor: Tensor) -> None:
    if tensor.deleter:
        tensor.deleter(ctypes.byref(tensor))


def take_capsule(capsule: Any) -> Taken:
    """
    Return what a capsule holds, which is taken by that.

    Raises
    ------
    ValueError
        It was taken before, or its elements are none that NumPy has.
    """
    if not _is_named(capsule, UNUSED):
        raise ValueError("the DLPack capsule was used before, or is of a version from 1.0 on")
    tensor = Tensor.from_address(_pointer_of(capsule, UNUSED))
    kinds = {number: kind for kind, number in KINDS.items()}
    if tensor.code not in kinds or tensor.lanes != 1 or tensor.bits % 8:
        raise ValueError(f"its elements are of DLPack's type {tensor.code} with {tensor.bits} bits")
    try:
        dtype = np.dtype(f"{kinds[tensor.code]}{tensor.bits // 8}")
    except TypeError as error:
        raise ValueError(f"its elements have {tensor.bits} bits") from error
    shape = tuple(tensor.shape[: tensor.ndim])
    strides = tuple(step * dtype.itemsize for step in tensor.strides[: tensor.ndim]) if tensor.strides else None
    _rename(capsule, USED)
    return Taken((tensor.data or 0) + tensor.byte_offset, shape, strides, dtype, _Loan(tensor))
