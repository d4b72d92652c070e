"""Brute force: box and table have exactly the colours that the formula has, of all 16,777,216."""

from operator import itemgetter
from typing import Any

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.colors.metrics import METRICS
from pixgrep.colors.parse import parse_color
from pixgrep.colors.spaces import SPACES
from pixgrep.compile.terms import compile_query
from pixgrep.model import PixelFormat

RGB = PixelFormat("uint8", 3)
SECOND = np.arange(256.0).reshape(-1, 1)
THIRD = np.arange(256.0).reshape(1, -1)
LIMITS = {"oklab": (0.02, 0.15), "channel": (3, 40), "rgb": (7.5, 90), "weighted": (9, 140)}
TARGETS = ("#304090", "#808080")
EDGES = ("black", "white", "blue", "#ff00fe")


def planes(term, order="rgb"):
    """Yield the number of each plane of the first channel, and which of its colours a term has, shape (256, 256)."""
    (first, second, third), (last, second_end, third_end) = term.low, term.high
    for plane in range(256):
        flags = np.zeros((256, 256), np.bool_)
        if first <= plane <= last:
            if term.table is None:
                flags[:] = True
            else:
                start = (plane - first) * 8192
                row = np.frombuffer(term.table[start : start + 8192], np.uint8)
                flags[:] = np.unpackbits(row, bitorder="little").reshape(256, 256)
            inside = np.zeros((256, 256), np.bool_)
            inside[second : second_end + 1, third : third_end + 1] = True
            flags &= inside
        yield plane, flags ^ term.invert


def assert_same(query, formula, format=RGB):
    """Compare the one term of a query with a formula of (red, green, blue)."""
    return assert_all_same([query], lambda *rgb: [formula(*rgb)], format)[0]


def assert_all_same(queries, formulas, format=RGB):
    """Compare the one term of each query with one of the answers of `formulas`; return how many colours they have."""
    terms = [term for query in queries for term in compile_query(query, format)]
    assert len(terms) == len(queries)
    totals = [0] * len(queries)
    for plane, *flags in zip(range(256), *(map(itemgetter(1), planes(term)) for term in terms), strict=True):
        colors = (np.float64(plane), SECOND, THIRD)
        answers = formulas(*(colors if format.order == "rgb" else colors[::-1]))
        for number, (found, expected) in enumerate(zip(flags, answers, strict=True)):
            expected = np.broadcast_to(expected, (256, 256))
            np.testing.assert_array_equal(found, expected, err_msg=f"{queries[number]}, plane {plane}")
            totals[number] += int(found.sum())
    return totals


def difference_from(color, name):
    """Return the difference of any colour from one, by nothing but the formula of the metric."""
    metric, center = METRICS[name], parse_color(color)
    reference = metric.space.from_rgb(*map(np.float64, (center.red, center.green, center.blue)))
    return lambda *rgb: metric.distance(*metric.space.from_rgb(*rgb), *reference)


def near_formula(color, within, name):
    """Return what is near one colour."""
    difference = difference_from(color, name)
    return lambda *rgb: difference(*rgb) <= within + slack(name)


def slack(name):
    """Return by how much a difference may exceed its limit."""
    return METRICS[name].largest / 255e9


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("color", TARGETS)
def test_a_ball_has_the_colours_of_its_formula(name, color):
    limits, difference = LIMITS.get(name, (2.3, 17)), difference_from(color, name)

    def formulas(*rgb):
        found = difference(*rgb)
        return [found <= within + slack(name) for within in limits]

    small, large = assert_all_same([pg.near(color, within, name) for within in limits], formulas)
    assert 1 < small < large


@pytest.mark.parametrize("name", ["ciede2000", "cmc", "oklab"])
@pytest.mark.parametrize("color", EDGES)
def test_a_ball_at_the_edge_of_the_cube_has_the_colours_of_its_formula(name, color):
    within = LIMITS.get(name, (5,))[0]
    assert assert_same(pg.near(color, within, name), near_formula(color, within, name)) > 0


def test_half_the_cube_has_the_colours_of_its_formula():
    total = assert_same(pg.near("#808080", 29, "ciede2000"), near_formula("#808080", 29, "ciede2000"))
    assert 0.3 < total / 2**24 < 0.7


def test_colours_stored_as_bgr_are_the_same():
    within = near_formula("#304090", 5, "ciede2000")
    assert_same(pg.near("#304090", 5, "ciede2000"), within, PixelFormat("uint8", 3, "bgr"))


RANGES: dict[str, Any] = {
    "hsl": {"h": (350, 20), "s": (40, 100), "l": (20, 80)},
    "hsv": {"h": (200, 260), "v": (30, 90)},
    "hwb": {"w": (10, 40), "b": (0, 50)},
    "lab": {"l": (20, 60), "a": (-20, 5)},
    "lch": {"c": (30, 60), "h": (330, 30)},
    "oklab": {"b": (0.01, 0.1)},
    "oklch": {"l": (0.4, 0.7), "c": (0.1, 0.4), "h": (120, 200)},
    "rgb": {"r": (10, 20), "b": (0.5, 99.5)},
}


@pytest.mark.parametrize("name", SPACES)
def test_a_range_has_the_colours_of_its_limits(name):
    def formula(red, green, blue):
        inside = np.ones((256, 256), np.bool_)
        for axis, values in zip(SPACES[name].axes, SPACES[name].from_rgb(red, green, blue), strict=True):
            if axis.name not in RANGES[name]:
                continue
            low, high = RANGES[name][axis.name]
            more = (axis.high - axis.low) * 1e-9 / 255
            above, below = values >= low - more, values <= high + more
            inside &= (above & below) if low <= high else (above | below)
        return inside

    assert assert_same(pg.inside(name, **RANGES[name]), formula) > 1


def test_combinations_have_the_colours_of_the_sets():
    near, far = near_formula("#304090", 12, "cie76"), near_formula("#304090", 4, "ciede2000")
    query = pg.near("#304090", 12, "cie76") & ~pg.near("#304090", 4, "ciede2000")
    assert assert_same(query, lambda *rgb: near(*rgb) & ~far(*rgb)) > 1


def test_many_balls_together_have_the_colours_of_all():
    lab, hyab = SPACES["lab"], METRICS["hyab"]
    nine = [(20 * number, 90, 120) for number in range(9)]
    references = [lab.from_rgb(*map(np.float64, color)) for color in nine]

    def formula(*rgb):
        coordinates = lab.from_rgb(*rgb)
        each = (hyab.distance(*coordinates, *reference) <= 3 + slack("hyab") for reference in references)
        return np.logical_or.reduce(list(each))

    assert assert_same(pg.any_of(*(pg.near(color, 3, "hyab") for color in nine)), formula) > 1
