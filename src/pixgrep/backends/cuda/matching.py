"""
The kernels that match groups: every term of a program against every pixel, in one pass over the picture.

A thread takes 16 pixels by 128-bit loads: they must lie side by side from an address that is a multiple of 16 on, 8
bits a channel. All other pictures are for `pixgrep.backends.cuda.pixelwise`.
"""

from typing import Any

import numpy as np

from pixgrep.backends.cuda.access import load_four, load_u8, load_u16, load_u32, store_u16
from pixgrep.backends.cuda.arithmetic import (
    box_bits,
    differs,
    equal_bits,
    even_channels,
    masked_quad,
    odd_channels,
    quad_of_bytes,
    quad_of_pairs,
    quad_of_rgb,
    table_index,
)
from pixgrep.backends.cuda.blocks import GROUP, WARP_COUNTS, add_counts, note_bits, thread_number
from pixgrep.backends.cuda.jit import cuda, device, kernel

u32, u64 = np.uint32, np.uint64

EXACT_TERM_BYTES = 16
"""A term of `match_exact`: key, mask of the bits to compare (that of all terms), flags, unused; uint32 each."""
BOX_TERM_BYTES = 32
"""A term of `match_boxes`: four `box_limits`, flags, one unused (uint32 each), address of the table (uint64)."""
TABLE, INVERT, LAST = (u32(1 << bit) for bit in range(3))
"""Flags of a term: `LAST` of its colour."""


@device
def tail_pixel(address, channels, number, left):
    """Return a pixel of a group byte by byte, 0 where the picture has ended before it."""
    pixel = u32(0)
    if number < left:
        here = u64(address + u64(u32(number * channels)))
        pixel = u32(load_u8(here))
        if channels > u32(1):
            pixel = u32(pixel | u32(u32(load_u8(u64(here + u64(1)))) << u32(8)))
        if channels > u32(2):
            pixel = u32(pixel | u32(u32(load_u8(u64(here + u64(2)))) << u32(16)))
        if channels > u32(3):
            pixel = u32(pixel | u32(u32(load_u8(u64(here + u64(3)))) << u32(24)))
    return pixel


@device
def tail_quad(address, channels, number, left):
    """Return four pixels of a group, byte by byte."""
    return (
        tail_pixel(address, channels, number, left),
        tail_pixel(address, channels, u32(number + u32(1)), left),
        tail_pixel(address, channels, u32(number + u32(2)), left),
        tail_pixel(address, channels, u32(number + u32(3)), left),
    )


@device
def load_group(address, channels, left):
    """Return the 16 pixels of a group as four quads, of which only `left` are the picture's."""
    if left < u32(GROUP):
        return (
            tail_quad(address, channels, u32(0), left),
            tail_quad(address, channels, u32(4), left),
            tail_quad(address, channels, u32(8), left),
            tail_quad(address, channels, u32(12), left),
        )
    a = load_four(address)
    if channels == u32(1):
        return quad_of_bytes(a[0]), quad_of_bytes(a[1]), quad_of_bytes(a[2]), quad_of_bytes(a[3])
    b = load_four(u64(address + u64(16)))
    if channels == u32(2):
        return (
            quad_of_pairs(a[0], a[1]),
            quad_of_pairs(a[2], a[3]),
            quad_of_pairs(b[0], b[1]),
            quad_of_pairs(b[2], b[3]),
        )
    c = load_four(u64(address + u64(32)))
    if channels == u32(3):
        return (
            quad_of_rgb(a[0], a[1], a[2]),
            quad_of_rgb(a[3], b[0], b[1]),
            quad_of_rgb(b[2], b[3], c[0]),
            quad_of_rgb(c[1], c[2], c[3]),
        )
    return a, b, c, load_four(u64(address + u64(48)))


@device
def in_table(index, table):
    """Return bit 0: whether the bit of that number is set in a table."""
    word = load_u32(u64(table + u64(u32(u32(index >> u32(5)) << u32(2)))))
    return u32(u32(word >> u32(index & u32(31))) & u32(1))


@device
def stored_index(address, channels):
    """Return the place in a table of the pixel at an address."""
    first, second, third = u32(load_u8(address)), u32(0), u32(0)
    if channels > u32(2):
        second, third = u32(load_u8(u64(address + u64(1)))), u32(load_u8(u64(address + u64(2))))
    return table_index(first, second, third, channels > u32(2))


@device
def table_bits(inside, table, address, channels):
    """
    Keep those bits of a group whose pixels are in a table; it is read only for pixels inside the box.

    The pixels are read again, from the cache: with indexes made of the registers at hand, the compiler kept sixteen of
    them ready for every term, and took 128 registers a thread.
    """
    kept = u32(0)
    while inside != u32(0):
        number = u32(u32(cuda.ffs(inside)) - u32(1))
        index = stored_index(u64(address + u64(u32(number * channels))), channels)
        kept = u32(kept | u32(in_table(index, table) << number))
        inside = u32(inside & u32(inside - u32(1)))
    return kept


@device
def masked_group(quads, terms):
    """Return a group as `exact_term` wants it: without the bits that no term compares."""
    mask = load_four(terms)[1]
    return (
        masked_quad(quads[0], mask),
        masked_quad(quads[1], mask),
        masked_quad(quads[2], mask),
        masked_quad(quads[3], mask),
    )


