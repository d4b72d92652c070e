"""A device made of Python and a clock that stands still: every step can be walked where there is no GPU."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.simt.gpu import EngineDevice

from benchmarks.gpu.lab import Scale, Work
from pixgrep.gpu.device import Memory, use_device

TINY = Scale(rows=23, columns=37, buffers=2, runs=3, most_pixels=3000, cases=3)


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
        self.device = EngineDevice(races=False)
        use_device(self.device)

    def time(self, works: Sequence[Work], runs: int, before: Work | None = None) -> list[float]:
        """Do everything once, and return samples that mean nothing."""
        for work in works:
            if before:
                before()
            work()
        return [1.0] * runs

    def wait(self) -> None:
        """Run what is queued."""
        self.device.wait()

    def launch(self, kernel: Any, grid: Any, block: Any, *arguments: Any) -> None:
        """Run a kernel to its end."""
        self.device.wait()
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
