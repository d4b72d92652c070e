"""Arrays that kernels make: shared ones of a block and local ones of a lane."""

import sys
from math import prod
from operator import index
from types import FrameType
from typing import Any

import numpy as np
import numpy.typing as npt
from numba.core.types import Type
from numba.np.numpy_support import as_dtype

from .errors import EngineError, OutOfBounds, Race, Uninitialised
from .lanes import Now, line_of
from .memory import POISON
from .races import ATOMIC, READ, WRITE, Cells, record, touch


class CheckedArray:
    """
    An array of a kernel: one element at a time, within its bounds, and none read before it was written.

    Parameters
    ----------
    shape : tuple of int
    dtype : np.dtype
    now : Now
    races : bool
        Whether several lanes share it and their accesses are to be ordered.
    name : str
        Of the place where it is made, for messages.
    """

    __iter__ = None

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any], now: Now, races: bool, name: str) -> None:
        if min(shape) < 1:
            raise EngineError(f"an array of shape {shape}: only static sizes of 1 or more are known here")
        self.shape = shape
        self.dtype = dtype
        self.size = prod(shape)
        self.ndim = len(shape)
        self._values: npt.NDArray[Any] = np.full(self.size * dtype.itemsize, POISON, np.uint8).view(dtype)
        self._known = bytearray(self.size)
        self._cells: Cells = {}
        self._now = now
        self._races = races
        self._name = name

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Any:
        place = self._place(key)
        if not self._known[place]:
            raise Uninitialised(f"uninitialised read of {self._at(place)}: nobody wrote it")
        if self._races:
            self._touch(READ, place, sys._getframe(1))
        return self._values[place]

    def __setitem__(self, key: Any, value: Any) -> None:
        place = self._place(key)
        if self._races:
            self._touch(WRITE, place, sys._getframe(1))
        self._put(place, value)

    def change(self, key: Any, operation: Any, frame: FrameType) -> Any:
        """Change an element atomically; `operation` gets the old value and returns the new one. Return the old one."""
        place = self._place(key)
        if not self._known[place]:
            raise Uninitialised(f"uninitialised read of {self._at(place)}: nobody wrote it")
        if self._races:
            self._touch(ATOMIC, place, frame)
        old = self._values[place]
        self._put(place, operation(old))
        return old

    def _put(self, place: int, value: Any) -> None:
        try:
            self._values[place] = value
        except OverflowError:  # a Python integer too large: the device keeps its low bits
            self._values[place] = np.array(value & (1 << 64) - 1, np.uint64).astype(self.dtype)
        self._known[place] = 1

    def _place(self, key: Any) -> int:
        keys = key if isinstance(key, tuple) else (key,)
        if len(keys) != self.ndim:
            raise OutOfBounds(f"{len(keys)} indices for an array of {self.ndim} dimensions")
        place = 0
        for number, size in zip(keys, self.shape, strict=True):
            inner = index(number)
            if not 0 <= inner < size:
                raise OutOfBounds(f"out of bounds: index {key} of an array of shape {self.shape}, {self._name}")
            place = place * size + inner
        return place

    def _touch(self, kind: int, place: int, frame: FrameType) -> None:
        clash = touch(self._cells, place, kind, record(self._now.lane, frame))
        if clash:
            raise Race(f"race at {self._at(place)}: {clash}")

    def _at(self, place: int) -> str:
        return f"element {tuple(map(int, np.unravel_index(place, self.shape)))} of the array from {self._name}"


class Shared:
    """`cuda.shared`: an array for each block and place in the kernel, as a compiled function has one at each place."""

    def __init__(self, now: Now, races: bool) -> None:
        self._now = now
        self._races = races

    def array(self, shape: int | tuple[int, ...], dtype: Any, alignment: int | None = None) -> CheckedArray:
        """Return the array of this place; who comes first makes it."""
        frame = sys._getframe(1)
        sizes, wanted = _sizes(shape), _dtype(dtype)
        made = self._now.lane.block.shared
        key = (id(frame.f_globals), frame.f_code, frame.f_lasti)  # each cloned function has globals of its own
        if key not in made:
            name = line_of(frame.f_code, frame.f_lasti)
            made[key] = CheckedArray(sizes, wanted, self._now, self._races, name)
        array: CheckedArray = made[key]
        if (array.shape, array.dtype) != (sizes, wanted):
            raise EngineError(f"one shared array as {array.dtype} {array.shape} and as {wanted} {sizes}")
        return array


class Local:
    """`cuda.local`: an array of one lane, new and poisoned each time."""

    def __init__(self, now: Now) -> None:
        self._now = now

    def array(self, shape: int | tuple[int, ...], dtype: Any, alignment: int | None = None) -> CheckedArray:
        """Return a new array."""
        return CheckedArray(_sizes(shape), _dtype(dtype), self._now, False, "local memory")


class Atomic:
    """`cuda.atomic`, for shared arrays; each returns the old value."""

    def add(self, array: CheckedArray, key: Any, value: Any) -> Any:
        return array.change(key, lambda old: old + old.dtype.type(value), sys._getframe(1))

    def max(self, array: CheckedArray, key: Any, value: Any) -> Any:
        return array.change(key, lambda old: max(old, value), sys._getframe(1))

    def min(self, array: CheckedArray, key: Any, value: Any) -> Any:
        return array.change(key, lambda old: min(old, value), sys._getframe(1))

    def exch(self, array: CheckedArray, key: Any, value: Any) -> Any:
        return array.change(key, lambda old: value, sys._getframe(1))

    def cas(self, array: CheckedArray, key: Any, old: Any, value: Any) -> Any:
        return array.change(key, lambda found: value if found == old else found, sys._getframe(1))


def _sizes(shape: int | tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(index, shape)) if isinstance(shape, tuple) else (index(shape),)


def _dtype(dtype: Any) -> np.dtype[Any]:
    return np.dtype(as_dtype(dtype)) if isinstance(dtype, Type) else np.dtype(dtype)
