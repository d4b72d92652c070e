import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pixgrep as pg
from pixgrep import packed
from pixgrep.bits import Bits, Recycled
from pixgrep.model import Box

LENGTHS = (0, 1, 7, 63, 64, 65, 127, 128, 129, 1000)


def from_masks(masks: Any, shape: tuple[int, int]) -> Bits:
    bits = Bits.empty(len(masks), shape)
    bits.put(masks)
    return bits


def oracle(mask: Any) -> np.ndarray:
    """One line that says what the bits are; padded to whole words."""
    octets = np.packbits(mask.ravel(), bitorder="little")
    return np.pad(octets, (0, -len(octets) % 8)).view("<u8").astype(np.uint64)


def random_mask(seed: int, *shape: int, density: float = 0.3) -> np.ndarray:
    return np.asarray(np.random.default_rng(seed).random(shape) < density)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("colors", [1, 2, 5])
def test_bits_are_those_of_packbits_and_beyond_the_last_pixel_they_are_zero(length, colors):
    masks = random_mask(length, colors, length)
    bits = from_masks(masks, (1, length))
    for words, mask in zip(bits.words, masks, strict=True):
        np.testing.assert_array_equal(words, oracle(mask))
    np.testing.assert_array_equal(bits.union, oracle(masks.any(axis=0)))
    assert bits.counts().tolist() == masks.sum(axis=1).tolist()


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (1, 1), (7, 33), (8, 32), (9, 31), (1, 200), (200, 1)])
def test_everything_read_from_bits_is_what_numpy_reads_from_the_mask(shape):
    mask = random_mask(3, *shape)
    words = oracle(mask)
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


@given(st.integers(0, 2**32 - 1), st.integers(0, 300), st.integers(0, 300), st.integers(0, 200))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_pasting_shifts_bits_by_any_start(seed, before, length, after):
    part = random_mask(seed, 2, length)
    bits = Bits.empty(2, (1, before + length + after))
    bits.clear()
    bits.paste(from_masks(part, (1, length)), before)
    whole = np.zeros((2, before + length + after), np.bool_)
    whole[:, before : before + length] = part
    for words, mask in zip((*bits.words, bits.union), (*whole, whole.any(axis=0)), strict=True):
        np.testing.assert_array_equal(words, oracle(mask))


def test_neighbouring_parts_that_share_a_word_keep_each_others_bits():
    mask = random_mask(8, 1, 500)
    bits = Bits.empty(1, (1, 500))
    bits.clear()
    for start in range(0, 500, 7):
        piece = mask[:, start : start + 7]
        bits.paste(from_masks(piece, (1, piece.shape[1])), start)
    np.testing.assert_array_equal(bits.union, oracle(mask))


def test_a_tile_has_room_of_its_own_only_where_it_shares_no_word():
    bits = Bits.empty(3, (10, 64))
    assert bits.room(64, (2, 64)) is not None
    assert bits.room(10, (1, 64)) is None
    assert bits.room(0, (1, 63)) is None
    odd = Bits.empty(2, (3, 33))
    room = odd.room(64, (1, 35))
    assert room is not None, "the end of the picture may lie in the middle of a word"
    room.words[:] = 7
    assert odd.words[:, 1].tolist() == [7, 7]


def test_the_answer_nothing_has_the_right_shape():
    bits = Bits.zeros(3, (5, 20))
    assert bits.words.shape == (3, 2)
    assert bits.counts().tolist() == [0, 0, 0]
    assert packed.mask(bits.union, (5, 20)).shape == (5, 20)


def test_coordinates_are_found_without_numba(monkeypatch):
    mask = random_mask(3, 50, 70)
    monkeypatch.setattr(packed, "MANY", 1)
    monkeypatch.setitem(sys.modules, "pixgrep.compiled.positions", None)
    packed._kernel.cache_clear()
    found = packed.coordinates(oracle(mask), 70, (0, 0), np.int32)
    packed._kernel.cache_clear()
    np.testing.assert_array_equal(found, np.argwhere(mask)[:, ::-1])


def test_set_at_reads_single_bits():
    mask = random_mask(1, 300)
    where = np.arange(300)
    np.testing.assert_array_equal(packed.set_at(oracle(mask), where), mask)


@pytest.mark.parametrize("width", [1, 37, 64, 1001])
@pytest.mark.parametrize("density", [0.0005, 0.6, 1.0])
@pytest.mark.parametrize("is_compiled", [True, False])
def test_compiled_and_numpy_readers_agree_on_large_pictures(width, density, is_compiled, monkeypatch):
    monkeypatch.setattr(packed, "is_compiled_loaded", lambda: is_compiled)
    height = (packed.FEW * 64) // width + 1
    mask = random_mask(4, height, width, density=density)
    words = oracle(mask)
    assert words.size >= packed.FEW
    assert packed.count_bits(words) == mask.sum()
    rows, columns = np.nonzero(mask)
    found = packed.coordinates(words, width, (3, 4), np.int64)
    np.testing.assert_array_equal(found, np.stack([columns + 3, rows + 4], axis=1))


@pytest.mark.parametrize("width", [1, 50, 5000])
def test_the_box_is_right_across_bands_of_rows(width, monkeypatch):
    mask = np.zeros((90, width), np.bool_)
    mask[11, width // 3] = mask[80, width // 2] = True
    box = packed.bounding_box(oracle(mask), width)
    assert box == Box(width // 3, 11, width // 2 - width // 3 + 1, 70)


def test_memory_is_used_again_only_when_nobody_holds_it():
    """Answers of the same size follow each other in one buffer; an answer that is still held must not change."""
    picture = np.zeros((2000, 2000, 3), np.uint8)
    other = picture.copy()
    other[5, 5] = 1
    held = pg.find(picture, "#010101", backend="numpy")
    words = pg.find(other, "#010101", backend="numpy").bits.host.words
    third = pg.find(picture, "#010101", backend="numpy")
    assert (len(held), packed.count_bits(words[0]), len(third)) == (0, 1, 0)


def test_memory_that_nobody_holds_is_the_next_to_be_used():
    """A pool of its own: in the shared one, answers of other tests may become free at any moment."""
    pool = Recycled()
    first, second = pool.take(1 << 16), pool.take(1 << 16)
    address, other = first.ctypes.data, second.ctypes.data
    assert address != other
    del first
    assert pool.take(1 << 16).ctypes.data == address
    assert pool.take(1 << 15).size == 1 << 15
