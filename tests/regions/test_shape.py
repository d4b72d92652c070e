import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from skimage import data
from skimage.measure import regionprops

import pixgrep.regions.shape
from pixgrep.components.runs import Runs
from pixgrep.regions.outline import outlines
from pixgrep.regions.shape import mean_colors, orientations, perimeters
from tests.regions.masks import DESIGNED, label_pictures, masks, runs_of_labels


def edges_of(mask):
    """Count the pixel edges between inside and outside."""
    padded = np.pad(mask, 1)
    return int(sum((np.diff(padded, axis=axis)).sum() for axis in (0, 1)))


def exact_moments(mask):
    """Return 2 mu11 and mu20 - mu02, times the area squared, by Python's integers, pixel by pixel."""
    pixels = [(int(x), int(y)) for y, x in np.argwhere(mask)]
    area, x, y = len(pixels), sum(x for x, _ in pixels), sum(y for _, y in pixels)
    across = 2 * (area * sum(x * y for x, y in pixels) - x * y)
    return across, area * sum(x * x - y * y for x, y in pixels) - (x * x - y * y)


def same_direction(one, other):
    return abs((one - other + 90) % 180 - 90) < 1e-6


@settings(deadline=None, max_examples=200)
@given(label_pictures())
def test_perimeters_count_the_edges_of_each_region(labels):
    runs, numbers = runs_of_labels(labels)
    found = perimeters(runs, numbers, 6)
    assert found.dtype == np.int64
    assert found.tolist() == [0, *(edges_of(labels == label) for label in range(1, 6))]


@pytest.mark.parametrize("name", DESIGNED)
def test_perimeters_are_the_length_of_the_outlines(name):
    runs, numbers = runs_of_labels(DESIGNED[name].astype(int))
    polygons = outlines(runs, numbers).get(1, ())
    length = sum(shapely.Polygon(polygon.exterior, polygon.holes).length for polygon in polygons)
    assert perimeters(runs, numbers, 2).tolist() == [0, length]


@settings(deadline=None, max_examples=200)
@given(masks())
def test_the_orientation_of_any_mask(mask):
    runs, numbers = runs_of_labels(mask.astype(int))
    empty, found = orientations(runs, numbers, 2)
    assert math.isnan(empty)
    if not mask.any() or exact_moments(mask) == (0, 0):
        assert math.isnan(found)
        return
    assert -90 < found <= 90
    across, along = exact_moments(mask)
    assert same_direction(found, math.degrees(math.atan2(across, along)) / 2)
    # scikit-image counts from the rows' axis, the other way round
    assert same_direction(found, 90 - math.degrees(regionprops(mask.astype(int))[0].orientation))


@pytest.mark.parametrize(
    ("rows", "starts", "stops", "degrees"),
    [
        ([0], [5], [9], 0),
        ([3, 4, 5], [2, 2, 2], [3, 3, 3], 90),
        ([0, 1, 2], [0, 1, 2], [1, 2, 3], 45),
        ([0, 1, 2], [2, 1, 0], [3, 2, 1], -45),
        ([0, 1], [0, 2], [4, 6], math.degrees(math.atan2(64, 144 - 16)) / 2),
    ],
)
def test_angles_turn_clockwise_on_a_screen(rows, starts, stops, degrees):
    runs = Runs(np.array(rows), np.array(starts), np.array(stops))
    assert orientations(runs, np.zeros(len(rows), int), 1)[0] == pytest.approx(degrees)


@pytest.mark.parametrize("size", [7, 500, 70_000])
def test_squares_have_no_direction_and_what_is_longer_by_one_pixel_has_one_however_large(size):
    for height, width, expected in [(size, size, math.nan), (size, size + 1, 0.0), (size + 1, size, 90.0)]:
        rows = np.arange(height)
        square = Runs(rows, np.full(height, 3), np.full(height, 3 + width))
        np.testing.assert_array_equal(orientations(square, np.zeros(height, int), 1), [expected])


@pytest.mark.parametrize("bump", [299_999, 300_001])
def test_what_is_all_but_upright_has_the_angle_of_what_is(bump):
    rows = np.arange(600_001)
    runs = Runs(rows, np.zeros(600_001, int), 1 + (rows == bump))
    assert orientations(runs, np.zeros(600_001, int), 1).tolist() == [90.0]


def test_orientations_of_regions_far_from_each_other_are_those_of_each_alone():
    """Their sums do not fit 64 bits, counted from a corner of both."""
    runs, _ = runs_of_labels(DESIGNED["page"].astype(int))
    other, _ = runs_of_labels(DESIGNED["coins"].astype(int))
    far = 1_000_000_000
    both = Runs(*(np.concatenate(parts) for parts in (
        (runs.rows, other.rows + far), (runs.starts, other.starts + far), (runs.stops, other.stops + far)
    )))  # fmt: skip
    expected = [orientations(part, np.zeros(len(part), int), 1)[0] for part in (runs, other)]
    found = orientations(both, np.repeat([0, 1], [len(runs), len(other)]), 2)
    assert found.tolist() == expected


def pictures():
    coffee = data.coffee()[:90, :90]
    return {
        "uint8": coffee,
        "bgr, upside down": coffee[::-1, :, ::-1],
        "uint16": coffee.astype(np.uint16) * 257,
        "float32": (coffee / 255).astype(np.float32),
        "float64": coffee / 255,
        "grey": coffee[..., :1],
    }


@pytest.mark.parametrize("band", [1, 50, 1 << 18])
@pytest.mark.parametrize("name", pictures())
def test_mean_colors_are_those_of_scikit_image(name, band, monkeypatch):
    monkeypatch.setattr(pixgrep.regions.shape, "BAND_PIXELS", band)
    picture = pictures()[name]
    labels = DESIGNED["coins"] * (1 + np.arange(90) // 40 + 3 * (np.arange(90)[:, None] // 50))
    runs, numbers = runs_of_labels(labels)
    found = mean_colors(picture, runs, numbers, 7)
    assert np.isnan(found[0]).all()
    expected = [region.intensity_mean for region in regionprops(labels, picture.astype(np.float64))]
    np.testing.assert_allclose(found[1:], np.reshape(expected, (6, -1)), rtol=1e-12)


def test_means_of_whole_numbers_are_exact():
    picture = np.full((300, 999, 1), 65535, np.uint16)
    picture[0, 0] = 0
    runs = Runs(np.arange(300), np.zeros(300, int), np.full(300, 999))
    assert mean_colors(picture, runs, np.zeros(300, int), 1)[0, 0] == 65535 * (300 * 999 - 1) / (300 * 999)


def test_a_value_that_is_none_counts_only_where_it_is():
    picture = np.array([[[np.nan], [1.0], [3.0], [np.inf], [-np.inf]]])
    runs = Runs(np.zeros(3, int), np.array([0, 1, 3]), np.array([1, 3, 5]))
    np.testing.assert_array_equal(mean_colors(picture, runs, np.array([2, 0, 1]), 3)[:, 0], [2, np.nan, np.nan])


def test_without_runs_there_is_nothing_to_measure():
    none = np.zeros(0, np.int64)
    runs = Runs(none, none, none)
    assert perimeters(runs, none, 2).tolist() == [0, 0]
    assert np.isnan(orientations(runs, none, 2)).all()
    assert np.isnan(mean_colors(data.coffee(), runs, none, 2)).all()
