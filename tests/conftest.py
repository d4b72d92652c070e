"""Every test that searches with ``backend="cuda"`` runs its kernels in the engine of `tests.simt`: no GPU is needed."""

import pytest

from pixgrep.gpu.device import use_device
from tests.simt.gpu import EngineDevice


@pytest.fixture(autouse=True, scope="session")
def _every_gpu_is_the_engine():
    use_device(EngineDevice(races=False))
    yield
    use_device(None)
