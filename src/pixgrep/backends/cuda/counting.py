"""
The kernels that count colours: a table of uint32 with a counter for each colour there is, 8 bits a channel.

What is added to one counter is added one after the other, and pictures have large areas of one colour: so pixels are
counted together before, as far as threads see that they are equal. A picture in which two colours alternate from pixel
to pixel is the slowest there is. Greys have only 256 counters, so a block has some of its own. Alpha is not looked at.
"""

from typing import Any

import numpy as np

from pixgrep.backends.cuda.access import add_u32, load_four, load_u64, store_four, store_u64
from pixgrep.backends.cuda.arithmetic import color_index
from pixgrep.backends.cuda.blocks import (
    ALL_LANES,
    BLOCK_PIXELS,
    GROUP,
    WARPS,
    is_first_lane,
    place_in_block,
    thread_number,
    warp_sum,
    write_block_count,
)
from pixgrep.backends.cuda.jit import cuda, device, kernel
from pixgrep.backends.cuda.labeling import strided_index
from pixgrep.backends.cuda.matching import load_group, stored_index
from pixgrep.backends.cuda.pixelwise import pixel_address

u32, u64 = np.uint32, np.uint64

SHADES = 256
"""Counters of greys: one for each thread of a block."""
NO_COLOR = 1 << 24


@device
def add_count(counts, color, number):
    """Add to the counter of a colour, in the table at an address."""
    add_u32(u64(counts + u64(u64(color) * u64(4))), number)


@device
def add_shade(shades, shade, number):
    """Add to the counter of a grey, in shared memory."""
    cuda.atomic.add(shades, shade, number)


def _define_count_group(add: Any) -> Any:
    """Return how a thread counts 16 pixels, given how it adds to a counter."""

    @device
    def count_next(counts, run, color):
        """Return colour and length of the run of equal pixels that the next pixel is in; one that is over is added."""
        if color != run[0]:
            if run[1] != u32(0):
                add(counts, run[0], run[1])
            return color, u32(1)
        return run[0], u32(run[1] + u32(1))

    @device
    def count_quad(counts, run, quad, has_color):
        """Do the same with four pixels."""
        run = count_next(counts, run, color_index(quad[0], has_color))
        run = count_next(counts, run, color_index(quad[1], has_color))
        run = count_next(counts, run, color_index(quad[2], has_color))
        return count_next(counts, run, color_index(quad[3], has_color))

    @device
    def count_group(counts, address, channels, left):
        """Count the pixels of a group, of which `left` are the picture's, but the last run; return that."""
        run = u32(0), u32(0)
        if left < u32(GROUP):
            number = u32(0)
            while number < left:
                run = count_next(counts, run, stored_index(u64(address + u64(u32(number * channels))), channels))
                number = u32(number + u32(1))
            return run
        quads = load_group(address, channels, u32(GROUP))
        has_color = channels > u32(2)
        run = count_quad(counts, run, quads[0], has_color)
        run = count_quad(counts, run, quads[1], has_color)
        run = count_quad(counts, run, quads[2], has_color)
        return count_quad(counts, run, quads[3], has_color)

    return count_group


count_group = _define_count_group(add_count)
count_greys = _define_count_group(add_shade)


@device
def add_with_warp(counts, color, number):
    """
    Add what each lane brings, that of all lanes that have the colour of lane 0 at once; all of the warp must call it.

    Lane 0 brings something if any lane does.
    """
    is_alike = color == u32(cuda.shfl_sync(ALL_LANES, np.int32(color), 0))
    together = warp_sum(np.int32(number) if is_alike else np.int32(0))
    if is_first_lane():
        number = u32(together)
    elif is_alike:
        number = u32(0)
    if number != u32(0):
        add_count(counts, color, number)


@device
def left_in_group(first, count):
    """Return how many pixels of a group are the picture's."""
    left = u32(0)
    if first < count:
        left = u32(min(u64(count - first), u64(GROUP)))
    return left


@kernel
def census_groups(pixels, start, count, channels, counts):
    """
    Count the colours of pixels that lie side by side; 16 of them a thread.

    Parameters
    ----------
    pixels, start, count, channels
        See `pixgrep.backends.cuda.labeling.label_groups`.
    counts : uint64
        Address of a uint32 for each colour, or grey, to which the numbers of pixels are added.
    """
    first = u64(start + u64(thread_number() * u64(GROUP)))
    address = u64(pixels + u64(first * u64(channels)))
    color, number = count_group(counts, address, channels, left_in_group(first, count))
    add_with_warp(counts, color, number)


@kernel
def census_greys(pixels, start, count, channels, counts):
    """
    Count the greys of pixels that lie side by side; 16 of them a thread at a time, by as many blocks as there are.

    Parameters
    ----------
    pixels, start, count, channels, counts
        See `census_groups`; one or two channels.
    """
    shades = cuda.shared.array(SHADES, np.uint32)
    thread = u32(cuda.threadIdx.x)
    shades[thread] = u32(0)
    cuda.syncthreads()
    first = u64(start + u64(thread_number() * u64(GROUP)))
    step = u64(u64(cuda.gridDim.x) * u64(BLOCK_PIXELS))
    while first < count:
        address = u64(pixels + u64(first * u64(channels)))
        shade, number = count_greys(shades, address, channels, left_in_group(first, count))
        add_shade(shades, shade, number)
        first = u64(first + step)
    cuda.syncthreads()
    found = shades[thread]
    if found != u32(0):
        add_count(counts, thread, found)


