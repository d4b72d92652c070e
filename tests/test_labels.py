import numpy as np
import pytest

import pixgrep as pg
from pixgrep.labels import Labels, count_ids, label_image
from pixgrep.palettes import load_palette

PALETTE = load_palette([{"id": 7, "name": "road", "color": "#804080"}, {"id": 300, "name": "sky", "color": "#4682b4"}])
IDS = np.array([[7, 300, 7], [9, 300, 7]], np.uint16)


def test_counts_are_in_the_order_of_the_palette():
    labels = Labels(IDS, PALETTE, 9)
    assert labels.counts.tolist() == [3, 2]
    assert labels.counts.dtype == np.int64
    assert labels.unknown_count == 1
    assert [entry.name for entry in labels.classes] == ["road", "sky"]
    assert labels.shape == (2, 3)


def test_colours_that_share_an_id_are_one_class():
    palette = load_palette([{"id": id, "color": color} for id, color in ((1, "red"), (1, "tomato"), (0, "black"))])
    picture = np.array([[(255, 0, 0), (255, 99, 71), (0, 0, 0)]], np.uint8)
    labels = pg.label(picture, palette)
    assert labels.ids.tolist() == [[1, 1, 0]]
    assert labels.counts.tolist() == [2, 1]
    assert labels.colorize().tolist() == [[[255, 0, 0], [255, 0, 0], [0, 0, 0]]]


def test_numpy_takes_labels_for_an_array():
    labels = Labels(IDS, PALETTE, 9)
    assert np.asarray(labels) is IDS or np.shares_memory(np.asarray(labels), IDS)
    assert np.asarray(labels, np.int64).dtype == np.int64
    assert not np.shares_memory(np.array(labels, copy=True), IDS)
    np.testing.assert_array_equal(labels, IDS)
    with pytest.raises(ValueError, match="copy"):
        np.array(labels, np.float32, copy=False)


def test_repr_names_the_classes():
    assert repr(Labels(IDS, PALETTE, 9)) == "<Labels: 3 x 2 uint16, 2 of 2 classes: road, sky; 1 pixels unknown>"


def test_many_ids_are_counted_part_by_part(monkeypatch):
    ids = np.random.default_rng(1).integers(0, 65536, (300, 500)).astype(np.uint16)
    expected = np.bincount(ids.ravel(), minlength=65536)
    for at_once in (1, 999, 1 << 20):
        monkeypatch.setattr("pixgrep.labels.COUNTED_AT_ONCE", at_once)
        np.testing.assert_array_equal(count_ids(ids), expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int32, np.int64, np.uint64])
def test_ids_of_any_whole_type_become_colours(dtype):
    assert pg.colorize(np.array([[1, 0]], dtype), ["red", "blue"]).tolist() == [[[0, 0, 255], [255, 0, 0]]]
    assert pg.colorize([[1, 0]], ["red", "blue"]).dtype == np.uint8


@pytest.mark.parametrize("ids", [[1, 2], [[1.5]], [[[[1]]]], [[True]], 3])
def test_what_is_no_label_map_is_named(ids):
    with pytest.raises(pg.PictureError, match="are no label map; give whole numbers"):
        pg.colorize(ids, ["red"])


@pytest.mark.parametrize("ids", [[[-1, 0]], [[0, 65536]]])
def test_ids_out_of_range_are_named(ids):
    with pytest.raises(pg.PictureError, match="allowed are 0 to 65535"):
        pg.colorize(ids, ["red"], unknown_color="black")


def test_an_id_that_the_palette_has_not_is_named_or_given_a_colour():
    message = r"'palette' has no class 9, which 1 pixels have, first at \(0, 1\); give unknown_color"
    for make in (pg.colorize, label_image):
        with pytest.raises(pg.PictureError, match=message):
            make(IDS, PALETTE)
    colors = pg.colorize(IDS, PALETTE, unknown_color="#010203")
    assert colors[1].tolist() == [[1, 2, 3], [70, 130, 180], [128, 64, 128]]
    assert Labels(IDS, PALETTE, 9).colorize("white")[1, 0].tolist() == [255, 255, 255]


def test_pictures_have_a_palette_where_ids_fit_in_a_byte():
    assert label_image(IDS, PALETTE, unknown_color="black").mode == "RGB"
    image = label_image(IDS[:1, ::2], PALETTE)
    assert (image.mode, image.getpixel((1, 0))) == ("P", 7)
    assert image.convert("RGB").getpixel((1, 0)) == (128, 64, 128)
    assert len(image.getpalette() or []) == 8 * 3


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_empty_label_maps(shape):
    ids = np.zeros(shape, np.uint8)
    assert pg.colorize(ids, ["red"]).shape == (*shape, 3)
    assert Labels(ids, load_palette(["red"]), None).counts.tolist() == [0]
