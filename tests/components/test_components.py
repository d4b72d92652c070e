"""Both ways to components, against SciPy and OpenCV, and on masks made to be hard."""

import sys

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

import pixgrep as pg
from pixgrep import components
from pixgrep.compiled.columns import AREA, BOTTOM, FIRST_X, LEFT, RIGHT, SUM_X, SUM_Y, TOP
from pixgrep.components import Rule, plain, scanning
from pixgrep.components.joining import join, pairs_of_rows
from pixgrep.components.rule import to_rule
from pixgrep.components.runs import LabeledRuns, runs_of
from pixgrep.components.table import combine
from pixgrep.errors import PictureError, PixgrepError
from tests.components.shapes import HARD, Mask, checkerboard, random_mask, words_of

WAYS = {"plain": plain, "compiled": scanning}
RULES = (Rule(8), Rule(4), Rule(8, 1), Rule(8, 2), Rule(8, 7))
SIZES = st.tuples(st.integers(1, 20), st.sampled_from((1, 2, 5, 31, 63, 64, 65, 130)))


def scipy_labels(mask: Mask, rule: Rule) -> NDArray[np.int64]:
    """Return labels by SciPy; with a gap, of the mask in which every pixel is a square of gap + 1 pixels."""
    step = rule.gap + 1
    grown = np.zeros((mask.shape[0] + step, mask.shape[1] + step), np.bool_)
    for down in range(step):
        for right in range(step):
            grown[down : down + mask.shape[0], right : right + mask.shape[1]] |= mask
    labels, _ = ndimage.label(grown, np.ones((3, 3)) if rule.connectivity == 8 else None)
    return np.asarray(labels[: mask.shape[0], : mask.shape[1]] * mask, np.int64)


def expected_table(mask: Mask, rule: Rule) -> NDArray[np.int64]:
    """Return the table by NumPy, a component at a time."""
    labels, lines = scipy_labels(mask, rule), []
    for label in np.unique(labels[labels > 0]):
        y, x = np.nonzero(labels == label)
        lines.append((len(x), x.sum(), y.sum(), x.min(), y.min(), x.max() + 1, y.max() + 1, x[0]))
    table = np.array(lines, np.int64).reshape(-1, 8)
    return np.asarray(table[np.lexsort((table[:, FIRST_X], table[:, TOP]))])


def painted(runs: LabeledRuns, shape: tuple[int, int], count: int) -> NDArray[np.int64]:
    picture = np.zeros(shape, np.int64)
    runs.paint(picture, np.arange(1, count + 1))
    return picture


def check(mask: Mask, rule: Rule, way: str) -> None:
    words, shape, expected = words_of(mask), mask.shape, expected_table(mask, rule)
    before = words.copy()
    np.testing.assert_array_equal(WAYS[way].tabulate(words, shape, rule), expected)
    runs = WAYS[way].label_runs(words, shape, rule)
    labels = painted(runs, shape, len(expected))
    np.testing.assert_array_equal(labels > 0, mask)
    pairs = np.unique(np.stack((labels[mask], scipy_labels(mask, rule)[mask])), axis=1)
    assert pairs.shape[1] == len(expected), "one label of ours for one of SciPy's"
    for label, line in enumerate(expected.tolist(), 1):
        assert labels[line[TOP], line[FIRST_X]] == label, "numbered by the first pixel"
    np.testing.assert_array_equal(words, before)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("name", HARD)
def test_hard_masks_have_the_components_of_scipy(name, rule, way):
    check(HARD[name], rule, way)


@given(size=SIZES, density=st.sampled_from((0.1, 0.3, 0.5, 0.6, 0.9)), seed=st.integers(0, 1 << 30), data=st.data())
@settings(max_examples=150, deadline=None)
def test_any_mask_has_the_components_of_scipy(size, density, seed, data):
    mask = random_mask(size[0], size[1], density, seed)
    check(mask, data.draw(st.sampled_from(RULES)), data.draw(st.sampled_from(sorted(WAYS))))


@pytest.mark.parametrize("connectivity", [4, 8])
@pytest.mark.parametrize("name", HARD)
def test_hard_masks_have_the_statistics_of_opencv(name, connectivity):
    mask = HARD[name]
    _, labels, statistics, centroids = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=connectivity)
    table = components.tabulate(words_of(mask), mask.shape, Rule(connectivity))
    firsts = [np.flatnonzero(labels.ravel() == label)[0] for label in range(1, len(statistics))]
    order = 1 + np.argsort(firsts)  # OpenCV's own order is no promise
    left, top, width, height, area = statistics[order].T
    np.testing.assert_array_equal(table[:, (LEFT, TOP, AREA)], np.stack((left, top, area), axis=1))
    np.testing.assert_array_equal(table[:, (RIGHT, BOTTOM)], np.stack((left + width, top + height), axis=1))
    np.testing.assert_allclose(table[:, (SUM_X, SUM_Y)] / table[:, AREA, np.newaxis], centroids[order])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0)])
def test_a_picture_without_pixels_has_no_components(shape, way):
    words = np.empty(0, np.uint64)
    assert WAYS[way].tabulate(words, shape, Rule()).shape == (0, 8)
    assert len(WAYS[way].label_runs(words, shape, Rule()).starts) == 0


