"""Regions of tiles, of any size and in any order, are those of the whole."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pixgrep as pg
from pixgrep.regions import Regions
from tests.components.shapes import HARD, random_mask

OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"connectivity": 4},
    {"gap": 1},
    {"gap": 4},
    {"per_color": False},
    {"gap": 2, "per_color": False},
)
COLORS = ["white", "#808080"]


def cut(width, height, choose, cuts):
    """Cut a picture into boxes of any size, by `choose`, a function that returns a number below another."""
    boxes = [(0, 0, width, height)]
    for _ in range(cuts):
        x, y, width, height = boxes.pop(choose(len(boxes)))
        if width > 1 and (height == 1 or choose(2)):
            left = 1 + choose(width - 1)
            boxes += [(x, y, left, height), (x + left, y, width - left, height)]
        elif height > 1:
            upper = 1 + choose(height - 1)
            boxes += [(x, y, width, upper), (x, y + upper, width, height - upper)]
        else:
            boxes.append((x, y, width, height))
    return boxes


def regions_of(image, box=None, **options) -> Regions:
    return pg.find(image, COLORS, region=box).regions(**options)


def assert_same(merged, whole):
    np.testing.assert_array_equal(merged.table, whole.table)
    np.testing.assert_array_equal(merged.colors, whole.colors)
    np.testing.assert_array_equal(merged.labels, whole.labels)
    np.testing.assert_array_equal(merged.boxes, whole.boxes)
    assert merged.about == whole.about


@given(data=st.data(), options=st.sampled_from(OPTIONS), cuts=st.integers(0, 12), seed=st.integers(0, 1 << 30))
@settings(max_examples=150, deadline=None)
def test_any_tiling_in_any_order_gives_the_table_of_the_whole(data, options, cuts, seed):
    height, width = data.draw(st.integers(1, 30)), data.draw(st.integers(1, 40))
    density = data.draw(st.sampled_from((0.1, 0.3, 0.5, 0.8)))
    image = np.where(random_mask(height, width, 0.7, seed + 1), 255, 128) * random_mask(height, width, density, seed)
    image = image.astype(np.uint8)
    boxes = cut(width, height, lambda below: data.draw(st.integers(0, below - 1)), cuts)
    tiles = [regions_of(image, box, **options) for box in data.draw(st.permutations(boxes))]
    whole = regions_of(image, **options)
    assert_same(pg.merge(tiles), whole)
    half = len(tiles) // 2
    if half:  # what is merged can be merged with more
        assert_same(pg.merge([pg.merge(tiles[:half]), pg.merge(tiles[half:])]), whole)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", HARD)
def test_hard_masks_are_joined_over_every_border(name, options):
    image = HARD[name].astype(np.uint8) * 255
    height, width = image.shape
    size = 11
    boxes = [
        (x, y, min(size, width - x), min(size, height - y))
        for y in range(0, height, size)
        for x in range(0, width, size)
    ]
    tiles = (regions_of(image, box, **options) for box in reversed(boxes))
    assert_same(pg.merge(tiles), regions_of(image, **options))


def test_tiles_that_are_arrays_of_their_own_are_moved_to_their_places():
    image = HARD["spiral"].astype(np.uint8) * 255
    tiles = [regions_of(image[y : y + 20, x : x + 30]).moved(x, y) for y in (0, 20) for x in (0, 30, 60)]
    merged = pg.merge(tiles)
    assert_same(merged, regions_of(image))
    assert merged.boxes.tolist() == [[0, 0, 66, 37]]
    assert pg.merge([pg.merge(tiles[:3]).moved(0, 100), pg.merge(tiles[3:]).moved(0, 100)]).boxes.tolist() == [
        [0, 100, 66, 37]
    ]


def test_regions_with_the_same_first_pixel_are_numbered_by_color():
    image = np.array([[128, 130]], np.uint8)
    search = pg.compile(["#808080", "#808080 within 5"])
    tiles = [search.find(image[:, x : x + 1]).regions().moved(x, 0) for x in (1, 0)]
    merged = pg.merge(tiles)
    np.testing.assert_array_equal(merged.table, search.find(image).regions().table)
    assert merged.colors.tolist() == [0, 1]


def test_merged_tiles_are_moved_and_merged_again():
    line = np.zeros((10, 10), np.uint8)
    line[5] = 255
    left, right = pg.merge([regions_of(line)]), pg.merge([regions_of(line)]).moved(10, 0)
    merged = pg.merge([left, right])
    assert merged.boxes.tolist() == [[0, 5, 20, 1]]
    far = regions_of(line).moved(np.uint8(200), 0).moved(np.uint8(100), 0)
    assert pg.merge([merged, far]).boxes.tolist() == [[0, 5, 20, 1], [300, 5, 10, 1]]
    with pytest.raises(pg.PixgrepError, match="give whole numbers of columns and rows"):
        regions_of(line).moved(1.5, 0)  # type: ignore[arg-type]


@pytest.mark.parametrize("is_first", [True, False])
def test_tiles_without_pixels_are_in_nobodys_way(is_first):
    full = regions_of(np.full((10, 10), 255, np.uint8))
    none = regions_of(np.zeros((0, 5), np.uint8)).moved(2, 2)
    assert pg.merge([none, full] if is_first else [full, none]).areas.tolist() == [100]


@pytest.mark.parametrize("tiles", [None, 5, [None], [5]])
def test_what_is_no_tile_is_refused(tiles):
    with pytest.raises(pg.PixgrepError, match="merge takes the Regions of tiles"):
        pg.merge(tiles)
    with pytest.raises(pg.PixgrepError, match="merge takes the Regions of tiles"):
        pg.merge(regions_of(np.zeros((2, 2), np.uint8)))  # type: ignore[arg-type]


def test_only_runs_at_borders_that_are_still_open_are_kept():
    image = (random_mask(200, 400, 0.5) * 255).astype(np.uint8)
    strips = [regions_of(image, (0, y, 400, 20)) for y in range(0, 200, 20)]
    sizes = [len(pg.merge(strips[: count + 1]).border().runs) for count in range(len(strips))]
    outside = 2 * 400 // 2 + 2 * 200  # runs in the first and the last row, and one pixel at each end of all rows
    assert max(sizes) <= outside
    assert len(pg.merge([regions_of(image)]).border().runs) <= outside
    middle = pg.merge([strips[0], strips[2]]).border()
    assert set(middle.runs.rows.tolist()) >= {19, 40, 59}, "the rows that face a strip still to come"
    closed = pg.merge([strips[0], strips[2], strips[1]]).border()
    inner = (closed.runs.stops < 399) & (closed.runs.starts > 0) & (closed.runs.rows > 0) & (closed.runs.rows < 59)
    assert not inner.any()


def test_a_gap_is_joined_over_tiles_that_are_smaller_than_it():
    image = np.zeros((1, 12), np.uint8)
    image[0, [0, 5, 11]] = 255
    tiles = [regions_of(image, (x, 0, 1, 1), gap=4) for x in range(12)]
    assert pg.merge(tiles).areas.tolist() == [2, 1]
    assert pg.merge(tiles).boxes.tolist() == [[0, 0, 6, 1], [11, 0, 1, 1]]
    everything = [regions_of(image, (x, 0, 4, 1), gap=10**9) for x in (8, 0, 4)]
    assert pg.merge(everything).areas.tolist() == regions_of(image, gap=10**9).areas.tolist() == [3]


def test_where_no_tile_is_nothing_matches():
    image = np.full((1, 9), 255, np.uint8)
    assert pg.merge([regions_of(image, (0, 0, 3, 1)), regions_of(image, (6, 0, 3, 1))]).areas.tolist() == [3, 3]


def test_a_merged_table_has_no_pixels_and_says_so():
    image = (HARD["noise"] * 255).astype(np.uint8)
    merged = pg.merge([regions_of(image)])
    assert merged.largest(1)[0].area == regions_of(image).areas.max()
    assert merged.draw(image).size == image.shape[::-1], "boxes are drawn all the same"
    assert merged.to_geojson(boxes=True) == regions_of(image).to_geojson(boxes=True)
    for what in ("mask", "label_map", "outlines", "perimeters", "orientations"):
        with pytest.raises(pg.PixgrepError, match="merged from tiles have a table, but no pixels"):
            getattr(merged, what)
    with pytest.raises(pg.PixgrepError, match="but no pixels"):
        _ = merged[0].outline


@pytest.mark.parametrize(
    ("tiles", "error", "message"),
    [
        (lambda a, b: [], pg.PixgrepError, "no tiles to merge"),
        (lambda a, b: [a(), a()], pg.PictureError, "tiles overlap"),
        (lambda a, b: [a(), b(), a()], pg.PictureError, "tiles overlap"),
        (lambda a, b: [a(), b(gap=1)], pg.PixgrepError, "merge tiles of one search"),
        (lambda a, b: [a(), b(per_color=False)], pg.PixgrepError, "merge tiles of one search"),
        (lambda a, b: [a(), b(min_area=3)], pg.PixgrepError, "merge all, filter after that"),
        (lambda a, b: [a(), b().sorted()], pg.PixgrepError, "left out or sorted"),
        (lambda a, b: [pg.merge([a()])[:1], b()], pg.PixgrepError, "left out or sorted"),
        (lambda a, b: [a().moved(-1, 0), b()], pg.PictureError, "from 0 on"),
        (lambda a, b: [a().moved(1 << 31, 1 << 31)], pg.PictureError, "too large for sums"),
    ],
)
def test_tiles_that_do_not_belong_together_are_refused(tiles, error, message):
    image = np.where(random_mask(20, 40, 0.5), 255, 128).astype(np.uint8)

    def left(**options):
        return regions_of(image, (0, 0, 20, 20), **options)

    def right(**options):
        return regions_of(image, (20, 0, 20, 20), **options)

    with pytest.raises(error, match=message):
        pg.merge(tiles(left, right))
