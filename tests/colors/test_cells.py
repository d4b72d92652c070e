"""
Limits of cells: every colour lies within those of its cell.

All 16,777,216 colours are looked at, plane by plane; of those in between, many.
"""

import numpy as np
import pytest

from pixgrep.colors import cells
from pixgrep.colors.spaces import SPACES
from tests.colors.samples import colors

LIMITED = [name for name in SPACES if cells.limits(name) is not None]
LEVELS = np.arange(256.0)


def limits(name: str) -> tuple[list[np.ndarray], list[np.ndarray]]:
    found = cells.limits(name)
    assert found is not None
    low, high = ([np.broadcast_to(values, cells.SHAPE) for values in ends] for ends in found)
    return low, high


def are_inside(name: str, values, low, high) -> bool:
    """Return whether coordinates lie within limits; a hue may be turned around, that of a grey has to be any."""
    for axis, value, least, most in zip(SPACES[name].axes, values, low, high, strict=True):
        if axis.is_hue:
            is_round = most - least >= 360
            is_inside = np.where(np.isnan(value), is_round, is_round | ((value - least) % 360 <= most - least))
        else:
            is_inside = (least <= value) & (value <= most)
        if not is_inside.all():
            return False
    return True


def test_limits_are_known_for_those_spaces_that_searches_need_to_be_fast():
    assert {"rgb", "lab", "lch", "oklab", "oklch"} <= set(LIMITED)
    for name, space in SPACES.items():
        assert (name in LIMITED) == (space.overshoot is not None or space.base is not None)


@pytest.mark.parametrize("name", LIMITED)
def test_each_of_all_colours_lies_within_the_limits_of_its_cell(name):
    ends = limits(name)
    shape = (cells.CELLS, cells.STEP) * 2
    for red in range(256):
        low, high = ([v[red // cells.STEP][:, np.newaxis, :, np.newaxis] for v in end] for end in ends)
        plane = SPACES[name].from_rgb(float(red), LEVELS[:, np.newaxis], LEVELS)
        values = [np.broadcast_to(value, (256, 256)).reshape(shape) for value in plane]
        assert are_inside(name, values, low, high), red


@pytest.mark.parametrize("name", LIMITED)
def test_fractional_colours_and_those_on_borders_lie_within_the_limits_of_their_cells(name):
    """A colour on a border belongs to both cells."""
    ends = limits(name)
    rng = np.random.default_rng(1)
    rgb = np.concatenate([rng.uniform(0, 255, (400_000, 3)), colors(200_000, seed=2), rng.uniform(0, 16, (50_000, 3))])
    on_border = rng.random(rgb.shape) < 0.2
    rgb = np.where(on_border, (rgb / cells.STEP).round() * cells.STEP, rgb).clip(0, 255)
    values = [np.broadcast_to(value, len(rgb)) for value in SPACES[name].from_rgb(*rgb.T)]
    place = np.minimum((rgb // cells.STEP).astype(int), cells.CELLS - 1)
    below = np.where((rgb % cells.STEP == 0) & (rgb < 255), np.maximum(place - 1, 0), place)
    for each in (place, below, np.where(rng.random(rgb.shape) < 0.5, place, below)):
        low, high = ([v[tuple(each.T)] for v in end] for end in ends)
        assert are_inside(name, values, low, high)


@pytest.mark.parametrize("name", LIMITED)
def test_limits_are_close_to_what_the_colours_of_a_cell_have(name):
    """Limits without end would be safe and of no use."""
    for axis, low, high in zip(SPACES[name].axes, *limits(name), strict=True):
        assert (low <= high).all()
        if axis.is_hue:
            assert (low >= -360).all()
            assert (high < 720).all()
            assert (high - low <= 360).all()
        assert np.median(high - low) < (axis.high - axis.low) / 10


@pytest.mark.parametrize("name", LIMITED)
def test_joined_limits_hold_those_of_eight_cells(name):
    x, y, z, x_high, y_high, z_high = (values for ends in limits(name) for values in ends)
    fine = (x, y, z), (x_high, y_high, z_high)
    low, high = cells.joined(fine)
    for axis in range(3):
        for place in np.ndindex(2, 2, 2):
            part = tuple(slice(start, None, 2) for start in place)
            assert (low[axis] <= fine[0][axis][part]).all()
            assert (high[axis] >= fine[1][axis][part]).all()


def test_cells_have_their_512_colours():
    places = np.array([[0, 0, 0], [31, 31, 31], [3, 0, 30]])
    red, green, blue = np.broadcast_arrays(*cells.values_of(places))
    assert red.shape == (3, 8, 8, 8)
    found = np.stack([red, green, blue], -1).reshape(3, -1, 3)
    for place, members in zip(places, found, strict=True):
        assert len(np.unique(members, axis=0)) == 512
        assert (members // cells.STEP == place).all()
