"""What holds for every space there is, and for each that will be."""

import numpy as np
import pytest

from pixgrep.colors.spaces import SPACES, get_space
from pixgrep.errors import ColorError
from tests.colors.samples import colors

WITH_HUE = [name for name, space in SPACES.items() if any(axis.is_hue for axis in space.axes)]
CLAMPED = [name for name in SPACES if name != "rgb"]


def coordinates(name: str, *channels) -> np.ndarray:
    return np.stack(np.broadcast_arrays(*SPACES[name].from_rgb(*channels)))


def hue(name: str, *channels) -> np.ndarray:
    position = [axis.is_hue for axis in SPACES[name].axes].index(True)
    found: np.ndarray = coordinates(name, *channels)[position]
    return found


@pytest.mark.parametrize("name", SPACES)
def test_scalars_and_arrays_that_broadcast_give_the_same(name):
    red, green, blue = (np.array([0.0, 3.0, 128.5, 255.0, 77.0])[: 3 + axis] for axis in range(3))
    cube = coordinates(name, red[:, np.newaxis, np.newaxis], green[:, np.newaxis], blue)
    assert cube.shape == (3, 3, 4, 5)
    assert cube.dtype == np.float64
    for place in np.ndindex(cube.shape[1:]):
        for kind in (float, np.float64):
            one = coordinates(name, *(kind(v[k]) for v, k in zip((red, green, blue), place, strict=True)))
            np.testing.assert_array_equal(one, cube[:, *place])


@pytest.mark.parametrize("name", SPACES)
def test_whole_numbers_give_what_floats_give(name):
    channels = np.random.default_rng(0).integers(0, 256, (3, 500))
    np.testing.assert_array_equal(coordinates(name, *channels), coordinates(name, *channels.astype(float)))


@pytest.mark.parametrize("name", CLAMPED)
def test_channels_beyond_0_and_255_are_taken_for_0_and_255(name):
    channels = np.random.default_rng(1).uniform(-200, 455, (3, 5000))
    np.testing.assert_array_equal(coordinates(name, *channels), coordinates(name, *channels.clip(0, 255)))


def test_channels_beyond_0_and_255_stay_in_rgb():
    np.testing.assert_array_equal(coordinates("rgb", -20.0, 300.0, 1e9), [-20, 300, 1e9])


@pytest.mark.parametrize("name", WITH_HUE)
def test_the_hue_is_nan_exactly_where_red_green_and_blue_are_equal(name):
    grey = np.linspace(0, 255, 4081)
    assert np.isnan(hue(name, grey, grey, grey)).all()
    for step in (1.0, 1e-6):
        low = grey[:-16]
        for brighter in ((step, 0, 0), (0, step, 0), (0, 0, step), (step, step, 0), (step, 0, step), (0, step, step)):
            assert not np.isnan(hue(name, *(low + more for more in brighter))).any()
    assert np.isnan(hue(name, 300.0, 255.0, 256.0))  # white, too
    assert np.isnan(hue(name, -1.0, 0.0, -300.0))  # black


@pytest.mark.parametrize("name", SPACES)
def test_all_but_hues_are_numbers_for_every_colour_and_hues_go_round_once(name):
    found = coordinates(name, *colors(30_000).T)
    for axis, values in zip(SPACES[name].axes, found, strict=True):
        if axis.is_hue:
            values = values[~np.isnan(values)]
            assert values.min() < 1
            assert values.max() > 359
        more = (axis.high - axis.low) * 1e-12
        assert (values >= axis.low - more).all()
        assert (values <= axis.high + more).all()


@pytest.mark.parametrize("name", WITH_HUE)
def test_the_hue_wraps_at_red_or_pink_and_nowhere_else(name):
    """Once round the hexagon: the hue never jumps but for one step of 360 degrees."""
    steps = np.linspace(0, 6, 6001)[:-1]
    channels = [255 * (np.abs((steps - middle + 3) % 6 - 3) * -1 + 2).clip(0, 1) for middle in (0, 2, 4)]
    turns = np.diff(hue(name, *channels), append=hue(name, *(channel[:1] for channel in channels)))
    assert (np.abs(turns) > 180).sum() == 1
    assert np.abs((turns + 180) % 360 - 180).max() < 1
    assert ((turns + 180) % 360 - 180).sum() == pytest.approx(360)


@pytest.mark.parametrize("name", SPACES)
def test_every_space_names_three_axes_by_one_letter_each(name):
    space = SPACES[name]
    assert space.name == name
    assert len({axis.name for axis in space.axes}) == 3
    for axis in space.axes:
        assert len(axis.name) == 1
        assert axis.low < axis.high
        assert axis.is_hue == (axis.name == "h")
        assert not axis.is_hue or (axis.low, axis.high) == (0, 360)


@pytest.mark.parametrize("name", [name for name, space in SPACES.items() if space.base])
def test_a_polar_space_is_its_base_in_polar_coordinates(name):
    base = SPACES[name].base
    assert base is not None
    rgb = colors(5000)
    lightness, chroma, hues = SPACES[name].from_rgb(*rgb.T)
    straight = base.from_rgb(*rgb.T)
    np.testing.assert_array_equal(lightness, straight[0])
    hues = np.radians(np.nan_to_num(hues))
    np.testing.assert_allclose(chroma * np.cos(hues), straight[1], atol=1e-10)
    np.testing.assert_allclose(chroma * np.sin(hues), straight[2], atol=1e-10)


def test_an_unknown_space_is_named_with_those_there_are():
    with pytest.raises(
        ColorError, match=r"no colour space 'hsll'; give one of 'rgb', 'hsv', 'hsl'.*did you mean 'hsl'"
    ):
        get_space("hsll")


@pytest.mark.parametrize("name", [None, [], {}, 3])
def test_what_is_no_name_of_a_space_is_a_colour_error(name):
    with pytest.raises(ColorError, match="no colour space"):
        get_space(name)
