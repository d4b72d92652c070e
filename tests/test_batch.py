"""Batches and planes: what is found is what is found in each picture alone, wherever the array is."""

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

import pixgrep as pg
from pixgrep.gpu.device import get_device
from tests.conftest import HAS_NUMBA_CUDA

COLORS: list[Any] = [(1, 2, 3), pg.near((1, 2, 3), 1), ~pg.near((1, 2, 3), 2, "rgb")]
PHOTO: np.ndarray = data.astronaut()[100:164, 200:250]
AXES = {"hwc": (0, 1, 2), "chw": (2, 0, 1), "nhwc": (0, 1, 2, 3), "nchw": (0, 3, 1, 2)}


def there(array: np.ndarray) -> Any:
    """Return an array on the GPU that is made of Python."""
    from tests.sources.test_device import Tensor

    return Tensor(array)


PLACES = [
    pytest.param(lambda array: array, id="processor"),
    pytest.param(there, id="gpu", marks=pytest.mark.skipif(not HAS_NUMBA_CUDA, reason="numba-cuda is not installed")),
]


def laid_out(pictures: np.ndarray, layout: str) -> np.ndarray:
    """Return pictures of shape (pictures, height, width, channels), or one without pictures, side by side so."""
    return np.ascontiguousarray(pictures.transpose(AXES[layout]))


def assert_same(found: Any, array: Any, alone: list[pg.Matches]) -> None:
    """Hold a batch against the matches of each of its pictures."""
    assert isinstance(found, pg.Batch)
    assert len(found) == found.pictures == len(alone)
    assert found.total == sum(map(len, alone))
    assert bool(found) == any(alone)
    assert found.counts.shape == (len(alone), len(found.names))
    np.testing.assert_array_equal(found.counts, [hits.counts for hits in alone] or found.counts)
    assert found.shape == (len(alone), found.region.height, found.region.width)
    mask = np.asarray(found.mask)
    assert mask.shape == found.shape
    for number, hits in enumerate(alone):
        mine = np.asarray(found.frames) == number
        np.testing.assert_array_equal(np.asarray(found.xy)[mine], hits.xy)
        np.testing.assert_array_equal(np.asarray(found.colors)[mine], hits.colors)
        np.testing.assert_array_equal(mask[number], hits.mask)
    assert (np.diff(np.asarray(found.frames)) >= 0).all()
    assert np.asarray(found.frames).dtype == np.asarray(found.xy).dtype == np.int32
    for mine, hits in zip(found, alone, strict=True):
        assert (len(mine), mine.first, mine.last, mine.bbox) == (len(hits), hits.first, hits.last, hits.bbox)
        np.testing.assert_array_equal(mine.counts, hits.counts)
        for attribute in ("xy", "colors", "mask", "masks"):
            np.testing.assert_array_equal(np.asarray(getattr(mine, attribute)), getattr(hits, attribute))


