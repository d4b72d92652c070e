"""
The safety of the compiler: a bound that is too sharp loses colours that match.

Metrics are held against all colours of cells of the cube, and, much sharper, against boxes around a few colours or one.
"""

import numpy as np
import pytest

from pixgrep.colors import cells
from pixgrep.colors.metrics import METRICS
from tests.colors.samples import centers, colors

BOUNDED = [name for name, metric in METRICS.items() if metric.closest is not None]
REACHING = [name for name, metric in METRICS.items() if metric.reach is not None]
MORE = 1e-9  # rounding


def coordinates(name: str, rgb: np.ndarray) -> np.ndarray:
    values = METRICS[name].space.from_rgb(*np.moveaxis(rgb, -1, 0))
    return np.stack(np.broadcast_arrays(*values))


def bounds(name: str, low: np.ndarray, high: np.ndarray, center: np.ndarray) -> np.ndarray:
    closest = METRICS[name].closest
    assert closest is not None
    found = closest((low[0], low[1], low[2]), (high[0], high[1], high[2]), (center[0], center[1], center[2]))
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    return found


def some_cells(rng: np.random.Generator, center: np.ndarray, count: int) -> np.ndarray:
    """Return the cell of `center`, all around it, and others at random."""
    steps = np.stack(np.meshgrid(*[np.arange(-1, 2)] * 3), -1).reshape(-1, 3)
    near = (center // cells.STEP).astype(int) + steps
    near = near[((near >= 0) & (near < cells.CELLS)).all(axis=1)]
    return np.concatenate([near, rng.integers(0, cells.CELLS, (count, 3))])


@pytest.mark.parametrize("name", BOUNDED)
def test_no_colour_of_a_cell_is_closer_than_the_bound(name):
    found = cells.limits(METRICS[name].space.name)
    assert found is not None
    rng = np.random.default_rng(11)
    for rgb in centers():
        places = some_cells(rng, rgb, 60)
        low, high = (np.stack([np.broadcast_to(v, cells.SHAPE)[tuple(places.T)] for v in ends]) for ends in found)
        center = coordinates(name, rgb)
        bound = bounds(name, low, high, center)
        whole = np.stack(np.broadcast_arrays(*cells.values_of(places)), -1).reshape(len(places), -1, 3)
        inside = rng.uniform(0, cells.STEP, (len(places), 64, 3))
        inside[:, ::4] = inside[:, ::4].round(-1).clip(0, cells.STEP)  # 0 or 8: on the border
        fractions = (places[:, np.newaxis] * float(cells.STEP) + inside).clip(0, 255)
        for members in (whole, fractions):
            distances = METRICS[name].distance(*coordinates(name, members), *center)
            assert (bound <= distances.min(axis=1) + MORE).all()


@pytest.mark.parametrize("name", BOUNDED)
@pytest.mark.parametrize("spread", [0.0, 0.5, 5.0, 60.0])
def test_no_colour_is_closer_than_the_bound_of_a_box_around_it(name, spread):
    """Boxes of one colour leave the bound no room; of some, hues and chromas that meet nowhere else."""
    rng = np.random.default_rng(12)
    for rgb in centers():
        members = np.concatenate([colors(4000, seed=13), rgb + rng.normal(0, 8, (2000, 3))])[:, np.newaxis]
        if spread:
            members = members + rng.normal(0, spread, (len(members), 6, 3))
        there = coordinates(name, members.clip(0, 255))
        center = coordinates(name, rgb)
        bound = bounds(name, there.min(axis=-1), there.max(axis=-1), center)
        assert (bound <= METRICS[name].distance(*there, *center).min(axis=-1) + MORE).all()


@pytest.mark.parametrize("name", BOUNDED)
def test_no_coordinates_are_closer_than_the_bound_of_a_box_that_has_them(name):
    """Whatever the space can hold, in sRGB or not: corners, edges and insides of boxes."""
    rng = np.random.default_rng(14)
    axes = METRICS[name].space.axes
    least, most = (np.array([getattr(axis, end) for axis in axes]) for end in ("low", "high"))
    for center in rng.uniform(least, most, (100, 3)):
        middle = rng.uniform(least, most, (1500, 3))
        middle[::4] = center + rng.normal(0, 0.05, middle[::4].shape) * (most - least)
        middle[1::4, 1:] = -center[1:] * rng.uniform(0, 2, (len(middle[1::4]), 1))  # opposite hues
        size = rng.choice([0.0, 1e-6, 0.01, 0.05, 0.3], (1500, 1)) * (most - least) / 2
        low, high = ((middle + sign * size).clip(least, most) for sign in (-1, 1))
        share = rng.uniform(0, 1, (1500, 24, 3))
        share[:, :8] = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
        share[:, 8:16] = np.where(rng.random((1500, 8, 3)) < 0.4, share[:, 8:16].round(), share[:, 8:16])
        members = low[:, np.newaxis] + share * (high - low)[:, np.newaxis]
        distances = METRICS[name].distance(*np.moveaxis(members, -1, 0), *center)
        assert (bounds(name, low.T, high.T, center) <= distances.min(axis=1) + MORE).all()


@pytest.mark.parametrize("name", BOUNDED)
def test_the_bound_is_worth_it(name):
    """A bound of 0 would be safe and make every search slow: of the cells, it leaves few for a small limit."""
    found = cells.limits(METRICS[name].space.name)
    assert found is not None
    within = METRICS[name].largest * 0.01
    for rgb in ((255.0, 136.0, 0.0), (40.0, 20.0, 200.0), (128.0, 128.0, 128.0)):
        bound = bounds(name, np.stack(found[0]), np.stack(found[1]), coordinates(name, np.array(rgb)))
        assert 0 < (bound <= within).mean() < 0.02


@pytest.mark.parametrize("name", REACHING)
def test_no_channel_differs_by_more_than_the_reach(name):
    """A reach too small would cut off colours that match."""
    metric = METRICS[name]
    assert metric.reach is not None
    pairs = [(colors(20_000, seed=15), colors(20_000, seed=16)[::-1])]
    for channel in range(3):  # where only one channel differs, nothing is left to spare
        here, there = colors(4000, seed=17), colors(4000, seed=17)
        there[:, channel] = colors(4000, seed=18)[::-1, channel]
        ends = np.array([0.0, 255.0])[np.random.default_rng(19).integers(0, 2, (4000, 3))]
        pairs += [(here, there), (ends, np.where(np.arange(3) == channel, there, ends))]
    for here, there in pairs:
        distances = metric.distance(*here.T, *there.T)
        reach = np.array([metric.reach(float(distance)) for distance in distances])
        assert (np.abs(here - there).max(axis=1) <= reach + MORE).all()
    assert metric.reach(0.0) == 0


@pytest.mark.parametrize("name", [name for name in REACHING if METRICS[name].is_box])
def test_what_is_called_a_box_is_one(name):
    metric = METRICS[name]
    assert metric.reach is not None
    here, there = (np.random.default_rng(seed).integers(0, 256, (3, 20_000)).astype(float) for seed in (20, 21))
    for within in (0.0, 1.0, 2.5, 40.0, 200.0):
        box = (np.abs(here - there) <= metric.reach(within)).all(axis=0)
        np.testing.assert_array_equal(metric.distance(*here, *there) <= within, box)
