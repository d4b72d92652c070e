"""GeoJSON read back by JSON and by Shapely, and drawn again."""

import json

import numpy as np
import pytest
from shapely.geometry import shape as shape_of
from tests.sinks.test_regions import ALL, NONE, REGION, regions
from tests.sinks.test_sinks import FAILED, NAMES, Memory, feed

from pixgrep.sinks import geojson
from pixgrep.sinks.geojson import GeoJsonSink
from pixgrep.sinks.output import WholeFile
from pixgrep.sinks.regions import Wanted


def written(*results, **wanted):
    output = Memory()
    feed(GeoJsonSink(output, Wanted(**wanted)), *results)
    return json.loads(output.content)


@pytest.fixture(params=[1, 7, 1 << 14], autouse=True)
def features_at_a_time(request, monkeypatch):
    monkeypatch.setattr(geojson, "FEATURES_AT_A_TIME", request.param)


def test_it_is_the_collection_of_all_pictures_that_could_be_searched():
    collection = written(ALL, FAILED, NONE, regions("b.png"))
    assert list(collection) == ["type", "features"]
    assert collection["type"] == "FeatureCollection"
    features = collection["features"]
    assert [feature["id"] for feature in features] == list(range(1, 2 * len(ALL) + 1))
    assert [feature["properties"]["path"] for feature in features] == ["a.png"] * len(ALL) + ["b.png"] * len(ALL)
    whole = ALL.to_geojson()["features"]
    for feature, same in zip(features[: len(ALL)], whole, strict=True):
        assert feature["geometry"] == same["geometry"]
        assert feature["properties"] == {"path": "a.png", "label": same["id"], **same["properties"]}


def test_outlines_have_holes_and_cover_the_pixels_of_their_region():
    features = written(ALL)["features"]
    assert any(len(part) > 1 for feature in features for part in feature["geometry"]["coordinates"])
    for feature, region in zip(features, ALL, strict=True):
        shape = shape_of(feature["geometry"])
        assert shape.is_valid
        assert shape.area == region.area
        assert shape.bounds == (*region.box[:2], region.box.x + region.box.width, region.box.y + region.box.height)


def test_boxes_are_rectangles_along_the_edges_of_pixels():
    for feature, (x, y, width, height) in zip(written(ALL, boxes=True)["features"], ALL.boxes.tolist(), strict=True):
        (ring,) = feature["geometry"]["coordinates"]
        assert ring[0] == ring[-1]
        assert {tuple(corner) for corner in ring} == {(a, b) for a in (x, x + width) for b in (y, y + height)}


def test_a_limit_holds_for_each_picture_and_ids_stay_unique():
    features = written(ALL, regions("b.png"), limit=3)["features"]
    assert [feature["id"] for feature in features] == [1, 2, 3, 4, 5, 6]
    assert [feature["properties"]["label"] for feature in features] == [1, 2, 3] * 2


def test_coordinates_are_those_of_the_whole_picture():
    corners = np.array([feature["geometry"]["coordinates"][0] for feature in written(ALL, boxes=True)["features"]])
    assert (corners >= REGION[:2]).all()


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_valid_json(name):
    properties = written(regions(name), limit=1)["features"][0]["properties"]
    assert properties["path"] == (None if name == "bad\udcff.png" else name)
    assert ("path_bytes" in properties) is (name == "bad\udcff.png")


@pytest.mark.parametrize("results", [[], [NONE], [FAILED]], ids=["nothing", "none", "failed"])
def test_a_collection_may_be_empty(results):
    assert written(*results) == {"type": "FeatureCollection", "features": []}


def test_a_file_is_whole_or_not_there(tmp_path):
    sink = GeoJsonSink(WholeFile(str(tmp_path / "out.geojson")))
    sink.begin()
    sink.add(ALL)
    sink.abort()
    assert list(tmp_path.iterdir()) == []


def test_what_was_stopped_never_looks_like_the_whole():
    output = Memory()
    sink = GeoJsonSink(output)
    sink.begin()
    sink.add(ALL)
    sink.abort()
    with pytest.raises(json.JSONDecodeError):
        json.loads(output.content)
