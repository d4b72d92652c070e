"""What users hold: columns, order, choice, pixels, pictures and tables."""

import json
import pickle

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco
from scipy import ndimage
from skimage import data, measure

import pixgrep as pg
from pixgrep.regions import Regions
from tests.components.shapes import HARD, random_mask


def picture(mask, high=255):
    return (mask * high).astype(np.uint8)


@pytest.fixture(scope="module")
def tissue():
    """Stained tissue: brown nuclei."""
    return data.immunohistochemistry()


@pytest.fixture(scope="module")
def nuclei(tissue) -> Regions:
    return pg.find(tissue, "#8a6a4a within 40 rgb").regions()


@pytest.mark.parametrize("name", HARD)
def test_every_column_is_that_of_scikit_image(name):
    mask = HARD[name]
    regions = pg.find(picture(mask), "white", region=(0, 0, *mask.shape[::-1])).regions()
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    assert len(regions) == count
    found = sorted(measure.regionprops(labels), key=lambda one: tuple(one.coords[0]))
    for region, one in zip(regions, found, strict=True):
        top, left, bottom, right = one.bbox
        assert (region.area, region.box) == (one.area, (left, top, right - left, bottom - top))
        np.testing.assert_allclose(region.centroid, one.centroid[::-1])
        np.testing.assert_array_equal(region.mask, one.image)
        np.testing.assert_array_equal(region.xy, one.coords[:, ::-1])
        assert region.first[:2] == tuple(one.coords[0][::-1])


def test_regions_of_a_part_have_the_coordinates_of_the_whole(tissue):
    corner = np.array((100, 50))
    part = pg.find(tissue, "#8a6a4a within 40 rgb", region=(100, 50, 300, 200)).regions()
    alone = pg.find(tissue[50:250, 100:400], "#8a6a4a within 40 rgb").regions()
    np.testing.assert_array_equal(part.boxes, alone.boxes + np.pad(corner, (0, 2)))
    np.testing.assert_array_equal(part.firsts, alone.firsts + corner)
    np.testing.assert_allclose(part.centroids, alone.centroids + corner)
    np.testing.assert_array_equal(part.mask, alone.mask)
    largest, there = part.largest(1)[0], alone.largest(1)[0]
    np.testing.assert_array_equal(largest.xy, there.xy + corner)
    np.testing.assert_array_equal(largest.mask, there.mask)
    np.testing.assert_array_equal(largest.outline[0].exterior, there.outline[0].exterior + corner)
    assert largest.to_coco() == there.to_coco()
    np.testing.assert_allclose(part.mean_colors(tissue), alone.mean_colors(tissue[50:250, 100:400]))


def test_real_nuclei_have_the_masks_outlines_and_means_of_scikit_image(tissue, nuclei):
    labels = nuclei.label_map
    assert len(nuclei) > 100
    assert labels.dtype == np.int32
    np.testing.assert_array_equal(labels > 0, pg.find(tissue, "#8a6a4a within 40 rgb").mask)
    found = measure.regionprops_table(labels, tissue, properties=("label", "area", "bbox", "mean_intensity"))
    np.testing.assert_array_equal(found["label"], nuclei.labels)
    np.testing.assert_array_equal(found["area"], nuclei.areas)
    means = np.stack([found[f"mean_intensity-{channel}"] for channel in range(3)], axis=1)
    np.testing.assert_allclose(nuclei.mean_colors(tissue), means)
    for region, outline, perimeter in zip(nuclei, nuclei.outlines, nuclei.perimeters, strict=True):
        rings = [ring for polygon in outline for ring in (polygon.exterior, *polygon.holes)]
        assert perimeter == sum(np.abs(np.diff(ring, axis=0)).sum() for ring in rings)
        signed = [np.sum(ring[:-1, 0] * ring[1:, 1] - ring[1:, 0] * ring[:-1, 1]) for ring in rings]
        assert sum(signed) == 2 * region.area
    for region in nuclei.largest(5):
        assert len(region.outline) == len(nuclei.outlines[region.label - 1])
        assert region.perimeter == nuclei.perimeters[region.label - 1]
        np.testing.assert_equal(region.orientation, nuclei.orientations[region.label - 1])


def test_regions_of_several_colors_are_numbered_together():
    image = np.zeros((8, 10, 3), np.uint8)
    image[1:3, 5:8] = (250, 0, 0)
    image[0, 0] = image[5, 2:6] = 255
    hits = pg.find(image, ["red within 10", "white", "#fa0000"])
    regions = hits.regions()
    assert [(region.label, region.color, region.area) for region in regions] == [
        (1, "white", 1),
        (2, "red within 10", 6),
        (3, "#fa0000", 6),
        (4, "white", 4),
    ]
    assert np.unique(hits.labels).tolist() == [0, 1, 2, 4], "a pixel of two colours has the region of the first"
    assert np.unique(regions[regions.colors == 2].label_map).tolist() == [0, 3]
    for color, mask in enumerate(hits.masks):
        np.testing.assert_array_equal(regions[regions.colors == color].mask, mask)
    together = hits.regions(per_color=False)
    assert together.about.names == ("red within 10 | white | #fa0000",)
    assert together.areas.tolist() == [1, 6, 4]
    assert together.colors.tolist() == [0, 0, 0]


