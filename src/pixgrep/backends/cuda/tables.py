"""From a picture on the device to what a table says of its colours, or to a table of them: labels, and a census."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.backends.cuda import counting, labeling
from pixgrep.backends.cuda.blocks import BLOCK_PIXELS, GROUP, THREADS, blocks_for
from pixgrep.backends.cuda.launching import lies_in_groups, pieces, strided_arguments
from pixgrep.backends.cuda.scanning import sums_of, total_of
from pixgrep.gpu.device import Device, Memory
from pixgrep.gpu.libraries import LIBRARIES
from pixgrep.model import DevicePixels

u32, u64 = np.uint32, np.uint64

COUNTER_BYTES = 4
PAIR_BYTES = 8
"""A colour, and how many pixels have it."""
MOST_GREY_BLOCKS = 1024
"""Blocks that count greys: each adds up to 256 counters to those of all. Not yet measured."""


def label_on_device(device: Device, pixels: DevicePixels, table: NDArray[Any]) -> Any:
    """
    Return the labels of a picture on the device, as an array of its library; see `DeviceBits` on when they are there.

    The table is uploaded on every call: its owner may have written more of it since the last, and to look whether
    that is so takes the processor as long as to copy it.
    """
    height, width, channels = pixels.shape
    library = LIBRARIES[pixels.library]
    labels = library.room(device, (height, width), table.dtype)
    there = device.allocate(table.nbytes)
    device.upload(there, np.ascontiguousarray(table))
    what = (u32(channels), u64(there.address), u32(table.itemsize), u64(labels.address))
    for start, stop in pieces(0, height * width, 1):
        if lies_in_groups(pixels):
            blocks, span = blocks_for(stop - start, BLOCK_PIXELS), (u64(pixels.address), u64(start), u64(stop))
            device.launch(labeling.label_groups, blocks, THREADS, *span, *what)
        else:
            blocks, where = blocks_for(stop - start, THREADS), strided_arguments(pixels, start, stop)
            device.launch(labeling.label_pixels, blocks, THREADS, *where, *what)
    if not library.is_ordered:
        device.wait()
    return library.finish(labels.array)


def census_on_device(
    device: Device, pixels: DevicePixels, entries: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """
    Return the colours of a picture on the device, in order, and how many pixels have each.

    Only these cross the bus, not the counters of all colours that there are.

    Parameters
    ----------
    device : Device
    pixels : DevicePixels
        Fewer than 2^32, 8 bits a channel.
    entries : int
        Colours that there are, a multiple of 16: 2^24; 256 where there are fewer than three channels.
    """
    groups = u64(entries // GROUP)
    blocks = blocks_for(entries, BLOCK_PIXELS)
    counts = device.allocate(entries * COUNTER_BYTES)
    device.launch(counting.clear_counts, blocks, THREADS, u64(counts.address), groups)
    add_census(device, pixels, counts)
    block_counts = device.allocate(blocks * 4)
    device.launch(counting.count_colors, blocks, THREADS, u64(counts.address), groups, u64(block_counts.address))
    offsets = sums_of(device, block_counts, blocks)
    total = total_of(device, offsets, blocks)
    pairs = device.allocate(total * PAIR_BYTES)
    where = (u64(offsets.address), u64(pairs.address))
    device.launch(counting.write_counts, blocks, THREADS, u64(counts.address), groups, *where)
    found = np.empty((total, 2), np.uint32)
    device.download(pairs, found)
    device.wait()  # nothing was downloaded where there are no pixels
    return found[:, 0], found[:, 1]


def add_census(device: Device, pixels: DevicePixels, counts: Memory) -> None:
    """Add the number of pixels of each colour to the counters on the device; nothing is waited for."""
    height, width, channels = pixels.shape
    what = (u32(channels), u64(counts.address))
    for start, stop in pieces(0, height * width, 1):
        blocks = blocks_for(stop - start, BLOCK_PIXELS)
        side_by_side = (u64(pixels.address), u64(start), u64(stop), *what)
        if not lies_in_groups(pixels):
            arguments = (*strided_arguments(pixels, start, stop), *what)
            device.launch(counting.census_pixels, blocks_for(stop - start, THREADS), THREADS, *arguments)
        elif channels < 3:
            device.launch(counting.census_greys, min(blocks, MOST_GREY_BLOCKS), THREADS, *side_by_side)
        else:
            device.launch(counting.census_groups, blocks, THREADS, *side_by_side)
