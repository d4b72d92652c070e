import numpy as np
import pytest

from pixgrep.colors.metrics import METRICS, get_metric
from pixgrep.errors import ColorError
from tests.colors.samples import CORNERS, colors

ASYMMETRIC = {"cie94", "cmc"}
"""In these, the weights are those of the colour that is looked for."""


def coordinates(name: str, rgb: np.ndarray) -> list[np.ndarray]:
    return [np.asarray(values) for values in METRICS[name].space.from_rgb(*np.moveaxis(rgb, -1, 0))]


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_zero_for_equal_colours(name):
    here = coordinates(name, colors(3000))
    np.testing.assert_array_equal(METRICS[name].distance(*here, *here), 0)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_tells_neighbouring_8_bit_colours_apart(name):
    rgb = np.random.default_rng(0).integers(0, 255, (3000, 3)).astype(float)
    for step in np.eye(3):
        assert (METRICS[name].distance(*coordinates(name, rgb), *coordinates(name, rgb + step)) > 1e-6).all()


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_symmetric_but_those_with_a_reference(name):
    here, there = coordinates(name, colors(3000, seed=1)), coordinates(name, colors(3000, seed=2)[::-1])
    forth, back = METRICS[name].distance(*here, *there), METRICS[name].distance(*there, *here)
    if name in ASYMMETRIC:
        assert np.abs(forth - back).max() > 10
    else:
        np.testing.assert_allclose(forth, back, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", METRICS)
def test_distances_of_scalars_and_of_arrays_that_broadcast_are_the_same(name):
    here, there = coordinates(name, colors(20, seed=1)), coordinates(name, colors(12, seed=2))
    table = METRICS[name].distance(*here, *(values[:, np.newaxis] for values in there))
    assert table.shape == (12, 20)
    assert table.dtype == np.float64
    for row, column in np.ndindex(table.shape):
        one = METRICS[name].distance(*(float(v[column]) for v in here), *(float(v[row]) for v in there))
        assert float(one) == pytest.approx(table[row, column], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_looks_at_everything_it_is_given(name):
    """A coordinate that has no influence is one that was mistyped."""
    here, there = coordinates(name, np.array([90.0, 140.0, 60.0])), coordinates(name, np.array([150.0, 40.0, 201.0]))
    usual = METRICS[name].distance(*here, *there)
    span = METRICS[name].space.axes
    changed = 0
    for position in range(6):
        given = [*here, *there]
        given[position] = given[position] + 0.1 * (span[position % 3].high - span[position % 3].low)
        changed += METRICS[name].distance(*given) != usual
    assert changed == (2 if name == "channel" else 6)  # of the channels, one differs most


@pytest.mark.parametrize("name", METRICS)
def test_no_two_colours_are_farther_apart_than_the_largest_and_some_almost_are(name):
    """Corners, random pairs, and pairs that climb from there to where they are farthest apart."""
    rng = np.random.default_rng(3)
    corners = np.stack(np.meshgrid(np.arange(8), np.arange(8)), -1).reshape(-1, 2)
    pairs = np.concatenate([CORNERS[corners].reshape(-1, 6), rng.uniform(0, 255, (4000, 6))])

    def distances(pairs):
        return METRICS[name].distance(*coordinates(name, pairs[:, :3]), *coordinates(name, pairs[:, 3:]))

    found = distances(pairs)
    for step in range(150):
        moved = rng.normal(0, 80 * 0.97**step + 0.1, pairs.shape) * (rng.random(pairs.shape) < 0.5)
        others = (pairs + moved).clip(0, 255)
        there = distances(others)
        pairs = np.where((there > found)[:, np.newaxis], others, pairs)
        found = np.maximum(found, there)
    assert found.max() <= METRICS[name].largest * (1 + 1e-12)  # the last bit of a cube root
    assert found.max() >= METRICS[name].largest * 0.99


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_has_its_unit_and_either_a_reach_or_a_bound(name):
    metric = METRICS[name]
    assert metric.name == name
    assert metric.unit
    assert (metric.reach is None) != (metric.closest is None)
    assert (metric.reach is None) == (metric.space.name != "rgb")
    assert not metric.is_box or metric.reach is not None


def test_an_unknown_metric_is_named_with_those_there_are():
    with pytest.raises(ColorError, match=r"no metric 'rgbb'; give one of 'channel', 'rgb'.*did you mean 'rgb'"):
        get_metric("rgbb")


@pytest.mark.parametrize("name", [None, [], {}, 3])
def test_what_is_no_name_of_a_metric_is_a_colour_error(name):
    with pytest.raises(ColorError, match="no metric"):
        get_metric(name)