def test_areas_outside_of_limits_are_left_out_and_get_no_number(tissue):
    hits = pg.find(tissue, "#8a6a4a within 40 rgb")
    everything, some = hits.regions(), hits.regions(min_area=20, max_area=400)
    fits = (everything.areas >= 20) & (everything.areas <= 400)
    np.testing.assert_array_equal(some.table, everything.table[fits])
    assert some.labels.tolist() == list(range(1, fits.sum() + 1))
    np.testing.assert_array_equal(some.mask, np.isin(everything.label_map, everything.labels[fits]))
    np.testing.assert_array_equal(np.unique(some.label_map)[1:], some.labels)


def test_choosing_and_sorting_keep_the_labels(nuclei):
    assert nuclei.largest(3).areas.tolist() == sorted(nuclei.areas.tolist(), reverse=True)[:3]
    assert len(nuclei.largest(10**9)) == len(nuclei)
    np.testing.assert_array_equal(nuclei.sorted("label").labels, nuclei.labels)
    assert nuclei.sorted("x").boxes[:, 0].tolist() == sorted(nuclei.boxes[:, 0].tolist())
    assert nuclei.sorted("height", descending=True).boxes[:, 3].tolist() == sorted(nuclei.boxes[:, 3], reverse=True)
    ties = nuclei.sorted("area", descending=False)
    ones = ties[ties.areas == ties.areas.min()]
    assert ones.labels.tolist() == sorted(ones.labels.tolist())
    big = nuclei[nuclei.areas > 100]
    assert [region.label for region in big] == big.labels.tolist()
    np.testing.assert_array_equal(np.unique(big.label_map)[1:], big.labels)
    assert nuclei[-1] == nuclei[len(nuclei) - 1]
    assert nuclei[2:5].labels.tolist() == [3, 4, 5]
    with pytest.raises(pg.PixgrepError, match="a region was chosen twice; choose each once"):
        nuclei[[1, 2, 1]]
    with pytest.raises(IndexError, match="of one dimension"):
        nuclei[np.array([[0, 1]])]
    assert nuclei[np.array(3)] == nuclei[3]
    with pytest.raises(ValueError, match="read-only"):
        nuclei.areas[0] = 5
    with pytest.raises(IndexError, match="no region at place"):
        nuclei[len(nuclei)]
    with pytest.raises(pg.PixgrepError, match="by is 'size'; give one of 'label'"):
        nuclei.sorted("size")
    with pytest.raises(pg.PixgrepError, match="whole number of regions"):
        nuclei.largest(-1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_area": -1}, "min_area is -1; give a whole number"),
        ({"min_area": 2.5}, "min_area is 2.5"),
        ({"max_area": "9"}, "max_area is '9'"),
        ({"min_area": 5, "max_area": 4}, "max_area=4 is less than min_area=5"),
        ({"connectivity": 5}, "connectivity is 5"),
        ({"gap": -2}, "gap is -2"),
    ],
)
def test_what_is_no_option_is_refused(options, message):
    with pytest.raises(pg.PixgrepError, match=message):
        pg.find(np.zeros((3, 3), np.uint8), "white").regions(**options)


@pytest.mark.parametrize("shape", [(0, 0), (0, 4), (4, 0), (4, 5)])
def test_where_nothing_matches_everything_is_empty_and_of_the_right_shape(shape):
    regions = pg.find(np.zeros(shape, np.uint8), "white").regions()
    assert (len(regions), regions.boxes.shape) == (0, (0, 4))
    assert regions.centroids.shape == regions.firsts.shape == (0, 2)
    assert (regions.outlines, regions.perimeters.tolist(), regions.orientations.tolist()) == ((), [], [])
    assert regions.label_map.shape == regions.mask.shape == shape
    assert regions.to_geojson()["features"] == regions.to_coco() == []
    assert not list(regions.largest(4))
    assert regions.mean_colors(np.zeros(shape, np.uint8)).shape == (0, 1)
    assert len(regions.sorted()) == 0


def test_tables_of_arrow_have_every_column(nuclei):
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table(nuclei)
    assert table.column_names == [
        *("label", "color", "area", "x", "y", "width", "height", "centroid_x", "centroid_y", "first_x", "first_y")
    ]
    assert table["area"].to_pylist() == nuclei.areas.tolist()
    assert table["color"][0].as_py() == "#8a6a4a within 40 rgb"
    assert table["height"].to_pylist() == nuclei.boxes[:, 3].tolist()


