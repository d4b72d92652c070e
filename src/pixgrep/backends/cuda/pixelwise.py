"""
The kernel that matches any picture, one pixel a thread: every format, any strides, every alignment; at a slower pace.

Floats are compared as integers of the same order, so that no floating point is in the machine code.
"""

import numpy as np

from pixgrep.backends.cuda.access import load_u8, load_u16, load_u32, load_u64, store_u32
from pixgrep.backends.cuda.arithmetic import ordered_32, ordered_64, quotient, table_index
from pixgrep.backends.cuda.blocks import ALL_LANES, WARP_COUNTS, add_counts, is_first_lane, note_count, thread_number
from pixgrep.backends.cuda.jit import cuda, device, kernel
from pixgrep.backends.cuda.matching import INVERT, LAST, TABLE, in_table

u32, u64 = np.uint32, np.uint64

PIXEL_TERM_BYTES = 80
"""A term: low and high of four channels, flags (the upper half unused), address of the table; uint64 each."""
UINT8, UINT16, FLOAT32, FLOAT64 = (u32(number) for number in range(4))
"""Kinds of channels."""


@device
def load_channel(address, kind):
    """Return a channel as a uint64 of the same order."""
    if kind == UINT8:
        return u64(load_u8(address))
    if kind == UINT16:
        return u64(load_u16(address))
    if kind == FLOAT32:
        return u64(ordered_32(load_u32(address)))
    return ordered_64(load_u64(address))


@device
def pixel_address(
    pixels, number, width, magic, shifts, row_stride, pixel_stride, picture_magic, picture_shifts, picture_gap
):
    """Return where a pixel is, by its number in reading order; see `match_pixels`."""
    y = quotient(number, magic, shifts)
    x = u64(number - u64(y * width))
    here = u64(pixels + u64(np.int64(y) * row_stride) + u64(np.int64(x) * pixel_stride))
    if picture_gap != 0:  # the same for all threads: a single picture does not pay for batches
        picture = np.int64(quotient(number, picture_magic, picture_shifts))
        here = u64(here + u64(picture * picture_gap))
    return here


@device
def is_between(key, term, channel):
    """Return whether a channel lies between the limits of the term at an address."""
    limits = u64(term + u64(channel * 16))
    return load_u64(limits) <= key and key <= load_u64(u64(limits + u64(8)))


@device
def is_inside(keys, channels, term):
    """Return whether a pixel is inside the box of the term at an address."""
    inside = is_between(keys[0], term, 0)
    if inside and channels > u32(1):
        inside = is_between(keys[1], term, 1)
    if inside and channels > u32(2):
        inside = is_between(keys[2], term, 2)
    if inside and channels > u32(3):
        inside = is_between(keys[3], term, 3)
    return inside


@device
def pixel_bit(keys, channels, term, numbers):
    """Return bit 0, whether a pixel is in the term at an address, and the flags."""
    flags = load_u32(u64(term + u64(64)))
    inside = u32(1) if is_inside(keys, channels, term) else u32(0)
    if flags & TABLE:
        index = table_index(u32(keys[0]), u32(keys[1]), u32(keys[2]), channels > u32(2))
        if inside:
            inside = in_table(index, load_u64(u64(term + u64(72))))
    if flags & INVERT:
        inside = u32(u32(inside ^ u32(1)) & u32(u32(1) if is_inside(keys, channels, numbers) else u32(0)))
    return inside, flags


@kernel
def match_pixels(
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
    kind,
    channels,
    terms,
    term_count,
    words,
    row_bytes,
    union,
    is_continued,
    totals,
):
    """
    Match pixels of any format and strides, one a thread; all parameters that `match_groups` has are the same here.

    Threads are needed for whole words: 64 for each 64 pixels. Floats are compared as integers of the same order.

    Parameters
    ----------
    pixels : uint64
        Address of pixel 0, a multiple of the size of a channel.
    width, magic, shifts
        Pixels of a row, and its `reciprocal`.
    row_stride, pixel_stride, channel_stride : int64
        Bytes from one row, pixel, channel to the next.
    picture_magic, picture_shifts
        The `reciprocal` of the pixels of one picture of a batch.
    picture_gap : int64
        How many bytes further on than its next row the next picture of a batch begins; 0 where there is none.
    kind : uint32
        `UINT8`, `UINT16`, `FLOAT32` or `FLOAT64`.
    terms : uint64
        See `PIXEL_TERM_BYTES`; limits of floats are as `ordered_32` or `ordered_64` makes them. After the last term
        comes one more, whose box has every pixel without a NaN.
    """
    warp_counts = cuda.shared.array(WARP_COUNTS, np.int32)
    number = u64(start + thread_number())
    is_pixel = number < count
    a, b, c, d = u64(0), u64(0), u64(0), u64(0)
    if is_pixel:
        here = pixel_address(
            pixels, number, width, magic, shifts, row_stride, pixel_stride, picture_magic, picture_shifts, picture_gap
        )
        a = load_channel(here, kind)
        if channels > u32(1):
            b = load_channel(u64(here + u64(channel_stride)), kind)
        if channels > u32(2):
            c = load_channel(u64(here + u64(2 * channel_stride)), kind)
        if channels > u32(3):
            d = load_channel(u64(here + u64(3 * channel_stride)), kind)
    keys = (a, b, c, d)
    numbers = u64(terms + u64(term_count) * u64(PIXEL_TERM_BYTES))
    is_stored = is_first_lane() and number < u64(u64(count + u64(63)) & ~u64(63))
    target = u64(u64(number >> u64(5)) << u64(2))
    together, found, row = u32(0), u32(0), u32(0)
    index = u32(0)
    while index < term_count:
        inside, flags = pixel_bit(keys, channels, u64(terms + u64(index) * u64(PIXEL_TERM_BYTES)), numbers)
        found = u32(found | inside)
        if flags & LAST:
            bits = u32(cuda.ballot_sync(ALL_LANES, is_pixel and found != u32(0)))
            if is_stored:
                store_u32(u64(words + u64(u64(row) * row_bytes) + target), bits)
            note_count(np.int32(cuda.popc(bits)), warp_counts, row)
            together = u32(together | bits)
            found = u32(0)
            row = u32(row + u32(1))
        index = u32(index + u32(1))
    if union != u64(0) and is_stored:
        if is_continued:
            together = u32(together | load_u32(u64(union + target)))
        store_u32(u64(union + target), together)
    note_count(np.int32(cuda.popc(together)), warp_counts, row)
    add_counts(warp_counts, u32(row + u32(1)), totals)