def few_colors(random: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Draw pictures of which some pixels are (1, 2, 3, 4), and others nearly."""
    drawn = np.array([1, 2, 3, 4][: shape[-1]]) + random.integers(0, 4, shape) // 3
    if dtype == "uint16":
        drawn = drawn * 257
    return (drawn / 255 if "float" in dtype else drawn).astype(dtype)


STEPS = st.sampled_from([1, 1, 1, 2, -1, -2])


@st.composite
def arrays(draw: st.DrawFn, layout: str) -> np.ndarray:
    """Draw an array of a layout: any dtype, odd sizes, any strides."""
    random = np.random.default_rng(draw(st.integers(0, 99)))
    shape = (draw(st.integers(0, 4)), draw(st.integers(0, 9)), draw(st.integers(0, 37)), draw(st.integers(1, 4)))
    steps = [draw(STEPS) for _ in shape[:3]] + [1]
    dtype = draw(st.sampled_from(["uint8", "uint8", "uint16", "float32", "float64"]))
    whole = few_colors(random, tuple(n * abs(step) for n, step in zip(shape, steps, strict=True)), dtype)
    whole = whole[:1, ::, ::].repeat(len(whole), 0) if draw(st.booleans()) else whole
    array = laid_out(whole, "nchw" if layout.endswith("chw") else "nhwc")
    order = AXES["nchw" if layout.endswith("chw") else "nhwc"]
    array = array[tuple(slice(None, None, steps[axis]) for axis in order)]
    if shape[0] and draw(st.integers(0, 3)) == 0:
        array = np.broadcast_to(array[:1], array.shape)
    if layout.startswith("n"):
        return array
    return array[0] if shape[0] else array.reshape(array.shape[1:] if array.size else (0, *array.shape[2:]))


@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
@pytest.mark.parametrize("backend", ["numpy", "reference", "cpu"])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(drawn=st.data())
def test_a_batch_is_its_pictures(layout: Any, backend: str, drawn: st.DataObject) -> None:
    array = drawn.draw(arrays(layout))
    one: Any = layout[1:]
    colors = COLORS[: drawn.draw(st.integers(1, 3))]
    alone = [pg.find(picture, colors, layout=one, backend="reference") for picture in array]
    assert_same(pg.find(array, colors, layout=layout, backend=backend), array, alone)
    counted = pg.count(array, colors, layout=layout, backend=backend)
    assert counted == sum(map(len, alone))
    assert counted.counts == tuple(sum(int(hits.counts[color]) for hits in alone) for color in range(len(colors)))


@pytest.mark.skipif(not HAS_NUMBA_CUDA, reason="numba-cuda is not installed")
@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
@settings(max_examples=12, deadline=None, derandomize=True)
@given(drawn=st.data())
def test_a_batch_on_the_device_is_its_pictures(layout: Any, drawn: st.DataObject) -> None:
    array = drawn.draw(arrays(layout))
    one: Any = layout[1:]
    colors = COLORS[: drawn.draw(st.integers(1, 2))]
    alone = [pg.find(picture, colors, layout=one, backend="reference") for picture in array]
    launches = get_device().launches  # type: ignore[attr-defined]
    launches.clear()
    found = pg.find(there(array), colors, layout=layout)
    assert len(launches) == (1 if array.size else 0), "all pictures at once"
    assert_same(found, array, alone)


@pytest.mark.parametrize("place", PLACES)
def test_planes_are_pixels(place: Any) -> None:
    planes = laid_out(PHOTO, "chw")
    query = ["#e8d8d0 within 20", "black within 9"]
    expected, found = pg.find(PHOTO, query), pg.find(place(planes), query, layout="chw")
    assert len(expected) > 0
    np.testing.assert_array_equal(np.asarray(found.xy), expected.xy)
    np.testing.assert_array_equal(found.counts, expected.counts)
    assert pg.first(place(planes), query, layout="chw") == expected.first
    assert pg.census(place(planes), layout="chw") == pg.census(PHOTO)


def test_what_is_found_in_planes_is_drawn_into_planes() -> None:
    planes = laid_out(PHOTO, "chw")
    drawn = pg.find(planes, "black", within=40, layout="chw").draw(planes)
    assert drawn.tobytes() == pg.find(PHOTO, "black", within=40).draw(PHOTO).tobytes()
    both = pg.find(np.stack([planes, planes]), "black", within=40, layout="nchw")
    assert both[1].draw(planes).tobytes() == drawn.tobytes()


PAIR = np.stack([PHOTO, PHOTO[::-1]])


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
def test_a_region_is_that_of_each_picture(place: Any, layout: Any) -> None:
    region = (3, 5, 21, 30)
    alone = [pg.find(picture, "#e8d8d0", within=20, region=region) for picture in PAIR]
    assert all(alone)
    found = pg.find(place(laid_out(PAIR, layout)), "#e8d8d0", within=20, region=region, layout=layout)
    assert_same(found, PAIR, alone)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
def test_a_census_is_of_all_pictures(place: Any, layout: Any) -> None:
    taken = pg.census(place(laid_out(PAIR, layout)), layout=layout)
    assert taken == pg.census(PAIR[0]) + pg.census(PAIR[1])


PALETTE = {"dark": "#201010", "skin": "#e8d8d0"}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
def test_labels_are_of_each_picture(place: Any, layout: Any) -> None:
    array = place(laid_out(PAIR, layout))
    labels = pg.label(array, PALETTE, unknown="nearest", layout=layout)
    alone = [pg.label(picture, PALETTE, unknown="nearest") for picture in PAIR]
    np.testing.assert_array_equal(np.asarray(labels), np.stack([one.ids for one in alone]))
    assert labels.shape == PAIR.shape[:3]
    np.testing.assert_array_equal(labels.counts, alone[0].counts + alone[1].counts)
    np.testing.assert_array_equal(labels.colorize(), np.stack([one.colorize() for one in alone]))
    assert "2 pictures of 50 x 64" in repr(labels)
    with pytest.raises(pg.PictureError, match=r"those of a batch; .* ids\[0\]"):
        labels.to_image()


@pytest.mark.parametrize("place", PLACES)
def test_what_has_no_class_is_named_with_its_picture(place: Any) -> None:
    array = np.zeros((3, 4, 5, 3), np.uint8)
    array[2, 1, 3] = 9
    with pytest.raises(pg.PictureError, match=r"first at \(3, 1\) of picture 2: #090909"):
        pg.label(place(array), ["black"], unknown="error", layout="nhwc")
    with pytest.raises(pg.PictureError, match=r"first at \(3, 1\) of picture 2"):
        pg.colorize(pg.label(array, ["black"], layout="nhwc"), ["black"])


def test_pictures_are_taken_by_number() -> None:
    found = pg.find(PAIR, "black", within=40, layout="nhwc")
    assert (found[-1].first, found[0].source) == (found[1].first, "<array>[0]")
    for number in (2, -3):
        with pytest.raises(IndexError, match="in a batch of 2"):
            found[number]
    assert repr(found).startswith(f"<Batch: {found.total:,} pixels of 2 of 2 pictures (50 x 64)")
    assert pickle.loads(pickle.dumps(found)).counts.tolist() == found.counts.tolist()
    assert found.host is found


@pytest.mark.parametrize("shape", [(0, 4, 5, 3), (3, 0, 5, 3), (3, 4, 0, 3)])
@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_a_batch_too(shape: tuple[int, ...], place: Any) -> None:
    found = pg.find(place(np.zeros(shape, np.uint8)), ["black", "red"], layout="nhwc")
    assert (len(found), found.total, found.xy.shape, found.frames.shape) == (shape[0], 0, (0, 2), (0,))
    assert found.counts.shape == (shape[0], 2)
    assert np.asarray(found.mask).shape == shape[:3]
    assert [len(hits) for hits in found] == [0] * shape[0]


def test_more_than_two_to_the_31_pixels_are_counted_without_a_copy_of_them() -> None:
    picture = np.zeros((4096, 4096), np.uint8)
    picture[17, 99] = 255
    batch = np.broadcast_to(picture[:, :, None], (129, 4096, 4096, 1))
    assert pg.count(batch, ["black", "white"], layout="nhwc", backend="cpu").counts == (129 * (2**24 - 1), 129)


@pytest.mark.parametrize("verb", [pg.first, pg.lint])
def test_what_is_for_one_picture_says_so(verb: Any) -> None:
    with pytest.raises(pg.PictureError, match="is for one picture, and this is a batch of 2; give"):
        verb(PAIR, ["black"], layout="nhwc")


def test_files_have_no_layout(tmp_path: Any) -> None:
    from PIL import Image

    image = Image.fromarray(PHOTO)
    image.save(tmp_path / "photo.png")
    for given_ in (image, tmp_path / "photo.png", (tmp_path / "photo.png").read_bytes()):
        with pytest.raises(pg.PictureError, match=r"layout='chw' is for arrays.*leave it out"):
            pg.find(given_, "red", layout="chw")


def test_a_plan_knows_of_the_batch() -> None:
    search = pg.compile("red", layout="nhwc")
    assert "2 pictures of 50 x 64" in search.explain(PAIR)
    assert "6,400 pixels, colour RGB uint8, side by side" in search.explain(PAIR)
    assert "strided" in pg.compile("red", layout="nhwc", region=(0, 0, 50, 63)).explain(PAIR)
