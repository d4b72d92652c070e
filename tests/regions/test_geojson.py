import json

import numpy as np
import pytest
import shapely

from pixgrep.model import Box
from pixgrep.regions import geojson
from pixgrep.regions.outline import outlines
from tests.regions.masks import DESIGNED, runs_of_labels


@pytest.mark.parametrize("name", [name for name, mask in DESIGNED.items() if mask.any()])
def test_outlines_are_geometries_that_others_read(name):
    polygons = outlines(*runs_of_labels(DESIGNED[name].astype(int)))[1]
    text = json.dumps(geojson.geometry(polygons))
    shape = shapely.from_geojson(text)
    assert shape.geom_type == ("Polygon" if len(polygons) == 1 else "MultiPolygon")
    assert shape.area == DESIGNED[name].sum()
    assert "." not in text  # whole numbers


def test_the_geometry_of_nothing_is_empty():
    assert shapely.from_geojson(json.dumps(geojson.geometry(()))).is_empty


def test_a_box_goes_round_as_an_outline_does():
    box = Box(*np.array([3, 5, 4, 2]))
    geometry = geojson.box_geometry(box)
    labels = np.zeros((9, 9), int)
    labels[5:7, 3:7] = 1
    assert geometry == geojson.geometry(outlines(*runs_of_labels(labels))[1])
    assert shapely.from_geojson(json.dumps(geometry)).equals(shapely.box(3, 5, 7, 7))


def test_a_collection_has_features_with_ids_and_properties():
    features = [
        geojson.feature(geojson.box_geometry(Box(number, 0, 1, 1)), number, {"color": "red", "area": 1})
        for number in (1, 2)
    ]
    read = json.loads(json.dumps(geojson.collection(iter(features))))
    assert read["type"] == "FeatureCollection"
    assert [feature["id"] for feature in read["features"]] == [1, 2]
    assert all(feature["type"] == "Feature" for feature in read["features"])
    assert read["features"][0]["properties"] == {"color": "red", "area": 1}
