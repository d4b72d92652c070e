"""Labels against an oracle that asks every class for every pixel; policies, formats, and what many threads share."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import skimage
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import pixgrep as pg
from pixgrep.colors.metrics import METRICS
from pixgrep.palettes import SHIPPED, load_palette
from pixgrep.palettes.nearest import Nearest
from tests.label_samples import SIGNS, colors_of

RNG = np.random.default_rng(11)


def oracle(rgb: np.ndarray, palette: np.ndarray, metric: str, within: float) -> Any:
    """Return for each colour in 8-bit steps, shape (..., 3), the first nearest class within the limit, or -1."""
    measure = METRICS[metric]
    pixels = measure.space.from_rgb(*np.moveaxis(rgb.astype(float), -1, 0)[..., np.newaxis])
    entries = measure.space.from_rgb(*palette.astype(float).T)
    differences = np.asarray(measure.distance(*pixels, *entries))
    limit = within + 1e-9 * measure.largest / 255
    if within == 0:
        return np.where((rgb[..., np.newaxis, :] == palette).all(axis=-1), np.arange(len(palette)), -1).max(axis=-1)
    return np.where(differences.min(axis=-1) <= limit, differences.argmin(axis=-1), -1)


CHANNEL = st.sampled_from([0, 1, 2, 60, 127, 128, 129, 200, 254, 255])
COLOR = st.tuples(CHANNEL, CHANNEL, CHANNEL)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(COLOR, min_size=1, max_size=9, unique=True),
    st.lists(COLOR, min_size=1, max_size=30),
    st.sampled_from(sorted(METRICS)),
    st.sampled_from([0, 0.004, 0.01, 0.05, 0.3, 1]),
    st.sampled_from([7, 300, "nearest"]),
)
def test_every_pixel_has_the_first_nearest_class_within_the_limit(colors, pixels, metric, share, unknown):
    within = share * METRICS[metric].largest
    palette, picture = np.array(colors, np.uint8), np.array([pixels], np.uint8)
    labels = pg.label(picture, palette, within=within, metric=metric, unknown=unknown)
    expected = oracle(picture, palette, metric, METRICS[metric].largest * 2 if unknown == "nearest" else within)
    np.testing.assert_array_equal(labels.ids, np.where(expected < 0, unknown if unknown != "nearest" else 0, expected))
    assert labels.unknown_count == (expected < 0).sum()
    assert labels.counts.sum() + labels.unknown_count == len(pixels)
    assert labels.ids.dtype == (np.uint16 if unknown == 300 else np.uint8)


@pytest.mark.parametrize("metric", sorted(METRICS))
@pytest.mark.parametrize("count", [1, 3, 40, 700])
def test_boxes_rule_out_nothing_that_is_nearest(metric, count):
    """Enough colours for the octree to be used, clustered as in photographs."""
    palette, measure = colors_of(count), METRICS[metric]
    centers = RNG.integers(0, 256, (12, 3))
    pixels = np.clip(centers[RNG.integers(0, 12, 2500)] + RNG.normal(0, 9, (2500, 3)), 0, 255).astype(np.uint8)
    for share in (0.02, 0.1, 2):
        within = share * measure.largest
        number, difference = Nearest(palette, metric, within + 1e-9 * measure.largest / 255).find(pixels)
        np.testing.assert_array_equal(number, oracle(pixels, palette, metric, within))
        assert np.isinf(difference[number < 0]).all()
        assert (difference[number >= 0] <= within * (1 + 1e-9)).all()


def test_of_equally_near_classes_the_first_is_taken():
    for colors in ([(10, 10, 10), (20, 20, 20)], [(20, 20, 20), (10, 10, 10)]):
        labels = pg.label(np.full((200, 300, 3), 15, np.uint8), colors, within=5, metric="rgb", unknown="nearest")
        assert set(labels.ids.ravel()) == {0}


def test_the_colour_of_a_class_is_the_reference_of_the_metric():
    """CIE 1994 is not symmetric: a reference full of colour forgives more."""
    grey, red = (128, 128, 128), (200, 40, 40)
    lab = METRICS["cie94"].space.from_rgb
    grey_lab, red_lab = (lab(*map(np.float64, color)) for color in (grey, red))
    to_red = float(METRICS["cie94"].distance(*grey_lab, *red_lab))
    assert to_red < float(METRICS["cie94"].distance(*red_lab, *grey_lab)) - 1
    for color, other, expected in ((grey, red, 0), (red, grey, 255)):
        found = pg.label(np.array([[color]], np.uint8), [other], within=to_red + 0.01, metric="cie94")
        assert found.ids.item() == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"within": -1}, "within is -1"),
        ({"within": 300}, "within is 300"),
        ({"within": float("nan")}, "within is nan"),
        ({"metric": "rbg"}, "did you mean 'rgb'"),
        ({"backend": "gpu"}, "no backend 'gpu'"),
        ({"threads": 0}, "threads is 0"),
        ({"region": (1, 2)}, "the region is"),
        ({"channels": "rbg"}, "channels is 'rbg'"),
    ],
)
def test_an_option_that_cannot_be_is_named(options: Any, message):
    with pytest.raises(pg.PixgrepError, match=message):
        pg.labeler(SIGNS, **options)
    with pytest.raises(TypeError, match="no argument 'tolerance'"):
        pg.labeler(SIGNS, tolerance=3)  # type: ignore[call-arg]


PICTURE = np.array([[(255, 0, 0), (0, 255, 0)], [(16, 16, 16), (17, 16, 16)]], np.uint8)
EXPECTED = [[0, 1], [2, 255]]


@pytest.mark.parametrize(
    "picture",
    [
        PICTURE,
        PICTURE.astype(np.uint16) * 257,
        (PICTURE / 255).astype(np.float32),
        PICTURE / 255,
        np.dstack([PICTURE, np.full((2, 2), 7, np.uint8)]),
        np.dstack([PICTURE.astype(np.uint16) * 257, np.full((2, 2), 7, np.uint16)]),
        np.asfortranarray(PICTURE),
        np.repeat(np.repeat(PICTURE, 3, 0), 2, 1)[::3, ::2],
        PICTURE[::-1, ::-1].copy()[::-1, ::-1],
        Image.fromarray(PICTURE),
        Image.fromarray(PICTURE).quantize(4),
    ],
)
@pytest.mark.parametrize("within", [0, 0.5])
def test_pictures_of_any_kind(picture, within):
    assert pg.label(picture, SIGNS, within=within).ids.tolist() == EXPECTED
    assert pg.label(picture, SIGNS, within=1).ids.tolist() == [[0, 1], [2, 2]]
    assert pg.label(picture, SIGNS, within=0.3, metric="cie76").ids.tolist() == EXPECTED


@pytest.mark.parametrize("scale", [1, 257, 1 / 255])
@pytest.mark.parametrize("within", [0, 2])
def test_bgr_pictures(scale, within):
    dtype = {1: np.uint8, 257: np.uint16}.get(scale, np.float32)
    stored = (PICTURE[..., ::-1] * float(scale)).astype(dtype)
    expected = EXPECTED if within == 0 else [[0, 1], [2, 2]]
    assert pg.label(stored.copy(), SIGNS, channels="bgr", within=within).ids.tolist() == expected
    assert pg.label(PICTURE.copy()[..., ::-1], SIGNS, channels="bgr", within=within).ids.tolist() == expected


@pytest.mark.parametrize("metric", ["channel", "ciede2000"])
@pytest.mark.parametrize("scale", [1, 257])
def test_bgr_pictures_are_judged_as_rgb_ones(metric, scale):
    picture = RNG.integers(0, 256, (40, 50, 3)).astype(np.uint8 if scale == 1 else np.uint16) * scale
    options = {"within": 0.2 * METRICS[metric].largest, "metric": metric}
    turned = pg.label(picture[..., ::-1].copy(), "voc", channels="bgr", **options)
    np.testing.assert_array_equal(turned, pg.label(picture, "voc", **options))


@pytest.mark.parametrize("threads", [1, 3])
def test_the_first_unknown_colour_is_found_in_a_later_tile(threads):
    picture = np.full((900, 700, 3), 16, np.uint8)
    picture[500, 30:] = picture[800, :4] = (1, 2, 3)
    for stored in (picture, picture.astype(np.uint16) * 257):
        with pytest.raises(pg.PictureError, match=r"674 pixels .* first at \(30, 500\): #010203"):
            pg.label(stored, SIGNS, unknown="error", threads=threads)


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize(("dtype", "scale"), [(np.uint8, 1), (np.uint16, 257), (np.float64, 1 / 255)])
def test_grey_pictures(alpha, dtype, scale):
    grey = (np.array([[16, 128], [127, 0]]) * scale).astype(dtype)
    picture = np.dstack([grey, grey]) if alpha else grey
    assert pg.label(picture, SIGNS).ids.tolist() == [[2, 3], [255, 255]]
    assert pg.label(picture, SIGNS, within=1).ids.tolist() == [[2, 3], [3, 255]]
    assert pg.label(picture, SIGNS, unknown="nearest").ids.tolist() == [[2, 3], [3, 2]]


@pytest.mark.parametrize("shape", [(0, 0, 3), (0, 5, 3), (5, 0, 4), (0, 7)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_empty_pictures(shape, dtype):
    for unknown in (None, "error", "nearest"):
        labels = pg.label(np.zeros(shape, dtype), SIGNS, unknown=unknown, within=3)
        assert labels.ids.shape == shape[:2]
        assert labels.ids.dtype == np.uint8
        assert (labels.counts.sum(), labels.unknown_count) == (0, 0)


@pytest.mark.parametrize("metric", ["channel", "rgb", "ciede2000", "oklab"])
def test_deep_pictures_are_judged_in_their_own_depth(metric):
    palette, steps = colors_of(40), RNG.integers(0, 65536, (50, 70, 3)).astype(np.uint16)
    near = (palette[RNG.integers(0, 40, (50, 70))] * 257.0 + RNG.normal(0, 600, (50, 70, 3))).clip(0, 65535)
    for picture in (steps, near.astype(np.uint16)):
        within = 0.02 * METRICS[metric].largest
        expected = oracle(picture / 257, palette, metric, within)
        labels = pg.label(picture, palette, within=within, metric=metric, unknown=99)
        np.testing.assert_array_equal(labels.ids, np.where(expected < 0, 99, expected))


def test_a_16_bit_colour_next_to_a_class_is_another_one():
    picture = np.array([[(65535, 0, 0), (65534, 0, 0), (65535, 1, 0)]], np.uint16)
    assert pg.label(picture, SIGNS).ids.tolist() == [[0, 255, 255]]
    assert pg.label(picture, SIGNS, within=1 / 257).ids.tolist() == [[0, 0, 0]]
    close = np.nextafter(1.0, 0.0)
    assert pg.label(np.array([[(1.0, 0, 0), (close, 0, 0)]]), SIGNS).ids.tolist() == [[0, 255]]


@pytest.mark.parametrize("within", [0, 5])
def test_what_is_no_number_belongs_to_no_class(within):
    picture = np.zeros((2, 3, 3), np.float32)
    picture[0, 1, 2], picture[1, 0] = np.nan, np.inf
    labels = pg.label(picture, ["black", "white"], within=within)
    assert labels.ids.tolist() == [[0, 255, 0], [255, 0, 0]]
    assert pg.label(picture[1:], ["black", "white"], unknown="nearest").ids.tolist() == [[1, 0, 0]]
    with pytest.raises(pg.PictureError, match=r"1 pixels are no numbers \(NaN\), first at \(1, 0\)"):
        pg.label(picture, ["black", "white"], unknown="nearest")


def test_floats_far_beyond_1_have_a_nearest_class_though_the_formula_fails():
    """Redmean's weight of blue is negative there; warnings are errors here."""
    picture = np.array([[(7.9, 0, 400.0), (1.0, 0.0, 0.0)]], np.float32)
    for colors in (["black", "red"], ["red", "black"]):
        labels = pg.label(picture, colors, metric="weighted", unknown="nearest")
        assert labels.ids[0, 1] == colors.index("red")
        assert pg.label(picture, colors, metric="weighted", within=700).ids[0, 0] == 255


