"""What is learned takes every wanted sample and no unwanted one, in every format and by every metric."""

import warnings

import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st

import pixgrep as pg
from pixgrep.colors.metrics import METRICS
from pixgrep.expressions import parse_query, write_query
from pixgrep.query import AnyOf, Near, Query

DTYPES = ("uint8", "uint16", "float32", "float64")


def parts(query: Query) -> tuple[Near, ...]:
    found = query.queries if isinstance(query, AnyOf) else (query,)
    assert all(isinstance(part, Near) for part in found)
    return found  # type: ignore[return-value]


def one(query: Query) -> Near:
    (ball,) = parts(query)
    return ball


def row(colors, dtype="uint8") -> np.ndarray:
    return np.array(colors, float).astype(dtype).reshape(1, -1, 3)


@st.composite
def tasks(draw):
    """A small picture of any format, colours near each other, and which pixels are wanted and unwanted."""
    dtype, channels = draw(st.sampled_from(DTYPES)), draw(st.integers(1, 4))
    seed, count, spread = draw(st.integers(0, 10**6)), draw(st.integers(1, 24)), draw(st.sampled_from([2, 20, 255]))
    rng = np.random.default_rng(seed)
    values = np.clip(rng.integers(0, 256, channels) + rng.integers(-spread, spread + 1, (count, channels)), 0, 255)
    picture = values.reshape(1, count, channels)
    if dtype == "uint16":
        picture = picture * 257 + rng.integers(-1, 2, picture.shape) * (rng.random() < 0.5)
        picture = np.clip(picture, 0, 65535)
    elif dtype != "uint8":
        picture = picture / 255 + rng.normal(0, 1e-3, picture.shape) * (rng.random() < 0.5)
    kinds = rng.integers(0, 3, (1, count))
    kinds[0, 0] = 1
    return picture.astype(dtype), kinds == 1, kinds == 2


@settings(max_examples=50, deadline=None)
@given(tasks(), st.sampled_from(sorted(METRICS)), st.sampled_from(["rgb", "bgr"]))
def test_all_that_is_wanted_and_nothing_unwanted(task, metric, channels):
    picture, wanted, unwanted = task
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        query = pg.learn(picture, wanted, unwanted, metric=metric, channels=channels)
    mask = pg.find(picture, query, channels=channels).mask
    assert mask[wanted].all()
    if not any("cannot be told apart" in str(warning.message) for warning in caught):
        assert not mask[unwanted].any()
    else:  # only where they are as good as equal
        colors = picture[..., : 3 if picture.shape[2] > 2 else 1].astype(float)
        unit = {"uint8": 1, "uint16": 257}.get(str(picture.dtype), 1 / 255)
        beyond = np.abs(colors - np.clip(colors, 0, 255 * unit))  # there, a float counts as 0 or 1
        allowed = 0 if picture.dtype.kind == "u" else 0.3 * unit + 2 * beyond.max()
        for taken in colors[mask & unwanted]:
            assert np.abs(colors[wanted] - taken).max(axis=1).min() <= allowed
    assert parse_query(str(query)) == parse_query(write_query(query)) == query  # as text it is the same question
    assert np.array_equal(pg.find(picture, str(query), channels=channels).mask, mask)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(100, 116)] * 3), min_size=1, max_size=6), st.sampled_from(["rgb", "channel"]))
def test_no_centre_has_a_much_smaller_ball(colors, metric):
    ball = one(pg.learn(row(colors), [(0, 0, len(colors), 1)], metric=metric))
    centers = np.stack(np.meshgrid(*[np.arange(100, 117)] * 3), axis=-1).reshape(-1, 1, 3)
    difference = np.abs(centers - np.array(colors))
    radii = np.sqrt((difference**2).sum(axis=2)) if metric == "rgb" else difference.max(axis=2)
    least = radii.max(axis=1).min()
    assert least <= ball.within <= least * 1.01 + 0.7  # the descent may end a step beside the best centre


def test_one_colour_is_asked_for_exactly():
    query = pg.learn(row([(178, 40, 10), (0, 0, 0)]), [(0, 0)], [(1, 0)])
    assert query == pg.near("#b2280a", 0, "oklab")
    assert str(query) == "#b2280a within 0 oklab"


def test_the_tolerance_is_rounded_up_to_three_digits_unless_that_takes_the_unwanted():
    wanted = [(100, 100, 100), (100, 101, 101)]
    assert one(pg.learn(row(wanted), [(0, 0, 2, 1)], metric="rgb")).within == 1.0
    loose = one(pg.learn(row([(0, 0, 0), (11, 9, 3)]), [(0, 0, 2, 1)], metric="rgb"))
    assert float(f"{loose.within:.3g}") == loose.within
    deep = row([(20000, 20000, 20000), (25000, 25000, 25000), (25001, 25000, 25000)], "uint16")
    tight = one(pg.learn(deep, [(0, 0, 2, 1)], [(2, 0)], metric="rgb"))
    assert pg.find(deep, tight).mask.tolist() == [[True, True, False]]
    assert len(repr(tight.within)) > 5