@kernel
def census_pixels(
    pixels,
    start,
    count,
    width,
    magic,
    shifts,
    row_stride,
    pixel_stride,
    channel_stride,
    picture_magic,
    picture_shifts,
    picture_gap,
    channels,
    counts,
):
    """
    Count the colours of pixels of any strides, one a thread; equal ones of a warp are added at once.

    Parameters
    ----------
    pixels, ..., picture_gap
        See `match_pixels`.
    channels, counts
        See `census_groups`.
    """
    number = u64(start + thread_number())
    color = u32(NO_COLOR)
    if number < count:
        here = pixel_address(
            pixels, number, width, magic, shifts, row_stride, pixel_stride, picture_magic, picture_shifts, picture_gap
        )
        color = strided_index(here, channel_stride, channels)
    alike = u32(cuda.match_any_sync(ALL_LANES, np.int32(color)))
    lane = u32(u32(cuda.threadIdx.x) & u32(31))
    if number < count and u32(u32(cuda.ffs(alike)) - u32(1)) == lane:
        add_count(counts, color, u32(cuda.popc(alike)))


@kernel
def clear_counts(counts, groups):
    """
    Set counters to 0, 16 a thread.

    Parameters
    ----------
    counts : uint64
        Address of the counters, a multiple of 16.
    groups : uint64
        How many times 16 of them.
    """
    group = thread_number()
    if group < groups:
        here, none = u64(counts + u64(group * u64(64))), u32(0)
        store_four(here, none, none, none, none)
        store_four(u64(here + u64(16)), none, none, none, none)
        store_four(u64(here + u64(32)), none, none, none, none)
        store_four(u64(here + u64(48)), none, none, none, none)


@device
def count_used(four):
    """Return how many of four counters are not 0."""
    used = u32(1) if four[0] != u32(0) else u32(0)
    used = u32(used + u32(1)) if four[1] != u32(0) else used
    used = u32(used + u32(1)) if four[2] != u32(0) else used
    return u32(used + u32(1)) if four[3] != u32(0) else used


@device
def load_counters(counts, group, groups):
    """Return 16 counters, as four times four; 0 beyond the last."""
    none = u32(0), u32(0), u32(0), u32(0)
    if group >= groups:
        return none, none, none, none
    here = u64(counts + u64(group * u64(64)))
    return (
        load_four(here),
        load_four(u64(here + u64(16))),
        load_four(u64(here + u64(32))),
        load_four(u64(here + u64(48))),
    )


@device
def count_used_of_group(fours):
    """Return how many of 16 counters are not 0."""
    return np.int32(count_used(fours[0]) + count_used(fours[1]) + count_used(fours[2]) + count_used(fours[3]))


@kernel
def count_colors(counts, groups, block_counts):
    """
    Count, for each block, the counters that are not 0.

    Parameters
    ----------
    counts, groups
        See `clear_counts`.
    block_counts : uint64
        Address of a uint32 for each block.
    """
    warp_counts = cuda.shared.array(WARPS, np.int32)
    fours = load_counters(counts, thread_number(), groups)
    write_block_count(count_used_of_group(fours), warp_counts, block_counts)


@device
def store_used(here, color, number):
    """Write colour and number where the number is not 0, and return where the next are to be written."""
    if number != u32(0):
        store_u64(here, u64(u64(color) | u64(u64(number) << u64(32))))
        here = u64(here + u64(8))
    return here


@device
def store_used_of(here, color, four):
    """Do the same with four colours."""
    here = store_used(here, color, four[0])
    here = store_used(here, u32(color + u32(1)), four[1])
    here = store_used(here, u32(color + u32(2)), four[2])
    return store_used(here, u32(color + u32(3)), four[3])


@kernel
def write_counts(counts, groups, offsets, pairs):
    """
    Write colour and number of pixels for each counter that is not 0, in the order of the colours.

    Parameters
    ----------
    counts, groups
        See `clear_counts`.
    offsets : uint64
        See `pixgrep.backends.cuda.collecting.scan_counts`.
    pairs : uint64
        Address of the colours and numbers, two uint32 each.
    """
    warp_counts = cuda.shared.array(WARPS, np.int32)
    group = thread_number()
    fours = load_counters(counts, group, groups)
    place = place_in_block(count_used_of_group(fours), warp_counts)
    begin = load_u64(u64(offsets + u64(u64(cuda.blockIdx.x) * u64(8))))
    here = u64(pairs + u64(u64(begin + u64(place)) * u64(8)))
    color = u32(group * u64(GROUP))
    here = store_used_of(here, color, fours[0])
    here = store_used_of(here, u32(color + u32(4)), fours[1])
    here = store_used_of(here, u32(color + u32(8)), fours[2])
    store_used_of(here, u32(color + u32(12)), fours[3])
