"""What cannot be seen from outside: the table is lent, cleaned, and never overflows."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.backends import get_backend
from pixgrep.model import PixelFormat
from pixgrep.plan import Machine, Plan
from pixgrep.run import census as counting
from pixgrep.run.census import take_census
from tests.parity.test_census import assert_census, picture

RGB = PixelFormat("uint8", 3)
PLAN = Plan("numpy", 1, 1 << 12)


@pytest.fixture
def no_spare(monkeypatch):
    monkeypatch.setattr(counting._Tables, "spare", [])
    return counting._Tables.spare


def test_the_table_comes_back_clean_and_is_used_again(no_spare):
    for seed in range(3):
        pixels = picture(50, 60, 3, np.uint8, seed)
        assert_census(take_census(pixels, RGB, PLAN), pixels)
        assert len(no_spare) == 1
        assert not no_spare[0].any()


def test_a_table_full_of_colours_comes_back_clean(no_spare, monkeypatch):
    monkeypatch.setattr(counting, "FEW", 10)
    pixels = picture(50, 60, 3, np.uint8, 1)
    assert_census(take_census(pixels, RGB, PLAN), pixels)
    assert not no_spare[0].any()


def test_a_table_that_was_left_in_the_middle_is_dropped(no_spare, monkeypatch):
    take_census(picture(5, 6, 3, np.uint8, 0), RGB, PLAN)

    def fail(_pixels, counts):
        counts[3] = 1
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(get_backend("numpy"), "census", fail)
        with pytest.raises(KeyboardInterrupt):
            take_census(picture(5, 6, 3, np.uint8, 0), RGB, PLAN)
    assert not no_spare
    pixels = picture(5, 6, 3, np.uint8, 0)
    assert_census(take_census(pixels, RGB, PLAN), pixels)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_counters_are_taken_out_before_they_can_overflow(monkeypatch, channels, order):
    monkeypatch.setattr(counting, "MOST_COUNTED", 200)
    seen = []
    backend = get_backend("numpy")
    add = backend.census

    def watched(pixels, counts):
        add(pixels, counts)
        seen.append(int(counts.sum()))

    monkeypatch.setattr(backend, "census", watched)
    pixels = picture(30, 40, channels, np.uint8, 6, opaque_rows=15)
    format = PixelFormat("uint8", channels, order if channels > 2 else "rgb")
    assert_census(take_census(pixels, format, Plan("numpy", 1, 64)), pixels, order)
    assert max(seen) <= 200
    assert len(seen) > 4


def test_more_pixels_than_a_counter_holds(monkeypatch):
    """4.3 thousand million pixels, which take no memory, counted by a backend that knows that they are equal."""
    pixels = np.broadcast_to(np.uint8(7), (1 << 17, 1 << 16, 1))

    def count_equal(tile, counts):
        assert tile.strides[:2] == (0, 0)
        counts[7] += np.uint32(tile.shape[0] * tile.shape[1])

    monkeypatch.setattr(get_backend("numpy"), "census", count_equal)
    monkeypatch.setattr(np, "ascontiguousarray", lambda array: array)
    census = take_census(pixels, PixelFormat("uint8", 1), Plan("numpy", 1, 1 << 28))
    assert (census.total, len(census), census["#070707"]) == (1 << 33, 1, 1 << 33)


def test_more_than_two_to_the_31_elements():
    pixels = np.broadcast_to(np.uint8(7), (1 << 15, (1 << 16) + 1))
    assert list(pg.census(pixels, backend="cpu")) == [("#070707", pixels.size, 1.0)]


@pytest.mark.parametrize("pixels", [counting.LEAST_FOR_TABLE - 1, counting.LEAST_FOR_TABLE])
def test_small_pictures_need_no_table(monkeypatch, no_spare, pixels):
    image = np.zeros((1, pixels, 3), np.uint8)
    assert list(pg.census(image)) == [("#000000", pixels, 1.0)]
    assert bool(no_spare) == (pixels >= counting.LEAST_FOR_TABLE)


def test_many_threads_share_few_tables(monkeypatch):
    monkeypatch.setattr(counting, "LEAST_FOR_TABLE", 0)
    backend, lock = get_backend("numpy"), threading.Lock()
    add, at_work, most = backend.census, set(), [0]

    def watched(pixels, counts):
        with lock:
            assert id(counts) not in at_work
            at_work.add(id(counts))
            most[0] = max(most[0], len(at_work))
        time.sleep(0.01)
        add(pixels, counts)
        with lock:
            at_work.remove(id(counts))

    monkeypatch.setattr(backend, "census", watched)
    pictures = [picture(20, 30, 3, np.uint8, seed) for seed in range(24)]
    take = partial(pg.census, backend="numpy")
    with ThreadPoolExecutor(12) as pool:
        for pixels, census in zip(pictures, pool.map(take, pictures), strict=True):
            assert_census(census, pixels)
    assert 1 < most[0] <= counting._Tables.most_at_a_time


def test_a_numba_that_cannot_be_loaded_stops_nobody(monkeypatch):
    real = get_backend

    def get(name):
        if name == "cpu":
            raise ImportError("no llvmlite")
        return real(name)

    monkeypatch.setattr("pixgrep.run.local.get_backend", get)
    monkeypatch.setattr(counting, "LEAST_FOR_TABLE", 0)
    monkeypatch.setattr("pixgrep.counting.this_machine", lambda _: Machine(2, True))
    pixels = picture(200, 300, 3, np.uint8, 0)
    with pytest.warns(pg.PixgrepWarning, match="NumPy, as Numba cannot be loaded"):
        assert_census(pg.census(pixels), pixels)
    with pytest.raises(pg.PixgrepError, match="cannot be loaded"):
        pg.census(pixels, backend="cpu")
