"""What kernels compute, compiled for the processor, against NumPy and Python's integers: ten million pixels."""

from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numba import njit

from pixgrep.backends.cuda import arithmetic, counting, labeling, matching
from pixgrep.backends.cuda.arithmetic import box_limits, reciprocal
from tests.backends.cuda.on_processor import on_processor

RNG = np.random.default_rng(20261123)
MANY = 10_000_000
COLOR = (10, 200, 30, 77)
LOW, HIGH = (8, 190, 0, 70), (12, 255, 30, 80)
U64 = st.integers(0, 2**64 - 1)

load_group = on_processor(matching.load_group)


def groups_by(prepare, bits_of):
    """Return a function that matches groups one after the other, as the kernels do side by side."""
    prepare, bits_of = on_processor(prepare), on_processor(bits_of)

    @njit
    def match(pixels, count, channels, term, bits):
        for group in range(bits.size):
            first = np.uint64(group * 16)
            left = np.uint32(min(np.uint64(count - first), np.uint64(16)))
            address = np.uint64(pixels + first * np.uint64(channels))
            valid = np.uint32((np.uint32(1) << left) - np.uint32(1))
            seen = prepare(load_group(address, channels, left), term)
            found, _ = bits_of(seen, term, valid, address, channels)
            bits[group] = found

    return match


def test_pairs_of_channels():
    pairs = on_processor(arithmetic.channel_pairs)
    words = RNG.integers(0, 2**32, (1000, 2), np.uint32)
    for low, high in words:
        expected = low.reshape(1).view(np.uint8) | high.reshape(1).view(np.uint8).astype(np.uint32) << 16
        assert tuple(pairs(low, high)) == tuple(expected)
        assert tuple(arithmetic.channel_pairs.py_func(low, high)) == tuple(expected)


exact_groups = groups_by(matching.masked_group, matching.exact_term)
box_groups = groups_by(matching.channels_of_group, matching.box_term)


def aligned(data):
    """Return the same bytes from an address that is a multiple of 16 on, and that address."""
    room = np.zeros(data.nbytes + 16, np.uint8)
    start = -room.ctypes.data % 16
    room[start : start + data.nbytes] = data.reshape(-1).view(np.uint8)
    return room, np.uint64(room.ctypes.data + start)


@cache
def near_misses(count, channels):
    """Draw pixels at, just beside, and far from a colour and the limits of a box; also with channels swapped."""
    pixels = RNG.integers(0, 256, (count, channels), np.uint8)
    chosen = np.array([COLOR, LOW, HIGH, COLOR[::-1]], np.int16)[:, :channels][RNG.integers(0, 4, count)]
    chosen = np.clip(chosen + RNG.choice([0, 0, 0, 1, -1], (count, channels)), 0, 255)
    is_near = RNG.random(count) < 0.8
    pixels[is_near] = chosen[is_near]
    return pixels


def packed(mask):
    return np.packbits(np.pad(mask, (0, -mask.size % 16)), bitorder="little").view(np.uint16)


