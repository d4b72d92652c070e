"""
The kernel that matches planes: one channel after the other, 8 bits each, as PyTorch keeps pictures.

A thread takes 16 pixels by one 128-bit load of each plane, which must begin at a multiple of 16. Terms are those of
`match_boxes`: a single value is a box, too.
"""

import numpy as np

from pixgrep.backends.cuda.access import load_four, load_u8, load_u16, store_u16
from pixgrep.backends.cuda.arithmetic import channel_pairs, quotient
from pixgrep.backends.cuda.blocks import GROUP, WARP_COUNTS, add_counts, note_bits, thread_number
from pixgrep.backends.cuda.jit import cuda, device, kernel
from pixgrep.backends.cuda.labeling import strided_index
from pixgrep.backends.cuda.matching import BOX_TERM_BYTES, INVERT, LAST, TABLE, box_of_term, in_table

u32, u64 = np.uint32, np.uint64


@device
def tail_word(address, number, left):
    """Return four bytes of a group, one by one, 0 where the picture has ended before."""
    word = u32(0)
    if number < left:
        word = u32(load_u8(u64(address + u64(number))))
    if u32(number + u32(1)) < left:
        word = u32(word | u32(u32(load_u8(u64(address + u64(u32(number + u32(1)))))) << u32(8)))
    if u32(number + u32(2)) < left:
        word = u32(word | u32(u32(load_u8(u64(address + u64(u32(number + u32(2)))))) << u32(16)))
    if u32(number + u32(3)) < left:
        word = u32(word | u32(u32(load_u8(u64(address + u64(u32(number + u32(3)))))) << u32(24)))
    return word


@device
def load_plane(address, is_there, left):
    """Return one channel of the 16 pixels of a group, of which only `left` are the picture's; 0 if there is none."""
    if not is_there:
        return u32(0), u32(0), u32(0), u32(0)
    if left < u32(GROUP):
        return (
            tail_word(address, u32(0), left),
            tail_word(address, u32(4), left),
            tail_word(address, u32(8), left),
            tail_word(address, u32(12), left),
        )
    return load_four(address)


@device
def load_planes(address, plane_stride, channels, left):
    """Return the pixels of a group as four quads, of each the even channels, and the odd ones."""
    a = load_plane(address, channels > u32(0), left)
    b = load_plane(u64(address + u64(plane_stride)), channels > u32(1), left)
    c = load_plane(u64(address + u64(2 * plane_stride)), channels > u32(2), left)
    d = load_plane(u64(address + u64(3 * plane_stride)), channels > u32(3), left)
    return (
        (channel_pairs(a[0], c[0]), channel_pairs(b[0], d[0])),
        (channel_pairs(a[1], c[1]), channel_pairs(b[1], d[1])),
        (channel_pairs(a[2], c[2]), channel_pairs(b[2], d[2])),
        (channel_pairs(a[3], c[3]), channel_pairs(b[3], d[3])),
    )


@device
def table_bits_of_planes(inside, table, address, plane_stride, channels):
    """Keep those bits of a group whose pixels are in a table, see `pixgrep.backends.cuda.matching.table_bits`."""
    kept = u32(0)
    while inside != u32(0):
        number = u32(u32(cuda.ffs(inside)) - u32(1))
        index = strided_index(u64(address + u64(number)), plane_stride, channels)
        kept = u32(kept | u32(in_table(index, table) << number))
        inside = u32(inside & u32(inside - u32(1)))
    return kept


@device
def plane_term(quads, term, valid, address, plane_stride, channels):
    """Return 16 bits and the flags: which pixels of a group are in the term at an address."""
    inside, flags, table = box_of_term(quads, term, valid)
    if flags & TABLE:
        inside = table_bits_of_planes(inside, table, address, plane_stride, channels)
    if flags & INVERT:
        inside = u32(u32(~inside) & valid)
    return inside, flags


@kernel
def match_planes(
    pixels,
    start,
    count,
    plane_stride,
    picture_magic,
    picture_shifts,
    picture_gap,
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
    Match the planes of one picture or of a batch, 16 pixels a thread.

    All parameters that `match_groups` has are the same here, as are the threads that are needed.

    Parameters
    ----------
    plane_stride : int64
        Bytes from one plane to the next, a multiple of 16.
    picture_magic, picture_shifts, picture_gap
        See `pixgrep.backends.cuda.pixelwise.match_pixels`; where there is a gap, a multiple of 16, the pixels of a
        picture are a multiple of 16.
    """
    warp_counts = cuda.shared.array(WARP_COUNTS, np.int32)
    first = u64(start + u64(thread_number() * u64(GROUP)))
    left = u32(0)
    if first < count:
        left = u32(min(u64(count - first), u64(GROUP)))
    is_stored = first < u64(u64(count + u64(63)) & ~u64(63))
    address = u64(pixels + first)
    if picture_gap != 0:
        picture = np.int64(quotient(first, picture_magic, picture_shifts))
        address = u64(address + u64(picture * picture_gap))
    seen = load_planes(address, plane_stride, channels, left)
    valid = u32(u32(u32(1) << left) - u32(1))
    target = u64(first >> u64(3))
    together, found, row = u32(0), u32(0), u32(0)
    number = u32(0)
    while number < term_count:
        term = u64(terms + u64(u64(number) * u64(BOX_TERM_BYTES)))
        inside, flags = plane_term(seen, term, valid, address, plane_stride, channels)
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
