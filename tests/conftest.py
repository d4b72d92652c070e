"""Every test that searches with ``backend="cuda"`` runs its kernels in the engine of `tests.simt`: no GPU is needed."""

import os
import signal
from importlib.util import find_spec

import pytest

from pixgrep.gpu.device import use_device

HAS_NUMBA_CUDA = find_spec("numba_cuda") is not None


@pytest.fixture(autouse=True, scope="session")
def _every_gpu_is_the_engine():
    if HAS_NUMBA_CUDA:
        from tests.simt.gpu import EngineDevice

        use_device(EngineDevice(races=False))
    yield
    use_device(None)


def pytest_configure(config):
    """Keep kernels, queries and measured rates apart from those of whoever runs the tests; let signals be heard."""
    if hasattr(config, "cache"):  # not with -p no:cacheprovider
        os.environ["PIXGREP_CACHE"] = str(config.cache.mkdir("pixgrep"))
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as shells start what is to run in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """Skip what is asked of the backend for GPUs where numba-cuda does not exist."""
    for item in items:
        parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
        if not HAS_NUMBA_CUDA and any(value == "cuda" for value in parameters if isinstance(value, str)):
            item.add_marker(pytest.mark.skip(reason="numba-cuda is not installed"))
