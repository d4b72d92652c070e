"""
The kernels that read bits: counts of blocks, their sums so far, places in reading order, masks, colours.

Places come in order without any atomic: each block of `BLOCK_PIXELS` bits is counted, a scan over the counts says where
in the answer its places begin, and the block writes them there. So they are the same on every run.
"""

import numpy as np

from pixgrep.backends.cuda.access import (
    load_u16,
    load_u32,
    load_u64,
    store_four,
    store_u8,
    store_u32,
    store_u64,
)
from pixgrep.backends.cuda.arithmetic import quotient, spread
from pixgrep.backends.cuda.blocks import (
    BLOCK_PIXELS,
    GROUP,
    THREADS,
    WARPS,
    add_counts,
    note_count,
    place_in_block,
    thread_number,
    warp_scan,
    warp_sum,
    write_block_count,
)
from pixgrep.backends.cuda.jit import cuda, device, kernel

u32, u64 = np.uint32, np.uint64

SCAN_THREADS = 1024
SCAN_WARPS = 32
CUT_COUNTS = 2 * WARPS
"""For `cut_bits`: one count for each warp of a block, twice."""


@device
def load_bits(words, group, groups):
    """Return 16 bits, 0 beyond the last."""
    bits = u32(0)
    if group < groups:
        bits = u32(load_u16(u64(words + u64(group * u64(2)))))
    return bits


@kernel
def count_blocks(words, groups, counts):
    """
    Count the bits of each block.

    Parameters
    ----------
    words : uint64
        Address of the bits.
    groups : uint64
        How many times 16 bits.
    counts : uint64
        Address of a uint32 for each block.
    """
    warp_counts = cuda.shared.array(WARPS, np.int32)
    write_block_count(np.int32(cuda.popc(load_bits(words, thread_number(), groups))), warp_counts, counts)


@kernel
def scan_counts(counts, blocks, offsets):
    """
    Write, for each block, the sum of the counts before it, and after the last the sum of all.

    One block of `SCAN_THREADS` does it, as many counts at a time.

    Parameters
    ----------
    counts : uint64
        Address of a uint32 for each block, at most 2^20.
    blocks : uint64
        How many.
    offsets : uint64
        Address of ``blocks + 1`` uint64.
    """
    warp_totals = cuda.shared.array(SCAN_WARPS, np.int32)
    thread = u32(cuda.threadIdx.x)
    lane, warp = u32(thread & u32(31)), u32(thread >> u32(5))
    base, start = u64(0), u64(0)
    while start < blocks:
        here = u64(start + u64(thread))
        count = np.int32(0)
        if here < blocks:
            count = np.int32(load_u32(u64(counts + u64(here * u64(4)))))
        upto = warp_scan(count, lane)
        if lane == u32(31):
            warp_totals[warp] = upto
        cuda.syncthreads()
        if warp == u32(0):
            warp_totals[lane] = warp_scan(warp_totals[lane], lane)
        cuda.syncthreads()
        before = np.int32(upto - count)
        if warp > u32(0):
            before = np.int32(before + warp_totals[u32(warp - u32(1))])
        if here < blocks:
            store_u64(u64(offsets + u64(here * u64(8))), u64(base + u64(before)))
        base = u64(base + u64(warp_totals[SCAN_WARPS - 1]))
        start = u64(start + u64(SCAN_THREADS))
        cuda.syncthreads()
    if thread == u32(0):
        store_u64(u64(offsets + u64(blocks * u64(8))), base)


@device
def store_number(numbers, place, number, is_wide):
    """Write a number to its place in an array of int64, or of int32."""
    if is_wide:
        store_u64(u64(numbers + u64(place * u64(8))), number)
    else:
        store_u32(u64(numbers + u64(place * u64(4))), u32(number))


@kernel
def write_places(
    words,
    groups,
    offsets,
    width,
    magic,
    shifts,
    left,
    top,
    is_wide,
    places,
    rows,
    rows_magic,
    rows_shifts,
    frames,
):
    """
    Write column and row of every set bit, in reading order; of a batch, in its picture, and the number of that.

    A block gathers its places in shared memory first, and writes them side by side.

    Parameters
    ----------
    words, groups
        See `count_blocks`.
    offsets : uint64
        See `scan_counts`.
    width, magic, shifts
        Pixels of a row, and its `reciprocal`.
    left, top : uint64
        Column and row of bit 0, in each picture of a batch.
    is_wide : uint32
        Whether a place is two int64, or two int32.
    places : uint64
        Address of the places, a multiple of 16.
    rows, rows_magic, rows_shifts
        Rows of each picture of a batch, and their `reciprocal`.
    frames : uint64
        Address of the numbers of the pictures, as wide as a column; 0 where there is one picture.
    """
    warp_counts = cuda.shared.array(WARPS, np.int32)
    gathered = cuda.shared.array(BLOCK_PIXELS, np.uint16)
    thread = u32(cuda.threadIdx.x)
    block = u64(cuda.blockIdx.x)
    begin = load_u64(u64(offsets + u64(block * u64(8))))
    total = u32(u64(load_u64(u64(offsets + u64(u64(block + u64(1)) * u64(8)))) - begin))
    if total == u32(0):  # the same for all threads of the block
        return
    bits = load_bits(words, thread_number(), groups)
    place = place_in_block(np.int32(cuda.popc(bits)), warp_counts)
    while bits != u32(0):
        lowest = u32(u32(cuda.ffs(bits)) - u32(1))
        gathered[place] = np.uint16(u32(thread * u32(GROUP)) + lowest)
        place = u32(place + u32(1))
        bits = u32(bits & u32(bits - u32(1)))
    cuda.syncthreads()
    place = thread
    while place < total:
        number = u64(u64(block * u64(BLOCK_PIXELS)) + u64(gathered[place]))
        row = quotient(number, magic, shifts)
        x = u64(u64(number - u64(row * width)) + left)
        here = u64(begin + u64(place))
        if frames != u64(0):
            frame = quotient(row, rows_magic, rows_shifts)
            row = u64(row - u64(frame * rows))
            store_number(frames, here, frame, is_wide)
        y = u64(row + top)
        if is_wide:
            store_u64(u64(places + u64(here * u64(16))), x)
            store_u64(u64(places + u64(here * u64(16)) + u64(8)), y)
        else:
            store_u64(u64(places + u64(here * u64(8))), u64(x | u64(y << u64(32))))
        place = u32(place + u32(THREADS))


