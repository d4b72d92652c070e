"""Every backend against `reference`, and all of them against formulas that are written here once more."""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pixgrep as pg
from pixgrep.backends import BACKENDS, get_backend
from pixgrep.compile import compile_program
from pixgrep.expressions import to_queries
from pixgrep.model import PixelFormat

OTHERS = [name for name in BACKENDS if name != "reference" and (name != "cuda" or find_spec("numba_cuda"))]
SHAPES = [
    *((0, 5), (5, 0), (1, 1), (7, 33), (8, 32), (9, 31), (1, 63), (1, 64), (1, 65)),
    *((127, 1), (128, 1), (129, 1), (1, 191), (3, 64), (2, 96)),
]
FORMATS = [
    PixelFormat(dtype, channels, "bgr" if order == "bgr" else "rgb")
    for dtype, channels, order in product(("uint8", "uint16", "float32", "float64"), (1, 2, 3, 4), ("rgb", "bgr"))
    if channels >= 3 or order == "rgb"
]

CHANNEL = st.sampled_from([0, 1, 2, 5, 60, 127, 128, 200, 254, 255])
COLORS = st.tuples(CHANNEL, CHANNEL, CHANNEL) | st.tuples(CHANNEL, CHANNEL, CHANNEL, CHANNEL)
GREYS = CHANNEL.map(lambda value: (value, value, value))
WITHIN = st.sampled_from([0, 0, 1, 2, 2.5, 7, 30])


@dataclass(frozen=True)
class Tree:
    """A query as the test itself sees it."""

    kind: str
    parts: tuple["Tree", ...] = ()
    color: tuple[int, ...] = ()
    within: float = 0
    metric: str = "channel"

    def query(self) -> pg.Query:
        parts = [part.query() for part in self.parts]
        match self.kind:
            case "any":
                return pg.any_of(*parts)
            case "all":
                return pg.all_of(*parts)
            case "not":
                return pg.invert(parts[0])
        return pg.near(self.color, self.within, self.metric)

    def colors(self) -> list[tuple[int, ...]]:
        return [self.color] if self.color else [color for part in self.parts for color in part.colors()]

    def truth(self, rgba: np.ndarray) -> Any:
        """Evaluate on integers 0 to 255 of shape (n, 4)."""
        parts = [part.truth(rgba) for part in self.parts]
        match self.kind:
            case "any":
                return np.logical_or.reduce(parts)
            case "all":
                return np.logical_and.reduce(parts)
            case "not":
                return ~parts[0]
        difference = np.abs(rgba[:, : len(self.color)] - np.array(self.color))
        if self.metric == "channel":
            inside = (difference[:, :3] <= self.within).all(axis=1)
        else:  # squares of whole numbers: no root, no rounding
            inside = (difference[:, :3] ** 2).sum(axis=1) * 4 <= round(2 * self.within) ** 2
        if len(self.color) == 4:
            inside &= difference[:, 3] <= min(self.within, 255)
        return inside


LEAVES = st.builds(
    Tree, st.just("near"), st.just(()), COLORS | GREYS, WITHIN, st.sampled_from(["channel", "channel", "rgb"])
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(Tree, st.sampled_from(["any", "all"]), st.lists(inner, min_size=1, max_size=4).map(tuple))
        | st.builds(Tree, st.just("not"), inner.map(lambda part: (part,)))
    ),
    max_leaves=7,
)


def pixels_around(trees: list[Tree], format: PixelFormat, shape: tuple[int, int], seed: int) -> Any:
    """Draw pixels whose channels lie at, just inside, just outside and far from those of the colours."""
    rng = np.random.default_rng(seed)
    colors = np.array([(*color, 255)[:4] for tree in trees for color in tree.colors()], float)
    size = (*shape, format.channels)
    chosen = colors[rng.integers(0, len(colors), shape)]
    order = [2, 1, 0] if format.order == "bgr" else [0, 1, 2]
    stored = chosen[..., order] if format.has_color else chosen[..., :1]
    stored = np.concatenate([stored, chosen[..., 3:]] if format.has_alpha else [stored], axis=-1)
    steps = rng.choice([0, 0, 0, 1, -1, 2, -2, 3, 7, -7, 8, 30, 31, -31], size)
    if format.dtype == "uint8":
        return np.clip(stored + steps, 0, 255).astype(np.uint8)
    if format.dtype == "uint16":
        noise = rng.choice([0, 0, 0, 1, -1, 128, -128], size)
        return np.clip((stored + steps) * 257 + noise, 0, 65535).astype(np.uint16)
    pixels = ((stored + steps) / 255).astype(format.dtype)
    nudged = rng.random(size) < 0.2
    pixels[nudged] = np.nextafter(pixels[nudged], pixels.dtype.type(rng.choice([-9, 9])))
    strange = rng.random(size) < 0.03
    pixels[strange] = rng.choice([np.nan, np.inf, -np.inf, -0.0, 5e-324, 1.5], strange.sum()).astype(format.dtype)
    return pixels