def test_two_colours_with_an_unwanted_one_between_are_two_parts():
    query = pg.learn(row([(0, 0, 0), (100, 100, 100), (200, 200, 200)]), [(0, 0), (2, 0)], [(1, 0)], metric="rgb")
    assert str(query) == "#000000 within 0 rgb | #c8c8c8 within 0 rgb"


def test_a_centre_aside_keeps_an_unwanted_colour_out():
    colors = [(100, 100, 100), (120, 100, 100), (110, 103, 100)]  # the smallest ball has the third
    query = one(pg.learn(row(colors), [(0, 0), (1, 0)], [(2, 0)], metric="rgb"))
    assert query.color.green < 100
    assert query.within > 10


def test_few_parts_are_found_where_few_do():
    rng = np.random.default_rng(5)
    middles = np.array([(40, 40, 40), (200, 60, 60), (60, 200, 60), (60, 60, 220)])
    wanted = np.concatenate([middle + rng.integers(-12, 13, (50, 3)) for middle in middles])
    unwanted = np.array([(120, 50, 50), (50, 120, 50), (50, 50, 130), (130, 130, 60), (130, 60, 140), (60, 130, 140)])
    picture = row(np.concatenate([wanted, unwanted]))
    query = pg.learn(picture, [(0, 0, 200, 1)], [(200, 0, 6, 1)])
    assert len(parts(query)) == 4
    assert {color.color.hex for color in parts(query)} != set()
    assert pg.count(picture, query) == 200


def test_two_parts_that_one_ball_can_stand_for_are_joined():
    greys = [20, 21, 29, 30, 50, 19, 31, 40]
    query = pg.learn(row([(grey,) * 3 for grey in greys]), [(0, 0, 5, 1)], [(5, 0, 3, 1)], metric="rgb")
    assert len(parts(query)) == 2
    assert parts(query)[1] == pg.near("#323232", 0, "rgb")


def test_a_part_whose_colours_all_lie_in_others_is_left_out():
    from pixgrep.learning.clouds import Cloud
    from pixgrep.learning.cover import Part, _without_needless
    from pixgrep.model import PixelFormat

    greys = Cloud.of(np.arange(6.0)[:, np.newaxis].repeat(3, axis=1), "channel", PixelFormat("uint8", 3))
    found = [Part(Near(pg.Color(at, at, at), 1.0), np.ones(6, bool)) for at in (1, 3, 4)]
    assert [part.ball.color.red for part in _without_needless(found, greys)] == [1, 4]


def test_one_colour_far_out_among_thousands_moves_the_centre():
    cube = np.stack(np.meshgrid(*[np.arange(100, 120)] * 3), axis=-1).reshape(-1, 3)
    picture = row([*cube, (109, 109, 180)])
    assert one(pg.learn(picture, [(0, 0, len(cube) + 1, 1)], metric="rgb")).within < 44  # around the cube alone: 71


def test_a_colour_that_is_both_is_named_with_a_point_of_each():
    picture = row([(178, 40, 10), (1, 2, 3), (178, 40, 10), (9, 9, 9), (1, 2, 3)])
    with pytest.warns(pg.PixgrepWarning) as caught:
        query = pg.learn(picture, [(0, 0), (1, 0)], [(2, 0), (3, 0), (4, 0)], metric="rgb")
    assert [str(warning.message) for warning in caught] == [
        "#010203, wanted at (1, 0), and #010203, unwanted at (4, 0), cannot be told apart; nor can 1 more colours; "
        "the query takes both: leave out one of the samples"
    ]
    assert caught[0].filename == __file__
    assert pg.find(picture, query).mask.tolist() == [[True, True, True, False, True]]


def test_deep_colours_keep_their_fractions():
    wanted = np.array((40000, 1000, 3))
    picture = row([wanted, *(wanted + step for step in np.eye(3)), *(wanted - step for step in np.eye(3))], "uint16")
    query = pg.learn(picture, [(0, 0)], [(1, 0, 6, 1)])
    assert pg.find(picture, query).mask.tolist() == [[True, *[False] * 6]]
    assert str(query) == "rgb(155.642023346 3.891050584 0.011673152) within 0 oklab"
    floats = row([(0.1234567, 0.5, 0.25), (0.12347, 0.5, 0.25)], "float64")
    assert pg.find(floats, pg.learn(floats, [(0, 0)], [(1, 0)])).mask.tolist() == [[True, False]]


def test_floats_too_alike_are_told():
    picture = row([(0.3, 0.3, 0.3), (np.nextafter(0.3, 1), 0.3, 0.3)], "float64")
    picture[0, 0] = picture[0, 0] / 255 * 254.99  # a value that no text of nine decimals gives exactly
    picture[0, 1] = picture[0, 0]
    picture[0, 1, 0] = np.nextafter(picture[0, 0, 0], 1)
    with pytest.warns(pg.PixgrepWarning, match=r"wanted at \(0, 0\).*unwanted at \(1, 0\), cannot be told apart"):
        query = pg.learn(picture, [(0, 0)], [(1, 0)])
    assert pg.find(picture, query).mask.all()


