"""Every backend counts the colours that NumPy's `unique` finds."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pixgrep as pg
from pixgrep.backends import BACKENDS, get_backend
from pixgrep.model import PixelFormat
from pixgrep.plan import Plan
from pixgrep.run.census import take_census

PROCESSORS = [name for name in BACKENDS if name != "cuda"]
"""The engine in which tests run kernels for GPUs takes 10 ms a tile: tiles are cut in tests/backends/cuda."""
KINDS = [(dtype, channels) for dtype in ("uint8", "uint16") for channels in (1, 2, 3, 4)]


def truth(pixels, order="rgb"):
    """Return colours, in the order red, green, blue, alpha, and counts."""
    flat = pixels.reshape(-1, pixels.shape[2])
    if order == "bgr" and flat.shape[1] >= 3:
        flat = flat[:, [2, 1, 0, *range(3, flat.shape[1])]]
    return np.unique(flat, axis=0, return_counts=True)


def assert_census(found, pixels, order="rgb"):
    colors, counts = truth(pixels, order)
    np.testing.assert_array_equal(found.colors, colors)
    np.testing.assert_array_equal(found.counts, counts)
    assert found.colors.dtype == pixels.dtype
    assert found.counts.dtype == np.int64
    assert found.total == pixels.shape[0] * pixels.shape[1]


def picture(height, width, channels, dtype: Any, seed, opaque_rows=0) -> np.ndarray[Any, Any]:
    """Draw few and many colours, some translucent pixels, and rows that are opaque."""
    rng = np.random.default_rng(seed)
    top = np.iinfo(dtype).max
    pixels = rng.integers(0, top, (height, width, channels), dtype, endpoint=True)
    pixels[rng.random((height, width)) < 0.6] = rng.integers(0, 3, channels) * (top // 2)
    if channels in (2, 4):
        pixels[rng.random((height, width)) < 0.9, -1] = top
        pixels[:opaque_rows, :, -1] = top
    return pixels


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("shape", [(1, 1), (1, 63), (65, 1), (7, 33), (31, 257)])
def test_a_backend_adds_to_a_table(name, channels, shape):
    if name == "cuda" and not find_spec("numba_cuda"):
        pytest.skip("numba-cuda is not installed")
    pixels = picture(shape[0], shape[1], channels, np.uint8, 1)
    values = pixels.astype(np.int64)
    keys = values[..., 0] if channels < 3 else values[..., 0] * 65536 + values[..., 1] * 256 + values[..., 2]
    size = 256 if channels < 3 else 1 << 24
    counts = np.zeros(size, np.uint32)
    counts[5] = 7
    get_backend(name).census(pixels, counts)
    expected = np.bincount(keys.ravel(), minlength=size)
    expected[5] += 7
    np.testing.assert_array_equal(counts, expected)


@given(
    st.sampled_from(PROCESSORS),
    st.sampled_from(KINDS),
    st.sampled_from(["rgb", "bgr"]),
    st.tuples(st.integers(0, 40), st.integers(0, 150)),
    st.integers(1, 20),
    st.integers(1, 3),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_any_tiling_format_and_number_of_threads(name, kind, order, shape, blocks, threads, is_free, seed):
    dtype, channels = kind
    pixels = picture(shape[0], shape[1], channels, np.dtype(dtype), seed, opaque_rows=shape[0] // 2)
    format = PixelFormat(dtype, channels, order if channels > 2 else "rgb")
    found = take_census(pixels, format, Plan(name, threads, blocks * 64, is_free=is_free))
    assert_census(found, pixels, order)
    assert found.format == PixelFormat(dtype, channels)


VIEWS: dict[str, Callable[[Any], Any]] = {
    "as it is": lambda pixels: pixels,
    "every third pixel": lambda pixels: pixels[::2, ::3],
    "upside down": lambda pixels: pixels[::-1],
    "mirrored": lambda pixels: pixels[:, ::-1],
    "colours swapped": lambda pixels: pixels[:, :, ::-1],
    "Fortran": np.asfortranarray,
    "turned": lambda pixels: pixels.transpose(1, 0, 2),
    "one row again and again": lambda pixels: np.broadcast_to(pixels[:1], pixels.shape),
}


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("channels", ["rgb", "bgr"])
def test_views_of_any_strides(name, view, dtype, channels):
    pixels = VIEWS[view](picture(37, 53, 3, np.dtype(dtype), 2))
    assert_census(pg.census(pixels, backend=name, channels=channels), pixels, channels)


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0)])
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_pictures_without_pixels(name, shape, kind):
    dtype, channels = kind
    census = pg.census(np.empty((*shape, channels), dtype), backend=name)
    assert (len(census), census.total, census.top(3), list(census)) == (0, 0, (), [])
    assert census.colors.shape == (0, channels)
    assert census.colors.dtype == dtype
    assert "black" not in census


def test_a_picture_on_a_device_is_counted():
    pytest.importorskip("numba_cuda")
    from tests.sources.test_device import Tensor

    for kind in KINDS:
        pixels = picture(9, 33, kind[1], np.dtype(kind[0]), 3)
        assert_census(pg.census(Tensor(pixels)), pixels)
