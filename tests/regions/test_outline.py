import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from scipy import ndimage

from pixgrep.components.runs import Runs
from pixgrep.regions.outline import outlines
from tests.regions.masks import DESIGNED, label_pictures, masks, runs_of_labels


def outline(mask):
    runs, numbers = runs_of_labels(mask.astype(int))
    return outlines(runs, numbers).get(1, ())


def as_shape(polygon):
    return shapely.Polygon(polygon.exterior, polygon.holes)


def check_shapes(polygons, mask):
    """Polygons are valid, and cover the pixels of a mask once and no others."""
    shapes = [as_shape(polygon) for polygon in polygons]
    assert all(shape.is_valid for shape in shapes), [shapely.is_valid_reason(shape) for shape in shapes]
    assert sum(shape.area for shape in shapes) == mask.sum()
    y, x = np.indices(mask.shape) + 0.5
    times = sum((shapely.contains_xy(shape, x, y).astype(int) for shape in shapes), np.zeros(mask.shape, int))
    np.testing.assert_array_equal(times, mask)


def check_rings(polygons):
    """Rings are closed, have corners only, go the right way round, and begin and follow each other in reading order."""
    for polygon in polygons:
        for ring in (polygon.exterior, *polygon.holes):
            assert ring.dtype == np.int64
            assert (ring[0] == ring[-1]).all()
            is_across = np.diff(ring[:, 0]) != 0
            assert (is_across != (np.diff(ring[:, 1]) != 0)).all()
            assert (is_across != np.roll(is_across, 1)).all()
            assert (ring[0, 1], ring[0, 0]) == min((y, x) for x, y in ring.tolist())
            assert len({tuple(corner) for corner in ring.tolist()}) == len(ring) - 1
            assert shapely.LinearRing(ring).is_ccw == (ring is polygon.exterior)
        assert_rises([hole[0] for hole in polygon.holes])
    assert_rises([polygon.exterior[0] for polygon in polygons])


def assert_rises(points):
    places = [(y, x) for x, y in points]
    assert places == sorted(places)


def check_structure(polygons, mask):
    """There is a polygon for each part that hangs together by edges, and a hole for each part of what it encloses."""
    parts, count = ndimage.label(mask)
    assert len(polygons) == count
    for polygon in polygons:
        x, y = polygon.exterior[0]
        outside = np.pad(parts != parts[y, x], 1, constant_values=True)
        assert len(polygon.holes) == ndimage.label(outside)[1] - 1


def check(mask):
    polygons = outline(mask)
    check_rings(polygons)
    check_shapes(polygons, mask)
    check_structure(polygons, mask)


@pytest.mark.parametrize("name", DESIGNED)
def test_masks_by_design_and_of_real_pictures(name):
    check(DESIGNED[name])


@settings(deadline=None, max_examples=300)
@given(masks())
def test_any_mask(mask):
    check(mask)


@settings(deadline=None, max_examples=300)
@given(label_pictures())
def test_regions_side_by_side_have_the_outlines_that_each_has_alone(labels):
    found = outlines(*runs_of_labels(labels))
    assert list(found) == [label for label in range(1, 5) if (labels == label).any()]
    for label, polygons in found.items():
        alone = outline(labels == label)
        assert len(polygons) == len(alone)
        for polygon, expected in zip(polygons, alone, strict=True):
            assert as_lists(polygon) == as_lists(expected)


def as_lists(polygon):
    return polygon.exterior.tolist(), [hole.tolist() for hole in polygon.holes]


def test_far_away_outlines_are_the_same():
    runs, numbers = runs_of_labels(DESIGNED["rings with islands"].astype(int))
    x, y = 2_000_000_000, 1_000_000_000
    far = Runs(runs.rows + y, runs.starts + x, runs.stops + x)
    for polygon, expected in zip(outlines(far, numbers)[1], outlines(runs, numbers)[1], strict=True):
        assert as_lists(polygon) == as_lists(expected.moved(x, y))


def test_without_runs_there_are_no_outlines():
    none = np.zeros(0, np.int64)
    assert outlines(Runs(none, none, none), none) == {}


def test_a_region_in_parts_has_a_polygon_for_each():
    labels = np.array([[1, 0, 2], [0, 1, 0], [0, 0, 0], [1, 0, 0]])
    found = outlines(*runs_of_labels(labels))
    assert [polygon.exterior[0].tolist() for polygon in found[1]] == [[0, 0], [1, 1], [0, 3]]
    assert [polygon.exterior[0].tolist() for polygon in found[2]] == [[2, 0]]
