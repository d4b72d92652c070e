"""Labels of every backend against `reference`."""

from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.backends import BACKENDS

OTHERS = [name for name in BACKENDS if name != "reference" and (name != "cuda" or find_spec("numba_cuda"))]
RNG = np.random.default_rng(2)
PALETTE = RNG.integers(0, 6, (90, 3)).astype(np.uint8) * 51


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("order", ["rgb", "bgr"])
@pytest.mark.parametrize("shape", [(0, 5), (1, 1), (7, 33)])
def test_labels(name, channels, order, shape):
    picture = RNG.integers(0, 6, (*shape, channels)).astype(np.uint8) * 51 + RNG.integers(0, 2, (*shape, 1), np.uint8)
    every: tuple[Any, ...] = ({}, {"within": 1}, {"within": 20, "metric": "rgb"}, {"unknown": "nearest"})
    for options in every:
        able = pg.labeler(PALETTE, channels=order, **options)
        for given in (picture, picture[::-1, ::2], np.asfortranarray(picture)):
            expected, found = (replace(able, backend=which).label(given) for which in ("reference", name))
            np.testing.assert_array_equal(found.ids, expected.ids)
            assert found.ids.dtype == expected.ids.dtype == np.uint8


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("classes", [300, 65535])
def test_labels_of_16_bits(name, classes):
    codes = RNG.choice(1 << 24, classes, replace=False)
    colors = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.uint8)
    picture = np.vstack([colors[:300], RNG.integers(0, 256, (300, 3)).astype(np.uint8)]).reshape(20, 30, 3)
    labels = [pg.label(picture, colors, unknown=unknown, backend=name) for unknown in (None, 0, 17)]
    expected = [pg.label(picture, colors, unknown=unknown, backend="reference") for unknown in (None, 0, 17)]
    for found, truth in zip(labels, expected, strict=True):
        np.testing.assert_array_equal(found.ids, truth.ids)
        assert found.ids.dtype == np.uint16
        assert found.unknown_count == truth.unknown_count
