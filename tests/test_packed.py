"""What is read from words, and done to them, is what NumPy does with the mask."""

import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixgrep import packed
from pixgrep.model import Box
from tests.components.shapes import random_mask, words_of


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (1, 1), (7, 33), (8, 32), (9, 31), (1, 200), (200, 1)])
def test_everything_read_from_bits_is_what_numpy_reads_from_the_mask(shape):
    mask = random_mask(shape[0], shape[1], 0.3, 3)
    words = words_of(mask)
    where = np.flatnonzero(mask)
    np.testing.assert_array_equal(packed.mask(words, shape), mask)
    np.testing.assert_array_equal(packed.positions(words), where)
    assert packed.count_bits(words) == len(where)
    assert packed.first_bit(words) == (where[0] if len(where) else None)
    assert packed.last_bit(words) == (where[-1] if len(where) else None)
    rows, columns = np.nonzero(mask)
    expected = np.stack([columns + 5, rows + 7], axis=1)
    np.testing.assert_array_equal(packed.coordinates(words, shape[1], (5, 7), np.int32), expected)
    box = packed.bounding_box(words, shape[1])
    if len(where):
        left, top = int(columns.min()), int(rows.min())
        assert box == Box(left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1)
    else:
        assert box is None


def test_coordinates_are_found_without_numba(monkeypatch):
    mask = random_mask(50, 70, 0.3, 3)
    monkeypatch.setattr(packed, "MANY", 1)
    monkeypatch.setitem(sys.modules, "pixgrep.compiled.positions", None)
    packed._kernel.cache_clear()
    found = packed.coordinates(words_of(mask), 70, (0, 0), np.int32)
    packed._kernel.cache_clear()
    np.testing.assert_array_equal(found, np.argwhere(mask)[:, ::-1])


def test_set_at_reads_single_bits():
    mask = random_mask(1, 300, 0.3, 1)[0]
    where = np.arange(300)
    np.testing.assert_array_equal(packed.set_at(words_of(mask), where), mask)


@pytest.mark.parametrize("width", [1, 37, 64, 1001])
@pytest.mark.parametrize("density", [0.0005, 0.6, 1.0])
@pytest.mark.parametrize("is_compiled", [True, False])
def test_compiled_and_numpy_readers_agree_on_large_pictures(width, density, is_compiled, monkeypatch):
    monkeypatch.setattr(packed, "is_compiled_loaded", lambda: is_compiled)
    height = (packed.FEW * 64) // width + 1
    mask = random_mask(height, width, density, 4)
    words = words_of(mask)
    assert words.size >= packed.FEW
    assert packed.count_bits(words) == mask.sum()
    rows, columns = np.nonzero(mask)
    found = packed.coordinates(words, width, (3, 4), np.int64)
    np.testing.assert_array_equal(found, np.stack([columns + 3, rows + 4], axis=1))


@pytest.mark.parametrize("width", [1, 50, 5000])
def test_the_box_is_right_across_bands_of_rows(width, monkeypatch):
    mask = np.zeros((90, width), np.bool_)
    mask[11, width // 3] = mask[80, width // 2] = True
    box = packed.bounding_box(words_of(mask), width)
    assert box == Box(width // 3, 11, width // 2 - width // 3 + 1, 70)


@given(st.integers(1, 300), st.integers(-400, 400), st.integers(0, 9))
def test_bits_are_shifted_by_any_number_in_both_directions(words, shift, seed):
    random = np.random.default_rng(seed)
    target, source = random.random((2, 64 * words)) < 0.6
    shifted = np.zeros_like(source)
    for bit in range(source.size):
        shifted[bit] = 0 <= bit + shift < source.size and source[bit + shift]
    result = words_of(target)
    packed.and_shifted(result, words_of(source), -shift)
    np.testing.assert_array_equal(result, words_of(target & shifted))


@given(st.integers(0, 256), st.integers(0, 256))
def test_bits_are_cleared_from_one_to_another(start, stop):
    words = words_of(np.ones(256, np.bool_))
    packed.clear_bits(words, start, stop)
    numbers = np.arange(256)
    np.testing.assert_array_equal(words, words_of((numbers < start) | (numbers >= stop)))


@given(st.integers(1, 300), st.integers(1, 500), st.data())
def test_bits_of_every_period_are_kept(words, period, draw):
    start, stop = sorted((draw.draw(st.integers(0, period)), draw.draw(st.integers(0, period))))
    before = np.random.default_rng(words).random(64 * words) < 0.7
    result, numbers = words_of(before), np.arange(64 * words) % period
    packed.keep_every(result, period, start, stop)
    np.testing.assert_array_equal(result, words_of(before & (numbers >= start) & (numbers < stop)))


def test_the_pattern_of_columns_repeats_within_large_pictures():
    """Patterns of all lengths, repeated and cut off."""
    for period, length in pairwise((1, 3, 64, 65, 100, 640, 4096, 5001, 60_000)):
        for words in (1000, 5003):
            before = np.ones(64 * words, np.bool_)
            result, numbers = words_of(before), np.arange(64 * words) % length
            packed.keep_every(result, length, min(period, length - 1), length)
            np.testing.assert_array_equal(result, words_of(numbers >= min(period, length - 1)))
