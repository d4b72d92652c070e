import numpy as np
import pytest
from PIL import Image
from scipy import ndimage
from skimage import data

from pixgrep.drawing import LINE, displayable, mark_boxes, overlay
from pixgrep.model import PixelFormat

RGB = np.array([[[10, 20, 30], [255, 0, 128]]], np.uint8)


@pytest.mark.parametrize(
    ("pixels", "format", "expected"),
    [
        (RGB, PixelFormat("uint8", 3), RGB),
        (RGB[..., ::-1], PixelFormat("uint8", 3, "bgr"), RGB),
        (np.dstack([RGB, RGB[..., :1]]), PixelFormat("uint8", 4), RGB),
        (RGB.astype(np.uint16) * 257, PixelFormat("uint16", 3), RGB),
        (RGB / 255, PixelFormat("float64", 3), RGB),
        ((RGB / 255).astype(np.float32), PixelFormat("float32", 3), RGB),
        (RGB[..., :1], PixelFormat("uint8", 1), RGB[..., [0, 0, 0]]),
        (RGB[..., :2], PixelFormat("uint8", 2), RGB[..., [0, 0, 0]]),
    ],
)
def test_every_format_is_shown_as_8_bit_rgb(pixels, format, expected):
    np.testing.assert_array_equal(displayable(pixels, format), expected)


def test_values_no_screen_can_show_are_cut():
    pixels = np.array([[[-1.0], [2.0], [np.nan], [np.inf], [-np.inf]]])
    assert displayable(pixels, PixelFormat("float64", 1))[0, :, 0].tolist() == [0, 255, 0, 255, 0]


@pytest.mark.parametrize("value", [0, 255])
def test_what_is_not_lit_is_dimmed_towards_what_the_matches_are_not(value):
    image = np.full((2, 2, 3), 128, np.uint8)
    image[0, 0] = value
    mask = np.zeros((2, 2), np.bool_)
    mask[0, 0] = True
    drawn = overlay(image, mask)
    assert (drawn[0, 0] == value).all()
    assert (drawn[1, 1] > 128).all() if value == 0 else (drawn[1, 1] < 128).all()


def test_drawing_leaves_the_picture_alone_and_takes_empty_ones():
    image = RGB.copy()
    overlay(image, np.zeros((1, 2), np.bool_))
    np.testing.assert_array_equal(image, RGB)
    assert overlay(np.zeros((0, 5, 3), np.uint8), np.zeros((0, 5), np.bool_)).shape == (0, 5, 3)


def marked(picture, boxes, numbers=None):
    image = Image.fromarray(picture)
    mark_boxes(image, np.array(boxes), np.arange(1, len(boxes) + 1) if numbers is None else np.array(numbers))
    return np.asarray(image)


def is_numbered(picture, boxes, place):
    """Return whether the number of a box is drawn: whether another number is another picture."""
    numbers = np.full((2, len(boxes)), 11)
    numbers[:, place] = 61, 68
    return bool((marked(picture, boxes, numbers[0]) != marked(picture, boxes, numbers[1])).any())


def boxes_of(mask):
    found = ndimage.find_objects(ndimage.label(mask)[0])
    return [(x.start, y.start, x.stop - x.start, y.stop - y.start) for y, x in found]


def grey(width, height):
    return np.full((height, width, 3), 128, np.uint8)


@pytest.mark.parametrize(("size", "line"), [(60, 1), (600, 1), (1400, 2), (4000, 6)])
def test_a_box_has_a_bright_line_and_around_it_a_dark_one_thicker_on_larger_pictures(size, line):
    drawn = marked(grey(size, size), [(20, 30, 9, 5)])
    assert (drawn[30:35, 20:29] == 128).all()
    for away, color in ((1, LINE), (line, LINE), (line + 1, 0), (2 * line, 0)):
        around = drawn[30 - away : 35 + away, 20 - away : 29 + away]
        for edge in (around[0], around[-1], around[:, 0], around[:, -1]):
            assert (edge == color).all()
    beyond = 2 * line + 1
    assert (drawn[30 : 35 + beyond, 20 - beyond] == 128).all()


def test_lines_stay_in_the_picture_where_a_box_ends_with_it():
    drawn = marked(grey(50, 40), [(0, 0, 50, 40)])
    for away, color in ((0, 0), (1, LINE)):
        around = drawn[away : 40 - away, away : 50 - away]
        for edge in (around[0], around[-1], around[:, 0], around[:, -1]):
            assert (edge == color).all()


@pytest.mark.parametrize(
    ("picture", "threshold", "scale"),
    [("coffee", 60, 1), ("immunohistochemistry", 90, 1), ("immunohistochemistry", 90, 3), ("page", 90, 1)],
)
def test_hundreds_of_boxes_on_real_pictures_are_all_seen(picture, threshold, scale):
    """No number and no other box hides the bright line of any."""
    image = getattr(data, picture)()
    image = np.ascontiguousarray(np.broadcast_to(image.reshape(*image.shape[:2], -1), (*image.shape[:2], 3)))
    image = image.repeat(scale, 0).repeat(scale, 1)
    boxes = boxes_of(image.max(axis=2) < threshold)
    assert len(boxes) > 80
    drawn = marked(image, boxes)
    height, width = image.shape[:2]
    away = max(1, round(max(height, width) / 700))
    for x, y, right, bottom in ((x - away, y - away, x + w + away, y + h + away) for x, y, w, h in boxes):
        if x >= away and y >= away and right <= width - away and bottom <= height - away:
            around = drawn[y:bottom, x:right]
            for edge in (around[0], around[-1], around[:, 0], around[:, -1]):
                assert (edge == LINE).all()
    numbered = [is_numbered(image, boxes, place) for place in range(0, len(boxes), len(boxes) // 10)]
    assert any(numbered)


@pytest.mark.parametrize(
    "box", [(20, 20, 5, 5), (0, 0, 3, 3), (57, 57, 3, 3), (0, 57, 1, 1), (0, 0, 60, 60), (0, 0, 60, 5)]
)
def test_a_box_alone_has_its_number_wherever_it_is(box):
    assert is_numbered(grey(60, 60), [box], 0)


def test_where_there_is_room_for_one_number_the_greatest_box_has_it():
    boxes = [(5, 16, 4, 3), (14, 16, 30, 3)]
    picture = grey(48, 24)
    assert is_numbered(picture, boxes[:1], 0)
    assert [is_numbered(picture, boxes, place) for place in (0, 1)] == [False, True]


def test_a_number_that_has_no_room_is_left_out():
    assert not is_numbered(grey(9, 9), [(3, 3, 2, 2)], 0)
    assert not is_numbered(grey(20, 9), [(3, 3, 9, 2)], 0)


def test_the_smallest_picture_can_be_marked():
    assert marked(grey(1, 1), [(0, 0, 1, 1)]).tolist() == [[[0, 0, 0]]]


def test_without_boxes_nothing_is_drawn():
    picture = data.coffee()
    np.testing.assert_array_equal(marked(picture, np.zeros((0, 4), int)), picture)
