"""
What others have published about each metric.

The first colour of a triple is the reference where there is one; ours comes second.
"""

import math
from pathlib import Path

import numpy as np
import pytest

from pixgrep.colors.metrics import METRICS
from pixgrep.colors.spaces import SPACES

SHARMA = np.loadtxt(
    Path(__file__).parents[2] / "data" / "ciede2000_sharma.csv", delimiter=",", comments="#", skiprows=4
)
YELLOW = (100.0, 21.57210357, 272.22819350)
RED, BROWN, BLUE = (
    (100.0, 426.67945353, 72.39590835),
    (100.0, 74.05216981, 276.45318193),
    (100.0, 8.32281957, -73.58297716),
)
OLIVES = ((48.99183622, -0.10561667, 400.65619925), (50.65907324, -0.11671910, 402.82235718))

PUBLISHED: dict[str, list[tuple[tuple[float, ...], tuple[float, ...], float]]] = {
    # by definition
    "channel": [((13, 20, 25), (10, 20, 30), 5), ((0, 0, 0), (255, 0, 255), 255)],
    "rgb": [((0, 0, 0), (255, 255, 255), 255 * math.sqrt(3)), ((0, 0, 0), (2, 3, 6), 7)],
    # compuphase.com/cmetric.htm, the formula by hand: red from black has a mean of 127.5
    "weighted": [
        ((0, 0, 0), (255, 0, 0), 255 * math.sqrt(2 + 127.5 / 256)),
        ((0, 0, 0), (0, 255, 0), 510),
        ((0, 0, 0), (0, 0, 255), 255 * math.sqrt(2 + 255 / 256)),
        ((255, 0, 0), (255, 0, 10), 10 * math.sqrt(2)),
    ],
    # colour-science 0.4.7, colour/difference/tests/test_delta_e.py, and the docstring of delta_E_CIE1976
    "cie76": [(*OLIVES, 2.7335037)],
    "cie94": [
        (*OLIVES, 1.671119130541200),
        (YELLOW, RED, 83.779225500887094),
        (YELLOW, BROWN, 10.053931954553839),
    ],
    "ciede2000": [
        (*OLIVES, 1.670930327213592),
        (YELLOW, RED, 94.03564903),
        (YELLOW, BROWN, 14.87906419),
        *((tuple(row[1:4]), tuple(row[4:7]), row[7]) for row in SHARMA),
    ],
    "cmc": [(YELLOW, RED, 172.70477129), (YELLOW, BROWN, 20.59732717), (YELLOW, BLUE, 121.71841479)],
    "hyab": [
        ((39.91531343, 51.16658481, 146.12933781), (53.12207516, -39.92365056, 249.54831278), 151.021548177635900),
        ((39.91531343, 51.16658481, 146.12933781), (28.52234779, 19.46628874, 472.06042624), 338.862022462305200),
        (*OLIVES, 3.833423402021121),
    ],
    # by definition; the coordinates of red are those of bottosson.github.io/misc/colorpicker/colorconversion.js
    "oklab": [
        ((0, 0, 0), (1, 0, 0), 1),
        ((1, 0, 0), (0.6279553606, 0.2248630611, 0.1258462985), math.hypot(0.3720446394, 0.2248630611, 0.1258462985)),
    ],
}


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_gives_the_published_values(name):
    assert name in PUBLISHED, f"give PUBLISHED the values of {name} from a source that is not this code"
    for reference, color, difference in PUBLISHED[name]:
        decimals = 4 if name == "ciede2000" and difference == round(difference, 4) else 7
        here, there = (tuple(map(float, triple)) for triple in (color, reference))
        assert float(METRICS[name].distance(*here, *there)) == pytest.approx(difference, abs=0.51 * 10**-decimals)


def test_all_34_pairs_of_sharma_are_right_in_either_order():
    """With pair 14, whose hues are opposite to the last bit, and others that are almost."""
    assert (SHARMA[:, 0] == np.arange(1, 35)).all()
    for first, second in ((SHARMA[:, 1:4], SHARMA[:, 4:7]), (SHARMA[:, 4:7], SHARMA[:, 1:4])):
        found = METRICS["ciede2000"].distance(*first.T, *second.T)
        np.testing.assert_array_equal(found.round(4), SHARMA[:, 7])


@pytest.mark.parametrize(("a", "b"), [(32, 0), (30, 1), (24, 16), (0, 32), (-1, 32), (-20, 25), (3, -32), (-32, 1e-9)])
def test_ciede2000_of_opposite_hues_takes_the_mean_of_both_numbers(a, b):
    """Sharma et al., eq. 14: (h1 + h2) / 2 where they are no more than 180 apart, each from 0 to 360."""
    mean = math.hypot(a, b)
    factor = 1.5 - 0.5 * math.sqrt(mean**7 / (mean**7 + 25**7))
    hue = (math.degrees(math.atan2(b, a * factor)) % 360 + math.degrees(math.atan2(-b, -a * factor)) % 360) / 2
    t = 1 - 0.17 * _cos(hue - 30) + 0.24 * _cos(2 * hue) + 0.32 * _cos(3 * hue + 6) - 0.2 * _cos(4 * hue - 63)
    chroma = math.hypot(a * factor, b)
    expected = 2 * chroma / (1 + 0.015 * chroma * t)
    for first, second in (((a, b), (-a, -b)), ((-a, -b), (a, b))):
        assert float(METRICS["ciede2000"].distance(50.0, *first, 50.0, *second)) == pytest.approx(expected, rel=1e-12)


def _cos(degrees: float) -> float:
    return math.cos(math.radians(degrees))


def test_weighted_is_what_compuphase_gives_in_whole_numbers():
    """
    The routine at compuphase.com/cmetric.htm.

    It drops half a step of the mean, worth (red² - blue²) / 512 of the squared distance, and two fractions.
    """
    red, green, blue, red2, green2, blue2 = np.random.default_rng(0).integers(0, 256, (6, 5000))
    mean, r, g, b = (red + red2) // 2, red - red2, green - green2, blue - blue2
    squared = (((512 + mean) * r * r) >> 8) + 4 * g * g + (((767 - mean) * b * b) >> 8)
    found = METRICS["weighted"].distance(*(np.float64(value) for value in (red, green, blue, red2, green2, blue2)))
    assert (np.abs(found**2 - squared) <= np.abs(r * r - b * b) / 512 + 2.001).all()


def test_cie94_weighs_by_the_chroma_of_the_colour_that_is_looked_for():
    distance = METRICS["cie94"].distance
    assert float(distance(50.0, 0.0, 0.0, 50.0, 40.0, 0.0)) == pytest.approx(40 / (1 + 0.045 * 40))
    assert float(distance(50.0, 40.0, 0.0, 50.0, 0.0, 0.0)) == pytest.approx(40)


def test_cmc_weighs_by_the_lightness_of_the_colour_that_is_looked_for():
    distance = METRICS["cmc"].distance
    assert float(distance(50.0, 0.0, 0.0, 10.0, 0.0, 0.0)) == pytest.approx(40 / 0.511)
    assert float(distance(10.0, 0.0, 0.0, 50.0, 0.0, 0.0)) == pytest.approx(40 * (1 + 0.01765 * 50) / (0.040975 * 50))


def test_black_and_white_are_as_far_apart_as_lightness_goes():
    black, white = ((SPACES["lab"].from_rgb(v, v, v)) for v in (0.0, 255.0))
    for name in ("cie76", "cie94", "ciede2000", "hyab"):
        assert float(METRICS[name].distance(*black, *white)) == pytest.approx(100)
