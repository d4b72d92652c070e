import math
from itertools import product

import numpy as np
import pytest

from pixgrep.colors.metrics import METRICS, get_metric
from pixgrep.errors import ColorError

RANDOM = np.random.default_rng(0).integers(0, 256, (6, 500)).astype(float)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_zero_only_for_equal_colours_and_symmetric(name):
    distance = METRICS[name].distance
    here, there = RANDOM[:3], RANDOM[3:]
    np.testing.assert_array_equal(distance(*here, *here), 0)
    assert (distance(*here, *there)[(here != there).any(axis=0)] > 0).all()
    np.testing.assert_allclose(distance(*here, *there), distance(*there, *here), rtol=1e-12)


@pytest.mark.parametrize("name", METRICS)
def test_no_two_colours_are_farther_apart_than_the_largest(name):
    corners = np.array(list(product((0.0, 255.0), repeat=3)))
    distances = [float(METRICS[name].distance(*a, *b)) for a in corners for b in corners]
    assert max(distances) == pytest.approx(METRICS[name].largest)


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("within", [0.0, 1.0, 2.5, 40.0, 200.0])
def test_no_channel_differs_by_more_than_the_reach(name, within):
    """A reach too small would cut off colours that match."""
    metric, here, there = METRICS[name], RANDOM[:3], RANDOM[3:]
    near = metric.distance(*here, *there) <= within
    assert (np.abs(here - there).max(axis=0)[near] <= metric.reach(within)).all()


@pytest.mark.parametrize("name", METRICS)
def test_distances_broadcast(name):
    row, column = np.arange(5.0), np.arange(3.0)[:, np.newaxis]
    assert METRICS[name].distance(row, column, 0.0, 1.0, 2.0, 3.0).shape == (3, 5)


def test_known_distances():
    assert METRICS["channel"].distance(10, 20, 30, 13, 20, 25) == 5
    assert METRICS["rgb"].distance(0, 0, 0, 255, 255, 255) == pytest.approx(255 * math.sqrt(3))


def test_an_unknown_metric_is_named_with_those_there_are():
    with pytest.raises(ColorError, match=r"no metric 'rgbb'; give one of 'channel', 'rgb'.*did you mean 'rgb'"):
        get_metric("rgbb")


@pytest.mark.parametrize("name", [None, [], {}, 3])
def test_what_is_no_name_of_a_metric_is_a_colour_error(name):
    with pytest.raises(ColorError, match="no metric"):
        get_metric(name)
