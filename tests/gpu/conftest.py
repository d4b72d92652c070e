"""A driver made of Python for the tests of this room, and the device of all other tests brought back after each."""

from typing import Any

import pytest

from pixgrep.gpu import driver
from pixgrep.gpu.device import get_device, use_device
from tests.gpu.fake_cuda import FakeCuda


@pytest.fixture
def cuda(monkeypatch):
    def make(**facts: Any) -> FakeCuda:
        fake = FakeCuda(**facts)
        monkeypatch.setattr(driver, "load_numba_cuda", lambda: fake)
        return fake

    return make


@pytest.fixture(autouse=True)
def _bring_the_device_back():
    kept = get_device()
    yield
    use_device(kept)


@pytest.fixture
def no_device():
    """Forget the device of the tests."""
    use_device(None)
