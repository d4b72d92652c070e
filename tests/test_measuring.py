"""How fast a machine is measured to be: on pictures so small that the engine, a GPU made of Python, can be, too."""

import subprocess
import sys
import warnings
from dataclasses import asdict, replace
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

import pixgrep as pg
from pixgrep import measuring
from pixgrep.backends import get_backend
from pixgrep.errors import DeviceError
from pixgrep.gpu.device import get_device
from pixgrep.plan import Machine
from pixgrep.rates import BUILT_IN, Work, kept
from pixgrep.run import local
from tests.rates.samples import FAST_GPU, rates

TINY = measuring.Effort(small=(2, 8), large=(16, 40), runs=1, shortest=0.0, processes=0)
numba_cuda = pytest.mark.skipif(find_spec("numba_cuda") is None, reason="numba-cuda is not installed")


@pytest.fixture
def no_gpu(monkeypatch):
    def fail():
        raise DeviceError("there is no GPU, the test says")

    monkeypatch.setattr(measuring, "get_device", fail)
    monkeypatch.setattr(local, "get_backend", lambda name: fail() if name == "cuda" else get_backend(name))


@numba_cuda
def test_everything_is_measured_also_the_gpu():
    found, no_gpu = measuring.measure(TINY)
    assert no_gpu is None
    assert found.gpu is not None
    assert found.gpu.name == get_device().name
    for speed in (found.numpy, found.cpu, found.gpu.there):
        assert all(0 <= value < 60 for value in asdict(speed).values())
        assert sum(asdict(speed).values()) > 0
    assert found.numpy.loading == 0
    assert found.cpu.loading == BUILT_IN.cpu.loading, "with no process to start, it cannot be measured"
    assert 0 <= found.memory <= found.cpu.byte


def test_without_a_gpu_the_processor_is_measured_and_it_is_said_why(no_gpu):
    found, reason = measuring.measure(TINY)
    assert found.gpu is None
    assert reason == "there is no GPU, the test says"


def test_what_differences_cannot_say_is_never_below_nothing(monkeypatch, no_gpu):
    """Times that make no sense at all, as on a machine that is busy."""
    random = np.random.default_rng(0)
    monkeypatch.setattr(measuring, "_seconds", lambda work, effort: float(random.random()))
    for _ in range(20):
        found, _ = measuring.measure(TINY)
        for speed in (found.numpy, found.cpu):
            assert all(value >= 0 for value in asdict(speed).values())
            assert speed.shared <= 1
            assert speed.exact * 9 >= 0
        assert 0 <= found.memory <= found.cpu.byte


def test_rates_are_the_times_that_were_measured_taken_apart(monkeypatch, no_gpu):
    """A backend that takes exactly what its rates say is measured to have these rates."""
    true = BUILT_IN.cpu

    def pretend(backend, picture, program, *, threads, output="bits"):
        pixels = picture.shape[0] * picture.shape[1]
        work = Work(pixels, 3, program.kinds)
        tiles = measuring._tiles(backend, program, pixels, threads)
        return partial(true.predict, work, threads=threads, tiles=tiles, memory=true.byte / 1.25)

    monkeypatch.setattr(measuring, "_search", pretend)
    monkeypatch.setattr(measuring, "_threads", lambda: 2)
    real = measuring._seconds
    monkeypatch.setattr(measuring, "_seconds", lambda work, effort: work() or real(work, effort))
    monkeypatch.setattr(measuring, "get_backend", lambda name: Instant())
    found, _ = measuring.measure(measuring.Effort(large=(2048, 4096), runs=1, processes=0))
    for rate in ("call", "term", "byte", "exact", "box", "table"):
        assert getattr(found.cpu, rate) == pytest.approx(getattr(true, rate), rel=0.01), rate
    assert found.memory == pytest.approx(true.byte / 1.25, rel=0.01)
    assert found.cpu.shared == pytest.approx(1, rel=0.01)


class Instant:
    """A backend that takes a tenth of a second for everything."""

    label = census = staticmethod(lambda *_: 0.1)


def test_a_process_says_what_loading_takes():
    code = measuring.LOADING_SCRIPT.format(backend="cpu")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert 0.01 < float(done.stdout) < 60


class TestMoved:
    """A picture that the plan moves to the GPU has the same answer; and without a GPU, too."""

    picture = np.random.default_rng(7).integers(0, 4, (37, 53, 3), np.uint8)
    colors = ((1, 2, 3), (0, 0, 0))

    @pytest.fixture(autouse=True)
    def _the_gpu_is_fast(self, monkeypatch):
        at_once = replace(FAST_GPU, there=replace(FAST_GPU.there, call=0.0))
        monkeypatch.setattr(kept._Known, "rates", rates(at_once))
        monkeypatch.setattr("pixgrep.search.this_machine", lambda _: Machine(2, True, True, rates=kept.known_rates()))

    @numba_cuda
    def test_to_the_gpu(self):
        device: Any = get_device()
        before = len(device.launches)
        found = pg.find(self.picture, self.colors)
        assert len(device.launches) > before
        np.testing.assert_array_equal(found.masks, pg.find(self.picture, self.colors, backend="reference").masks)
        assert pg.count(self.picture, self.colors) == pg.count(self.picture, self.colors, backend="reference")

    def test_to_a_gpu_that_is_not_there(self, no_gpu):
        expected = pg.find(self.picture, self.colors, backend="reference")
        with pytest.warns(pg.PixgrepWarning, match="on the processor: there is no GPU, the test says"):
            found = pg.find(self.picture, self.colors)
        np.testing.assert_array_equal(found.masks, expected.masks)
        np.testing.assert_array_equal(pg.find(self.picture, self.colors).masks, expected.masks)  # warns no more
        assert kept.known_rates().origin == "built in; the GPU cannot be used any more"

    def test_the_first_match_is_looked_for_here(self, no_gpu):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert pg.first(self.picture, self.colors) == pg.first(self.picture, self.colors, backend="reference")
