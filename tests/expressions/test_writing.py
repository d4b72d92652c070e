import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pixgrep as pg
from pixgrep.colors.metrics import METRICS
from pixgrep.colors.spaces import SPACES
from pixgrep.query import AnyOf, Invert

CHANNELS = st.integers(0, 255) | st.floats(0, 255).map(lambda value: round(value, 9))
COLORS = (
    st.sampled_from(["red", "#F80", "ff880080", "oklch(70% 0.15 60)", "rgb(255 0 0 / 50%)", "TOMATO", "transparent"])
    | st.tuples(CHANNELS, CHANNELS, CHANNELS)
    | st.tuples(CHANNELS, CHANNELS, CHANNELS, CHANNELS)
    | st.builds(pg.Color, CHANNELS, CHANNELS, CHANNELS, st.none() | CHANNELS)
)
NEAR = st.builds(
    lambda color, share, name: pg.near(color, share * METRICS[name].largest, name),
    COLORS,
    st.just(0) | st.floats(0, 1),
    st.sampled_from(sorted(METRICS)),
)


@st.composite
def ranges(draw):
    space = SPACES[draw(st.sampled_from(sorted(SPACES)))]
    limits = {}
    for axis in space.axes:
        ends = st.floats(-400, 400)
        if axis.is_hue:
            limits[axis.name] = draw(st.none() | st.tuples(ends, ends))
        else:
            pair = sorted((draw(ends), draw(ends)))
            opened = draw(st.sampled_from([pair, (-math.inf, pair[1]), (pair[0], math.inf), None]))
            limits[axis.name] = opened
    return pg.inside(space.name, **limits)  # None is a limit: any


QUERIES = st.recursive(
    NEAR | ranges(),
    lambda parts: (
        st.lists(parts, min_size=1, max_size=4).map(lambda several: pg.any_of(*several))
        | st.lists(parts, min_size=1, max_size=4).map(lambda several: pg.all_of(*several))
        | parts.map(pg.invert)
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=300)
@given(QUERIES)
def test_what_is_written_reads_back(query):
    text = pg.write_query(query)
    assert pg.parse_query(text) == query
    assert pg.write_query(pg.parse_query(text)) == text


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (pg.near("Tomato"), "Tomato"),
        (pg.near("tomato", 5), "tomato within 5"),
        (pg.near("tomato", 0, "rgb"), "tomato within 0 rgb"),
        (pg.near("tomato", 0.1, "oklab"), "tomato within 0.1 oklab"),
        (pg.near(pg.Color(255, 136, 0)), "#ff8800"),
        (pg.near(pg.Color(255, 136, 0, 128)), "#ff880080"),
        (pg.near(pg.Color(255, 136.5, 0)), "rgb(255 136.5 0)"),
        (pg.near(pg.Color(255, 136, 0, 127.5)), "rgb(255 136 0 / 0.5)"),
        (pg.near(pg.Color(1, 2, 3, text="white")), "#010203"),
        (pg.near((1 / 3, 0, 0)), "rgb(0.333333333 0 0)"),
        (pg.inside("lab", l=(20, math.inf), a=(-1.5, 0)), "lab(20.. -1.5..0 any)"),
        (pg.inside("hsl(20..20 40% 50)"), "hsl(20..20 40..40 50..50)"),
        (~pg.near("red"), "~red"),
        (~(pg.near("red") | pg.near("blue")), "~(red | blue)"),
        (pg.near("red") & pg.near("blue") | pg.near("white"), "red & blue | white"),
        (AnyOf((pg.near("red"), AnyOf((pg.near("blue"),)))), "red | blue"),
        (Invert(Invert(pg.near("red"))), "~~red"),
    ],
)
def test_text_is_short_and_as_people_write_it(query, text):
    assert pg.write_query(query) == text


def test_the_name_of_a_query_is_not_what_is_written():
    assert pg.write_query(pg.parse_query("((red)|  blue within 3)")) == "red | blue within 3"