def assert_same_bits(pixels: np.ndarray, program: Any) -> None:
    expected = get_backend("reference").match(pixels, program).host
    for name in OTHERS:
        found = get_backend(name).match(pixels, program).host
        assert found.shape == expected.shape
        np.testing.assert_array_equal(found.words, expected.words, err_msg=name)
        np.testing.assert_array_equal(found.union, expected.union, err_msg=name)


@given(
    st.lists(TREES, min_size=1, max_size=3),
    st.sampled_from(FORMATS),
    st.sampled_from(SHAPES),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=500, deadline=None, derandomize=True)
def test_every_backend_gives_the_bits_of_reference(trees, format, shape, seed):
    program = compile_program(tuple(tree.query() for tree in trees), format)
    assert_same_bits(pixels_around(trees, format, shape, seed), program)


@pytest.mark.parametrize("format", FORMATS, ids=str)
@pytest.mark.parametrize("within", [0, 3])
@pytest.mark.parametrize("metric", ["channel", "rgb"])
def test_every_format_and_shape_with_hits_and_misses(format, within, metric):
    trees = [
        Tree("near", (), (60, 60, 60), within, metric),
        Tree("not", (Tree("near", (), (60, 60, 60, 128), within, metric),)),
    ]
    program = compile_program(tuple(tree.query() for tree in trees), format)
    hits = 0
    for number, shape in enumerate(SHAPES):
        pixels = pixels_around(trees[:1], format, shape, number)
        assert_same_bits(pixels, program)
        hits += int(get_backend("reference").match(pixels, program).counts()[0])
    assert hits, "the test must see hits"


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("order", ["rgb", "bgr"])
@given(trees=st.lists(TREES, min_size=1, max_size=2), seed=st.integers(0, 2**32 - 1), channels=st.integers(1, 4))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_boolean_trees_are_what_recursion_says(name, order, trees, seed, channels):
    format = PixelFormat("uint8", channels, order if channels > 2 else "rgb")
    pixels = pixels_around(trees, format, (7, 33), seed)
    flat = pixels.reshape(-1, channels).astype(np.int64)
    color = flat[:, :3] if channels >= 3 else np.repeat(flat[:, :1], 3, axis=1)
    if format.order == "bgr":
        color = color[:, ::-1]
    alpha = flat[:, -1:] if format.has_alpha else np.full((len(flat), 1), 255)
    rgba = np.hstack([color, alpha])
    bits = get_backend(name).match(pixels, compile_program(tuple(tree.query() for tree in trees), format)).host
    truths = [tree.truth(rgba) for tree in trees]
    for words, truth in zip((*bits.words, bits.union), (*truths, np.logical_or.reduce(truths)), strict=True):
        octets = np.packbits(truth, bitorder="little")
        np.testing.assert_array_equal(words, np.pad(octets, (0, -len(octets) % 8)).view("<u8"))


@cache
def all_colors() -> Any:
    """A picture of 4096 x 4096 pixels that has every 8-bit colour once."""
    index = np.arange(1 << 24, dtype=np.uint32).reshape(4096, 4096)
    return np.stack([index >> 16, index >> 8, index], axis=2).astype(np.uint8)


def squared_distances(target: tuple[int, int, int]) -> Any:
    red, green, blue = ((np.arange(256, dtype=np.int32) - value) ** 2 for value in target)
    return (red[:, None, None] + green[None, :, None] + blue[None, None, :]).reshape(4096, 4096)


