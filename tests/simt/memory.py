"""Global memory: allocations in a sparse space of addresses, each byte knowing whether it was ever written."""

from operator import index
from types import FrameType
from typing import Any

import numpy as np
import numpy.typing as npt

from .accesses import WIDEST, Accesses
from .errors import Misaligned, OutOfBounds, Race, Uninitialised
from .lanes import Lane

Bytes = npt.NDArray[np.uint8]
POISON = 0xA5
SLOT_BITS = 36
"""Each allocation lies in 64 GiB of its own, so that an address that is off never meets another one."""
START = 0x10100
"""Where in them: a multiple of 256 and of nothing more, as little as the driver promises."""
WIDTHS = (1, 2, 4, 8)
ALL_KNOWN = {width: int.from_bytes(b"\1" * width, "little") for width in WIDTHS}


class Region:
    """
    One allocation.

    Attributes
    ----------
    bytes : (size,) uint8 array
    words : dict from width to array
        The same bytes as unsigned integers of that width.
    known : dict from width to memoryview
        A 1 for each byte that was written, read `width` bytes at once.
    """

    __slots__ = ("_accesses", "base", "bytes", "known", "size", "words")

    def __init__(self, base: int, size: int) -> None:
        padded = -size % WIDEST + size
        content = np.full(padded, POISON, np.uint8)
        known: Any = memoryview(bytearray(padded))
        self.base = base
        self.size = size
        self.bytes = content[:size]
        self.words: dict[int, npt.NDArray[Any]] = {width: content.view(f"u{width}") for width in WIDTHS}
        self.known: dict[int, Any] = {width: known.cast(code) for width, code in zip(WIDTHS, "BHIQ", strict=True)}
        self._accesses = Accesses()

    def set_known(self, offset: int, size: int) -> None:
        self.known[1][offset : offset + size] = b"\1" * size

    def touch(self, kind: int, offset: int, width: int, lane: Lane, frame: FrameType) -> None:
        """Note an access of a lane; see `races`."""
        clash = self._accesses.touch(kind, offset, width, lane, frame)
        if clash:
            raise Race(f"race at {self.name(offset)}: {clash}")

    def forget_accesses(self) -> None:
        """End a launch: it is ordered before all later ones."""
        self._accesses = Accesses()

    def name(self, offset: int) -> str:
        return f"{self.base + offset:#x} (byte {offset} of the {self.size} at {self.base:#x})"


class Memory:
    """The memory of a device: `allocate`, `free`, `write`, `fill` and `read` are the host's."""

    def __init__(self) -> None:
        self._regions: dict[int, Region] = {}
        self._freed: set[int] = set()
        self._slots = 0

    def allocate(self, size: int) -> int:
        """Return the address of `size` bytes that nobody wrote; it is a multiple of 256."""
        if size < 0:
            raise ValueError(f"no memory has {size} bytes")
        self._slots += 1
        base = (self._slots << SLOT_BITS) + START
        self._regions[self._slots] = Region(base, size)
        return base

    def free(self, address: int) -> None:
        """Give an allocation back; its addresses are never used again."""
        slot = address >> SLOT_BITS
        if slot not in self._regions or self._regions[slot].base != address:
            raise OutOfBounds(f"nothing is allocated at {address:#x}")
        del self._regions[slot]
        self._freed.add(slot)

    def write(self, address: int, values: npt.ArrayLike) -> None:
        """Copy the bytes of an array to an address."""
        content = np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
        region, offset = self.locate(address, len(content))
        region.bytes[offset : offset + len(content)] = content
        region.set_known(offset, len(content))

    def fill(self, address: int, size: int, value: int) -> None:
        """Set `size` bytes to one value."""
        self.write(address, np.full(size, value, np.uint8))

    def read(self, address: int, size: int) -> Bytes:
        """Return a copy of `size` bytes, whether written or not."""
        region, offset = self.locate(address, size)
        return region.bytes[offset : offset + size].copy()

    def forget_accesses(self) -> None:
        """End a launch."""
        for region in self._regions.values():
            region.forget_accesses()

    def locate(self, address: Any, size: int) -> tuple[Region, int]:
        """Return the allocation that holds these bytes, and their place in it."""
        number = index(address)
        region = self._regions.get(number >> SLOT_BITS)
        if region is not None:
            offset = number - region.base
            if 0 <= offset <= region.size - size:
                return region, offset
        raise OutOfBounds(f"out of bounds: {size} bytes at {number:#x}; {self._nearest(number)}")

    def aligned(self, address: Any, width: int) -> tuple[Region, int]:
        """Return what `locate` does, for an access of a kernel."""
        region, offset = self.locate(address, width)
        if offset & (width - 1):
            raise Misaligned(f"misaligned: {width} bytes at {region.name(offset)}")
        return region, offset

    def _nearest(self, address: int) -> str:
        if address >> SLOT_BITS in self._freed:
            return "what was there has been freed"
        if not self._regions:
            return "nothing is allocated"
        region = min(
            self._regions.values(),
            key=lambda region: max(region.base - address, address - region.base - region.size),
        )
        offset = address - region.base
        return f"the nearest allocation has {region.size} bytes at {region.base:#x}, and this is offset {offset}"


def require_known(region: Region, offset: int, width: int) -> None:
    """Raise `Uninitialised` where one of these bytes was never written."""
    known = region.known[1][offset : offset + width]
    if 0 in known:
        missing = offset + bytes(known).index(0)
        raise Uninitialised(f"uninitialised read of {width} bytes: nobody wrote {region.name(missing)}")
