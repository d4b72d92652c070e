from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pixgrep as pg
from pixgrep import packed
from pixgrep.bits import Bits, Recycled
from tests.components.shapes import random_mask, words_of

LENGTHS = (0, 1, 7, 63, 64, 65, 127, 128, 129, 1000)


def from_masks(masks: Any, shape: tuple[int, int]) -> Bits:
    bits = Bits.empty(len(masks), shape)
    bits.put(masks)
    return bits


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("colors", [1, 2, 5])
def test_bits_are_those_of_packbits_and_beyond_the_last_pixel_they_are_zero(length, colors):
    masks = random_mask(colors, length, 0.3, length)
    bits = from_masks(masks, (1, length))
    for words, mask in zip(bits.words, masks, strict=True):
        np.testing.assert_array_equal(words, words_of(mask))
    np.testing.assert_array_equal(bits.union, words_of(np.asarray(masks.any(axis=0))))
    assert bits.counts().tolist() == masks.sum(axis=1).tolist()


@given(st.integers(0, 2**32 - 1), st.integers(0, 300), st.integers(0, 300), st.integers(0, 200))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_pasting_shifts_bits_by_any_start(seed, before, length, after):
    part = random_mask(2, length, 0.3, seed)
    bits = Bits.empty(2, (1, before + length + after))
    bits.clear()
    bits.paste(from_masks(part, (1, length)), before)
    whole = np.zeros((2, before + length + after), np.bool_)
    whole[:, before : before + length] = part
    for words, mask in zip((*bits.words, bits.union), (*whole, whole.any(axis=0)), strict=True):
        np.testing.assert_array_equal(words, words_of(mask))


def test_neighbouring_parts_that_share_a_word_keep_each_others_bits():
    mask = random_mask(1, 500, 0.3, 8)
    bits = Bits.empty(1, (1, 500))
    bits.clear()
    for start in range(0, 500, 7):
        piece = mask[:, start : start + 7]
        bits.paste(from_masks(piece, (1, piece.shape[1])), start)
    np.testing.assert_array_equal(bits.union, words_of(mask))


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