def test_geojson_has_a_feature_for_each(tissue, nuclei):
    collection = json.loads(json.dumps(nuclei.to_geojson()))
    assert [feature["id"] for feature in collection["features"]] == nuclei.labels.tolist()
    assert collection == json.loads(json.dumps(pg.find(tissue, "#8a6a4a within 40 rgb").to_geojson()))
    box = nuclei.to_geojson(boxes=True)["features"][0]
    assert nuclei[0].to_geojson(boxes=True) == box
    assert json.loads(json.dumps(nuclei[0].to_geojson())) == collection["features"][0]
    x, y, width, height = nuclei.boxes[0].tolist()
    assert box["geometry"]["coordinates"][0][0] == [x, y]
    assert box["geometry"]["coordinates"][0][2] == [x + width, y + height]
    assert box["properties"] == {
        "color": "#8a6a4a within 40 rgb",
        "area": nuclei.areas[0],
        "centroid": [*nuclei.centroids[0]],
    }


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools with NumPy 2
def test_annotations_of_coco_decode_to_the_masks(nuclei):
    labels = nuclei.label_map
    for annotation in nuclei.largest(20).to_coco():
        decoded = coco.decode(annotation["segmentation"]).astype(bool)
        np.testing.assert_array_equal(decoded, labels == annotation["id"])
        assert annotation["bbox"] == coco.toBbox(annotation["segmentation"]).tolist()
        assert annotation["area"] == decoded.sum()
        json.dumps(annotation)


def test_a_drawing_lights_regions_and_marks_their_boxes(tissue, nuclei, tmp_path):
    some = nuclei.largest(5)
    drawn = np.asarray(some.draw(tissue))
    assert drawn.shape == tissue.shape
    plain = np.asarray(pg.find(tissue, "#8a6a4a within 40 rgb").draw(tissue))
    assert (drawn != plain).any()
    x, y, width, height = some.boxes[0]
    inside = some[0].mask & (drawn[y : y + height, x : x + width] == tissue[y : y + height, x : x + width]).all(axis=2)
    assert inside.sum() > 0.8 * some.areas[0], "boxes are drawn around regions, not over them"
    Image.fromarray(tissue).save(tmp_path / "tissue.png")
    from_file = pg.find(tmp_path / "tissue.png", "#8a6a4a within 40 rgb").regions().largest(5)
    np.testing.assert_array_equal(np.asarray(from_file.draw(tmp_path / "tissue.png")), drawn)
    with pytest.raises(pg.PictureError, match="give the picture that was searched"):
        some.draw(tissue[:50])
    with pytest.raises(pg.PictureError, match="give the picture that was searched"):
        some.mean_colors(tissue[:50])
    with pytest.raises(pg.PictureError, match="give the picture that was searched"):
        some.moved(-5, 0).mean_colors(tissue)


def test_regions_of_pictures_of_a_batch_are_those_of_each():
    masks = [random_mask(20, 33, 0.5, seed) for seed in range(3)]
    batch = pg.find(np.stack([picture(mask) for mask in masks])[..., np.newaxis], "white", layout="nhwc")
    for mask, hits in zip(masks, batch, strict=True):
        np.testing.assert_array_equal(hits.regions().table, pg.find(picture(mask), "white").regions().table)


def test_regions_of_a_picture_repeated_to_more_than_two_to_the_31_pixels():
    row = np.zeros((1, 46_400), np.uint8)
    row[0, :3] = row[0, -46_000:] = 255
    image = np.broadcast_to(row, (46_351, 46_400))
    regions = pg.find(image, "white").regions()
    assert regions.boxes.tolist() == [[0, 0, 3, 46_351], [400, 0, 46_000, 46_351]]
    assert regions.areas.tolist() == [3 * 46_351, 46_000 * 46_351]
    assert regions.centroids.tolist() == [[1, 23_175], [400 + 22_999.5, 23_175]]


@pytest.mark.parametrize("backend", ["reference", "numpy", "cpu"])
def test_regions_are_the_same_by_every_backend(tissue, nuclei, backend):
    regions = pg.find(tissue, "#8a6a4a within 40 rgb", backend=backend).regions()
    np.testing.assert_array_equal(regions.table, nuclei.table)


def test_regions_are_pickled_with_their_pixels(nuclei):
    fresh = pg.find(data.immunohistochemistry(), "#8a6a4a within 40 rgb").regions()
    before = len(pickle.dumps(fresh))
    assert fresh.mask.any()
    assert len(pickle.dumps(fresh)) == before, "runs, once made, are left at home"
    again = pickle.loads(pickle.dumps(nuclei.largest(3)))
    np.testing.assert_array_equal(again.table, nuclei.largest(3).table)
    np.testing.assert_array_equal(again[0].mask, nuclei.largest(1)[0].mask)


def test_what_is_shown_of_them_is_short(nuclei):
    assert repr(nuclei).startswith(f"<Regions: {len(nuclei):,} of <array>, the largest of ")
    assert "Region(label=1, color='#8a6a4a within 40 rgb', area=" in repr(nuclei[0])
    assert repr(pg.find(np.zeros((2, 2), np.uint8), "white").regions()) == "<Regions: 0 of <array>>"
