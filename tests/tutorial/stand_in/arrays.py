"""Arrays on the stand-in's device, as the host holds them."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.simt.accesses import WIDEST, Accesses
from tests.simt.memory import POISON
from tests.tutorial.stand_in.streams import Stream, Streams

AnyStream = Stream | int
"""A stream, or 0 for the default one."""


class Pinned(np.ndarray[Any, Any]):
    """Memory of the host that the device reads and writes by itself, when its turn comes."""


class Allocation:
    """
    Memory of the device.

    Attributes
    ----------
    content : (size,) uint8 array
    known : bytearray
        A 1 for each byte that was ever written.
    accesses : Accesses
        Who touched it in the launch that is running.
    """

    def __init__(self, size: int) -> None:
        padded = -size % WIDEST + size
        self.content = np.full(padded, POISON, np.uint8)
        self.known = bytearray(padded)
        self.accesses = Accesses()

    def forget_accesses(self) -> None:
        """End a launch: it is ordered before all later ones."""
        self.accesses = Accesses()


class DeviceArray:
    """
    An array in the memory of the device, as Numba hands it out: the host cannot look into it, only copy.

    Parameters
    ----------
    streams : Streams
        Of the device.
    shape : tuple of int
    dtype : np.dtype
    allocation : Allocation, optional
        Where it lies; new memory by default, that nobody has written.
    offset : int
        Its first byte there.
    """

    def __init__(
        self,
        streams: Streams,
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        allocation: Allocation | None = None,
        offset: int = 0,
    ) -> None:
        self._streams = streams
        self.shape = shape
        self.dtype = dtype
        self.size = prod(shape)
        self.ndim = len(shape)
        self.nbytes = self.size * dtype.itemsize
        self.allocation = allocation or Allocation(self.nbytes)
        self.offset = offset

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: slice) -> "DeviceArray":
        """Return some neighbouring rows of it; nothing is copied."""
        if not isinstance(key, slice) or key.step not in (None, 1):
            raise NotImplementedError("the stand-in takes slices of neighbours only; copy_to_host() first")
        start, stop, _ = key.indices(len(self))
        row_bytes = self.dtype.itemsize * prod(self.shape[1:])
        return self._part((max(stop - start, 0), *self.shape[1:]), self.dtype, start * row_bytes)

    def reshape(self, *shape: int) -> "DeviceArray":
        """Return it in another shape; nothing is copied."""
        wanted = np.broadcast_to(np.uint8(0), self.shape).reshape(*shape).shape
        return self._part(wanted, self.dtype)

    def view(self, dtype: Any) -> "DeviceArray":
        """Return its bytes as elements of another type; nothing is copied."""
        *outer, last = self.shape
        row_bytes, wanted = last * self.dtype.itemsize, np.dtype(dtype)
        if row_bytes % wanted.itemsize:
            raise ValueError(f"rows of {row_bytes} bytes are no whole number of {wanted}")
        return self._part((*outer, row_bytes // wanted.itemsize), wanted)

    def copy_to_device(self, ary: "NDArray[Any] | DeviceArray", stream: AnyStream = 0) -> None:
        """Copy an array of the same shape there; pinned memory is read when the stream comes to it."""
        source = ary if isinstance(ary, Pinned | DeviceArray) else np.array(ary, order="C")
        if (source.shape, source.dtype) != (self.shape, self.dtype):
            raise ValueError(f"{source.dtype} {source.shape} does not fit {self.dtype} {self.shape}")
        self._streams.of(stream).submit(lambda: self._write(source))

    def copy_to_host(self, ary: NDArray[Any] | None = None, stream: AnyStream = 0) -> NDArray[Any]:
        """Copy it back, to an array of the same shape or a new one; pinned memory is written when the stream comes."""
        values = np.empty(self.shape, self.dtype) if ary is None else ary
        if (values.shape, values.dtype) != (self.shape, self.dtype):
            raise ValueError(f"{self.dtype} {self.shape} does not fit {values.dtype} {values.shape}")
        queue = self._streams.of(stream)
        queue.submit(lambda: np.copyto(values, self._read()))
        if not isinstance(values, Pinned):
            queue.synchronize()
        return values

    def _part(self, shape: tuple[int, ...], dtype: np.dtype[Any], start: int = 0) -> "DeviceArray":
        return DeviceArray(self._streams, shape, dtype, self.allocation, self.offset + start)

    def _read(self) -> NDArray[Any]:
        """Return a copy of what is there, whether written or not."""
        content = self.allocation.content[self.offset : self.offset + self.nbytes].copy()
        return content.view(self.dtype).reshape(self.shape)

    def _write(self, values: "NDArray[Any] | DeviceArray") -> None:
        content = values._read() if isinstance(values, DeviceArray) else np.array(values, order="C")
        end = self.offset + self.nbytes
        self.allocation.content[self.offset : end] = content.reshape(-1).view(np.uint8)
        self.allocation.known[self.offset : end] = b"\1" * self.nbytes
