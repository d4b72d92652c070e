"""A GPU that is made of Python: what `pixgrep.gpu.device.Device` asks of one, with kernels run in the engine."""

import threading
import weakref
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.gpu.device import Memory
from tests.simt.engine import Engine


class EngineDevice:
    """
    A device whose kernels run in the engine, lane by lane, addresses checked.

    As on a GPU, a launch only queues a kernel: it has run after `wait`, or after a copy.

    Parameters
    ----------
    **options
        See `Engine`.

    Attributes
    ----------
    engine : Engine
        What runs the kernels.
    launches : list of str
        The names of the kernels that were launched, and what was waited for.
    queue : list
        What was launched and has not run.
    number : int
        Which of the machine's GPUs it is.
    """

    number = 0

    def __init__(self, **options: Any) -> None:
        self.engine = Engine(**options)
        self.launches: list[str] = []
        self.queue: list[tuple[Any, ...]] = []
        self._dropped: list[int] = []
        self._lock = threading.RLock()  # the engine, as a stream does, takes one thing after the other

    def describe(self) -> tuple[str, ...]:
        """Return what it is, for people, a line each."""
        return ("an engine made of Python",)

    def allocate(self, size: int) -> Memory:
        """Return fresh memory."""
        with self._lock:
            if self._dropped:  # not at once: garbage is collected at any moment
                self._run()
            while self._dropped:
                self.engine.memory.free(self._dropped.pop())
            address = self.engine.memory.allocate(max(size, 1))
        owner = _Owner()
        weakref.finalize(owner, self._dropped.append, address)
        return Memory(address, size, owner)

    def upload(self, memory: Memory, data: NDArray[Any]) -> None:
        """Copy an array to the beginning of memory."""
        assert data.nbytes <= memory.size
        with self._lock:
            self._run()
            self.engine.memory.write(memory.address, data)

    def download(self, memory: Memory, data: NDArray[Any]) -> None:
        """Fill an array from the beginning of memory."""
        assert data.nbytes <= memory.size
        with self._lock:
            self._run()
            content = self.engine.memory.read(memory.address, data.nbytes)
        data.reshape(-1).view(np.uint8)[:] = content

    def launch(self, kernel: Any, blocks: int, threads: int, *arguments: Any) -> None:
        """Queue a kernel."""
        assert all(isinstance(argument, np.integer) for argument in arguments), "kernels take NumPy integers"
        with self._lock:
            self.launches.append(kernel.py_func.__name__)
            self.queue.append((kernel, blocks, threads, *arguments))

    def wait(self, stream: int | None = None) -> None:
        """Run what is queued; note a stream of somebody else."""
        with self._lock:
            if stream is None:
                self._run()
            else:
                self.launches.append(f"wait for {stream}")

    def _run(self) -> None:
        while self.queue:
            self.engine.launch(*self.queue.pop(0))


class _Owner:
    """What memory belongs to."""
