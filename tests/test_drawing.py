import numpy as np
import pytest

from pixgrep.drawing import displayable, overlay
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
