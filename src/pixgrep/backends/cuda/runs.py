"""
The kernels of runs, pixels side by side in a row: where they begin and stop, from bits, and labels back to pixels.

A thread has 32 bits. A run has as many begins as stops, so one count and one scan say where both are written: a run
that goes on from the word before has its begin there, and its stop here.
"""

import numpy as np

from pixgrep.backends.cuda.access import load_u32, load_u64, store_u64
from pixgrep.backends.cuda.arithmetic import quotient
from pixgrep.backends.cuda.blocks import ALL_LANES, THREADS, WARPS, place_in_block, thread_number, write_block_count
from pixgrep.backends.cuda.collecting import store_number
from pixgrep.backends.cuda.jit import cuda, device, kernel

u32, u64 = np.uint32, np.uint64

WORD = 32
"""Bits of a thread."""
BLOCK_BITS = THREADS * WORD
BLOCK_SHIFT = u64(BLOCK_BITS.bit_length() - 1)
"""Bits of a block are a power of two: the block of a pixel is found without dividing."""
GROUP_RUNS = 4
"""Runs of a thread that looks for roots: 32 bytes of parents."""
SETTLED = u64(1 << 63)
"""Set in the entry of a root among the parents when the rest of it is the number of its component."""


@device
def row_begins(first, width, magic, shifts):
    """Return 33 bits: which of the pixels from number `first` on, a multiple of 32, are the first of a row."""
    here = u64(first - u64(quotient(first, magic, shifts) * width))
    if here != u64(0):
        here = u64(width - here)
    begins = u64(0)
    while here <= u64(WORD):
        begins = u64(begins | u64(u64(1) << here))
        here = u64(here + width)
    return begins


@device
def bits_that_begin(bits, before, begins):
    """Return the bits that begin a run: those that are set, if not the bit before is, too, in the same row."""
    follows = u32(u32(bits << u32(1)) | before)
    return u32(bits & u32(~follows | u32(begins)))


@device
def bits_that_end(bits, after, begins):
    """Return the bits that end a run."""
    goes_on = u32(u32(bits >> u32(1)) | u32(after << u32(31)))
    return u32(bits & u32(~goes_on | u32(u64(begins >> u64(1)))))


@device
def load_begins(words, count, number, width, magic, shifts):
    """Return the bits of a word, those that begin a run, and the first pixels of rows; all 0 beyond the last word."""
    bits, starts, begins = u32(0), u32(0), u64(0)
    if number < count:
        here = u64(words + u64(number * u64(4)))
        bits = load_u32(here)
        if bits != u32(0):
            before = u32(0)
            if number != u64(0):
                before = u32(load_u32(u64(here - u64(4))) >> u32(31))
            begins = row_begins(u64(number * u64(WORD)), width, magic, shifts)
            starts = bits_that_begin(bits, before, begins)
    return bits, starts, begins


@kernel
def count_runs(words, count, width, magic, shifts, counts):
    """
    Count the runs that begin in each block.

    Parameters
    ----------
    words : uint64
        Address of the bits.
    count : uint64
        How many times 32 of them; beyond the last pixel they are 0.
    width, magic, shifts
        Pixels of a row, and its `reciprocal`.
    counts : uint64
        Address of a uint32 for each block.
    """
    warp_counts = cuda.shared.array(WARPS, np.int32)
    _, starts, _ = load_begins(words, count, thread_number(), width, magic, shifts)
    write_block_count(np.int32(cuda.popc(starts)), warp_counts, counts)


