import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data
from sklearn.datasets import load_sample_images

import pixgrep as pg
from pixgrep.census import sum_censuses
from pixgrep.model import PixelFormat
from tests.parity.test_census import KINDS, assert_census, picture

REAL = {name: getattr(data, name)() for name in ("coffee", "camera", "logo", "astronaut", "binary_blobs")[:4]}
REAL |= {f"sklearn {number}": image for number, image in enumerate(load_sample_images().images)}


def colors_of(image) -> Any:
    """Return Pillow's own census: pairs of a count and a colour."""
    return image.getcolors(1 << 24)


def census_of(*colors, dtype=np.uint8):
    return pg.census(np.array([colors], dtype))


@pytest.mark.parametrize("name", REAL)
def test_real_pictures_as_pillow_counts_them(name):
    image = Image.fromarray(REAL[name])
    expected = {color if isinstance(color, tuple) else (color,): count for count, color in colors_of(image)}
    census = pg.census(image)
    assert dict(zip(map(tuple, census.colors.tolist()), census.counts.tolist(), strict=True)) == expected
    assert census.total == image.width * image.height


def test_a_palette_picture_has_the_colours_that_it_uses(tmp_path):
    image = Image.fromarray(REAL["coffee"]).quantize(40)
    image.save(tmp_path / "p.png")
    expected = {"#" + bytes(color).hex(): count for count, color in colors_of(image.convert("RGB"))}
    census = pg.census(tmp_path / "p.png")
    assert {row.color: row.count for row in census} == expected
    assert census.source == str(tmp_path / "p.png")


def test_keywords_are_those_of_find(tmp_path):
    image = picture(40, 60, 3, np.uint8, 4)
    part = image[5:25, 10:40]
    assert_census(pg.census(image, region=(10, 5, 30, 20)), part)
    assert_census(pg.census(image, channels="bgr", threads=1, region=(10, 5, 30, 20)), part, "bgr")
    Image.fromarray(image).save(tmp_path / "i.png")
    with pytest.raises(pg.PictureError, match="max_pixels=2400"):
        pg.census(tmp_path / "i.png", max_pixels=100)
    for wrong in ({"channels": "rbg"}, {"region": (1, 2)}, {"max_pixels": 0}, {"threads": 0}, {"backend": "gpu"}):
        with pytest.raises(pg.PixgrepError):
            pg.census(image, **wrong)
    with pytest.raises(pg.PictureError, match="reaches beyond"):
        pg.census(image, region=(0, 0, 61, 1))


def test_upright_turns_files(tmp_path):
    image = Image.fromarray(picture(4, 6, 3, np.uint8, 5))
    exif = Image.Exif()
    exif[274] = 6
    image.save(tmp_path / "i.png", exif=exif)
    turned = np.asarray(image.transpose(Image.Transpose.ROTATE_270))[:1]
    assert_census(pg.census(tmp_path / "i.png", upright=True, region=(0, 0, 4, 1)), turned)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floats_are_refused_with_what_to_do(dtype):
    with pytest.raises(pg.PictureError, match=r"uint8 and uint16: give .*astype\('uint8'\)"):
        pg.census(np.zeros((2, 2, 3), dtype))


def test_frames_that_are_left_out_are_told(tmp_path):
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "blue")]
    frames[0].save(tmp_path / "two.tif", save_all=True, append_images=frames[1:])
    with pytest.warns(pg.PixgrepWarning, match="the first of 2 frames"):
        census = pg.census(tmp_path / "two.tif")
    assert [row.color for row in census] == ["#ff0000"]


def test_rows_are_by_colour_and_the_top_by_count():
    census = census_of((9, 0, 0), (0, 0, 9), (0, 9, 0), (0, 9, 0), (0, 0, 9), (255, 255, 255))
    assert [row.color for row in census] == ["#000009", "#000900", "#090000", "#ffffff"]
    assert census.counts.tolist() == [2, 2, 1, 1]
    assert [tuple(row) for row in census.top(3)] == [
        ("#000009", 2, 2 / 6),
        ("#000900", 2, 2 / 6),
        ("#090000", 1, 1 / 6),
    ]
    assert list(census.ordered("color", 3)) == list(census)[:3]
    assert len(census.top(99)) == 4
    assert census.top(0) == ()
    assert census.shares.sum() == pytest.approx(1)


@given(st.lists(st.integers(0, 5), max_size=40), st.integers(0, 8))
@settings(deadline=None, derandomize=True)
def test_top_is_that_of_a_stable_sort(greys, number):
    census = pg.census(np.array([greys], np.uint8))
    expected = sorted({grey: greys.count(grey) for grey in greys}.items(), key=lambda item: (-item[1], item[0]))
    assert [(int(row.color[1:3], 16), row.count) for row in census.top(number)] == expected[:number]


