"""Constellations are found where a loop over their stars finds them, whatever the picture, its cut and the backend."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from skimage import data

import pixgrep as pg
from pixgrep.errors import ColorError
from pixgrep.packed import BLOCK
from tests.components.shapes import words_of
from tests.conftest import HAS_NUMBA_CUDA

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
SHADES = np.array([RED, GREEN, BLUE], np.uint8)
QUERIES = {
    "red": lambda pixels: (pixels == RED).all(axis=-1),
    "~red": lambda pixels: (pixels != RED).any(axis=-1),
    "lime | blue": lambda pixels: (pixels == GREEN).all(axis=-1) | (pixels == BLUE).all(axis=-1),
    "rgb(9 9 9)": lambda pixels: np.zeros(pixels.shape[:-1], np.bool_),
    "~rgb(9 9 9)": lambda pixels: np.ones(pixels.shape[:-1], np.bool_),
}
"""Some questions, and what NumPy says of each pixel."""
WIDTHS = (1, 2, 3, 31, 32, 63, 64, 65, 100, 128)
BACKENDS = ["numpy", "cpu", "reference"]
GPU = pytest.param("cuda", marks=pytest.mark.skipif(not HAS_NUMBA_CUDA, reason="numba-cuda is not installed"))


def places(pixels: np.ndarray, stars: dict[tuple[int, int], str]) -> np.ndarray:
    """Return the mask of one picture, star by star: slices, no shift ever comes round."""
    height, width = pixels.shape[:2]
    found = np.ones((height, width), np.bool_)
    for (dx, dy), name in stars.items():
        has = np.zeros((height, width), np.bool_)
        top, bottom, left, right = max(0, -dy), min(height, height - dy), max(0, -dx), min(width, width - dx)
        if top < bottom and left < right:
            has[top:bottom, left:right] = QUERIES[name](pixels[top + dy : bottom + dy, left + dx : right + dx])
        found &= has
    return found


def drawn(height: int, width: int, seed: int, pictures: int | None = None) -> np.ndarray:
    """Return few colours in all combinations."""
    random = np.random.default_rng(seed)
    shape = (height, width) if pictures is None else (pictures, height, width)
    return SHADES[random.choice(3, shape, p=(0.6, 0.3, 0.1))]


OFFSETS = st.tuples(
    st.one_of(st.integers(-3, 3), st.integers(-130, 130)), st.one_of(st.integers(-3, 3), st.integers(-30, 30))
)
NAMES = st.sampled_from(["red", "red", "~red", "lime | blue", "~rgb(9 9 9)"])
STARS = st.dictionaries(OFFSETS, NAMES, min_size=1, max_size=4)
HEIGHTS, COLUMNS = st.integers(0, 20), st.sampled_from(WIDTHS)


@given(HEIGHTS, COLUMNS, STARS, st.integers(0, 9), st.sampled_from(BACKENDS))
@example(3, 65, {(-1, -1): "red", (1, 1): "~red"}, 1, "cpu")
@example(20, 64, {(64, 0): "~red"}, 1, "numpy")
@example(20, 3, {(-2, 19): "~red"}, 1, "numpy")
@settings(deadline=None, max_examples=300)
def test_places_are_those_of_a_loop_over_stars(height, width, stars, seed, backend):
    image = drawn(height, width, seed)
    hits = pg.find(image, pg.constellation(stars), backend=backend)
    expected = places(image, stars)
    np.testing.assert_array_equal(hits.mask, expected)
    np.testing.assert_array_equal(hits.xy, np.argwhere(expected)[:, ::-1])
    assert hits.bits.total() == hits.counts[0] == expected.sum()
    np.testing.assert_array_equal(hits.bits.host.words, [words_of(expected.ravel())])  # no bit beyond the last pixel


@given(HEIGHTS, COLUMNS, STARS, STARS, st.integers(0, 9), st.data())
@settings(deadline=None, max_examples=100)
def test_every_question_of_a_region_has_its_answer(height, width, stars, others, seed, draw):
    """Colours beside constellations, which share queries with them; nothing outside the region has a colour."""
    image = drawn(height, width, seed)
    x, y = draw.draw(st.integers(0, width)), draw.draw(st.integers(0, height))
    region = (x, y, draw.draw(st.integers(0, width - x)), draw.draw(st.integers(0, height - y)))
    part = image[y : y + region[3], x : x + region[2]]
    asked = [pg.constellation(stars), "red", pg.constellation(others), "~red"]
    expected = np.stack([places(part, one) for one in (stars, {(0, 0): "red"}, others, {(0, 0): "~red"})])
    search = pg.compile(asked, region=region)
    hits = search.find(image)
    np.testing.assert_array_equal(hits.masks, expected)
    assert hits.region == region
    assert hits.names == search.names == (str(asked[0]), "red", str(asked[2]), "~red")
    count = search.count(image)
    assert (int(count), count.counts) == (expected.any(axis=0).sum(), tuple(expected.sum(axis=(1, 2))))
    assert search.first(image) == hits.first
    if hits.first:
        assert expected[hits.names.index(hits.first.color), hits.first.y - y, hits.first.x - x]


@given(HEIGHTS, COLUMNS, STARS, st.integers(0, 9), st.integers(0, 9))
@example(3, 5, {(0, 1): "~red", (-2, 0): "~red"}, 1, 130)
@example(1, 64, {(0, 1): "~red"}, 1, 3)
@example(7, 9, {(0, -2): "~red"}, 1, 1500)
@settings(deadline=None, max_examples=100)
def test_in_a_batch_no_star_is_in_the_next_picture(height, width, stars, seed, pictures):
    images = drawn(height, width, seed, pictures)
    batch = pg.find(images, pg.constellation(stars), layout="nhwc")
    expected = np.array([places(image, stars) for image in images], np.bool_).reshape(images.shape[:3])
    np.testing.assert_array_equal(batch.mask, expected)
    assert pg.count(images, pg.constellation(stars), layout="nhwc") == expected.sum() == batch.total
    for hits, mask in zip(batch, expected, strict=True):
        np.testing.assert_array_equal(hits.mask, mask)
    planes = np.ascontiguousarray(images.transpose(0, 3, 1, 2))
    np.testing.assert_array_equal(pg.find(planes, pg.constellation(stars), layout="nchw").mask, expected)


def test_a_region_of_a_batch_ends_in_each_picture():
    images = drawn(9, 40, 3, 5)
    stars = {(0, 0): "red", (2, 3): "~red", (-1, -1): "~red"}
    batch = pg.find(images, pg.constellation(stars), layout="nhwc", region=(3, 2, 30, 6))
    expected = [places(image[2:8, 3:33], stars) for image in images]
    np.testing.assert_array_equal(batch.mask, expected)
    with pytest.raises(pg.PictureError, match="a batch of 5"):
        pg.first(images, pg.constellation(stars), layout="nhwc")


@pytest.mark.parametrize("backend", [*BACKENDS, GPU])
def test_all_backends_find_the_same_places_on_a_real_picture(backend):
    """Letters of a scanned page: dark strokes of at most three pixels, with paper on both sides."""
    page = data.page()[20:120]
    stars = {(0, 0): "hsl(any any ..40%) & ~#646464", (-3, 0): "hsl(any any 60%..)", (3, 0): "#eee"}
    dark, paper = (page / 255 <= 0.4) & (abs(page.astype(int) - 0x64) > 40), page / 255 >= 0.6
    expected = np.zeros(page.shape, np.bool_)
    expected[:, 3:-3] = dark[:, 3:-3] & paper[:, :-6] & (abs(page.astype(int) - 0xEE) <= 40)[:, 6:]
    hits = pg.find(page, pg.constellation(stars, within=40), backend=backend)
    assert len(hits) > 20
    np.testing.assert_array_equal(hits.mask, expected)


@pytest.mark.parametrize("dtype", ["uint16", "float32", "float64"])
def test_deep_pictures(dtype):
    image = drawn(20, 65, 4)
    stars = {(0, 0): "red", (1, 1): "~red", (-1, 0): "lime | blue"}
    deep = image.astype("uint16") * 257 if dtype == "uint16" else (image / 255).astype(dtype)
    expected = places(image, stars)
    assert expected.any()
    np.testing.assert_array_equal(pg.find(deep, pg.constellation(stars, within=2, metric="cie76")).mask, expected)


def test_a_pixel_without_a_value_matches_no_star_not_even_an_inverted_one():
    image = np.zeros((3, 4, 3), np.float32)
    image[1, 2, 0] = np.nan
    hits = pg.find(image, pg.constellation({(0, 0): "black", (1, 0): "~red"}))
    assert (hits.counts.tolist(), hits.mask[1].tolist()) == ([7], [True, False, False, False])


def test_alpha_of_stars():
    image = np.full((1, 3, 4), (255, 0, 0, 255), np.uint8)
    image[0, 1, 3] = 0
    assert pg.find(image, pg.constellation({(0, 0): "red", (1, 0): (255, 0, 0, 0)})).xy.tolist() == [[0, 0]]


@pytest.mark.parametrize("backend", ["cpu", GPU])
def test_what_a_gpu_matched_is_joined_on_the_processor(backend):
    if backend == "cpu":
        image: Any = drawn(9, 33, 5)
    else:
        from tests.sources.test_device import Tensor

        image = Tensor(drawn(9, 33, 5))
    stars = {(0, 0): "red", (-1, 1): "~red"}
    hits = pg.find(image, pg.constellation(stars))
    assert isinstance(hits.bits, type(hits.bits.host))
    np.testing.assert_array_equal(hits.mask, places(drawn(9, 33, 5), stars))


def test_a_constellation_of_one_star_is_its_query():
    image = data.astronaut()
    hits = pg.find(image, pg.constellation({(0, 0): "white"}, within=9))
    assert len(hits) > 0
    np.testing.assert_array_equal(hits.xy, pg.find(image, "white", within=9).xy)


def test_the_place_need_not_be_a_star_but_must_be_in_the_picture():
    image = np.zeros((4, 6, 3), np.uint8)
    image[1, 1] = image[3, 5] = 255
    assert pg.find(image, pg.constellation({(2, 1): "white"})).xy.tolist() == [[3, 2]]
    assert pg.find(image, pg.constellation({(-2, -1): "white"})).xy.tolist() == [[3, 2]]


@pytest.mark.parametrize("far", [6, -6, 64, 2**31, -(2**63), 2**64, 10**30, 10**5000], ids=lambda far: f"{far:#x}"[:9])
@pytest.mark.parametrize("turned", [False, True])
def test_stars_beyond_the_picture_never_match_however_far(far, turned):
    image = np.zeros((6, 6, 3), np.uint8)
    offset = (0, far) if turned else (far, 0)
    asked = pg.constellation({(0, 0): "black", offset: "~red"})
    hits = pg.find(image, asked)
    assert (len(hits), hits.first, hits.names) == (0, None, (str(asked),))
    assert (pg.count(image, asked), pg.first(image, asked)) == (0, None)
    assert len(hits.names[0]) < 60
    assert pg.count(image, pg.constellation({(0, 0): "black", (5, 0): "~red"})) == 6


def palette_picture(path: Any) -> Any:
    from PIL import Image

    image = Image.fromarray(drawn(20, 65, 6)).quantize(3)
    image.save(path)
    return path


def test_a_palette_rules_out_what_no_star_can_match_and_nothing_else(tmp_path):
    """Every colour of the palette matches the inverted star, and none the other: nothing may match."""
    path, image = palette_picture(tmp_path / "palette.png"), drawn(20, 65, 6)
    for stars, is_excluded in (
        ({(0, 0): "rgb(9 9 9)"}, True),
        ({(0, 0): "rgb(9 9 9)", (1, 0): "~rgb(9 9 9)"}, False),
        ({(0, 0): "~rgb(9 9 9)", (3, 1): "~red"}, False),
        ({(0, 0): "red", (-1, 0): "~red"}, False),
    ):
        search, expected = pg.compile(pg.constellation(stars)), places(image, stars)
        np.testing.assert_array_equal(search.find(path).mask, expected)
        assert search.count(path) == expected.sum()
        assert search.first(path) == search.find(path).first
        assert ("rules out" in search.explain(path)) == is_excluded
    several = pg.compile([pg.constellation({(0, 0): "rgb(9 9 9)", (1, 0): "rgb(8 9 9)"}), "rgb(7 9 9)"])
    assert several.find(path).masks.shape == (2, 20, 65)
    assert several.count(path).counts == (0, 0)
    assert several.first(path) is None


def test_files_are_scanned_for_constellations(tmp_path):
    path = palette_picture(tmp_path / "palette.png")
    stars = {(0, 0): "red", (1, 0): "~red"}
    result, failed = pg.scan([path, tmp_path / "missing.png"], [pg.constellation(stars), "lime"], threads=2)
    assert isinstance(result, pg.Matches)
    np.testing.assert_array_equal(result.masks[0], places(drawn(20, 65, 6), stars))
    assert isinstance(failed, pg.Failed)


def test_a_button_is_found_on_a_screen_by_its_face_and_what_is_beside_it():
    """Three windows have the button; in one, another window hides its corner."""
    screen = data.coffee().copy()
    for x, y in ((40, 50), (300, 77), (410, 300)):
        screen[y : y + 30, x : x + 100] = (236, 240, 241)
        screen[y + 8 : y + 22, x + 10 : x + 90] = (41, 128, 185)
    screen[300:312, 410:425] = (20, 20, 20)
    stars = {(0, 0): (41, 128, 185), (79, 13): "#2980b9", (-1, -1): "~#2980b9", (-5, -5): "#ecf0f1 within 2"}
    corners = pg.find(screen, pg.constellation(stars, within=1))
    assert corners.xy.tolist() == [[50, 58], [310, 85]]
    assert corners.bbox == pg.Box(50, 58, 261, 28)
    assert [match.color for match in corners] == [corners.names[0]] * 2
    assert pg.first(screen, pg.constellation(stars, within=1), region=(60, 0, 540, 400)) == corners.last


def test_a_screen_is_searched_with_bgr_and_any_strides():
    image = drawn(30, 65, 7)
    stars = {(0, 0): "red", (2, -1): "lime | blue"}
    expected = places(image, stars)
    assert expected.any()
    np.testing.assert_array_equal(pg.find(image[..., ::-1], pg.constellation(stars), channels="bgr").mask, expected)
    flipped = image[::-1, ::-1]
    np.testing.assert_array_equal(pg.find(flipped, pg.constellation(stars)).mask, places(flipped, stars))


def test_large_pictures_in_tiles_and_on_threads():
    """More words than are shifted at once, and shifts across their borders."""
    image = drawn(1300, 1601, 8)
    assert image.size // 3 > 64 * BLOCK
    stars = {(0, 0): "red", (700, 600): "red", (-3, 1): "~red", (0, -650): "lime | blue"}
    expected = places(image, stars)
    assert expected.sum() > 1000
    for threads in (1, 3):
        np.testing.assert_array_equal(pg.find(image, pg.constellation(stars), threads=threads).mask, expected)


def test_questions_without_constellations_are_matched_and_counted_as_ever(monkeypatch):
    """Nothing is joined, and count and first still make no bits of the whole picture."""
    from pixgrep.run import local

    def refuse(*_: object) -> None:
        raise AssertionError("bits were made")

    monkeypatch.setattr("pixgrep.search.answer_questions", refuse)
    search = pg.compile(["red", "red", "~red"])
    assert len(search.find(drawn(20, 65, 9))) > 0
    monkeypatch.setattr(local, "search", refuse)
    image = drawn(20, 65, 9)
    assert search.queries == search.questions
    assert len(search.queries) == 3
    assert search.count(image) == image.size // 3
    assert search.first(image) is not None


def test_every_distinct_colour_is_matched_once():
    search = pg.compile([pg.constellation({(0, 0): "red", (1, 0): "#f00", (2, 0): "white"}), "white", "blue"], within=2)
    assert [str(query) for query in search.queries] == ["white", "blue", "red", "white"]
    assert len(pg.compile([pg.constellation({(x, 0): "red" for x in range(9)})]).queries) == 1


def test_explain_says_how_many_stars():
    image = drawn(4, 5, 1)
    asked = [pg.constellation({(0, 0): "red", (1, 0): "~red"}), pg.constellation({(0, 0): "red"}), "white"]
    assert "stars    3, constellations: 2; joined" in pg.compile(asked).explain(image)
    assert "stars" not in pg.compile("red").explain(image)


# what a constellation is


def test_it_is_equal_hashable_and_picklable():
    one = pg.constellation({(0, 0): "red", (5, -2): pg.near("white", 3)}, within=2)
    other = pg.constellation({(5, -2): "#fff within 3", (0, 0): "#f00 within 2"})
    assert one == other
    assert len({one, other, pg.constellation({(0, 0): "red"})}) == 2
    for twin in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one)):
        assert (twin, hash(twin), str(twin)) == (one, hash(one), str(one))
    search = pg.compile([one, "blue"], within=1)
    again = pickle.loads(pickle.dumps(search))
    assert (again, hash(again)) == (search, hash(search))
    assert again.count(drawn(9, 9, 1)).counts == search.count(drawn(9, 9, 1)).counts
    with pytest.raises(AttributeError):
        one.stars = ()  # type: ignore[misc]


def test_its_name_has_the_first_stars_in_reading_order():
    asked = pg.constellation({(0, 9): "#0f0", (0, 0): "red", (12, 0): "~white", (-1, 0): (1, 2, 3)})
    assert str(asked) == "rgb(1 2 3) at (-1, 0), red at (0, 0), ~white at (12, 0), #0f0 at (0, 9)"
    assert [(star.x, star.y) for star in asked.stars] == [(-1, 0), (0, 0), (12, 0), (0, 9)]
    assert str(pg.constellation({(x, 0): "red" for x in range(2000)})).endswith("red at (3, 0), and 1,996 more")


def test_values_are_what_find_takes_for_one_colour():
    values = ["red", "#f00", (255, 0, 0), [255, 0, 0], np.array([255, 0, 0]), pg.near("red"), pg.Color(255, 0, 0)]
    asked = pg.constellation({(x, 0): value for x, value in enumerate(values)}, within=0)
    assert {star.query for star in asked.stars} == {pg.near("red")}
    assert pg.constellation({(0, 0): "tomato within 5 ciede2000"}).stars[0].query == pg.near("tomato", 5, "ciede2000")
    assert pg.constellation({(0, 0): "~red"}, within=3).stars[0].query == ~pg.near("red", 3)
    offset: Any = (np.int64(2), np.uint8(1))
    assert pg.constellation({offset: "red"}) == pg.constellation({(2, 1): "red"})


@pytest.mark.parametrize(
    ("stars", "message"),
    [
        ("red", "as a constellation"),
        (None, "as a constellation"),
        ([((0, 0), "red")], "as a constellation"),
        ({(0, 0)}, "as a constellation"),
        ({}, "no star"),
        ({(0.0, 0): "red"}, "no pair of whole numbers"),
        ({(0, 1.5): "red"}, "no pair of whole numbers"),
        ({(True, 0): "red"}, "no pair of whole numbers"),
        ({(np.True_, 0): "red"}, "no pair of whole numbers"),
        ({(0, None): "red"}, "no pair of whole numbers"),
        ({(float("nan"), 0): "red"}, "no pair of whole numbers"),
        ({(0, 0, 0): "red"}, "no pair of whole numbers"),
        ({(0,): "red"}, "no pair of whole numbers"),
        ({0: "red"}, "no pair of whole numbers"),
        ({"12": "red"}, "no pair of whole numbers"),
        ({(0, 0): "red", (3, -4): "rot"}, r"the star at \(3, -4\): cannot read 'rot'"),
        ({(0, 0): ["red", "white"]}, r"\(0, 0\): 2 colours were given, a star has one"),
        ({(0, 0): [(1, 2, 3), (4, 5, 6)]}, "2 colours were given, a star has one"),
        ({(0, 0): []}, "no colour was given"),
        ({(0, 0): {"red"}}, "a set of colours"),
        ({(0, 0): None}, "cannot read None"),
        ({(0, 0): 5, (1, 0): 6, (2, 0): 7}, "cannot read 5"),
        ({(0, 0): (1, 2)}, "it has 2 numbers"),
        ({(0, 0): pg.constellation({(0, 0): "red"})}, "cannot read Constellation"),
        ({(x, 0): "red" for x in range(4097)}, "4,097 stars, 4,096 are allowed"),
    ],
)
def test_what_is_no_constellation_is_named(stars, message):
    with pytest.raises(ColorError, match=message):
        pg.constellation(stars)


@pytest.mark.parametrize("options", [{"within": -1}, {"within": 300}, {"metric": "hsv"}, {"within": True}])
def test_a_tolerance_that_is_none_is_named(options):
    with pytest.raises(ColorError, match=r"the star at \(0, 0\)"):
        pg.constellation({(0, 0): "red"}, **options)


def test_a_tolerance_that_no_colour_would_get_is_refused():
    asked = {(0, 0): pg.near("red"), (1, 0): "white within 3", (2, 0): "hsl(any any 40%..)"}
    with pytest.raises(ColorError, match="queries have their own"):
        pg.constellation(asked, within=3)
    with pytest.raises(ColorError, match="queries have their own"):
        pg.compile(pg.constellation(asked), within=3)
    assert pg.constellation({**asked, (3, 0): "blue"}, within=3).stars[-1].query == pg.near("blue", 3)
    plain, _ = pg.compile(["red", pg.constellation(asked)], within=3).questions
    assert plain == pg.near("red", 3)


def test_more_colours_than_allowed_are_refused():
    many = [pg.constellation({(x, 0): (x, y, 0) for x in range(250)}) for y in range(17)]
    assert len(pg.compile(many[:16]).queries) == 4000
    with pytest.raises(ColorError, match="4,250 different colours, 4,096 are allowed"):
        pg.compile(many)


def test_where_colours_of_one_pixel_are_asked_for_it_is_refused():
    asked, image = pg.constellation({(0, 0): "red"}), drawn(2, 2, 1)
    with pytest.raises(ColorError, match="not a query"):
        pg.any_of(asked)  # type: ignore[arg-type]
    with pytest.raises(ColorError, match="cannot read Constellation"):
        pg.explain(image, (0, 0), asked)
