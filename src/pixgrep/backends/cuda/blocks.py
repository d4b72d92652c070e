"""What the threads of a block do together: sums over warps, and counts of rows added up once a block."""

import numpy as np

from pixgrep.backends.cuda.access import add_u64, store_u32
from pixgrep.backends.cuda.jit import cuda, device

u32, u64 = np.uint32, np.uint64

THREADS = 256
WARPS = THREADS // 32
GROUP = 16
"""Pixels, or bits, of a thread: 48 bytes of RGB, so that every group begins at a multiple of 16."""
BLOCK_PIXELS = THREADS * GROUP
ALL_LANES = 0xFFFFFFFF
MOST_COLORS = 64
"""Colours of one launch; more would be more shared memory for their counts."""
WARP_COUNTS = (MOST_COLORS + 1) * WARPS
"""One count for each warp of a block and row: each colour, and the union."""


def blocks_for(count: int, per_block: int) -> int:
    """Return how many blocks there must be for so many of anything."""
    return -(-count // per_block)


@device
def thread_number():
    """Return the number of this thread among those of all blocks."""
    return u64(u64(u64(cuda.blockIdx.x) * u64(THREADS)) + u64(cuda.threadIdx.x))


@device
def warp_sum(value):
    """Return, in lane 0, the sum over the lanes of a warp; all of them must call it."""
    for distance in (16, 8, 4, 2, 1):
        value = np.int32(value + cuda.shfl_down_sync(ALL_LANES, value, distance))
    return value


@device
def warp_sum_wide(value):
    """Return the same of int64."""
    for distance in (16, 8, 4, 2, 1):
        value = np.int64(value + cuda.shfl_down_sync(ALL_LANES, value, distance))
    return value


@device
def warp_max_wide(value):
    """Return, in lane 0, the highest int64 of the lanes of a warp; all of them must call it."""
    for distance in (16, 8, 4, 2, 1):
        value = max(value, cuda.shfl_down_sync(ALL_LANES, value, distance))
    return value


@device
def warp_scan(value, lane):
    """Return the sum over this lane and those before it; all lanes of the warp must call it."""
    for distance in (1, 2, 4, 8, 16):
        other = cuda.shfl_up_sync(ALL_LANES, value, distance)
        if lane >= u32(distance):
            value = np.int32(value + other)
    return value


@device
def is_first_lane():
    """Return whether this is lane 0 of its warp."""
    return u32(u32(cuda.threadIdx.x) & u32(31)) == u32(0)


@device
def note_count(count, warp_counts, row):
    """Note, as lane 0 knows it, how many bits this warp has in a row."""
    if is_first_lane():
        warp_counts[row * u32(WARPS) + u32(u32(cuda.threadIdx.x) >> u32(5))] = count


@device
def note_bits(bits, warp_counts, row):
    """Note how many bits the lanes of this warp have set in a row; shuffles only where there are any."""
    found = np.int32(0)
    if cuda.any_sync(ALL_LANES, bits != u32(0)):
        found = warp_sum(np.int32(cuda.popc(bits)))
    note_count(found, warp_counts, row)


@device
def add_counts(warp_counts, rows, totals):
    """Add the counts of this block's warps to the totals of the rows; all threads of the block must call it."""
    cuda.syncthreads()
    row = u32(cuda.threadIdx.x)
    if row < rows:
        found = u64(0)
        for warp in range(WARPS):
            found += u64(warp_counts[row * u32(WARPS) + u32(warp)])
        if found != u64(0):
            add_u64(u64(totals + u64(row) * u64(8)), found)


@device
def write_block_count(count, warp_counts, counts):
    """Write the sum of what the threads of this block bring to its place in an array of uint32; all must call it."""
    note_count(warp_sum(count), warp_counts, u32(0))
    cuda.syncthreads()
    if u32(cuda.threadIdx.x) == u32(0):
        total = u32(0)
        for warp in range(WARPS):
            total = u32(total + u32(warp_counts[warp]))
        store_u32(u64(counts + u64(u64(cuda.blockIdx.x) * u64(4))), total)


@device
def place_in_block(count, warp_counts):
    """Return the sum of what the threads of this block before this one bring; all must call it."""
    thread = u32(cuda.threadIdx.x)
    lane, warp = u32(thread & u32(31)), u32(thread >> u32(5))
    upto = warp_scan(count, lane)
    if lane == u32(31):
        warp_counts[warp] = upto
    cuda.syncthreads()
    place = u32(u32(upto) - u32(count))
    for other in range(WARPS):
        if u32(other) < warp:
            place = u32(place + u32(warp_counts[other]))
    return place
