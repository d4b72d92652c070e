"""The pixel loop: 64 pixels at a time against every term of a program, in one pass over the picture."""

import numpy as np

from pixgrep.compiled.cache import compiled
from pixgrep.compiled.vectors import (
    bit_count,
    box_bits,
    load_block,
    load_byte,
    load_word,
    lowest_bit,
    number_bits,
    store_word,
)

ZERO, ONE, SIX, EIGHT, SIXTEEN = (np.uint64(number) for number in (0, 1, 6, 8, 16))
LOW_SIX = np.uint64(63)


@compiled
def in_table(pixel, pixel_bytes, address, table, inside):  # type: ignore[no-untyped-def]
    """Keep those bits of `inside` whose pixels, 8 bits a channel, are set in the table at address `table`."""
    kept = ZERO
    while inside != ZERO:
        bit = lowest_bit(inside)
        here = address + bit * pixel_bytes
        index = np.uint64(load_byte(here))
        if len(pixel) > 2:  # three colour channels, else one grey
            index = (
                index << SIXTEEN | np.uint64(load_byte(here + ONE)) << EIGHT | np.uint64(load_byte(here + ONE + ONE))
            )
        word = load_word(table + ((index >> SIX) << np.uint64(3)))
        kept |= (word >> (index & LOW_SIX) & ONE) << bit
        inside &= inside - ONE
    return kept


@compiled
def match_blocks(pixel, pixel_bytes, address, blocks, lows, spans, terms, colors, words, union):  # type: ignore[no-untyped-def]
    """
    Match `blocks` blocks of 64 pixels.

    What is None is compiled away: nine exact colours take half the time of nine boxes with tables.

    Parameters
    ----------
    pixel : tuple of zeros
        Number and dtype of the channels, by its type.
    pixel_bytes : uint64
        Bytes of one pixel.
    address : uint64
        Of the first pixel; pixels lie side by side.
    blocks : uint64
        How many blocks of 64 pixels.
    lows, spans : uint64; spans may be None
        Addresses of the limits of all terms, see `box_bits`.
    terms : uint64 array, shape (terms, 2), or None
        Address of the table (0 for none); 1 where the term is inverted. None: every term is a box, one a colour.
    colors : uint64 array, shape (colors + 1,)
        The terms of colour i are those from ``colors[i]`` up to ``colors[i + 1]``.
    words : uint64 array, shape (colors,)
        Addresses of the bits to write, one row a colour.
    union : uint64 or None
        Address of the bits of all colours together; None for one colour, whose row it is.
    """
    for block in range(blocks):
        here = address + block * (pixel_bytes << SIX)
        pixels = load_block(pixel, here)
        together = ZERO
        for color in range(np.uint64(words.size)):
            if terms is None:
                found = box_bits(pixels, color * pixel_bytes, lows, spans)
            else:
                found = ZERO
                for term in range(colors[color], colors[color + ONE]):
                    inside = box_bits(pixels, term * pixel_bytes, lows, spans)
                    if terms[term, 0] != ZERO and inside != ZERO:
                        inside = in_table(pixel, pixel_bytes, here, terms[term, 0], inside)
                    if terms[term, 1] != ZERO:
                        inside = ~inside & number_bits(pixels)
                    found |= inside
            store_word(words[color] + block * EIGHT, found)
            together |= found
        if union is not None:
            store_word(union + block * EIGHT, together)


@compiled
def count_bits(words):  # type: ignore[no-untyped-def]
    """Return how many bits are set."""
    total = ZERO
    for word in words:
        total += bit_count(word)
    return total
