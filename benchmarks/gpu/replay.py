"""Note what a search launches, to launch just that again: kernels alone, with all memory there already."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.gpu.lab import Lab, Work
from benchmarks.gpu.through import Through
from pixgrep.gpu.device import Device, Memory, use_device

Launch = tuple[Any, int, int, tuple[Any, ...]]


class Recorder(Through):
    """
    A device that notes launches and keeps all memory.

    Attributes
    ----------
    launches : list
        Kernel, blocks, threads and arguments of each.
    """

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self._kept: list[Memory] = []
        self.launches: list[Launch] = []

    def allocate(self, size: int) -> Memory:
        """Return fresh memory, which is kept."""
        memory = self._device.allocate(size)
        self._kept.append(memory)
        return memory

    def launch(self, kernel: Any, blocks: int, threads: int, *arguments: Any) -> None:
        """Note a launch, and begin it."""
        self.launches.append((kernel, blocks, threads, arguments))
        self._device.launch(kernel, blocks, threads, *arguments)


@dataclass(frozen=True)
class Replay:
    """What one piece of work launched."""

    recorder: Recorder
    device: Device
    launches: tuple[Launch, ...]

    def __call__(self) -> None:
        """Launch it again."""
        for kernel, blocks, threads, arguments in self.launches:
            self.device.launch(kernel, blocks, threads, *arguments)

    @property
    def kernels(self) -> str:
        """The names of the kernels, in their order."""
        return ", ".join(kernel.py_func.__name__ for kernel, *_ in self.launches)


def record(lab: Lab, works: Sequence[Work]) -> list[Replay]:
    """Do every piece of work once, and return what each launched; tables and terms are shared, as in one process."""
    recorder = Recorder(lab.device)
    replays, kept = [], []
    use_device(recorder)
    try:
        for work in works:
            start = len(recorder.launches)
            kept.append(work())
            replays.append(Replay(recorder, lab.device, tuple(recorder.launches[start:])))
    finally:
        use_device(lab.device)
    return replays
