import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pixgrep.colors.ranges import read_range, to_limits, write_range
from pixgrep.colors.spaces import SPACES, get_space
from pixgrep.errors import ColorError


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("hsl(350..20 40%..100% 20%..80%)", ((350, 20), (40, 100), (20, 80))),
        ("HSL(-10deg..20DEG 40..100% Any)", ((350, 20), (40, 100), None)),
        ("hsv(0.25turn..100grad * 7)", ((90, 90), None, (7, 7))),
        ("lab(20..60 -50%..50% -100%..+1e1)", ((20, 60), (-62.5, 62.5), (-125, 10))),
        ("rgb(..60 20%.. 0.5...75)", ((-math.inf, 60), (51, math.inf), (0.5, 0.75))),
        ("oklch(any 25%..0.4 20..50)", (None, (0.1, 0.4), (20, 50))),
        (" hwb(0..360 0..720 29%) ", (None, (0, 720), (29, 29))),
        ("lch(any any 3.141592653589793rad..270)", (None, None, (180, 270))),
    ],
)
def test_ranges_are_read_as_css_has_colours(text, limits):
    assert read_range(text)[1] == limits


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hsl", "write a range as in CSS"),
        ("hsl(1..2 any any", "write a range as in CSS"),
        ("hls(1..2 any any)", "there is no colour space 'hls'"),
        ("hsl(1..2, any, any)", "hsl() takes spaces, not commas"),
        ("hsl(1..2 any any / 50%)", "it has no alpha"),
        ("hsl(1..2 any)", "hsl has the coordinates h s l, and 2 were given"),
        ("hsl(1 .. 2 any any)", "no spaces stand around '..'"),
        ("hsl(1.. any any)", "hues go round, give two: '350..20'"),
        ("hsl(..2 any any)", "hues go round, give two"),
        ("hsl(10%..20% any any)", "degrees need no unit"),
        ("hsl(any 80..40 any)", "the limits of 's' are '80..40'; the lowest comes first"),
        ("hsl(any .. any)", "the limits of 's' are '..'"),
        ("hsl(any 4deg any)", "in percent it goes from 0% to 100%"),
        ("lab(any a..b any)", "in percent it goes from -100% to 100%"),
        ("rgb(0..1e999 any any)", "give two numbers, such as (0, 255) or '0..255'"),
        ("rgb(0..nan any any)", "the limits of 'r' are '0..nan'"),
        ("rgb(1..2..3 any any)", "the limits of 'r' are '1..2..3'"),
        ("rgb(1. any any)", "the limits of 'r' are '1.'"),
    ],
)
def test_what_is_no_range_is_told(text, message):
    with pytest.raises(ColorError) as caught:
        read_range(text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "limits",
    [(math.nan, 1), (1, math.nan), (math.inf, math.inf), (-math.inf, -math.inf), (1,), (1, 2, 3), 5, "", b"1", {}],
)
def test_what_are_no_limits_is_told(limits):
    with pytest.raises(ColorError, match="the limits of 'r' are "):
        to_limits(get_space("rgb").axes[0], limits)


def test_both_ends_open_is_any():
    assert to_limits(get_space("rgb").axes[0], (-math.inf, math.inf)) is None


@st.composite
def all_limits(draw, name):
    """Draw what users give for each coordinate of a space."""
    ends = st.floats(-1e6, 1e6)
    limits = []
    for axis in get_space(name).axes:
        low, high = draw(st.tuples(ends, ends))
        if not axis.is_hue:
            low, high = draw(st.sampled_from([(min(low, high), max(low, high)), (-math.inf, high), (low, math.inf)]))
        limits.append(draw(st.sampled_from([None, to_limits(axis, (low, high))])))
    return tuple(limits)


@given(st.data(), st.sampled_from(sorted(SPACES)))
def test_written_ranges_read_back(data, name):
    limits = data.draw(all_limits(name))
    space, read = read_range(write_range(name, limits))
    assert space.name == name
    assert read == limits


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
@example(-1e-99, 5.0)
def test_hues_lie_on_the_circle(low, high):
    limits = to_limits(get_space("hsl").axes[0], (low, high))
    assert limits is None or all(0 <= end < 360 for end in limits)