@pytest.mark.parametrize("name", ["astronaut.png", "coffee.png", "chelsea.png"])
@pytest.mark.parametrize("metric", ["channel", "ciede2000"])
def test_photographs(name, metric):
    path = f"{skimage.__path__[0]}/data/{name}"
    palette = load_palette("cityscapes")
    within = 0.05 * METRICS[metric].largest
    labels = pg.label(path, palette, within=within, metric=metric)
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))[100:140, :200]
    expected = oracle(pixels, palette.rgb, metric, within)
    ids = np.where(expected < 0, 255, np.array(palette.ids)[expected])
    np.testing.assert_array_equal(labels.ids[100:140, :200], ids)
    nearest = pg.label(path, palette, metric=metric, unknown="nearest", region=(0, 100, 200, 40))
    everything = oracle(pixels, palette.rgb, metric, 1000)
    np.testing.assert_array_equal(nearest.ids, np.array(palette.ids)[everything])
    assert nearest.region == (0, 100, 200, 40)


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_a_pixel_is_unknown_exactly_where_find_finds_none_of_the_colours(metric):
    within = 0.04 * METRICS[metric].largest
    picture = skimage.data.coffee()[100:200, 100:300]
    labels = pg.label(picture, "voc", within=within, metric=metric, unknown=77)
    colors = [pg.near(color, within, metric) for color in load_palette("voc").colors]
    np.testing.assert_array_equal(labels.ids == 77, ~pg.find(picture, pg.any_of(*colors)).mask)
    for id, query in zip(load_palette("voc").ids, colors, strict=True):
        assert not ((labels.ids == id) & ~pg.find(picture, query).mask).any()


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("depth", [1, 257])
def test_threads_and_tiles_change_nothing(threads, depth):
    picture = (RNG.integers(0, 40, (700, 900, 3)) * depth).astype(np.uint8 if depth == 1 else np.uint16)
    expected = pg.label(picture[:80], SIGNS, within=20, metric="cie76", unknown=0, threads=1)
    labels = pg.label(picture, SIGNS, within=20, metric="cie76", unknown=0, threads=threads)
    np.testing.assert_array_equal(labels.ids[:80], expected.ids)
    assert labels.counts.sum() + labels.unknown_count == picture.size // 3


