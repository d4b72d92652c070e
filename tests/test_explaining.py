"""What is said of a pixel is what a search does with it, rule by rule."""

import math
from dataclasses import replace

import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st

import pixgrep as pg
from pixgrep.colors.metrics import METRICS
from pixgrep.colors.spaces import SPACES
from pixgrep.explaining.reasons import Verdict
from pixgrep.query import AllOf, AnyOf, Inside, Invert, Near, Query, inside

DTYPES = ("uint8", "uint16", "float32", "float64")
CHANNEL = st.one_of(st.integers(0, 255), st.floats(0, 255))


@st.composite
def leaves(draw) -> Query:
    if draw(st.booleans()):
        metric = METRICS[draw(st.sampled_from(sorted(METRICS)))]
        within = draw(st.sampled_from([0.0, 0.01, 0.1, 0.5])) * metric.largest * draw(st.floats(0, 1))
        alpha = draw(st.sampled_from([None, None, 0, 128, 255]))
        channels = draw(st.tuples(CHANNEL, CHANNEL, CHANNEL))
        return pg.near(channels if alpha is None else (*channels, alpha), within, metric.name)
    space = SPACES[draw(st.sampled_from(sorted(SPACES)))]
    limits = {}
    for axis in draw(st.sets(st.sampled_from(space.axes), min_size=1)):
        ends = draw(st.tuples(st.floats(axis.low, axis.high), st.floats(axis.low, axis.high)))
        limits[axis.name] = ends if axis.is_hue else tuple(sorted(ends))
    return inside(space.name, **limits)


QUERIES = st.recursive(
    leaves(),
    lambda parts: st.one_of(
        st.lists(parts, min_size=2, max_size=3).map(lambda some: pg.any_of(*some)),
        st.lists(parts, min_size=2, max_size=3).map(lambda some: pg.all_of(*some)),
        parts.map(pg.invert),
    ),
    max_leaves=4,
)


