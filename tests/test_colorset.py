import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pixgrep as pg
from pixgrep.colorset import everything, resolve
from pixgrep.model import PixelFormat
from pixgrep.query import Query

FORMATS = [PixelFormat(dtype, 4) for dtype in ("uint8", "uint16", "float32", "float64")]
QUERIES = [
    pg.near("red"),
    pg.near("#80808080", 20),
    pg.near((120, 130, 140), 30, "rgb"),
    pg.near((120, 130, 140, 99), 30, "rgb"),
    pg.near("red", 9) | pg.near("white", 40, "rgb"),
    pg.near((100, 100, 100), 50) & pg.near((130, 100, 100), 50, "rgb"),
    ~pg.near("gray", 60, "rgb"),
    ~(pg.near("gray", 60) | ~pg.near("tomato", 70, "rgb")),
]


def sample(format, seed=0):
    values = np.random.default_rng(seed).integers(0, 256, (4, 3000)) * format.unit
    return [channel.astype(format.dtype).astype(np.float64) for channel in values]


@pytest.mark.parametrize("format", FORMATS, ids=str)
@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_every_colour_of_a_set_lies_in_its_bounds(format, query):
    """Bounds too narrow would cut off colours that match."""
    wanted = resolve(query, format)
    colors = sample(format)
    inside = wanted.contains(*colors)
    assert (wanted.bounds().contains(*colors) | ~inside).all()
    assert everything(format).contains(*colors).all()


@pytest.mark.parametrize("format", FORMATS, ids=str)
@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_sets_obey_the_laws_of_sets(format, query):
    colors = sample(format, 1)
    wanted, other = (resolve(part, format).contains(*colors) for part in (query, QUERIES[3]))
    np.testing.assert_array_equal(resolve(pg.invert(query), format).contains(*colors), ~wanted)
    np.testing.assert_array_equal(resolve(query | QUERIES[3], format).contains(*colors), wanted | other)
    np.testing.assert_array_equal(resolve(query & QUERIES[3], format).contains(*colors), wanted & other)


@given(st.sampled_from(QUERIES), st.integers(0, 255))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_set_changes_with_alpha_only_where_it_says(query, alpha):
    format = PixelFormat("uint8", 4)
    wanted = resolve(query, format)
    before = max([0, *(start for start in wanted.alpha_starts() if start <= alpha)])
    red, green, blue, _ = sample(format)
    here, there = (wanted.contains(red, green, blue, np.full(1, float(value))) for value in (alpha, before))
    np.testing.assert_array_equal(here, there)


def test_a_query_of_no_known_kind_is_not_guessed():
    class Strange(Query):
        pass

    with pytest.raises(NotImplementedError, match="Strange"):
        resolve(Strange(), FORMATS[0])


@pytest.mark.parametrize("dtype", ["uint16", "float32", "float64"])
@pytest.mark.parametrize("metric", ["channel", "rgb"])
@pytest.mark.parametrize("within", [1, 2, 5, 13, 60])
def test_a_deeper_copy_of_a_picture_gives_its_answer(dtype, metric, within):
    """Also at the limit itself, where a value / 257 or / 255 has no exact float."""
    colors = np.random.default_rng(20261123).integers(0, 80, (300, 300, 3), dtype=np.uint8)
    deeper = colors * np.uint16(257) if dtype == "uint16" else (colors / 255).astype(dtype)
    query = pg.near((30, 40, 50), within, metric)
    np.testing.assert_array_equal(pg.find(deeper, query).mask, pg.find(colors, query).mask)