@pytest.mark.parametrize("rule", [Rule(8), Rule(4), Rule(8, 3)], ids=str)
def test_bands_of_rows_do_not_show(rule, monkeypatch):
    mask = random_mask(200, 333, 0.55)
    words = words_of(mask)
    whole = scanning.tabulate(words, mask.shape, rule), scanning.label_runs(words, mask.shape, rule)
    monkeypatch.setattr(scanning, "BAND_PIXELS", 700)
    np.testing.assert_array_equal(scanning.tabulate(words, mask.shape, rule), whole[0])
    np.testing.assert_array_equal(scanning.label_runs(words, mask.shape, rule).numbers, whole[1].numbers)


def test_one_dense_band_does_not_make_room_for_a_picture_of_them(monkeypatch):
    monkeypatch.setattr(scanning, "BAND_PIXELS", 1 << 10)
    mask = np.zeros((10_000, 128), np.bool_)
    mask[:8] = checkerboard(8, 128)
    scan = scanning.Scan(words_of(mask), mask.shape, Rule(4))
    assert scan.components == 8 * 64
    assert len(scan.table) < 10 * scan.components
    assert scanning.tabulate(words_of(mask), mask.shape, Rule(4)).base is None, "what is kept is no larger"


@pytest.mark.parametrize("shape", [((1 << 31) // 50_000 + 1, 50_000), (2, (1 << 30) + 7), (1, (1 << 31) + 100)])
def test_more_than_two_to_the_31_pixels(shape):
    height, width = shape
    words = np.zeros(-(-height * width // 64), np.uint64)  # memory that is never touched
    last = height * width - 1
    words[last // 64] |= np.uint64(1) << np.uint64(last % 64)
    words[0] = 0b110
    table = scanning.tabulate(words, shape, Rule())
    expected = [[2, 3, 0, 1, 0, 3, 1, 1]], [[1, width - 1, height - 1, width - 1, height - 1, width, height, width - 1]]
    np.testing.assert_array_equal(table, np.concatenate(expected))
    runs = scanning.label_runs(words, shape, Rule())
    assert runs.starts.dtype == np.int64
    assert (runs.starts[-1], runs.stops[-1], runs.numbers[-1]) == (width - 1, width, 1)


def test_all_of_a_picture_of_more_than_two_to_the_31_pixels():
    height, width = 50_000, 50_048
    words = np.full(height * width // 64, ~np.uint64(0))
    (line,) = scanning.tabulate(words, (height, width), Rule()).tolist()
    assert line[AREA] == height * width
    assert line[SUM_X] == height * (width * (width - 1) // 2)
    assert line[SUM_Y] == width * (height * (height - 1) // 2)


def test_few_runs_are_joined_without_numba_and_many_with_it(monkeypatch):
    calls = []
    monkeypatch.setattr(components, "is_compiled_loaded", lambda: False)
    monkeypatch.setattr(components.Joined, "runs", 0)
    monkeypatch.setattr(plain, "tabulate", lambda *_: calls.append("plain"))
    monkeypatch.setattr(scanning, "tabulate", lambda *_: calls.append("compiled"))
    words = np.full(1000, 0x5555_5555_5555_5555, np.uint64)
    monkeypatch.setattr(components, "MANY_RUNS", 3 * 32_000)
    for _ in range(3):
        components.tabulate(words, (64, 1000), Rule())
    assert calls == ["plain", "plain", "compiled"]


def test_a_numba_that_cannot_be_loaded_stops_nobody(monkeypatch):
    mask = HARD["noise"]
    monkeypatch.setattr(components, "is_compiled_loaded", lambda: False)
    monkeypatch.setattr(components, "MANY_RUNS", 1)
    monkeypatch.setattr(components.Joined, "is_numba_missing", False)
    monkeypatch.setitem(sys.modules, "pixgrep.components.scanning", None)
    monkeypatch.delattr(components, "scanning")
    with pytest.warns(pg.PixgrepWarning, match="joining regions by NumPy, as Numba cannot be loaded"):
        table = components.tabulate(words_of(mask), mask.shape, Rule())
    np.testing.assert_array_equal(components.tabulate(words_of(mask), mask.shape, Rule()), table, "once is enough")
    np.testing.assert_array_equal(table, expected_table(mask, Rule()))


def test_sums_that_may_not_fit_64_bits_are_refused():
    with pytest.raises(PictureError, match="too large for sums of 64 bits; search a part"):
        components.tabulate(np.empty(0, np.uint64), (1, 1 << 32), Rule())


@pytest.mark.parametrize(
    ("connectivity", "gap", "message"),
    [
        (6, 0, "connectivity is 6; give 8 .* or 4"),
        (True, 0, "connectivity is True"),
        (8, -1, "gap is -1; give a whole number"),
        (8, 1.5, "gap is 1.5"),
        (8, 1 << 70, "gap is 1180591620717411303424; give .* to 1,000,000,000"),
        (8, True, "gap is True"),
        (4, 2, "gap=2 and connectivity=4 exclude each other"),
    ],
)
def test_a_rule_that_is_none_is_refused(connectivity, gap, message):
    with pytest.raises(PixgrepError, match=message):
        to_rule(connectivity, gap)


def test_parts_are_added_up_in_any_order():
    mask = random_mask(40, 70, 0.6)
    runs = runs_of(words_of(mask), 70)
    parts = plain.table_of(runs)
    numbers = join(len(runs), *pairs_of_rows(runs, 70, 1))
    shuffled = np.random.default_rng(0).permutation(len(parts))
    np.testing.assert_array_equal(combine(parts[shuffled], numbers[shuffled]), expected_table(mask, Rule()))
