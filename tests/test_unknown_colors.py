"""What becomes of colours that belong to no class, and of which dtype labels are then."""

import numpy as np
import pytest

import pixgrep as pg
from tests.label_samples import SIGNS, colors_of


@pytest.mark.parametrize(
    ("ids", "unknown", "dtype", "value"),
    [
        (range(255), None, np.uint8, 255),
        (range(256), None, np.uint16, 65535),
        (range(257), None, np.uint16, 65535),
        (range(256), 0, np.uint8, 0),
        (range(256), 256, np.uint16, 256),
        (range(254), 254, np.uint8, 254),
        (range(255), 254, np.uint8, 254),
        ([3, 7, 300], None, np.uint16, 65535),
        ([3, 7, 255], None, np.uint16, 65535),
        ([3, 7, 254], None, np.uint8, 255),
        ([0, 65535], 9, np.uint16, 9),
        (range(65535), None, np.uint16, 65535),
        (range(65535), 17, np.uint16, 17),
    ],
)
@pytest.mark.parametrize("within", [0, 3])
def test_ids_and_the_value_for_unknown_colours_choose_the_dtype(ids, unknown, dtype, value, within):
    colors = colors_of(len(ids)) & 0xF8  # 8 apart: nothing else is within 3
    colors = np.unique(colors, axis=0)
    if len(colors) < len(ids):
        colors = colors_of(len(ids))
        within = 0
    colors = colors[: len(ids)]
    palette = {id: tuple(color) for id, color in zip(ids, colors.tolist(), strict=True)}
    picture = np.vstack([colors[[0, -1]], [(255, 254, 253)]])[np.newaxis].astype(np.uint8)
    assert not (colors == (255, 254, 253)).all(axis=1).any()
    labels = pg.label(picture, palette, unknown=unknown, within=within)
    assert labels.ids.tolist() == [[ids[0], ids[-1], value]]
    assert labels.ids.dtype == dtype
    assert (labels.unknown, labels.unknown_count) == (value, 1)


def test_65535_classes_are_all_told_apart():
    colors = colors_of(65535)
    labels = pg.label(colors.reshape(255, 257, 3), colors)
    np.testing.assert_array_equal(labels.ids.ravel(), np.arange(65535))
    assert labels.unknown_count == 0
    assert (labels.counts == 1).all()


def test_an_unknown_value_that_is_the_id_of_a_class_loses_no_count():
    picture = np.array([[(0, 0, 0), (9, 9, 9), (255, 0, 0)]], np.uint8)
    labels = pg.label(picture, {"none": "#000", "red": "#f00"}, unknown=0)
    assert labels.ids.tolist() == [[0, 0, 1]]
    assert (labels.counts.tolist(), labels.unknown_count) == ([1, 1], 1)


@pytest.mark.parametrize("as_stored", [np.uint8, np.uint16, np.float32, np.float64])
@pytest.mark.parametrize("within", [0, 10])
def test_unknown_colours_can_be_an_error_that_names_the_first(as_stored, within):
    picture = np.full((30, 40, 3), (255, 0, 0), np.uint8)
    picture[7, 30], picture[7, 31], picture[9, 0] = (0, 200, 20), (0, 100, 30), (5, 0, 0)
    scaled = picture * 257.0 if as_stored is np.uint16 else picture / (1 if as_stored is np.uint8 else 255)
    message = r"<array>: 3 pixels belong to no class of 'palette', first at \(30, 7\): \S+.*nearest is go #00ff00 \(1\)"
    with pytest.raises(pg.PictureError, match=message) as raised:
        pg.label(scaled.astype(as_stored), SIGNS, unknown="error", within=within)
    assert as_stored is np.float32 or "#00c814" in str(raised.value)
    with pytest.raises(pg.PictureError, match=r"2 pixels .* first at \(30, 7\)"):
        pg.label(scaled.astype(as_stored), SIGNS, unknown="error", within=within, region=(20, 5, 20, 20))
    assert pg.label(picture[:7], SIGNS, unknown="error", within=within).unknown is None


def test_a_256_class_palette_can_raise_and_stays_8_bit():
    colors = colors_of(256)
    assert pg.label(colors[np.newaxis], colors, unknown="error").ids.tolist() == [list(range(256))]
    assert pg.label(colors[np.newaxis], colors, unknown="error").ids.dtype == np.uint8
    with pytest.raises(pg.PictureError, match="1 pixels belong to no class"):
        pg.label(np.array([[(1, 2, 3), colors[0]]], np.uint8), colors, unknown="error")


@pytest.mark.parametrize(
    ("unknown", "message"),
    [
        ("black", "unknown is 'black'; give a value from 0 to 65535, 'error' or 'nearest'"),
        (-1, "unknown is -1"),
        (65536, "unknown is 65536"),
        (True, "unknown is True"),
        (1.5, "unknown is 1.5"),
    ],
)
def test_an_unknown_policy_that_is_none_is_named(unknown, message):
    with pytest.raises(pg.ColorError, match=message):
        pg.labeler(SIGNS, unknown=unknown)


def test_the_default_for_unknown_colours_is_never_a_class():
    with pytest.raises(pg.ColorError, match=r"65535 is the id of a class; give unknown=VALUE"):
        pg.labeler({65535: "red"})
