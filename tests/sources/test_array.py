import hashlib
from typing import Any

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.backends import BACKENDS

RNG = np.random.default_rng(9)
BASE = RNG.choice(np.array([0, 9, 128, 255], np.uint8), (40, 46, 4))


def frozen(array):
    array = array.copy()
    array.flags.writeable = False
    return array


LAYOUTS = {
    "plain": BASE[..., :3].copy(),
    "colours of RGBA": BASE[..., :3],
    "last three of RGBA": BASE[..., 1:],
    "channels reversed": BASE[..., :3].copy()[..., ::-1],
    "channels of RGBA reversed": BASE[..., 2::-1],
    "four channels reversed": BASE[..., ::-1],
    "every second row": BASE[::2, :, :3],
    "every third column": BASE[:, ::3],
    "rows backwards": BASE[::-1, :, :3],
    "columns backwards": BASE[:, ::-1, :3],
    "all backwards": BASE[::-1, ::-1, ::-1],
    "Fortran": np.asfortranarray(BASE[..., :3]),
    "transposed": BASE[..., :3].copy().transpose(1, 0, 2),
    "planar": np.moveaxis(np.moveaxis(BASE, 2, 0).copy(), 0, 2),
    "read-only": frozen(BASE),
    "broadcast rows": np.broadcast_to(BASE[:1, :, :3], (30, 46, 3)),
    "broadcast columns": np.broadcast_to(BASE[:, :1], (40, 77, 4)),
    "broadcast channels": np.broadcast_to(BASE[..., :1], (40, 46, 3)),
    "broadcast all": np.broadcast_to(np.uint8(9), (50, 60, 3)),
    "no rows": BASE[:0],
    "no columns": BASE[:, :0, :3],
    "one row": BASE[3:4],
    "one column": BASE[:, 5:6, :3],
    "one pixel": BASE[5:6, 7:8],
    "grey": BASE[..., 0],
    "grey, three axes": BASE[..., :1],
    "grey and alpha": BASE[..., ::2],
    "grey transposed": BASE[..., 1].T,
    "unaligned": np.frombuffer(b"x" + BASE.astype(np.uint16).tobytes(), np.uint8)[1:]
    .view(np.uint16)
    .reshape(40, 46, 4),
    "unaligned float": np.frombuffer(b"x" + (BASE / 255).tobytes(), np.uint8)[1:].view(float).reshape(40, 46, 4),
}
COLORS: list[Any] = [(9, 9, 9), ~pg.near((128, 9, 0), 9, "rgb"), "white", (255, 0, 9, 128)]


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("channels", ["rgb", "bgr"])
def test_every_layout_gives_the_answer_of_a_contiguous_copy_and_is_left_alone(name, backend, channels):
    array = LAYOUTS[name]
    before = hashlib.sha256(array.tobytes()).digest(), array.strides, array.flags.writeable
    copied = np.array(array, order="C", copy=True)
    options: Any = {"channels": channels, "backend": backend}
    expected, found = (pg.find(pixels, COLORS, **options) for pixels in (copied, array))
    np.testing.assert_array_equal(found.bits.host.words, expected.bits.host.words)
    np.testing.assert_array_equal(found.bits.host.union, expected.bits.host.union)
    assert pg.count(array, COLORS, **options).counts == tuple(expected.counts)
    assert pg.first(array, COLORS, **options) == expected.first
    assert (hashlib.sha256(array.tobytes()).digest(), array.strides, array.flags.writeable) == before


@pytest.mark.parametrize("channels", ["rgb", "bgr"])
def test_bgr_is_rgb_backwards(channels):
    array = BASE[..., :3]
    expected = (array == ((255, 128, 9) if channels == "rgb" else (9, 128, 255))).all(axis=2)
    np.testing.assert_array_equal(pg.find(array, (255, 128, 9), channels=channels).mask, expected)


def test_alpha_counts_only_where_the_colour_has_it():
    array = np.array([[[255, 0, 0, 0], [255, 0, 0, 128], [255, 0, 0, 255]]], np.uint8)
    assert pg.count(array, ["red", "#ff000080", "#ff0000ff", "#ff000000"]).counts == (3, 1, 1, 1)
    assert pg.count(array, pg.near("#ff000080", 127)) == 2
    assert pg.count(array[..., :3].copy(), ["red", "#ff000080", "#ff0000ff"]).counts == (3, 0, 3), "opaque"


def test_a_grey_picture_is_g_g_g():
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert pg.count(grey, ["black", "white", (9, 9, 9), (9, 9, 10)]).counts == (1, 1, 1, 0)
    assert pg.find(grey, pg.near((10, 12, 14), 3)).xy.tolist() == [[11, 0], [12, 0], [13, 0]]


@pytest.mark.parametrize(
    "dtype", ["int8", "int16", "int32", "int64", "uint32", "uint64", "float16", "complex64", ">u2", ">f4"]
)
def test_other_dtypes_are_refused_and_named(dtype):
    with pytest.raises(pg.PictureError, match=r"allowed are uint8, uint16, float32, float64.*astype"):
        pg.count(np.zeros((3, 3, 3), dtype), "red")


@pytest.mark.parametrize("dtype", [object, "datetime64[s]", "S3", [("r", "u1"), ("g", "u1")]])
def test_what_holds_no_numbers_is_refused(dtype):
    with pytest.raises(pg.PictureError):
        pg.count(np.zeros((3, 3), dtype), "red")


@pytest.mark.parametrize("shape", [(), (3,), (3, 3, 0), (3, 3, 5), (2, 3, 3, 3)])
def test_other_shapes_are_refused_and_named(shape):
    with pytest.raises(pg.PictureError, match=r"shape .*; allowed is \(height, width\)"):
        pg.count(np.zeros(shape, np.uint8), "red")


def test_planes_first_get_a_hint():
    with pytest.raises(pg.PictureError, match="give layout='chw'"):
        pg.count(np.zeros((3, 30, 40), np.uint8), "red")


def test_masks_and_masked_arrays_get_a_hint():
    with pytest.raises(pg.PictureError, match="astype"):
        pg.count(np.zeros((3, 3), bool), "red")
    with pytest.raises(pg.PictureError, match="masked"):
        pg.count(np.ma.zeros((3, 3)), "red")


class Interface:
    def __init__(self, array):
        self.__array_interface__ = array.__array_interface__
        self.array = array


class Dlpack:
    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


class Broken:
    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("lost\nin space")


@pytest.mark.parametrize("wrap", [Interface, Dlpack, lambda array: array.view(np.recarray)])
def test_foreign_arrays_are_searched(wrap):
    array = BASE.copy()
    assert pg.count(wrap(array), "white") == pg.count(array, "white")


@pytest.mark.parametrize("given", [None, 5, [[1, 2], [3, 4]], {}, object(), Broken(), 3.5, len])
def test_what_is_no_picture_is_refused_and_named(given):
    with pytest.raises(pg.PictureError, match=r"as a picture|allowed"):
        pg.count(given, "red")


def test_floats_from_0_to_255_are_warned_of():
    picture = np.full((8, 8, 3), 200.0)
    with pytest.warns(pg.PixgrepWarning, match="divide the array by 255"):
        assert pg.count(picture, (200, 200, 200)) == 0
    assert pg.count(picture / 255, (200, 200, 200)) == 64