def assert_exact(pixels):
    count, channels = pixels.shape
    key, mask = (
        sum(value << 8 * channel for channel, value in enumerate(color[:channels])) for color in (COLOR, (255,) * 4)
    )
    (kept, address), (term, term_address) = aligned(pixels), aligned(np.array([key, mask, 4, 0], np.uint32))
    bits = np.empty(-(-count // 16), np.uint16)
    exact_groups(address, np.uint64(count), np.uint32(channels), term_address, bits)
    np.testing.assert_array_equal(bits, packed((pixels == COLOR[:channels]).all(axis=1)))
    del kept, term


def assert_box(pixels, table=None, is_inverted=False):
    count, channels = pixels.shape
    low, high = LOW[:channels], HIGH[:channels]
    words = np.zeros(8, np.uint32)
    words[:4] = box_limits(low, high)
    words[4] = 4 | (table is not None) | is_inverted << 1
    if table is not None:
        words[6:].view(np.uint64)[0] = table.ctypes.data
    (kept, address), (term, term_address) = aligned(pixels), aligned(words)
    bits = np.empty(-(-count // 16), np.uint16)
    box_groups(address, np.uint64(count), np.uint32(channels), term_address, bits)
    expected = ((pixels >= low) & (pixels <= high)).all(axis=1)
    if table is not None:
        index = pixels[:, 0].astype(np.int64)
        if channels > 2:
            index = index << 16 | pixels[:, 1].astype(np.int64) << 8 | pixels[:, 2]
        expected &= (table[index >> 3] >> (index & 7) & 1).astype(bool)
    np.testing.assert_array_equal(bits, packed(expected ^ is_inverted))
    assert expected.any() or count < 1000
    del kept, term


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_ten_million_pixels_of_one_colour(channels):
    assert_exact(near_misses(MANY, channels))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_ten_million_pixels_in_a_box(channels):
    assert_box(near_misses(MANY, channels))


@pytest.mark.parametrize(("channels", "is_inverted"), list(product([1, 2, 3, 4], [False, True])))
def test_ten_million_pixels_in_a_box_and_a_table(channels, is_inverted):
    table = RNG.integers(0, 256, 32 if channels < 3 else 1 << 21, np.uint8)
    assert_box(near_misses(MANY, channels), table, is_inverted)


@pytest.mark.parametrize(("channels", "tail"), list(product([1, 2, 3, 4], range(16))))
def test_every_length_of_a_tail(channels, tail):
    for whole in (0, 16, 48):
        if whole + tail:
            pixels = near_misses(whole + tail, channels)
            assert_exact(pixels)
            assert_box(pixels)
            assert_box(pixels, is_inverted=True)


def test_a_box_compares_every_value_of_a_channel_with_every_limit():
    values = np.arange(256, dtype=np.uint8)
    within = on_processor(arithmetic.within)

    @njit
    def inside(lane, limits):
        found = np.empty(256, np.bool_)
        for value in range(256):
            found[value] = within(np.uint32(value << lane), np.uint32(0), limits)
        return found

    for low, high in product(range(0, 256, 5), range(0, 256, 3)):
        for lane in (0, 16):  # the first channel, then the third
            limits = box_limits((low, 0, 0), (high, 0, 255)) if lane == 0 else box_limits((0, 0, low), (255, 0, high))
            words = tuple(np.uint32(word) for word in limits)
            np.testing.assert_array_equal(inside(lane, words), (values >= low) & (values <= high))


@settings(deadline=None, derandomize=True)
@given(number=U64, divisor=st.integers(1, 2**63))
@example(number=2**64 - 1, divisor=1)
@example(number=2**64 - 1, divisor=2**63)
@example(number=2**63 - 1, divisor=2**62 + 1)
def test_a_quotient_is_that_of_integers(number, divisor):
    magic, shifts = reciprocal(divisor)
    assert quotient(np.uint64(number), magic, shifts) == number // divisor


quotient = on_processor(arithmetic.quotient)


@settings(deadline=None, derandomize=True)
@given(U64, U64)
def test_the_high_half_of_a_product_is_that_of_integers(a, b):
    assert high_product(np.uint64(a), np.uint64(b)) == a * b >> 64


high_product = on_processor(arithmetic.high_product)


@pytest.mark.parametrize(("dtype", "word"), [(np.float32, np.uint32), (np.float64, np.uint64)])
def test_floats_keep_their_order_as_integers_and_nans_lie_outside(dtype, word):
    ordered = on_processor(arithmetic.ordered_32 if dtype == np.float32 else arithmetic.ordered_64)
    edges = [
        -np.inf,
        np.finfo(dtype).min,
        -1,
        -1e-38,
        -5e-324,
        -0.0,
        0.0,
        5e-324,
        1e-38,
        0.5,
        1,
        np.finfo(dtype).max,
        np.inf,
    ]
    values = np.unique(np.concatenate([np.array(edges, dtype), RNG.normal(0, 1, 1000).astype(dtype)]))
    keys = [ordered(bits) for bits in values.view(word)]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    for sign in (1, -1):
        nan = np.copysign(np.array([np.nan], dtype), sign)
        assert not keys[0] <= ordered(nan.view(word)[0]) <= keys[-1]


@pytest.mark.parametrize("bits", range(16))
def test_bits_are_spread_to_bytes(bits):
    word = int(on_processor(arithmetic.spread)(np.uint32(bits | 0xFFFFFFF0)))
    assert list(word.to_bytes(4, "little")) == [bits >> number & 1 for number in range(4)]


def stored(pixels):
    """Return the place of pixels in a table."""
    values = pixels.astype(np.int64)
    return values[:, 0] if pixels.shape[1] < 3 else values[:, 0] << 16 | values[:, 1] << 8 | values[:, 2]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_ten_million_pixels_have_their_places_in_a_table(channels):
    """As a thread has them in registers, and as it finds them byte by byte."""
    indexes_of, stored_index = on_processor(labeling.indexes_of), on_processor(matching.stored_index)
    strided_index = on_processor(labeling.strided_index)

    @njit
    def places(address, count, channels, from_quads, from_bytes, from_strides):
        for group in range(count // 16):
            here = np.uint64(address + np.uint64(group * 16) * np.uint64(channels))
            quads = load_group(here, channels, np.uint32(16))
            for quad in range(4):
                found = indexes_of(quads[quad], channels > np.uint32(2))
                for pixel in range(4):
                    from_quads[group * 16 + quad * 4 + pixel] = found[pixel]
        for number in range(count):
            here = np.uint64(address + np.uint64(number) * np.uint64(channels))
            from_bytes[number] = stored_index(here, channels)
            from_strides[number] = strided_index(here, np.int64(1), channels)

    pixels = near_misses(MANY, channels)
    kept, address = aligned(pixels)
    found = np.empty((3, MANY), np.int64)
    places(address, MANY, np.uint32(channels), *found)
    assert (found == stored(pixels)).all()
    del kept


@pytest.mark.parametrize("size", [1, 2, 4])
def test_ten_million_labels_are_packed_as_they_are_stored(size):
    table = RNG.integers(0, 256, (1 << 16) * size, np.uint8).view(f"u{size}")
    word_of_bytes, words_of_halves = on_processor(labeling.word_of_bytes), on_processor(labeling.words_of_halves)
    load_label = on_processor(labeling.load_label)

    @njit
    def pack(indexes, table, size, words):
        for quad in range(len(indexes) // 4):
            four = indexes[4 * quad], indexes[4 * quad + 1], indexes[4 * quad + 2], indexes[4 * quad + 3]
            if size == 1:
                words[quad] = word_of_bytes(four, table)
            elif size == 2:
                words[2 * quad], words[2 * quad + 1] = words_of_halves(four, table)
            else:
                for pixel in range(4):
                    words[4 * quad + pixel] = load_label(table, four[pixel], np.uint32(4))

    indexes = RNG.integers(0, len(table), MANY, np.uint32)
    words = np.empty(MANY * size // 4, np.uint32)
    pack(indexes, np.uint64(table.ctypes.data), size, words)
    np.testing.assert_array_equal(words.view(table.dtype), table[indexes])


def test_used_counters_are_counted():
    count_used_of_group = on_processor(counting.count_used_of_group)
    for used in RNG.random((500, 4, 4)) < RNG.random((500, 1, 1)):
        counters = np.where(used, RNG.choice([1, 255, 2**16, 2**31, 2**32 - 1], used.shape), 0).astype(np.uint32)
        assert count_used_of_group(tuple(tuple(four) for four in counters)) == used.sum()
