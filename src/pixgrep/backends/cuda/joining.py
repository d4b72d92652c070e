"""
The kernels that join runs that touch: in the end, the parent of each run is the first run of its component.

Each run has a parent, of no higher number than its own; whoever is its own parent is a root. Two runs are joined by
making the higher of their roots the child of the lower, in one step and only if it still is a root: so no thread waits
for another. Paths are shortened by whoever walks them. After: Jaiganesh and Burtscher, "A High-Performance Connected
Components Implementation for GPUs", HPDC 2018. The root of a component is its first run in reading order; so numbers
depend on no thread.

Of two runs in different rows that touch, one begins in a column in which the other is, or just beyond it: the one that
begins further to the right finds the other as the last run of that row that does not begin after it. So every run looks
for one run in each row, above and below, however many touch it, and no thread has more to do than others.
"""

import numpy as np

from pixgrep.backends.cuda.access import load_strong_u64, load_u64, store_strong_u64, swap_u64
from pixgrep.backends.cuda.arithmetic import quotient
from pixgrep.backends.cuda.blocks import WARPS, thread_number, write_block_count
from pixgrep.backends.cuda.jit import cuda, device, kernel
from pixgrep.backends.cuda.runs import BLOCK_SHIFT, GROUP_RUNS

u64 = np.uint64


@device
def root_of(parents, run):
    """Return the root of a run."""
    parent = load_strong_u64(u64(parents + u64(run * u64(8))))
    while parent != run:
        run = parent
        parent = load_strong_u64(u64(parents + u64(run * u64(8))))
    return run


@device
def shortened_root_of(parents, run):
    """Return the root of a run; on the way, each run is told its grandparent, or one that was that a moment ago."""
    here = run
    parent = load_strong_u64(u64(parents + u64(here * u64(8))))
    while parent != here:
        grandparent = load_strong_u64(u64(parents + u64(parent * u64(8))))
        if grandparent != parent:
            store_strong_u64(u64(parents + u64(here * u64(8))), grandparent)
        here, parent = parent, grandparent
    return here


@device
def unite(parents, one, other):
    """Join the components of two runs."""
    one, other = shortened_root_of(parents, one), shortened_root_of(parents, other)
    while one != other:
        low, high = min(one, other), max(one, other)
        found = swap_u64(u64(parents + u64(high * u64(8))), high, low)
        if found == high:
            return
        one, other = low, shortened_root_of(parents, found)


@device
def count_upto(starts, offsets, pixel):
    """Return how many runs begin at a pixel or before it."""
    block = u64(offsets + u64(u64(pixel >> BLOCK_SHIFT) * u64(8)))
    low, high = load_u64(block), load_u64(u64(block + u64(8)))
    while low < high:
        middle = u64(u64(low + high) >> u64(1))
        if load_u64(u64(starts + u64(middle * u64(8)))) <= pixel:
            low = u64(middle + u64(1))
        else:
            high = middle
    return low


@device
def unite_with_last(starts, stops, parents, run, count, row_start, pixel, reach):
    """Join a run and the last of the first `count` runs, if it is in that row and ends near enough to a pixel of it."""
    if count != u64(0):
        other = u64(count - u64(1))
        here = u64(other * u64(8))
        if load_u64(u64(starts + here)) >= row_start and u64(load_u64(u64(stops + here)) + reach) > pixel:
            unite(parents, run, other)


@kernel
def unite_runs(starts, stops, parents, runs, first, offsets, width, magic, shifts, pixels, reach, rows):
    """
    Join runs that touch, one run a thread.

    Parameters
    ----------
    starts, stops, parents : uint64
        See `pixgrep.backends.cuda.runs.write_runs`.
    runs : uint64
        How many.
    first : uint64
        The run of the first thread.
    offsets, width, magic, shifts
        Of `write_runs`, too.
    pixels : uint64
        How many the picture has.
    reach : uint64
        See `pixgrep.components.rule.Rule`.
    rows : uint64
        In how many rows, above and below, other runs may lie.
    """
    run = u64(first + thread_number())
    if run >= runs:
        return
    start = load_u64(u64(starts + u64(run * u64(8))))
    row_start = u64(quotient(start, magic, shifts) * width)
    unite_with_last(starts, stops, parents, run, run, row_start, start, reach)
    away = width
    last = u64(rows * width)
    while away <= last and (away <= row_start or u64(row_start + away) < pixels):
        if away <= row_start:
            above = u64(start - away)
            count = count_upto(starts, offsets, above)
            unite_with_last(starts, stops, parents, run, count, u64(row_start - away), above, reach)
        if u64(row_start + away) < pixels:
            below = u64(start + away)
            count = count_upto(starts, offsets, below)
            unite_with_last(starts, stops, parents, run, count, u64(row_start + away), below, reach)
        away = u64(away + width)


@kernel
def settle_runs(parents, runs, counts):
    """
    Make the root of each run its parent, and count the roots of each block.

    Parameters
    ----------
    parents, runs
        See `unite_runs`; nothing is joined any more.
    counts : uint64
        Address of a uint32 for each block.
    """
    warp_counts = cuda.shared.array(WARPS, np.int32)
    run = u64(thread_number() * u64(GROUP_RUNS))
    found = np.int32(0)
    for _ in range(GROUP_RUNS):
        if run < runs:
            root = root_of(parents, run)  # whoever told others a parent that is no root would undo this
            store_strong_u64(u64(parents + u64(run * u64(8))), root)
            if root == run:
                found = np.int32(found + np.int32(1))
        run = u64(run + u64(1))
    write_block_count(found, warp_counts, counts)