@kernel
def write_runs(words, count, width, magic, shifts, offsets, starts, stops, parents):
    """
    Write where each run begins and stops, in reading order, and that it is its own parent.

    Parameters
    ----------
    words, count, width, magic, shifts
        See `count_runs`.
    offsets : uint64
        See `pixgrep.backends.cuda.collecting.scan_counts`.
    starts, stops, parents : uint64
        Addresses of a uint64 for each run: number of its first pixel, of the one after its last, and its own number.
    """
    warp_counts = cuda.shared.array(WARPS, np.int32)
    number = thread_number()
    bits, begins_run, begins = load_begins(words, count, number, width, magic, shifts)
    place = place_in_block(np.int32(cuda.popc(begins_run)), warp_counts)
    if bits == u32(0):
        return
    first = u64(number * u64(WORD))
    run = u64(load_u64(u64(offsets + u64(u64(cuda.blockIdx.x) * u64(8)))) + u64(place))
    open_run = run
    if u32(bits & u32(~begins_run)) & u32(1):
        open_run = u64(run - u64(1))
    while begins_run != u32(0):
        lowest = u32(u32(cuda.ffs(begins_run)) - u32(1))
        store_u64(u64(starts + u64(run * u64(8))), u64(first + u64(lowest)))
        store_u64(u64(parents + u64(run * u64(8))), run)
        run = u64(run + u64(1))
        begins_run = u32(begins_run & u32(begins_run - u32(1)))
    after = u32(0)
    if u64(number + u64(1)) < count:
        after = u32(load_u32(u64(words + u64(u64(number + u64(1)) * u64(4)))) & u32(1))
    ends_run = bits_that_end(bits, after, begins)
    while ends_run != u32(0):
        lowest = u32(cuda.ffs(ends_run))
        store_u64(u64(stops + u64(open_run * u64(8))), u64(first + u64(lowest)))
        open_run = u64(open_run + u64(1))
        ends_run = u32(ends_run & u32(ends_run - u32(1)))


@device
def component_of(parents, run):
    """Return the number of the component of a run, when all parents are roots and those have their numbers."""
    parent = load_u64(u64(parents + u64(run * u64(8))))
    if u64(parent & SETTLED) == u64(0):
        parent = load_u64(u64(parents + u64(parent * u64(8))))
    return u64(parent & ~SETTLED)


@kernel
def paint_runs(words, count, width, magic, shifts, offsets, parents, labels, pixels, is_first, is_wide, picture):
    """
    Write the label of the component that each pixel is in, a warp 32 pixels side by side at a time.

    Parameters
    ----------
    words, count, width, magic, shifts, offsets
        See `write_runs`.
    parents : uint64
        See `component_of`.
    labels : uint64
        Address of an int64 for each component; 0 leaves it out.
    pixels : uint64
        How many there are.
    is_first : uint32
        Whether 0 is written where there is no label; else nothing is.
    is_wide : uint32
        Whether the picture is of int64, or of int32.
    picture : uint64
        Address of its first pixel.
    """
    warp_counts = cuda.shared.array(WARPS, np.int32)
    number = thread_number()
    bits, begins_run, _ = load_begins(words, count, number, width, magic, shifts)
    place = place_in_block(np.int32(cuda.popc(begins_run)), warp_counts)
    begin = load_u64(u64(offsets + u64(u64(cuda.blockIdx.x) * u64(8))))
    lane = u32(u32(cuda.threadIdx.x) & u32(31))
    here = u64(u64(u64(number - u64(lane)) * u64(WORD)) + u64(lane))
    upto = u32(u32(0xFFFFFFFF) >> u32(u32(31) - lane))
    for other in range(WORD):
        theirs = u32(cuda.shfl_sync(ALL_LANES, np.int32(bits), other))
        begun = u32(cuda.shfl_sync(ALL_LANES, np.int32(begins_run), other))
        before = u32(cuda.shfl_sync(ALL_LANES, np.int32(place), other))
        label = u64(0)
        if u32(u32(theirs >> lane) & u32(1)) != u32(0):
            run = u64(u64(begin + u64(before)) + u64(cuda.popc(u32(begun & upto))))
            label = load_u64(u64(labels + u64(component_of(parents, u64(run - u64(1))) * u64(8))))
        if here < pixels and (is_first != u32(0) or label != u64(0)):
            store_number(picture, here, label, is_wide)
        here = u64(here + u64(WORD))
