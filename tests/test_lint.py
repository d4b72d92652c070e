import sys
import warnings
from typing import Any

import numpy as np
import pytest
import skimage

import pixgrep as pg
from pixgrep.colors.metrics import METRICS
from pixgrep.palettes import load_palette

SIGNS = {"stop": "#ff0000", "go": "#00ff00", "dark": "#101010"}
RNG = np.random.default_rng(5)


def slow(picture: np.ndarray, palette: np.ndarray) -> list[Any]:
    """Return colour, count and first place of every colour that is not in the palette, pixel by pixel."""
    allowed = set(map(tuple, palette.tolist()))
    found: dict[Any, Any] = {}
    for y, row in enumerate(picture.tolist()):
        for x, color in enumerate(row):
            if tuple(color) not in allowed:
                count, *place = found.get(tuple(color), (0, x, y))
                found[tuple(color)] = (count + 1, *place)
    rows = [("#" + bytes(color).hex(), *what) for color, what in found.items()]
    return sorted(rows, key=lambda row: (-row[1], row[3], row[2]))


@pytest.mark.parametrize("scale", [1, 257])
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("region", [None, (11, 7, 300, 500)])
def test_every_stray_is_found_with_count_and_first_place(scale, threads, region, monkeypatch):
    monkeypatch.setattr(sys.modules["pixgrep.lint"], "SORTED_TILE", 64 * 100)  # the name is the function's
    picture = RNG.integers(0, 4, (600, 350, 3)).astype(np.uint8) * 85
    picture[500, 200:203] = picture[505, 20] = (9, 8, 7)
    palette = np.array([(0, 0, 0), (85, 170, 255), (255, 255, 255)], np.uint8)
    stored = picture if scale == 1 else picture.astype(np.uint16) * 257
    report = pg.lint(stored, palette, threads=threads, region=region)
    x, y, width, height = region or (0, 0, 350, 600)
    expected = [(*row[:2], row[2] + x, row[3] + y) for row in slow(picture[y : y + height, x : x + width], palette)]
    assert [(stray.color, stray.count, stray.x, stray.y) for stray in report] == expected
    assert len(report) == 62
    assert report.count == sum(row[1] for row in expected)
    assert report.share == pytest.approx(report.count / (width * height))


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_the_nearest_colour_that_is_allowed_is_named_with_its_difference(metric):
    picture, palette, measure = skimage.data.coffee()[200:210, 200:260], load_palette("cityscapes"), METRICS[metric]
    report = list(pg.lint(picture, palette, metric=metric))
    assert len(report) > 300
    entries = measure.space.from_rgb(*palette.rgb.astype(float).T)
    for stray in report[:50]:
        assert stray.nearest is not None
        color = [float(int(stray.color[start : start + 2], 16)) for start in (1, 3, 5)]
        differences = np.asarray(measure.distance(*measure.space.from_rgb(*map(np.float64, color)), *entries))
        assert stray.nearest.id == palette.ids[int(differences.argmin())]
        assert stray.difference == pytest.approx(differences.min())


def test_what_is_within_the_limit_is_no_stray():
    picture = np.array([[(255, 0, 0), (254, 1, 0), (250, 0, 0), (0, 0, 0)]], np.uint8)
    assert [len(pg.lint(picture, SIGNS, within=within)) for within in (0, 1, 5, 16)] == [3, 2, 1, 0]


def test_a_clean_picture_says_so():
    report = pg.lint(np.full((9, 9, 3), 16, np.uint8), SIGNS)
    assert (len(report), report.count, report.share, list(report)) == (0, 0, 0.0, [])
    assert repr(report) == "<Lint: 9 x 9, nothing that is not in 'palette'>"


def test_ids_do_not_matter_and_may_be_any():
    picture = np.array([[(255, 0, 0), (1, 2, 3)]], np.uint8)
    (stray,) = pg.lint(picture, {0: "#ff0000", 1: "#00ff00", 255: "#102030", 65535: "#ffffff"})
    assert stray.nearest == (255, "#102030", pg.Color(16, 32, 48))


def test_deep_strays_are_told_apart_from_what_they_look_like():
    picture = np.array([[(65535, 0, 0), (65535, 0, 1), (65535, 0, 257)]], np.uint16)
    report = list(pg.lint(picture, SIGNS))
    assert [stray.color for stray in report] == ["rgb(255 0 0.003891050584)", "#ff0001"]
    assert report[0].difference == pytest.approx(1 / 257)


def test_pixels_that_are_no_numbers_are_strays_near_nothing():
    picture = np.zeros((2, 2, 3), np.float32)
    picture[0, 1, 2] = picture[1, 1, 2] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (stray,) = pg.lint(picture, ["black"])
    assert (stray.color, stray.count, stray.x, stray.y) == ("rgb(0 0 nan)", 2, 1, 0)
    assert (stray.nearest, stray.difference) == (None, float("inf"))


@pytest.mark.parametrize("shape", [(0, 0, 3), (4, 0), (0, 4, 4)])
def test_empty_pictures_are_clean(shape):
    assert len(pg.lint(np.zeros(shape, np.uint8), SIGNS)) == 0


@pytest.mark.parametrize("channels", [1, 2])
def test_grey_strays(channels):
    picture = np.repeat(np.array([[[16], [17], [17]]], np.uint8), channels, axis=2)
    (stray,) = pg.lint(picture, SIGNS)
    assert (stray.color, stray.count, stray.x, stray.y) == ("#111111", 2, 1, 0)


def test_noise_of_many_colours_does_not_hang():
    picture = RNG.integers(0, 256, (500, 500, 3)).astype(np.uint8)
    report = pg.lint(picture, "cityscapes")
    assert len(report) > 240_000
    assert next(iter(report)).count >= 2
