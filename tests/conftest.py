"""Every test that searches with ``backend="cuda"`` runs its kernels in the engine of `tests.simt`: no GPU is needed."""

import threading
import weakref
from typing import Any

import numpy as np
import pytest

from pixgrep.gpu.device import Memory, use_device
from tests.simt import Engine


class EngineDevice:
    """
    A device that is made of Python: kernels run in the engine, addresses are checked.

    Attributes
    ----------
    engine : Engine
        What runs the kernels.
    launches : list of str
        The names of the kernels that were launched.
    """

    def __init__(self, **options: Any) -> None:
        self.engine = Engine(**options)
        self.launches: list[str] = []
        self._dropped: list[int] = []
        self._lock = threading.RLock()  # the engine, as a stream does, takes one thing after the other

    def describe(self) -> tuple[str, ...]:
        return ("an engine made of Python",)

    def allocate(self, size: int) -> Memory:
        with self._lock:
            while self._dropped:  # not at once: garbage is collected at any moment
                self.engine.memory.free(self._dropped.pop())
            address = self.engine.memory.allocate(size)
        owner = _Owner()
        weakref.finalize(owner, self._dropped.append, address)
        return Memory(address, size, owner)

    def upload(self, memory: Memory, data: np.ndarray) -> None:
        assert data.nbytes <= memory.size
        with self._lock:
            self.engine.memory.write(memory.address, data)

    def download(self, memory: Memory, data: np.ndarray) -> None:
        assert data.nbytes <= memory.size
        with self._lock:
            content = self.engine.memory.read(memory.address, data.nbytes)
        data.reshape(-1).view(np.uint8)[:] = content

    def launch(self, kernel: Any, blocks: int, threads: int, *arguments: Any) -> None:
        assert all(isinstance(argument, np.integer) for argument in arguments), "kernels take NumPy integers"
        with self._lock:
            self.launches.append(kernel.py_func.__name__)
            self.engine.launch(kernel, blocks, threads, *arguments)

    def wait(self, stream: int | None = None) -> None:
        if stream is not None:
            self.launches.append(f"wait for {stream}")


class _Owner:
    """What memory belongs to."""


@pytest.fixture(autouse=True, scope="session")
def _every_gpu_is_the_engine():
    use_device(EngineDevice(races=False))
    yield
    use_device(None)
