"""Sums so far of counts on the device: where each block begins to write, and how much there is in all."""

import numpy as np

from pixgrep.backends.cuda import collecting
from pixgrep.gpu.device import Device, Memory

u64 = np.uint64


def sums_of(device: Device, counts: Memory, blocks: int) -> Memory:
    """Return the sum before each of so many counts and, last, of all of them, as uint64; nothing is waited for."""
    offsets = device.allocate((blocks + 1) * 8)
    arguments = (u64(counts.address), u64(blocks), u64(offsets.address))
    device.launch(collecting.scan_counts, 1, collecting.SCAN_THREADS, *arguments)
    return offsets


def total_of(device: Device, offsets: Memory, blocks: int) -> int:
    """Return the last of these sums, waited for."""
    total = np.empty(1, np.uint64)
    device.download(Memory(offsets.address + blocks * 8, 8, offsets), total)
    return int(total[0])
