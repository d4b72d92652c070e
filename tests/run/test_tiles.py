from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixgrep.run.tiles import cut, side_by_side


@given(st.integers(0, 70), st.integers(0, 500), st.integers(1, 40))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_tiles_cover_every_pixel_once_in_reading_order(height, width, blocks):
    pixels = np.arange(height * width).reshape(height, width, 1)
    tiles = list(cut(pixels, blocks * 64))
    seen = [tile.pixels.ravel() for tile in tiles]
    np.testing.assert_array_equal(np.concatenate(seen) if seen else [], np.arange(height * width))
    assert [tile.start for tile in tiles] == [int(values[0]) for values in seen]
    assert all(tile.count == values.size for tile, values in zip(tiles, seen, strict=True))
    assert all(tile.count <= max(4 * blocks * 64, 64) for tile in tiles), "no tile is much larger than asked for"
    assert all(before.start + before.count == after.start for before, after in pairwise(tiles))


@pytest.mark.parametrize("width", [1, 33, 48, 63, 64, 65, 1000])
def test_tiles_begin_at_whole_words_where_rows_allow_it(width):
    tiles = list(cut(np.zeros((500, width, 3), np.uint8), 1 << 14))
    assert all(tile.start % 64 == 0 for tile in tiles)


def test_tiles_are_views():
    pixels = np.zeros((100, 100, 3), np.uint8)
    assert all(tile.pixels.base is pixels or np.shares_memory(tile.pixels, pixels) for tile in cut(pixels, 640))


@pytest.mark.parametrize("tile_pixels", [64, 128, 4096])
@pytest.mark.parametrize(
    "shape", [(5, 3, 7, 3), (3, 40, 50, 1), (70, 1, 1, 3), (2, 64, 64, 4), (9, 8, 8, 2), (3, 0, 4, 3)]
)
def test_tiles_of_a_batch_are_its_pixels_in_order(shape, tile_pixels):
    whole = np.arange(np.prod(shape), dtype=np.uint16).reshape(shape[0], shape[3], *shape[1:3])
    batch = whole.transpose(0, 2, 3, 1)[::-1]
    pixels = batch.reshape(-1, shape[3])
    place = 0
    for tile in cut(batch, tile_pixels):
        assert tile.start == place
        np.testing.assert_array_equal(
            side_by_side(tile.pixels).reshape(-1, shape[3]), pixels[place : place + tile.count]
        )
        assert side_by_side(tile.pixels).flags.c_contiguous
        place += tile.count
    assert place == len(pixels)


def test_small_pictures_of_a_batch_share_a_tile_and_large_ones_are_views():
    many, large = np.zeros((100, 3, 8, 9), np.uint8), np.zeros((2, 3, 90, 64), np.uint8)
    tiles = list(cut(many.transpose(0, 2, 3, 1), 1024))
    assert [tile.start % 64 for tile in tiles] == [0] * len(tiles)
    assert len(tiles) == 13
    assert all(np.shares_memory(tile.pixels, large) for tile in cut(large.transpose(0, 2, 3, 1), 1024))
