"""The device as the benchmark uses it: what pixgrep asks of a device, and clocks, copies and pinned memory besides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.gpu import kernels
from pixgrep.gpu.device import Device, Memory, use_device
from pixgrep.gpu.driver import NumbaDevice
from pixgrep.gpu.toolchain import load_numba_cuda

Work = Callable[[], Any]

BATCH = 8
"""Runs that are queued at once."""
WARM_UPS = 8
FIRST_ROUNDS, MOST_ROUNDS = 1 << 17, 1 << 24
"""How long the device is kept busy meanwhile: about 3 ms first."""


@dataclass(frozen=True)
class Scale:
    """
    How large things are: as they shall be measured, or so small that a device of Python can do them.

    Attributes
    ----------
    rows, columns : int
        Of the picture that is timed.
    buffers : int
        In how many places it lies, used in turn: more than the caches hold.
    runs : int
        How many of them are timed at least.
    most_pixels : int
        Of a picture that answers are compared for.
    cases : int
        How many random cases of a kind.
    """

    rows: int
    columns: int
    buffers: int
    runs: int
    most_pixels: int
    cases: int

    @property
    def pixels(self) -> int:
        """Pixels of the picture that is timed."""
        return self.rows * self.columns


FULL = Scale(rows=6623, columns=4525, buffers=8, runs=56, most_pixels=30_000_000, cases=150)


class Lab(Protocol):
    """What every step works with."""

    is_dry: bool
    scale: Scale
    device: Device

    def time(self, works: Sequence[Work], runs: int, before: Work | None = None) -> list[float]:
        """Return how many milliseconds the device took for each run; `works`, in turn, only launch and copy there."""

    def wait(self) -> None:
        """Wait for the device."""

    def launch(self, kernel: Any, grid: Any, block: Any, *arguments: Any) -> None:
        """Begin to run a kernel, of any grid and arguments."""

    def fill(self, memory: Memory, value: int) -> None:
        """Set all bytes of memory to a value."""

    def copy(self, target: Memory, source: Memory) -> None:
        """Begin to copy memory of the device."""

    def pinned(self, size: int) -> NDArray[np.uint8]:
        """Return memory of the host that the device can read by itself."""

    def array(self, content: NDArray[Any]) -> Any:
        """Return a copy on the device, as kernels of Numba take arrays."""

    def copy_array(self, target: Any, source: Any) -> None:
        """Begin to copy such an array to another."""

    def fetch(self, array: Any, count: int) -> NDArray[Any]:
        """Return the first elements of such an array of one axis."""

    def free(self) -> int:
        """Return how many bytes of the device are free."""


class RealLab:
    """The GPU of this machine."""

    is_dry = False
    scale = FULL

    def __init__(self) -> None:
        self._cuda: Any = load_numba_cuda()
        self.gpu = NumbaDevice()
        self.device: Device = self.gpu
        use_device(self.device)
        self._rounds = FIRST_ROUNDS
        self._unused = self.device.allocate(4)
        self.too_short = 0
        """How many batches were timed with gaps, because the host was too slow."""

    def time(self, works: Sequence[Work], runs: int, before: Work | None = None) -> list[float]:
        """Return how many milliseconds the device took for each run, by events."""
        for number in range(WARM_UPS):
            if before:
                before()
            works[number % len(works)]()
        samples: list[float] = []
        while len(samples) < runs:
            batch = [works[(len(samples) + number) % len(works)] for number in range(BATCH)]
            samples += self._time_batch(batch, before)
        return samples

    def _time_batch(self, works: Sequence[Work], before: Work | None) -> list[float]:
        """Return the milliseconds of each; again, with more time to queue them, where the device had to wait."""
        while True:
            busy, marks = self._events(), [self._events() for _ in works]
            self.wait()
            start = perf_counter()
            busy[0].record()
            self._keep_busy()
            busy[1].record()
            for (begin, end), work in zip(marks, works, strict=True):
                if before:
                    before()
                begin.record()
                work()
                end.record()
            queued = 1000 * (perf_counter() - start)
            marks[-1][1].synchronize()
            if self._between(busy) < queued and self._rounds < MOST_ROUNDS:
                self._rounds *= 2
                continue
            self.too_short += self._between(busy) < queued
            return [self._between(mark) for mark in marks]

    def _events(self) -> tuple[Any, Any]:
        return self._cuda.event(), self._cuda.event()

    def _between(self, events: tuple[Any, Any]) -> float:
        return float(self._cuda.event_elapsed_time(*events))

    def _keep_busy(self) -> None:
        self.device.launch(kernels.keep_busy, 1, 1, np.uint32(self._rounds), np.uint64(self._unused.address))

    def wait(self) -> None:
        """Wait for the device."""
        self._cuda.synchronize()

    def launch(self, kernel: Any, grid: Any, block: Any, *arguments: Any) -> None:
        """Begin to run a kernel."""
        kernel[grid, block](*arguments)

    def _bytes_of(self, memory: Memory) -> Any:
        interface = {"shape": (memory.size,), "typestr": "|u1", "data": (memory.address, False), "version": 3}
        return self._cuda.from_cuda_array_interface(interface, owner=memory.owner, sync=False)

    def fill(self, memory: Memory, value: int) -> None:
        """Set all bytes of memory to a value."""
        self._cuda.cudadrv.driver.device_memset(self._bytes_of(memory), value, memory.size)

    def copy(self, target: Memory, source: Memory) -> None:
        """Begin to copy memory of the device."""
        self._bytes_of(target).copy_to_device(self._bytes_of(source))

    def pinned(self, size: int) -> NDArray[np.uint8]:
        """Return memory of the host that the device can read by itself."""
        memory: NDArray[np.uint8] = self._cuda.pinned_array(size, np.uint8)
        return memory

    def array(self, content: NDArray[Any]) -> Any:
        """Return a copy as kernels of Numba take arrays."""
        return self._cuda.to_device(content)

    def copy_array(self, target: Any, source: Any) -> None:
        """Begin to copy such an array to another."""
        target.copy_to_device(source)

    def fetch(self, array: Any, count: int) -> NDArray[Any]:
        """Return the first elements of an array of one axis."""
        content: NDArray[Any] = array[:count].copy_to_host() if count else np.empty(0, array.dtype)
        return content

    def free(self) -> int:
        """Return how many bytes are free."""
        return int(self._cuda.current_context().get_memory_info()[0])
