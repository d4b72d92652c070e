"""
The kernels that look every pixel up in a table: labels, 8 bits a channel.

A table of uint8 takes 16 MiB of the cache of a GPU, one of uint16 32, one of uint32 64. Alpha is not looked at.
"""

import numpy as np

from pixgrep.backends.cuda.access import (
    load_u8,
    load_u16,
    load_u32,
    store_four,
    store_u8,
    store_u16,
    store_u32,
)
from pixgrep.backends.cuda.arithmetic import color_index, table_index
from pixgrep.backends.cuda.blocks import GROUP, thread_number
from pixgrep.backends.cuda.jit import device, kernel
from pixgrep.backends.cuda.matching import load_group, stored_index
from pixgrep.backends.cuda.pixelwise import pixel_address

u32, u64 = np.uint32, np.uint64


@device
def load_label(table, index, size):
    """Return the entry of a table whose entries have `size` bytes: 1, 2 or 4."""
    here = u64(table + u64(u64(index) * u64(size)))
    if size == u32(1):
        return u32(load_u8(here))
    if size == u32(2):
        return u32(load_u16(here))
    return load_u32(here)


@device
def store_label(here, label, size):
    """Write a label of that many bytes."""
    if size == u32(1):
        store_u8(here, np.uint8(label))
    elif size == u32(2):
        store_u16(here, np.uint16(label))
    else:
        store_u32(here, label)


@device
def indexes_of(quad, has_color):
    """Return the places of four pixels in a table."""
    return (
        color_index(quad[0], has_color),
        color_index(quad[1], has_color),
        color_index(quad[2], has_color),
        color_index(quad[3], has_color),
    )


@device
def word_of_bytes(indexes, table):
    """Return four labels of one byte in a word."""
    low = u32(load_label(table, indexes[0], u32(1)) | u32(load_label(table, indexes[1], u32(1)) << u32(8)))
    high = u32(load_label(table, indexes[2], u32(1)) | u32(load_label(table, indexes[3], u32(1)) << u32(8)))
    return u32(low | u32(high << u32(16)))


@device
def words_of_halves(indexes, table):
    """Return four labels of two bytes in two words."""
    return (
        u32(load_label(table, indexes[0], u32(2)) | u32(load_label(table, indexes[1], u32(2)) << u32(16))),
        u32(load_label(table, indexes[2], u32(2)) | u32(load_label(table, indexes[3], u32(2)) << u32(16))),
    )


@device
def store_eight(here, indexes, others, table):
    """Look eight labels of two bytes up, and write them."""
    a, b = words_of_halves(indexes, table)
    c, d = words_of_halves(others, table)
    store_four(here, a, b, c, d)


@device
def store_words(here, indexes, table):
    """Look four labels of four bytes up, and write them."""
    store_four(
        here,
        load_label(table, indexes[0], u32(4)),
        load_label(table, indexes[1], u32(4)),
        load_label(table, indexes[2], u32(4)),
        load_label(table, indexes[3], u32(4)),
    )


@kernel
def label_groups(pixels, start, count, channels, table, size, labels):
    """
    Label pixels that lie side by side; 16 of them a thread.

    Parameters
    ----------
    pixels : uint64
        Address of pixel 0, a multiple of 16.
    start, count : uint64
        Number of the first pixel to label, a multiple of `BLOCK_PIXELS`, and of the one after the last.
    channels : uint32
        1 to 4.
    table : uint64
        Address of the table: 2^24 entries, or 256 where there are fewer than three channels.
    size : uint32
        Bytes of a label: 1, 2 or 4.
    labels : uint64
        Address of the label of pixel 0, a multiple of 16.
    """
    first = u64(start + u64(thread_number() * u64(GROUP)))
    if first >= count:
        return
    address = u64(pixels + u64(first * u64(channels)))
    target = u64(labels + u64(first * u64(size)))
    if u64(count - first) < u64(GROUP):
        left, number = u32(u64(count - first)), u32(0)
        while number < left:
            index = stored_index(u64(address + u64(u32(number * channels))), channels)
            store_label(u64(target + u64(u32(number * size))), load_label(table, index, size), size)
            number = u32(number + u32(1))
        return
    quads = load_group(address, channels, u32(GROUP))
    has_color = channels > u32(2)
    a, b = indexes_of(quads[0], has_color), indexes_of(quads[1], has_color)
    c, d = indexes_of(quads[2], has_color), indexes_of(quads[3], has_color)
    if size == u32(1):
        store_four(
            target, word_of_bytes(a, table), word_of_bytes(b, table), word_of_bytes(c, table), word_of_bytes(d, table)
        )
    elif size == u32(2):
        store_eight(target, a, b, table)
        store_eight(u64(target + u64(16)), c, d, table)
    else:
        store_words(target, a, table)
        store_words(u64(target + u64(16)), b, table)
        store_words(u64(target + u64(32)), c, table)
        store_words(u64(target + u64(48)), d, table)


@device
def strided_index(here, channel_stride, channels):
    """Return the place in a table of the pixel at an address, its channels so many bytes apart."""
    first, second, third = u32(load_u8(here)), u32(0), u32(0)
    if channels > u32(2):
        second = u32(load_u8(u64(here + u64(channel_stride))))
        third = u32(load_u8(u64(here + u64(2 * channel_stride))))
    return table_index(first, second, third, channels > u32(2))


@kernel
def label_pixels(
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
    table,
    size,
    labels,
):
    """
    Label pixels of any strides, one a thread.

    Parameters
    ----------
    pixels, ..., picture_gap
        See `match_pixels`.
    channels, table, size, labels
        See `label_groups`.
    """
    number = u64(start + thread_number())
    if number >= count:
        return
    here = pixel_address(
        pixels, number, width, magic, shifts, row_stride, pixel_stride, picture_magic, picture_shifts, picture_gap
    )
    label = load_label(table, strided_index(here, channel_stride, channels), size)
    store_label(u64(labels + u64(number * u64(size))), label, size)
