"""Arrays on the stand-in's device, as kernels see them."""

import sys
from operator import index
from types import FrameType
from typing import Any, Final

import numpy as np

from tests.simt.accesses import WIDEST
from tests.simt.errors import Misaligned, OutOfBounds, Race, Uninitialised
from tests.simt.lanes import Now
from tests.simt.races import ATOMIC, READ, WRITE
from tests.tutorial.stand_in.arrays import DeviceArray

WORD: Final = np.dtype(np.uint32)


class KernelArray:
    """
    An array as a kernel sees it: one element at a time, checked.

    Elements come as plain numbers of Python, because Numba computes with at least 64 bits, too.

    Parameters
    ----------
    array : DeviceArray
    name : str
        Of the parameter, for messages.
    now : Now
    """

    __iter__ = None

    def __init__(self, array: DeviceArray, name: str, now: Now) -> None:
        self.shape = array.shape
        self.size = array.size
        self.ndim = array.ndim
        self.dtype = array.dtype
        self._name = name
        self._now = now
        self._offset = array.offset
        self._width = array.dtype.itemsize
        self._known = array.allocation.known
        self._accesses = array.allocation.accesses
        self._words = array.allocation.content.view(array.dtype)
        self._is_integer = array.dtype.kind in "iu"
        self._unsigned = array.allocation.content.view(f"u{self._width}")

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Any:
        place = self._place(key, self._width)
        self._require_known(place, self._width, key)
        self._touch(READ, place, self._width, key, sys._getframe(1))
        return self._words[place // self._width].item()

    def __setitem__(self, key: Any, value: Any) -> None:
        place = self._place(key, self._width)
        self._touch(WRITE, place, self._width, key, sys._getframe(1))
        self._put(place, value)

    def change(self, key: Any, operation: Any, frame: FrameType) -> Any:
        """Change an element atomically; `operation` gets the old value and returns the new one. Return the old one."""
        place = self._place(key, self._width)
        self._require_known(place, self._width, key)
        self._touch(ATOMIC, place, self._width, key, frame)
        old = self._words[place // self._width]
        self._put(place, operation(old))
        return old.item()

    def load_four(self, number: int, frame: FrameType) -> tuple[int, ...]:
        """Return four neighbouring uint32 at once: those from ``4 * number`` on."""
        if self.dtype != WORD or self.ndim != 1:
            raise TypeError("load_four takes an array of uint32 with one axis")
        place = self._place(4 * number + 3, self._width) - 12
        if place % WIDEST:
            raise Misaligned(f"misaligned: {self._name} does not begin at a multiple of 16")
        self._require_known(place, WIDEST, number)
        self._touch(READ, place, WIDEST, number, frame)
        return tuple(self._words[place // 4 : place // 4 + 4].tolist())

    def _put(self, place: int, value: Any) -> None:
        if self._is_integer:  # what is too large loses its high bits, as on the device
            self._unsigned[place // self._width] = int(value) & (1 << 8 * self._width) - 1
        else:
            self._words[place // self._width] = value
        self._known[place : place + self._width] = b"\1" * self._width

    def _place(self, key: Any, width: int) -> int:
        keys = key if isinstance(key, tuple) else (key,)
        if len(keys) != self.ndim:
            raise OutOfBounds(f"{len(keys)} indices for {self._name}, which has {self.ndim} axes")
        place = 0
        for number, size in zip(keys, self.shape, strict=True):
            inner = index(number)
            if not 0 <= inner < size:
                raise OutOfBounds(f"out of bounds: {self._name}[{_text(key)}] has shape {self.shape}")
            place = place * size + inner
        return self._offset + place * width

    def _require_known(self, place: int, width: int, key: Any) -> None:
        if 0 in self._known[place : place + width]:
            raise Uninitialised(f"uninitialised read: nobody has written {self._name}[{_text(key)}]")

    def _touch(self, kind: int, place: int, width: int, key: Any, frame: FrameType) -> None:
        clash = self._accesses.touch(kind, place, width, self._now.lane, frame)
        if clash:
            raise Race(f"race at {self._name}[{_text(key)}]: {clash}")


def _text(key: Any) -> str:
    keys = key if isinstance(key, tuple) else (key,)
    return ", ".join(str(index(number)) for number in keys)
