import copy
import pickle

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.model import Box, Match

RNG = np.random.default_rng(5)
PALETTE = np.array([[255, 0, 0], [0, 255, 0], [255, 255, 255], [9, 9, 9]], np.uint8)
NAMES = ["red", "lime", "white", "blue"]


def picture(height=37, width=53):
    return PALETTE[RNG.integers(0, 4, (height, width))]


def masks_of(image):
    colors = np.array([[255, 0, 0], [0, 255, 0], [255, 255, 255], [0, 0, 255]])
    return (image[np.newaxis] == colors[:, np.newaxis, np.newaxis]).all(axis=3)


@pytest.mark.parametrize("region", [None, (0, 0, 53, 37), (5, 7, 20, 11), (52, 36, 1, 1), (3, 4, 0, 5), (3, 4, 5, 0)])
def test_every_view_of_the_matches_is_that_of_numpy(region):
    image = picture()
    hits = pg.find(image, NAMES, region=region)
    x, y, width, height = region or (0, 0, 53, 37)
    masks = masks_of(image)[:, y : y + height, x : x + width]
    union = masks.any(axis=0)
    rows, columns = np.nonzero(union)
    xy = np.stack([columns + x, rows + y], axis=1)
    first_color = masks.argmax(axis=0)[union]
    assert len(hits) == union.sum()
    assert bool(hits) == union.any()
    assert hits.shape == (height, width)
    assert hits.counts.tolist() == masks.sum(axis=(1, 2)).tolist()
    np.testing.assert_array_equal(hits.xy, xy)
    np.testing.assert_array_equal(hits.yx, xy[:, ::-1])
    assert hits.xy.dtype == np.int32
    np.testing.assert_array_equal(hits.colors, first_color)
    np.testing.assert_array_equal(hits.mask, union)
    np.testing.assert_array_equal(hits.masks, masks)
    listed = [Match(int(a), int(b), NAMES[c]) for (a, b), c in zip(xy, first_color, strict=True)]
    assert list(hits) == listed
    assert hits.first == (listed[0] if listed else None)
    assert hits.last == (listed[-1] if listed else None)
    assert hits.bbox == box_of(union, x, y)
    assert hits.bboxes == tuple(box_of(mask, x, y) for mask in masks)
    for first, mask, name in zip(hits.firsts, masks, NAMES, strict=True):
        where = np.argwhere(mask)
        assert first == (Match(int(where[0][1]) + x, int(where[0][0]) + y, name) if len(where) else None)


def box_of(mask, x, y):
    if not mask.any():
        return None
    rows, columns = np.nonzero(mask)
    left, top = int(columns.min()), int(rows.min())
    return Box(left + x, top + y, int(columns.max()) - left + 1, int(rows.max()) - top + 1)


def test_coordinates_are_64_bit_only_where_the_picture_needs_them():
    bits = pg.find(np.zeros((2, 3), np.uint8), "black").bits
    from pixgrep.sources import Reading

    far = 2**31
    assert pg.Matches(bits, ("black",), Box(far - 4, 0, 3, 2), "x", Reading()).xy.dtype == np.int32
    wide = pg.Matches(bits, ("black",), Box(far - 2, 0, 3, 2), "x", Reading()).xy
    assert wide.dtype == np.int64
    assert wide.max() == far


@pytest.mark.parametrize("copy_of", [lambda it: pickle.loads(pickle.dumps(it)), copy.deepcopy, copy.copy])
def test_results_can_be_pickled_and_copied(copy_of):
    image = picture()
    hits, count = pg.find(image, NAMES), pg.count(image, NAMES)
    twin = copy_of(hits)
    np.testing.assert_array_equal(twin.xy, hits.xy)
    assert twin.names == hits.names
    assert repr(twin) == repr(hits)
    twin_count = copy_of(count)
    assert twin_count == count
    assert twin_count.counts == count.counts
    assert hash(twin_count) == hash(count)
    failed = pg.Failed("a.png", pg.DecodeError("a.png: broken"))
    twin_failed = copy_of(failed)
    assert str(twin_failed.error) == "a.png: broken"


def test_a_count_is_an_int():
    count = pg.Count(5, (3, 4))
    assert isinstance(count, int)
    assert count + 1 == 6
    assert f"{count} {count:03d}" == "5 005"
    assert repr(count) == "Count(5, counts=(3, 4))"


def test_the_summary_is_short_for_many_colours():
    hits = pg.find(picture(), [(i, 0, 0) for i in range(100)])
    assert "and 92 more colours" in repr(hits)
    assert len(repr(hits)) < 500


def test_drawing_keeps_matching_pixels_and_greys_the_rest():
    image = picture()
    drawn = np.asarray(pg.find(image, "red").draw(image))
    red = masks_of(image)[0]
    np.testing.assert_array_equal(drawn[red], image[red])
    assert (drawn[~red] == drawn[~red][:, :1]).all()


def test_drawing_on_a_smaller_picture_is_refused():
    hits = pg.find(picture(), "red")
    with pytest.raises(pg.PictureError, match="give the picture that was searched"):
        hits.draw(np.zeros((3, 3), np.uint8))


def test_tables_have_a_row_a_match():
    hits = pg.find(picture(), NAMES)
    table = hits.to_arrow()
    assert table.column_names == ["x", "y", "color"]
    assert table["x"].to_pylist() == hits.xy[:, 0].tolist()
    assert table["y"].to_pylist() == hits.xy[:, 1].tolist()
    assert table["color"].to_pylist() == [match.color for match in hits]
    assert pg.find(picture(), "blue").to_arrow().num_rows == 0


def test_the_first_of_several_matching_colours_is_the_one_named():
    image = np.array([[[255, 0, 0], [0, 0, 0], [254, 0, 0]]], np.uint8)
    hits = pg.find(image, [pg.near("blue"), pg.near("red", 1), pg.near("red")])
    assert hits.colors.tolist() == [1, 1]
    assert hits.counts.tolist() == [0, 2, 1]
    assert {match.color for match in hits} == {"red"}
    assert pg.find(image, ["#ff0000", "red"]).first == (0, 0, "#ff0000")
    assert pg.first(image, ["#ff0000", "red"]) == (0, 0, "#ff0000")


def test_a_place_is_in_the_matches_or_not():
    picture = np.zeros((20, 30), np.uint8)
    picture[7, 12] = 255
    hits = pg.find(picture, "white", region=(10, 5, 15, 10))
    assert (12, 7) in hits
    assert hits.first in hits
    for place in ((7, 12), (12, 8), (2, 2), (-1, 7), (29, 19), "white"):
        assert place not in hits


def test_a_failure_is_false():
    assert not pg.Failed("a.png", pg.PictureError("no"))