@st.composite
def pictures(draw):
    """A few pixels of any format: colours asked for are likely, NaN and values beyond the range possible."""
    dtype, channels = draw(st.sampled_from(DTYPES)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    picture = rng.choice([0, 1, 100, 127, 128, 200, 254, 255], (2, 3, channels)).astype(float)
    if dtype == "uint16":
        picture = np.clip(picture * 257 + rng.integers(-1, 2, picture.shape), 0, 65535)
    elif dtype != "uint8":
        picture = picture / 255 + rng.choice(
            [0, 1e-4, -0.1, 0.2, np.nan], picture.shape, p=[0.6, 0.2, 0.08, 0.08, 0.04]
        )
    return picture.astype(dtype)


def check(verdict: Verdict, is_nan: bool) -> None:
    """Hold a verdict against what it says of its rules and parts."""
    match verdict.query:
        case Near() | Inside():
            assert verdict.taken == (all(reason.holds for reason in verdict.reasons) and not is_nan)
            assert all(
                reason.holds == (reason.excess == 0) or is_nan or abs(reason.excess) < 1e-3
                for reason in verdict.reasons
            )
        case AnyOf():
            assert verdict.taken == any(part.taken for part in verdict.parts)
        case AllOf():
            assert verdict.taken == all(part.taken for part in verdict.parts)
        case Invert():
            assert verdict.taken == (not verdict.parts[0].taken and not is_nan)
    for part in verdict.parts:
        check(part, is_nan)


@settings(max_examples=60, deadline=None)
@given(pictures(), st.lists(QUERIES, min_size=1, max_size=2), st.sampled_from(["rgb", "bgr"]))
def test_every_pixel_is_explained_as_it_is_found(picture, queries, channels):
    masks = pg.find(picture, queries, channels=channels, backend="reference").masks
    for y in range(2):
        for x in range(3):
            why = pg.explain(picture, (x, y), queries, channels=channels)
            assert [verdict.taken for verdict in why.verdicts] == masks[:, y, x].tolist()
            assert bool(why) == why.taken == masks[:, y, x].any()
            for verdict in why.verdicts:
                check(verdict, bool(np.isnan(picture[y, x].astype(float)).any()))
            assert f"{x},{y}" in str(why)


@settings(max_examples=80, deadline=None)
@given(pictures(), leaves().filter(lambda query: isinstance(query, Near)))
def test_the_tolerance_that_is_offered_takes_the_pixel_and_is_the_least(picture, query):
    (verdict,) = pg.explain(picture, (0, 0), query).verdicts
    if verdict.taken_within is None:
        return
    assert not verdict.taken
    assert verdict.taken_within > query.within
    taken = lambda within: pg.find(picture[:1, :1], replace(query, within=within), backend="reference").mask[0, 0]  # noqa: E731
    assert taken(verdict.taken_within)
    less = verdict.taken_within * 0.98 - 1e-3
    assert less <= query.within or not taken(less)


@pytest.mark.parametrize("space", ["hsv", "hsl", "hwb", "lch", "oklch"])
def test_the_hue_of_a_grey_is_told(space):
    why = pg.explain(np.full((1, 1), 77, np.uint8), (0, 0), inside(space, h=(0, 359)))
    (reason,) = why.verdicts[0].reasons
    assert math.isnan(reason.value)
    assert not why
    assert "h none, not in 0..359: a grey has no hue" in str(why)


@pytest.mark.parametrize(
    ("hue", "excess"),
    [
        ("10..50", 10),
        ("350..355", 65),
        ("200..230", 140),
        ("300..330", 90),
        ("70..50", 10),
        ("70..65", 0),
        ("50..70", 0),
    ],
)
def test_a_hue_is_off_by_the_short_way(hue, excess):
    (reason,) = (
        pg.explain(np.full((1, 1, 3), (255, 255, 0), np.uint8), (0, 0), f"hsl({hue} any any)").verdicts[0].reasons
    )
    assert reason.value == 60
    assert reason.excess == pytest.approx(excess)
    assert reason.holds == (excess == 0)


def test_a_tree_as_people_read_it():
    coffee = skimage.data.coffee()
    why = pg.explain(coffee, (162, 0), ["#b2280a within 35 rgb & ~(hsl(any any 80..) | black)", "#b2280aff"], within=10)
    assert (
        str(why)
        == """<array> at 162,0: #963815
  stored   150 56 21, colour RGB uint8
  hsl      h 16.28  s 75.44  l 33.53
taken    all of 2 parts; none refuses it
taken    ├─ #b2280a within 35 rgb
holds    │    rgb 34.07, at most 35
taken    └─ not
refused     └─ any of 2 parts; none takes it
refused        ├─ hsl(any any 80..)
fails          │    l 33.53, not in 80..: 46.47 too little
refused        └─ black within 10
fails               channel 150, at most 10: 140 too much; within 150 would take it
refused  #b2280aff within 10
fails      channel 28, at most 10: 18 too much; within 28 would take it
holds      alpha 255, in 245..255"""
    )
    assert repr(why) == "<Explanation: #963815 at (162, 0) is taken; print() says why>"
    assert (why.x, why.y, why.stored, why.color) == (162, 0, (150, 56, 21), pg.Color(150, 56, 21))
    assert why.coordinates["hsl"][1] == pytest.approx(75.438596)


def test_alpha_has_a_rule_of_its_own():
    picture = np.full((1, 1, 4), (255, 0, 0, 200), np.uint8)
    (verdict,) = pg.explain(picture, (0, 0), "#ff0000ff", within=5).verdicts
    assert [(reason.name, reason.holds, reason.excess) for reason in verdict.reasons] == [
        ("channel", True, 0),
        ("alpha", False, 50),
    ]
    assert verdict.taken_within == 55
    (verdict,) = pg.explain(picture, (0, 0), "#ff0000ff within 0.5 oklab").verdicts
    assert verdict.taken_within is None  # no tolerance of OKLab is that of 55 steps of alpha
    assert "alpha 200, not in 255..255: 55 too little; without alpha, the colour would take it" in str(
        pg.explain(picture, (0, 0), "#ff0000ff within 0.5 oklab")
    )
    assert pg.explain(picture, (0, 0), "red").color == pg.Color(255, 0, 0, 200)


def test_a_nan_is_told():
    why = pg.explain(np.full((1, 1, 3), np.nan, "float32"), (0, 0), ["~red", "red within 0.5 oklab"])
    assert not why
    assert why.color is None
    assert "A channel is NaN, which never matches, not even an inverted query." in str(why)


def test_deep_pixels_are_shown_as_stored_and_in_8_bit_steps():
    why = pg.explain(np.full((1, 1, 3), (40000, 1000, 3), np.uint16), (0, 0), "#9c0400")
    assert str(why).splitlines() == [
        "<array> at 0,0: #9c0400",
        "  stored   40000 1000 3, colour RGB uint16",
        "  rgb      r 155.6  g 3.891  b 0.01167",
        "refused  #9c0400",
        "fails      channel 0.358, at most 0: 0.358 too much; within 0.358 would take it",
    ]


@pytest.mark.parametrize(
    ("xy", "message"),
    [
        (
            (600, 0),
            r"the point \(600, 0\) lies outside the picture of 600 x 400 pixels; x goes from 0 to 599, y",
        ),
        ((0, 400), "lies outside"),
        ((-1, 0), "lies outside"),
        ((1.5, 0), "whole numbers"),
        ((1,), r"the point is \(1,\); give \(x, y\)"),
        (7, "the point is 7"),
    ],
)
def test_a_point_that_is_none_is_refused(xy, message):
    with pytest.raises(pg.PictureError, match=message):
        pg.explain(skimage.data.coffee(), xy, "red")


def test_an_empty_picture_has_no_point():
    with pytest.raises(pg.PictureError, match="outside the picture of 0 x 3 pixels; it has none"):
        pg.explain(np.zeros((3, 0, 3), np.uint8), (0, 0), "red")


def test_wrong_questions_are_refused():
    with pytest.raises(pg.ColorError, match="tomato"):
        pg.explain(np.zeros((1, 1), np.uint8), (0, 0), "tomatoe")
    with pytest.raises(pg.PictureError, match="channels is 'gbr'"):
        pg.explain(np.zeros((1, 1), np.uint8), (0, 0), "red", channels="gbr")  # type: ignore[arg-type]  # that is the point