@device
def exact_term(quads, term, valid, address, channels):
    """
    Return 16 bits and the flags: which pixels of a group are the one colour of the term at an address.

    Most groups have none of a colour: that takes 16 instructions to see, the bits would take 50.
    """
    key, _, flags, _ = load_four(term)
    bits = u32(0)
    if not (differs(quads[0], key) & differs(quads[1], key) & differs(quads[2], key) & differs(quads[3], key)):
        low = u32(equal_bits(quads[0], key) | u32(equal_bits(quads[1], key) << u32(4)))
        high = u32(equal_bits(quads[2], key) | u32(equal_bits(quads[3], key) << u32(4)))
        bits = u32(u32(low | u32(high << u32(8))) & valid)
    return bits, flags


@device
def channels_of_group(quads, terms):
    """Return a group as `box_term` wants it: of each quad the even channels, and the odd ones."""
    return (
        (even_channels(quads[0]), odd_channels(quads[0])),
        (even_channels(quads[1]), odd_channels(quads[1])),
        (even_channels(quads[2]), odd_channels(quads[2])),
        (even_channels(quads[3]), odd_channels(quads[3])),
    )


@device
def box_of_term(quads, term, valid):
    """Return 16 bits, which pixels of a group are in the box of the term at an address; its flags; and its table."""
    limits = load_four(term)
    flags, _, table_low, table_high = load_four(u64(term + u64(16)))
    low = u32(box_bits(quads[0], limits) | u32(box_bits(quads[1], limits) << u32(4)))
    high = u32(box_bits(quads[2], limits) | u32(box_bits(quads[3], limits) << u32(4)))
    inside = u32(u32(low | u32(high << u32(8))) & valid)
    return inside, flags, u64(u64(table_low) | u64(u64(table_high) << u64(32)))


@device
def box_term(quads, term, valid, address, channels):
    """Return 16 bits and the flags: which pixels of a group are in the term at an address."""
    inside, flags, table = box_of_term(quads, term, valid)
    if flags & TABLE:
        inside = table_bits(inside, table, address, channels)
    if flags & INVERT:
        inside = u32(u32(~inside) & valid)
    return inside, flags


def _define_match(name: str, prepare: Any, bits_of: Any, term_bytes: int) -> Any:
    """Return the kernel that matches groups, 16 pixels a thread, by a way to see a group and to test it for a term."""
    step = u64(term_bytes)

    def match_groups(pixels, start, count, channels, terms, term_count, words, row_bytes, union, is_continued, totals):
        """
        Match pixels that lie side by side, 8 bits a channel; 16 of them a thread.

        Threads are needed for whole words: four for each 64 pixels, so that bits beyond the last pixel are set to 0.

        Parameters
        ----------
        pixels : uint64
            Address of pixel 0, a multiple of 16.
        start, count : uint64
            Number of the first pixel to match, a multiple of `BLOCK_PIXELS`, and of the one after the last.
        channels : uint32
            1 to 4.
        terms : uint64
            Address of the terms, a multiple of 16.
        term_count : uint32
            How many; their colours are at most `MOST_COLORS`.
        words : uint64
            Address of the bits of the first of these colours.
        row_bytes : uint64
            From the bits of one colour to those of the next.
        union : uint64
            Address of the bits of all colours together; 0 to write none.
        is_continued : uint32
            Whether `union` has bits of other colours already, which stay.
        totals : uint64
            Address of a uint64 for each colour, then one for the union, to which the numbers of bits are added.
        """
        warp_counts = cuda.shared.array(WARP_COUNTS, np.int32)
        first = u64(start + u64(thread_number() * u64(GROUP)))
        left = u32(0)
        if first < count:
            left = u32(min(u64(count - first), u64(GROUP)))
        is_stored = first < u64(u64(count + u64(63)) & ~u64(63))
        address = u64(pixels + u64(first * u64(channels)))
        seen = prepare(load_group(address, channels, left), terms)
        valid = u32(u32(u32(1) << left) - u32(1))
        target = u64(first >> u64(3))
        together, found, row = u32(0), u32(0), u32(0)
        number = u32(0)
        while number < term_count:
            term = u64(terms + u64(u64(number) * step))
            inside, flags = bits_of(seen, term, valid, address, channels)
            found = u32(found | inside)
            if flags & LAST:
                if is_stored:
                    store_u16(u64(words + u64(u64(row) * row_bytes) + target), np.uint16(found))
                note_bits(found, warp_counts, row)
                together = u32(together | found)
                found = u32(0)
                row = u32(row + u32(1))
            number = u32(number + u32(1))
        if union != u64(0) and is_stored:
            if is_continued:
                together = u32(together | u32(load_u16(u64(union + target))))
            store_u16(u64(union + target), np.uint16(together))
        note_bits(together, warp_counts, row)
        add_counts(warp_counts, u32(row + u32(1)), totals)

    match_groups.__name__ = match_groups.__qualname__ = name
    return kernel(match_groups)


match_exact = _define_match("match_exact", masked_group, exact_term, EXACT_TERM_BYTES)
match_boxes = _define_match("match_boxes", channels_of_group, box_term, BOX_TERM_BYTES)