def test_what_cannot_be_taken_is_left_out_and_said():
    picture = row([(np.nan, 0, 0), (0.5, 0, 0), (1e6, 0, 0)], "float32")
    with pytest.warns(pg.PixgrepWarning, match=r"wanted pixel at \((0|2), 0\).*left out, with 1 more"):
        query = pg.learn(picture, [(0, 0, 3, 1)], metric="channel")
    assert pg.find(picture, query).mask.tolist() == [[False, True, False]]
    with pytest.raises(pg.PictureError, match=r"at \(0, 0\): it is NaN"):
        pg.learn(picture, [(0, 0)], metric="channel")
    alpha = np.array([[[0.5, np.nan], [0.5, 1.0]]], "float32")
    with pytest.raises(pg.PictureError, match="NaN"):
        pg.learn(alpha, [(0, 0)])
    assert pg.count(alpha, pg.learn(alpha, [(1, 0)], [(0, 0)])) == 1  # a NaN never matches: no conflict


def test_points_boxes_masks_and_matches_are_the_same_samples():
    coffee = skimage.data.coffee()
    mask = np.zeros(coffee.shape[:2], np.bool_)
    mask[5:9, 160:163] = True
    expected = pg.learn(coffee, mask)
    points = [(x, y) for y in range(5, 9) for x in range(160, 163)]
    for same in ([(160, 5, 3, 4)], points, np.array(points), np.array(points, np.uint16), iter(points)):
        assert pg.learn(coffee, same) == expected
    assert pg.learn(coffee, [(160, 5, 3, 2), *points]) == expected
    hits = pg.find(coffee, "#b2280a", within=2)
    assert pg.learn(coffee, hits.xy) == pg.learn(coffee, hits.mask)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ([], "no wanted pixel was given; give points"),
        ([(600, 0)], r"wanted has \(600, 0\), outside the picture of 600 x 400 pixels; \(x, y\) is \(column, row\)"),
        ([(-1, 0)], "outside the picture"),
        ([(590, 390, 11, 1)], "outside the picture"),
        (np.array([(0, 400)]), r"wanted has \(0, 400\), outside"),
        ([(1, 1, 0, 5)], r"the empty box \(1, 1, 0, 5\)"),
        ((10, 20), r"wanted has 10; give \[\(x, y\), ...\]"),
        ([(1.5, 2)], "whole numbers"),
        ([(1, 2, 3)], r"wanted has \(1, 2, 3\)"),
        ("1,2", "wanted is '1,2'; give"),
        (5, "wanted is 5; give"),
        (np.zeros((3, 3), bool), r"a mask of shape \(3, 3\), the picture has \(400, 600\)"),
    ],
)
def test_samples_that_are_none_are_refused(wanted, message):
    with pytest.raises(pg.PictureError, match=message):
        pg.learn(skimage.data.coffee(), wanted)


def test_wrong_options_are_refused():
    with pytest.raises(pg.ColorError, match=r"no metric 'oklap'; .* did you mean 'oklab'"):
        pg.learn(row([(0, 0, 0)]), [(0, 0)], metric="oklap")
    with pytest.raises(pg.PictureError, match="channels is 'gbr'"):
        pg.learn(row([(0, 0, 0)]), [(0, 0)], channels="gbr")  # type: ignore[arg-type]  # that is the point


def test_the_saucer_of_the_coffee_is_learned_from_boxes():
    coffee = skimage.data.coffee()
    saucer, other = (
        [(420, 150, 12, 12), (130, 290, 12, 12), (100, 180, 12, 12)],
        [(250, 320, 12, 12), (340, 60, 12, 12)],
    )
    query = pg.learn(coffee, saucer, other)
    assert isinstance(query, Near)
    mask = pg.find(coffee, query).mask
    for (x, y, width, height), expected in [*((box, True) for box in saucer), *((box, False) for box in other)]:
        assert (mask[y : y + height, x : x + width] == expected).all()
    assert 20_000 < mask.sum() < 60_000


def test_a_stain_is_learned_from_masks_of_a_hundred_thousand_pixels():
    tissue = skimage.data.immunohistochemistry()
    stain = skimage.color.rgb2hed(tissue)[..., 2]
    wanted, unwanted = stain > np.quantile(stain, 0.97), stain < np.quantile(stain, 0.5)
    query = pg.learn(tissue, wanted, unwanted)
    mask = pg.find(tissue, query).mask
    assert mask[wanted].all()
    assert not mask[unwanted].any()
    assert len(parts(query)) <= 2


def test_many_parts_are_said_and_too_many_refused():
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (100, 100, 3), np.uint8)
    few = rng.random((100, 100)) < 0.01
    with pytest.warns(pg.PixgrepWarning, match=r"the query has \d+ colours: .*try another metric"):
        query = pg.learn(picture, few, ~few)
    mask = pg.find(picture, query).mask
    assert np.array_equal(mask & few, few)
    assert not (mask & ~few).any()
    half = rng.random((100, 100)) < 0.5
    with pytest.raises(pg.ColorError, match="more than 256"):
        pg.learn(picture, half, ~half)
