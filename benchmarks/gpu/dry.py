"""A device made of Python and a clock that stands still: every step can be walked where there is no GPU."""

import threading
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.simt import Engine

from benchmarks.gpu.lab import Scale, Work
from pixgrep.gpu.device import Memory, use_device

TINY = Scale(rows=23, columns=37, buffers=2, runs=3, most_pixels=3000, cases=3)


class DryDevice:
    """A device whose kernels run in the engine, lane by lane, addresses checked."""

    def __init__(self) -> None:
        self.engine = Engine(races=False)
        self._dropped: list[int] = []
        self._lock = threading.RLock()

    def describe(self) -> tuple[str, ...]:
        """Return what it is."""
        return ("an engine made of Python",)

    def allocate(self, size: int) -> Memory:
        """Return fresh memory."""
        with self._lock:
            while self._dropped:  # not at once: garbage is collected at any moment
                self.engine.memory.free(self._dropped.pop())
            address = self.engine.memory.allocate(max(size, 1))
        owner = _Owner()
        weakref.finalize(owner, self._dropped.append, address)
        return Memory(address, size, owner)

    def upload(self, memory: Memory, data: NDArray[Any]) -> None:
        """Copy an array to the beginning of memory."""
        with self._lock:
            self.engine.memory.write(memory.address, data)

    def download(self, memory: Memory, data: NDArray[Any]) -> None:
        """Fill an array from the beginning of memory."""
        with self._lock:
            content = self.engine.memory.read(memory.address, data.nbytes)
        data.reshape(-1).view(np.uint8)[:] = content

    def launch(self, kernel: Any, blocks: int, threads: int, *arguments: Any) -> None:
        """Run a kernel to its end."""
        with self._lock:
            self.engine.launch(kernel, blocks, threads, *arguments)

    def wait(self, stream: int | None = None) -> None:
        """Do nothing: a launch has ended when it returns."""


class _Owner:
    """What memory belongs to."""


class Shared(np.ndarray[Any, Any]):
    """An array as kernels of Numba take it, with the one operation of `cuda.atomic` that is needed."""

    def change(self, key: Any, operation: Any, frame: Any) -> Any:  # noqa: ARG002  # the engine calls it so
        """Change an element, and return what it was."""
        old = self[key]
        self[key] = operation(old)
        return old


class DryLab:
    """A lab without a device."""

    is_dry = True
    scale = TINY

    def __init__(self) -> None:
        self.device = DryDevice()
        use_device(self.device)

    def time(self, works: Sequence[Work], runs: int, before: Work | None = None) -> list[float]:
        """Do everything once, and return samples that mean nothing."""
        for work in works:
            if before:
                before()
            work()
        return [1.0] * runs

    def wait(self) -> None:
        """Do nothing: a launch has ended when it returns."""

    def launch(self, kernel: Any, grid: Any, block: Any, *arguments: Any) -> None:
        """Run a kernel to its end."""
        self.device.engine.launch(kernel, grid, block, *arguments)

    def fill(self, memory: Memory, value: int) -> None:
        """Set all bytes of memory to a value."""
        self.device.upload(memory, np.full(memory.size, value, np.uint8))

    def copy(self, target: Memory, source: Memory) -> None:
        """Copy memory."""
        content = np.empty(source.size, np.uint8)
        self.device.download(source, content)
        self.device.upload(target, content)

    def pinned(self, size: int) -> NDArray[np.uint8]:
        """Return memory of the host."""
        return np.empty(size, np.uint8)

    def array(self, content: NDArray[Any]) -> Any:
        """Return a copy as kernels of Numba take arrays."""
        return content.copy().view(Shared)

    def copy_array(self, target: Any, source: Any) -> None:
        """Copy an array to another."""
        target[:] = source

    def fetch(self, array: Any, count: int) -> NDArray[Any]:
        """Return the first elements of such an array of one axis."""
        return np.array(array[:count])

    def free(self) -> int:
        """Return more than anything needs."""
        return 1 << 40
