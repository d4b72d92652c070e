"""The kernels that number components and add up what each of them is, see `pixgrep.compiled.columns`."""

import numpy as np

from pixgrep.backends.cuda.access import add_u64, load_u64, max_u64, min_u64, store_u64
from pixgrep.backends.cuda.arithmetic import quotient
from pixgrep.backends.cuda.blocks import (
    ALL_LANES,
    WARPS,
    is_first_lane,
    place_in_block,
    thread_number,
    warp_max_wide,
    warp_sum_wide,
)
from pixgrep.backends.cuda.jit import cuda, device, kernel
from pixgrep.backends.cuda.runs import GROUP_RUNS, SETTLED, component_of
from pixgrep.compiled.columns import AREA, BOTTOM, COLUMNS, FIRST_X, LEFT, RIGHT, SUM_X, SUM_Y, TOP

i64, u64 = np.int64, np.uint64

ROW_BYTES = 8 * COLUMNS
"""Of the table."""
NOWHERE = u64(0xFFFFFFFFFFFFFFFF)
"""The component of a lane that has no run."""
LEAST = i64(-1 << 63)


@device
def begin_component(table, number, start, width, magic, shifts):
    """Write the row of a component of which only the first run is known, and no pixel added."""
    row = quotient(start, magic, shifts)
    column = u64(start - u64(row * width))
    here = u64(table + u64(number * u64(ROW_BYTES)))
    store_u64(u64(here + u64(8 * AREA)), u64(0))
    store_u64(u64(here + u64(8 * SUM_X)), u64(0))
    store_u64(u64(here + u64(8 * SUM_Y)), u64(0))
    store_u64(u64(here + u64(8 * LEFT)), column)
    store_u64(u64(here + u64(8 * TOP)), row)
    store_u64(u64(here + u64(8 * RIGHT)), u64(0))
    store_u64(u64(here + u64(8 * BOTTOM)), u64(0))
    store_u64(u64(here + u64(8 * FIRST_X)), column)


@kernel
def number_roots(parents, runs, offsets, starts, width, magic, shifts, table):
    """
    Write the number of its component, and that it is one, to the entry of each root among the parents.

    Parameters
    ----------
    parents, runs, starts, width, magic, shifts
        See `unite_runs`.
    offsets : uint64
        Of the counts of `settle_runs`.
    table : uint64
        Address of a row for each component, see `pixgrep.compiled.columns`, which is begun; 0 where there is none.
    """
    warp_counts = cuda.shared.array(WARPS, np.int32)
    first = u64(thread_number() * u64(GROUP_RUNS))
    found = np.int32(0)
    for number in range(GROUP_RUNS):
        run = u64(first + u64(number))
        if run < runs and load_u64(u64(parents + u64(run * u64(8)))) == run:
            found = np.int32(found + np.int32(1))
    place = place_in_block(found, warp_counts)
    component = u64(load_u64(u64(offsets + u64(u64(cuda.blockIdx.x) * u64(8)))) + u64(place))
    for number in range(GROUP_RUNS):
        run = u64(first + u64(number))
        if run < runs and load_u64(u64(parents + u64(run * u64(8)))) == run:
            store_u64(u64(parents + u64(run * u64(8))), u64(component | SETTLED))
            if table != u64(0):
                begin_component(table, component, load_u64(u64(starts + u64(run * u64(8)))), width, magic, shifts)
            component = u64(component + u64(1))


@device
def together(is_alike, sums, left, right, bottom):
    """Return, in lane 0, what the runs of all lanes that are like it are; all lanes of the warp must call it."""
    none = i64(0)
    length = warp_sum_wide(i64(sums[0]) if is_alike else none)
    sum_x = warp_sum_wide(i64(sums[1]) if is_alike else none)
    sum_y = warp_sum_wide(i64(sums[2]) if is_alike else none)
    leftmost = warp_max_wide(i64(-i64(left)) if is_alike else LEAST)
    rightmost = warp_max_wide(i64(right) if is_alike else LEAST)
    lowest = warp_max_wide(i64(bottom) if is_alike else LEAST)
    return (u64(length), u64(sum_x), u64(sum_y)), u64(i64(-leftmost)), u64(rightmost), u64(lowest)


@kernel
def add_runs(starts, stops, parents, runs, width, magic, shifts, table):
    """
    Add what each run is to the row of its component, that of all lanes that are of the component of lane 0 at once.

    Parameters
    ----------
    starts, stops, parents, runs, width, magic, shifts
        See `pixgrep.backends.cuda.joining.unite_runs`; the parents as `number_roots` leaves them.
    table : uint64
        See `number_roots`.
    """
    run = thread_number()
    component = NOWHERE
    sums, left, right, bottom = (u64(0), u64(0), u64(0)), u64(0), u64(0), u64(0)
    if run < runs:
        component = component_of(parents, run)
        start = load_u64(u64(starts + u64(run * u64(8))))
        length = u64(load_u64(u64(stops + u64(run * u64(8)))) - start)
        row = quotient(start, magic, shifts)
        left = u64(start - u64(row * width))
        right = u64(left + length)
        bottom = u64(row + u64(1))
        sum_x = u64(u64(u64(u64(left + right) - u64(1)) * length) >> u64(1))
        sums = length, sum_x, u64(row * length)
    is_alike = component == u64(cuda.shfl_sync(ALL_LANES, i64(component), 0))
    is_mine = component != NOWHERE
    if cuda.any_sync(ALL_LANES, is_alike and not is_first_lane()):
        all_of = together(is_alike, sums, left, right, bottom)
        if is_first_lane():
            sums, left, right, bottom = all_of
        elif is_alike:
            is_mine = False
    if is_mine:
        here = u64(table + u64(component * u64(ROW_BYTES)))
        add_u64(u64(here + u64(8 * AREA)), sums[0])
        add_u64(u64(here + u64(8 * SUM_X)), sums[1])
        add_u64(u64(here + u64(8 * SUM_Y)), sums[2])
        min_u64(u64(here + u64(8 * LEFT)), left)
        max_u64(u64(here + u64(8 * RIGHT)), right)
        max_u64(u64(here + u64(8 * BOTTOM)), bottom)
