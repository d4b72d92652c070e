"""
What kernels compute on pixels and bits: integers in, integers out, neither memory nor threads.

Every function is plain Python, too, and is tested as such. Each intermediate is a ``np.uint32(...)`` or a
``np.uint64(...)`` of its own: Numba widens ``uint32 + 1`` to 64 bits, and NumPy does not.

A pixel of 8-bit channels is one word, its first channel in the lowest byte. Sixteen of them are four quads.
"""

import numpy as np

from pixgrep.backends.cuda.jit import device

u32, u64 = np.uint32, np.uint64

HIGH_BITS = u32(0x80008000)
EVEN_BYTES = u32(0x00FF00FF)
BYTE = u32(0xFF)
UPPER_BYTE = u32(0xFF0000)
BIT_31, BIT_63 = u32(1 << 31), u64(1 << 63)


@device
def quad_of_rgb(a, b, c):
    """Return four pixels of three channels from twelve bytes; the fourth byte of each belongs to its neighbour."""
    second = u32(u32(a >> u32(24)) | u32(b << u32(8)))
    third = u32(u32(b >> u32(16)) | u32(c << u32(16)))
    return a, second, third, u32(c >> u32(8))


@device
def quad_of_pairs(a, b):
    """Return four pixels of two channels from eight bytes."""
    return u32(a & u32(0xFFFF)), u32(a >> u32(16)), u32(b & u32(0xFFFF)), u32(b >> u32(16))


@device
def quad_of_bytes(a):
    """Return four pixels of one channel from four bytes."""
    return u32(a & BYTE), u32(u32(a >> u32(8)) & BYTE), u32(u32(a >> u32(16)) & BYTE), u32(a >> u32(24))


@device
def within(even, odd, limits):
    """
    Return whether every channel of a pixel lies between its limits, both ends included.

    Channels stand in halves of 16 bits, so two are compared at once: a half's high bit is set where ``half + (2^15 -
    low)`` and ``(2^15 + high) - half`` did not fall below 2^15, and no half can borrow from the other. Kept apart like
    this, sixteen pixels are 32 registers; comparing bytes in place took fewer words, but 48 more for what the compiler
    moved out of the loop over terms.

    Parameters
    ----------
    even : uint32
        First and third channel.
    odd : uint32
        Second and fourth channel.
    limits : tuple of four uint32
        What `box_limits` makes of the limits.
    """
    above = u32(u32(even + limits[0]) & u32(odd + limits[2]))
    below = u32(u32(limits[1] - even) & u32(limits[3] - odd))
    return u32(u32(above & below) & HIGH_BITS) == HIGH_BITS


@device
def masked_quad(quad, mask):
    """Return four pixels without the bits that `mask` has not."""
    return u32(quad[0] & mask), u32(quad[1] & mask), u32(quad[2] & mask), u32(quad[3] & mask)


@device
def differs(quad, key):
    """Return whether no pixel of a quad is `key`; one instruction a pixel, as nothing depends on which it is."""
    return (quad[0] != key) & (quad[1] != key) & (quad[2] != key) & (quad[3] != key)


@device
def equal_bits(quad, key):
    """Return four bits: which pixels of a quad are `key`."""
    bits = u32(1) if quad[0] == key else u32(0)
    bits |= u32(2) if quad[1] == key else u32(0)
    bits |= u32(4) if quad[2] == key else u32(0)
    bits |= u32(8) if quad[3] == key else u32(0)
    return u32(bits)


@device
def even_channels(quad):
    """Return the first and third channels of four pixels, each in 16 bits."""
    return u32(quad[0] & EVEN_BYTES), u32(quad[1] & EVEN_BYTES), u32(quad[2] & EVEN_BYTES), u32(quad[3] & EVEN_BYTES)


@device
def odd_channels(quad):
    """Return the second and fourth channels of four pixels, each in 16 bits."""
    return (
        u32(u32(quad[0] >> u32(8)) & EVEN_BYTES),
        u32(u32(quad[1] >> u32(8)) & EVEN_BYTES),
        u32(u32(quad[2] >> u32(8)) & EVEN_BYTES),
        u32(u32(quad[3] >> u32(8)) & EVEN_BYTES),
    )


@device
def channel_pairs(low, high):
    """Return four pairs of channels, each in 16 bits, from four bytes of one plane and four of another."""
    return (
        u32(u32(low & BYTE) | u32(u32(high & BYTE) << u32(16))),
        u32(u32(u32(low >> u32(8)) & BYTE) | u32(u32(high << u32(8)) & UPPER_BYTE)),
        u32(u32(u32(low >> u32(16)) & BYTE) | u32(high & UPPER_BYTE)),
        u32(u32(low >> u32(24)) | u32(u32(high >> u32(8)) & UPPER_BYTE)),
    )