def test_a_labeler_shared_by_threads_judges_right():
    """Each thread brings colours that no one has seen."""
    pictures = [RNG.integers(0, 256, (60, 90, 3)).astype(np.uint8) for _ in range(12)]
    palette = colors_of(30, seed=8)
    able = pg.labeler(palette, within=40, metric="cie76", unknown=200, threads=2)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(able.label, pictures))
    for picture, labels in zip(pictures, found, strict=True):
        expected = oracle(picture, palette, "cie76", 40)
        np.testing.assert_array_equal(labels.ids, np.where(expected < 0, 200, expected))


@pytest.mark.parametrize("copy_of", [lambda it: pickle.loads(pickle.dumps(it)), copy.deepcopy])
def test_a_labeler_is_picklable_and_hashable(copy_of):
    able = pg.labeler("voc", within=3)
    before = able.label(PICTURE).ids
    twin = copy_of(able)
    assert twin == able
    assert len({twin, able, pg.labeler("voc")}) == 2
    np.testing.assert_array_equal(twin.label(PICTURE).ids, before)
    assert len(pickle.dumps(able)) < 100_000


def test_two_questions_to_one_palette_are_two_answers():
    picture = np.array([[(255, 0, 3), (200, 0, 0)]], np.uint8)
    for _ in range(2):
        assert pg.label(picture, SIGNS).ids.tolist() == [[255, 255]]
        assert pg.label(picture, SIGNS, within=3).ids.tolist() == [[0, 255]]
        assert pg.label(picture, SIGNS, within=3, unknown=9).ids.tolist() == [[0, 9]]
        assert pg.label(picture, SIGNS, unknown="nearest").ids.tolist() == [[0, 0]]


def test_several_frames_are_mentioned(tmp_path):
    path = tmp_path / "two.tif"
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    with pytest.warns(pg.PixgrepWarning, match="the first of 2 frames"):
        assert (pg.label(path, SIGNS).ids == 0).all()


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_palettes_there_and_back(name, tmp_path):
    palette = load_palette(name)
    ids = RNG.choice(np.array(palette.ids, np.uint16), (60, 80))
    pg.Labels(ids, palette, None).to_image().save(tmp_path / "a.png")
    Image.fromarray(pg.colorize(ids, name)).save(tmp_path / "b.png")
    for path in (tmp_path / "a.png", tmp_path / "b.png"):
        labels = pg.label(path, name, unknown="error")
        np.testing.assert_array_equal(labels.ids, ids)
        np.testing.assert_array_equal(labels.colorize(), pg.colorize(ids, palette))