@kernel
def write_mask(words, count, mask):
    """
    Write a byte of 0 or 1 for each bit, 16 a thread; one by one where they do not begin at a multiple of 16.

    Parameters
    ----------
    words : uint64
        Address of the bits.
    count : uint64
        How many.
    mask : uint64
        Address of the bytes.
    """
    group = thread_number()
    first = u64(group * u64(GROUP))
    if first >= count:
        return
    bits = u32(load_u16(u64(words + u64(group * u64(2)))))
    here = u64(mask + first)
    if u64(first + u64(GROUP)) <= count and u64(here & u64(15)) == u64(0):
        store_four(
            here, spread(bits), spread(u32(bits >> u32(4))), spread(u32(bits >> u32(8))), spread(u32(bits >> u32(12)))
        )
        return
    for number in range(u32(min(u64(count - first), u64(GROUP)))):
        store_u8(u64(here + u64(number)), np.uint8(u32(bits >> u32(number)) & u32(1)))


@kernel
def write_colors(places, count, width, words, row_bytes, colors, numbers):
    """
    Write, for each place, the number of the first colour whose bit is set there.

    Parameters
    ----------
    places : uint64
        Address of columns and rows, two int64 each.
    count : uint64
        How many places.
    width : uint64
        Pixels of a row.
    words, row_bytes
        See `match_exact`.
    colors : uint32
        How many colours.
    numbers : uint64
        Address of an int32 for each place.
    """
    here = thread_number()
    if here >= count:
        return
    x = load_u64(u64(places + u64(here * u64(16))))
    y = load_u64(u64(places + u64(here * u64(16)) + u64(8)))
    number = u64(u64(y * width) + x)
    word = u64(words + u64(u64(number >> u64(5)) << u64(2)))
    bit = u32(u32(number) & u32(31))
    color = u32(0)
    while color < u32(colors - u32(1)) and u32(u32(load_u32(word) >> bit) & u32(1)) == u32(0):
        color = u32(color + u32(1))
        word = u64(word + row_bytes)
    store_u32(u64(numbers + u64(here * u64(4))), color)


@device
def load_word(words, first, stop):
    """Return 64 bits from number `first` on, 0 from `stop` on; a word that has none of them is not read."""
    here = u64(words + u64(u64(first >> u64(6)) << u64(3)))
    shift = u64(first & u64(63))
    bits = u64(load_u64(here) >> shift)
    left = u64(stop - first)
    if u64(shift + left) > u64(64) and shift != u64(0):
        bits = u64(bits | u64(load_u64(u64(here + u64(8))) << u64(u64(64) - shift)))
    if left < u64(64):
        bits = u64(bits & u64(u64(u64(1) << left) - u64(1)))
    return bits


@kernel
def cut_bits(words, start, stop, cut, rows, totals):
    """
    Copy some bits to where they begin a word, 64 a thread, and count those that are set.

    Parameters
    ----------
    words : uint64
        Address of the bits.
    start, stop : uint64
        Number of the first bit to copy, and of the one after the last.
    cut : uint64
        Address of the copy; bits beyond the last are set to 0.
    rows : uint32
        1; or 2 where these are the bits of the only colour, and so of all colours together.
    totals : uint64
        Address of as many uint64, to which the number of bits that are set is added.
    """
    warp_counts = cuda.shared.array(CUT_COUNTS, np.int32)
    number = thread_number()
    first = u64(start + u64(number * u64(64)))
    found = np.int32(0)
    if first < stop:
        bits = load_word(words, first, stop)
        store_u64(u64(cut + u64(number * u64(8))), bits)
        found = np.int32(cuda.popc(bits))
    count = warp_sum(found)
    note_count(count, warp_counts, u32(0))
    note_count(count, warp_counts, u32(1))
    add_counts(warp_counts, rows, totals)