@device
def box_bits(channels, limits):
    """Return four bits: which pixels of a quad, its even and its odd channels apart, are inside a box, see `within`."""
    even, odd = channels
    bits = u32(1) if within(even[0], odd[0], limits) else u32(0)
    bits |= u32(2) if within(even[1], odd[1], limits) else u32(0)
    bits |= u32(4) if within(even[2], odd[2], limits) else u32(0)
    bits |= u32(8) if within(even[3], odd[3], limits) else u32(0)
    return u32(bits)


@device
def table_index(first, second, third, has_color):
    """Return the place of a pixel in a table: ``first << 16 | second << 8 | third`` channel, or the grey value."""
    index = first
    if has_color:
        index = u32(u32(u32(first << u32(16)) | u32(second << u32(8))) | third)
    return index


@device
def color_index(pixel, has_color):
    """Return the place in a table of a pixel in one word, whatever is in its fourth byte."""
    second, third = u32(u32(pixel >> u32(8)) & BYTE), u32(u32(pixel >> u32(16)) & BYTE)
    return table_index(u32(pixel & BYTE), second, third, has_color)


@device
def spread(bits):
    """Return four bytes of 0 or 1 for the lowest four bits."""
    return u32(u32(u32(bits & u32(15)) * u32(0x00204081)) & u32(0x01010101))


@device
def ordered_32(bits):
    """
    Return the bits of a float32 as a uint32 of the same order; NaNs lie outside of both infinities.

    Negative numbers are turned round, positive ones put above them: so a kernel compares floats as integers.
    """
    return u32(~bits) if bits & BIT_31 else u32(bits | BIT_31)


@device
def ordered_64(bits):
    """Return the bits of a float64 as a uint64 of the same order, see `ordered_32`."""
    return u64(~bits) if bits & BIT_63 else u64(bits | BIT_63)


@device
def high_product(a, b):
    """Return the upper 64 of the 128 bits of a product."""
    low = u64(0xFFFFFFFF)
    a_low, a_high = u64(a & low), u64(a >> u64(32))
    b_low, b_high = u64(b & low), u64(b >> u64(32))
    carry = u64(u64(a_low * b_low) >> u64(32))
    middle = u64(u64(a_high * b_low) + carry)
    other = u64(u64(a_low * b_high) + u64(middle & low))
    return u64(u64(u64(a_high * b_high) + u64(middle >> u64(32))) + u64(other >> u64(32)))


@device
def quotient(number, magic, shifts):
    """
    Return ``number // divisor`` for the `magic` and `shifts` that `reciprocal` gives for the divisor.

    A division would bring floating point into the machine code, and take three times as many instructions.
    """
    estimate = high_product(number, magic)
    half = u64(u64(number - estimate) >> u64(shifts & u32(1)))
    return u64(u64(half + estimate) >> u64(shifts >> u32(1)))


def box_limits(low: tuple[int, ...], high: tuple[int, ...]) -> tuple[int, int, int, int]:
    """
    Return the limits of a box of one to four channels as `within` wants them; channels it lacks may be anything.

    Examples
    --------
    >>> [hex(word) for word in box_limits((1, 2, 3), (9, 9, 9))]
    ['0x7ffd7fff', '0x80098009', '0x80007ffe', '0x80ff8009']
    """
    lows, highs = (*low, 0, 0, 0)[:4], (*high, 255, 255, 255)[:4]
    from_low = [0x8000 - value for value in lows]
    from_high = [0x8000 + value for value in highs]
    return (
        from_low[0] | from_low[2] << 16,
        from_high[0] | from_high[2] << 16,
        from_low[1] | from_low[3] << 16,
        from_high[1] | from_high[3] << 16,
    )


def reciprocal(divisor: int) -> tuple[np.uint64, np.uint32]:
    """
    Return what `quotient` needs to divide by a number from 1 to 2^63.

    Granlund and Montgomery, "Division by Invariant Integers using Multiplication", 1994, figure 4.1: exact for every
    number of 64 bits.
    """
    bits = (divisor - 1).bit_length()
    magic = ((1 << 64) * ((1 << bits) - divisor)) // divisor + 1
    return u64(magic), u32(min(bits, 1) | max(bits - 1, 0) << 1)
