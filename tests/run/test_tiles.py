from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixgrep.run.tiles import cut


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
