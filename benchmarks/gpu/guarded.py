"""A device that fills whatever is allocated with a pattern, and sees writes beside it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.gpu.lab import Lab
from benchmarks.gpu.through import Through
from pixgrep.gpu.device import Memory

PATTERN = 0xA5
MARGIN = 256
"""Bytes before and after: a multiple of 256 keeps addresses as good as the driver's."""


class GuardedDevice(Through):
    """
    The device of a lab; what a kernel forgets to write holds `PATTERN`, and so do the margins, or somebody was there.

    Parameters
    ----------
    lab : Lab
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab.device)
        self._lab = lab
        self._live: list[tuple[Memory, int]] = []

    def allocate(self, size: int) -> Memory:
        """Return fresh memory full of the pattern, between margins."""
        room = self._device.allocate(size + 2 * MARGIN)
        if not self._lab.is_dry:  # the engine does so itself, and tells what nobody wrote
            self._lab.fill(room, PATTERN)
        self._live.append((room, size))
        return Memory(room.address + MARGIN, size, room.owner)

    def upload(self, memory: Memory, data: NDArray[Any]) -> None:
        """Copy an array to the beginning of memory."""
        if data.nbytes > memory.size:
            raise ValueError(f"{data.nbytes} bytes for memory of {memory.size}")
        super().upload(memory, data)

    def damages(self) -> list[str]:
        """Return which margins are not what they were, and let go of all memory."""
        found = []
        for room, size in self._live:
            for place, start in (("before", 0), ("after", MARGIN + size)):
                margin = np.empty(MARGIN, np.uint8)
                self._device.download(Memory(room.address + start, MARGIN, room.owner), margin)
                if (margin != PATTERN).any():
                    off = np.flatnonzero(margin != PATTERN)
                    found.append(f"{len(off)} bytes {place} memory of {size} were written, from {off[0]} on")
        self._live.clear()
        return found