@pytest.mark.parametrize("target", [(0, 0, 0), (255, 136, 0), (127, 128, 255)])
def test_rgb_distance_is_exact_for_all_colours(target):
    """Limits such as 5 and 13 have colours exactly on the border (3, 4, 0)."""
    square = squared_distances(target)
    limits = (1, 5, 13, 100.5, 441)
    bits = pg.find(all_colors(), [pg.near(target, within, "rgb") for within in limits], backend="cpu").bits.host
    for words, within in zip(bits.words, limits, strict=True):
        expected = square * 4 <= round(2 * within) ** 2
        np.testing.assert_array_equal(words.view(np.uint8), np.packbits(expected, bitorder="little"))


@pytest.mark.parametrize("target", [(0, 0, 0), (255, 136, 2)])
def test_channel_difference_is_exact_for_all_colours(target):
    limits = (0, 1, 17.5, 254, 255)
    bits = pg.find(all_colors(), [pg.near(target, within) for within in limits], backend="cpu").bits.host
    for words, within in zip(bits.words, limits, strict=True):
        red, green, blue = (np.abs(np.arange(256) - value) <= within for value in target)
        expected = (red[:, None, None] & green[None, :, None] & blue[None, None, :]).ravel()
        np.testing.assert_array_equal(words.view(np.uint8), np.packbits(expected, bitorder="little"))


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("within", [0, 1, 2.5, 200])
def test_16_bit_channels_are_compared_in_their_own_range(name, within):
    """|p - c| <= within in 8-bit steps is |p - 257 c| <= 257 within, in whole numbers."""
    pixels = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    hits = pg.find(pixels, (100, 100, 100), within=within, backend=name)
    expected = np.abs(pixels.astype(np.int64) - 25700) * 2 <= round(2 * within) * 257
    np.testing.assert_array_equal(hits.mask, expected)


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("within", [0, 1, 40])
@pytest.mark.parametrize("metric", ["channel", "rgb"])
@pytest.mark.parametrize("dtype", ["uint16", "float32", "float64"])
def test_a_deeper_copy_of_a_picture_gives_the_answer_of_the_picture(name, within, metric, dtype):
    """The 8-bit picture times 257, or divided by 255, is the same picture."""
    rng = np.random.default_rng(3)
    steps = rng.integers(-41, 42, (64, 64, 3)) * (rng.random((64, 64, 3)) < 0.6)
    picture = np.clip(np.array([250, 100, 3]) + steps, 0, 255).astype(np.uint8)
    deep = picture.astype(np.uint16) * 257 if dtype == "uint16" else (picture / 255).astype(dtype)
    options: Any = {"within": within, "metric": metric, "backend": name}
    expected, found = (pg.find(image, (250, 100, 3), **options).mask for image in (picture, deep))
    assert expected.any()
    if metric == "channel" or within == 0:
        np.testing.assert_array_equal(found, expected)
    else:  # of floats, those exactly on the surface of the ball may round either way
        square = ((picture.astype(int) - (250, 100, 3)) ** 2).sum(axis=2)
        clear = square != within**2 if dtype != "uint16" else np.ones_like(expected)
        np.testing.assert_array_equal(found[clear], expected[clear])


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_pixel_with_a_nan_never_matches_and_an_infinite_one_only_an_inversion(name, dtype, channels):
    pixels = np.ones((2, 40, channels), dtype)
    pixels[0, 3, channels - 1] = np.nan
    pixels[1, 5, 0] = np.inf
    white, others = pg.near("white", 3, "rgb"), ~pg.near("white", 3, "rgb")
    hits = pg.find(pixels, [white, others, white | others], backend=name)
    assert hits.counts.tolist() == [78, 1, 79]
    assert list(zip(*np.nonzero(~hits.mask), strict=True)) == [(0, 3)]


@pytest.mark.parametrize("name", BACKENDS)
def test_bits_of_reused_memory_are_overwritten(name):
    from pixgrep.bits import Bits

    program = compile_program(to_queries(["red", "black"]), PixelFormat("uint8", 3))
    pixels = np.zeros((7, 33, 3), np.uint8)
    into = Bits.empty(2, (7, 33))
    into.words[:] = into.union[:] = 2**64 - 1
    bits = get_backend(name).match(pixels, program, into).host
    assert bits.words.ctypes.data == into.words.ctypes.data
    assert bits.counts().tolist() == [0, 231]
    np.testing.assert_array_equal(bits.union, bits.words[1])


def test_every_file_among_the_backends_is_registered():
    from pathlib import Path

    import pixgrep.backends as room

    folder = Path(room.__file__).parent
    found = {path.stem for path in folder.iterdir() if not path.name.startswith("_")}
    assert found == set(BACKENDS)
