"""The order of axes: what fits, what is refused, and when a batch is one tall view."""

from typing import Any

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.sources.layout import pixels_on_device, tall


@pytest.mark.parametrize(
    ("shape", "layout", "advice"),
    [
        ((3, 30, 40), "hwc", r"\(height, width\) or .*as layout is 'hwc'; give layout='chw'$"),
        ((30, 40, 3), "chw", r"\(channels, height, width\) with 1 to 4 channels, .*; give layout='hwc'$"),
        ((8, 30, 40, 3), "hwc", "give layout='nhwc'$"),
        ((8, 3, 30, 40), "hwc", "give layout='nchw'$"),
        ((8, 3, 30, 40), "nhwc", "give layout='nchw'$"),
        ((4, 3, 2, 1), "chw", "give layout='nhwc' or 'nchw'$"),
        ((30, 40), "chw", "give layout='hwc'$"),
        ((8, 30, 40), "nhwc", r"for greys, give array\[..., None\]$"),
        ((8, 30, 40), "nchw", r"for greys, give array\[:, None\]$"),
        ((5, 5, 5, 5, 5), "nhwc", "as layout is 'nhwc'$"),
    ],
)
def test_a_shape_that_does_not_fit_names_what_does(shape, layout, advice):
    with pytest.raises(pg.PictureError, match=advice) as caught:
        pg.count(np.zeros(shape, np.uint8), "red", layout=layout)
    assert str(caught.value).startswith(f"the array has shape {shape}; allowed is ")


def test_greys_of_a_batch_are_given_as_advised():
    greys = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
    given: Any = ((greys[..., None], "nhwc"), (greys[:, None], "nchw"))
    for array, layout in given:
        assert pg.find(array, (13, 13, 13), layout=layout).counts.tolist() == [[0], [1]]


@pytest.mark.parametrize("layout", ["HWC", "nhw", "", None, 3, ["hwc"]])
def test_what_is_no_layout_is_refused(layout):
    with pytest.raises(pg.PictureError, match=r"layout is .*; give 'hwc', 'chw', 'nhwc', 'nchw'"):
        pg.compile("red", layout=layout)


def views(batch):
    return {
        "whole": (batch, True),
        "mirrored": (batch[:, :, ::-1], True),
        "planes of pixels": (batch[..., :1], True),
        "upside down, all": (batch[::-1, ::-1], True),
        "one picture": (batch[:1, 1:3], True),
        "one row each": (batch[:, 2:3], True),
        "nothing": (batch[:0, 1:3], True),
        "some rows": (batch[:, 1:], False),
        "every second picture": (batch[::2], False),
        "upside down, each": (batch[:, ::-1], False),
        "the same again": (np.broadcast_to(batch[:1], batch.shape), False),
    }


@pytest.mark.parametrize("name", views(np.zeros((3, 4, 5, 3))))
def test_a_batch_is_tall_where_that_is_a_view(name):
    batch = np.arange(4 * 4 * 5 * 3, dtype=np.uint8).reshape(4, 4, 5, 3)
    view, is_view = views(batch)[name]
    found = tall(view)
    assert found.ndim == (3 if is_view else 4)
    np.testing.assert_array_equal(found.reshape(-1, 5, found.shape[-1]), view.reshape(-1, 5, view.shape[-1]))
    assert not view.size or np.shares_memory(found, batch)


@pytest.mark.parametrize("name", views(np.zeros((3, 4, 5, 3))))
def test_a_batch_on_a_device_says_where_pictures_begin(name):
    batch = np.zeros((4, 4, 5, 3), np.uint8)
    view, is_view = views(batch)[name]
    there = pixels_on_device(10_000, view.shape, view.strides, "uint8", None)
    assert there.shape == (view.shape[0] * view.shape[1], *view.shape[2:])
    assert is_view == (there.picture_gap == 0) or view.shape[1] == 1
    assert there.is_contiguous == view.flags.c_contiguous
    for picture, row in np.ndindex(view.shape[:2]):
        y = picture * view.shape[1] + row
        address = 10_000 + y * there.strides[0] + picture * there.picture_gap
        assert address == 10_000 + picture * view.strides[0] + row * view.strides[1]


def test_a_part_of_a_batch_is_that_of_each_picture():
    batch = np.zeros((4, 6, 5, 3), np.uint8)
    whole, part = batch, batch[:, 2:5, 1:3]
    there = pixels_on_device(0, whole.shape, whole.strides, "uint8", None).part(pg.Box(1, 2, 2, 3))
    offset = part.ctypes.data - whole.ctypes.data
    assert there == pixels_on_device(offset, part.shape, part.strides, "uint8", None)