def test_similar_colours_lie_near_each_other():
    census = census_of((0, 0, 0), (0, 255, 0), (1, 1, 1), (255, 0, 0), (254, 0, 1), (2, 253, 3))
    assert [row.color for row in census.ordered("similar")] == [
        *("#000000", "#010101", "#00ff00", "#02fd03", "#fe0001", "#ff0000")
    ]


@given(st.sampled_from(KINDS), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_the_order_of_an_octree(kind, seed):
    """By its definition: compare the first bit of all channels, then the second, and so on."""
    dtype, channels = kind
    census = pg.census(picture(5, 9, channels, np.dtype(dtype), seed))
    bits = np.dtype(dtype).itemsize * 8
    key = lambda color: [color[c] >> bit & 1 for bit in reversed(range(bits)) for c in range(channels)]  # noqa: E731
    expected = sorted(census.colors.tolist(), key=key)
    digits = bits // 4
    order = [row.color for row in census.ordered("similar")]
    shown = [
        [*([color[0]] * 3 if channels < 3 else color[:3]), *color[3 if channels > 2 else 1 :]] for color in expected
    ]
    assert order == ["#" + "".join(f"{value:0{digits}x}" for value in color) for color in shown]


@pytest.mark.parametrize("wrong", [{"order": "hue"}, {"limit": -1}, {"limit": 2.5}, {"limit": True}])
def test_wrong_orders_and_limits(wrong):
    with pytest.raises(pg.PixgrepError, match="give"):
        census_of((1, 2, 3)).ordered(**wrong)


@given(st.sampled_from(KINDS), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_lookup_is_what_find_counts(kind, seed):
    dtype, channels = kind
    pixels = picture(6, 11, channels, np.dtype(dtype), seed)
    census = pg.census(pixels)
    step = 1 if dtype == "uint8" else 257
    colors = [tuple(float(value) / step for value in color) for color in census.colors.tolist()[:6]]
    if channels < 3:
        colors = [(color[0],) * 3 + color[1:] for color in colors]
    for color in [*colors, *(color[:3] for color in colors), (*colors[0][:3], 255), "white", "#00000080", (0.4, 1, 2)]:
        assert census[color] == pg.count(pixels, [color]), color
        assert (color in census) == (census[color] > 0)


def test_the_text_of_a_colour_finds_it():
    for dtype, channels in KINDS:
        census = pg.census(picture(6, 11, channels, np.dtype(dtype), 8))
        assert {row.color: census[row.color] for row in census} == {row.color: row.count for row in census}
    assert "#ffff00000000" in census_of((255, 0, 0))
    assert "#ffff00000001" not in census_of((255, 0, 0))
    with pytest.raises(pg.ColorError, match="did you mean 'tomato'"):
        "tomatoe" in census_of((1, 2, 3))  # noqa: B015


def widened(pixels, channels, dtype):
    """Return pixels as those of another kind, as the documentation has it."""
    has_alpha = pixels.shape[2] in (2, 4)
    color = pixels[..., :-1] if has_alpha else pixels
    alpha = pixels[..., -1:] if has_alpha else np.full_like(pixels[..., :1], np.iinfo(pixels.dtype).max)
    if channels > 2:
        color = np.broadcast_to(color, (*color.shape[:2], 3))
    made = np.concatenate([color, alpha], axis=2) if channels in (2, 4) else color
    return made if made.dtype == dtype else made.astype(dtype) * 257


@given(st.sampled_from(KINDS), st.sampled_from(KINDS), st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_sum_and_a_difference_of_any_two_kinds(kind, other, seed):
    one = picture(5, 7, kind[1], np.dtype(kind[0]), seed)
    two = picture(4, 7, other[1], np.dtype(other[0]), seed + 1)
    dtype = np.dtype(max(kind[0], other[0], key=lambda name: np.dtype(name).itemsize))
    channels = (3 if max(kind[1], other[1]) > 2 else 1) + any(number in (2, 4) for number in (kind[1], other[1]))
    both = [widened(pixels, channels, dtype) for pixels in (one, two)]
    total = pg.census(one) + pg.census(two)
    assert_census(total, np.concatenate(both))
    assert total == pg.census(two) + pg.census(one)
    before, after = (pg.census(pixels) for pixels in both)
    difference = pg.census(one).diff(pg.census(two))
    changes = {change.color: (change.before, change.after) for change in difference}
    everything = {row.color for row in (*before, *after)}
    expected = {color: (before[color], after[color]) for color in everything if before[color] != after[color]}
    assert changes == expected
    assert difference.same == len(everything) - len(expected)
    assert difference.added == sum(not count for count, _ in expected.values())
    assert difference.removed == sum(not count for _, count in expected.values())


def test_changes_are_by_size_then_by_colour():
    before = census_of(*[(1, 1, 1)] * 5, (2, 2, 2), (3, 3, 3))
    after = census_of((1, 1, 1), (3, 3, 3), (4, 4, 4), (0, 0, 0))
    difference = before.diff(after)
    assert [tuple(change) for change in difference] == [
        *(("#010101", 5, 1), ("#000000", 0, 1), ("#020202", 1, 0), ("#040404", 0, 1))
    ]
    assert [change.color for change in difference.ordered("color", 2)] == ["#000000", "#010101"]
    assert repr(difference) == "<Difference: 2 colours added, 1 removed, 1 more or less frequent, 1 the same>"
    assert not before.diff(before)
    assert len(before.diff(before)) == 0


def test_a_sum_of_many_is_that_of_one_by_one():
    parts = [pg.census(picture(1 + seed % 5, 3, 3, np.uint8, seed)) for seed in range(40)]
    total = parts[0]
    for part in parts[1:]:
        total += part
    assert sum_censuses(iter(parts)) == total
    assert sum_censuses([]) is None


def test_thousands_of_parts_cost_no_square_of_their_number(monkeypatch):
    parts = [pg.census(np.array([[number]], np.uint16)) for number in range(512)]
    sizes, add = [], pg.Census.__add__

    def watched(one, other):
        sizes.append(len(one) + len(other))
        return add(one, other)

    monkeypatch.setattr(pg.Census, "__add__", watched)
    total = sum_censuses(parts)
    assert total is not None
    assert total.total == 512
    assert sum(sizes) <= 512 * 10


def test_equality_is_of_format_colours_and_counts():
    one = census_of((1, 2, 3), (1, 2, 3))
    assert one == census_of((1, 2, 3), (1, 2, 3))
    assert one != census_of((1, 2, 3))
    assert one != census_of((1, 2, 4), (1, 2, 4))
    assert one != census_of((1, 2, 3), (1, 2, 3), dtype=np.uint16)
    assert one != "census"
    assert pickle.loads(pickle.dumps(one)) == one
    with pytest.raises(TypeError):
        hash(one)
    with pytest.raises(TypeError):
        one + 1


def test_without_alpha_adds_what_differs_in_alpha_only():
    census = census_of((1, 2, 3, 4), (1, 2, 3, 5), (9, 9, 9, 9)).without_alpha()
    assert [tuple(row)[:2] for row in census] == [("#010203", 2), ("#090909", 1)]
    opaque = census_of((1, 2, 3))
    assert opaque.without_alpha() is opaque


def test_a_palette_of_the_most_frequent():
    census = census_of((1, 2, 3, 255), (1, 2, 3, 0), (9, 9, 9, 9), (5, 5, 5, 255), (5, 5, 5, 255), (5, 5, 5, 255))
    palette = census.to_palette("mine", limit=2)
    assert palette.name == "mine"
    assert palette.rgb.tolist() == [[5, 5, 5], [1, 2, 3]]
    assert census_of((514,) * 3, dtype=np.uint16).to_palette().rgb.tolist() == [[2, 2, 2]]
    with pytest.raises(pg.ColorError, match="between 8-bit steps"):
        census_of((515,) * 3, dtype=np.uint16).to_palette()
    with pytest.raises(pg.ColorError, match="no colours"):
        pg.census(np.empty((0, 0, 3), np.uint8)).to_palette()
    index = np.arange(65_536, dtype=np.uint32).reshape(256, 256)
    many = pg.census(np.stack([index * 0, index >> 8, index & 255], axis=2).astype(np.uint8))
    with pytest.raises(pg.ColorError, match="65,536 colours, and a palette has at most 65,535"):
        many.to_palette()
    assert len(many.to_palette(limit=65_535)) == 65_535


def test_arrow():
    pyarrow = pytest.importorskip("pyarrow")
    census = census_of((1, 2, 3), (1, 2, 3), (0, 0, 0))
    for table in (census.to_arrow(), pyarrow.table(census)):
        assert table.to_pydict() == {"color": ["#000000", "#010203"], "count": [1, 2], "share": [1 / 3, 2 / 3]}
    difference = census.diff(census_of((1, 2, 3)))
    assert pyarrow.table(difference).to_pylist() == [
        {"color": "#000000", "before": 1, "after": 0, "change": -1},
        {"color": "#010203", "before": 2, "after": 1, "change": -1},
    ]
    assert pg.census(np.empty((0, 0), np.uint8)).to_arrow().num_rows == 0


def test_repr():
    assert repr(census_of((1, 2, 3), (1, 2, 3), (0, 0, 0))) == (
        "<Census: 2 colours in 3 pixels, colour RGB uint8; #010203: 2, #000000: 1>"
    )
    assert "2 more>" in repr(pg.census(np.arange(7, dtype=np.uint8).reshape(1, 7)))


def test_the_format_is_always_rgb():
    assert pg.census(np.zeros((2, 2, 4), np.uint8), channels="bgr").format == PixelFormat("uint8", 4)
