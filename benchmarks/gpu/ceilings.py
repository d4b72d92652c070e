"""What the machine can do at best: copying, reading, transfers, launches."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.gpu import kernels
from benchmarks.gpu.lab import Lab
from benchmarks.gpu.report import Report
from pixgrep.backends.cuda.blocks import THREADS
from pixgrep.gpu.device import Memory

COPY, READ, READ_GROUPS = "device-to-device copy", "reading, 16 bytes a thread", "reading, 48 bytes a thread"
PINNED_UP, PINNED_DOWN = "host to device, pinned", "device to host, pinned"
PAGEABLE_UP, PAGEABLE_DOWN = "host to device, pageable", "device to host, pageable"
LAUNCHES = 500
TRANSFERS = 12
BLOCKS_OF_SUM = 132 * 8


def run(lab: Lab, report: Report) -> None:
    """Measure them."""
    report.part("warming up", warm_up, lab)
    report.part(COPY, copy, lab, report)
    report.part("reading", _read, lab, report)
    report.part("transfers", _transfers, lab, report)
    report.part("launches", _launches, lab, report)


def warm_up(lab: Lab) -> None:
    """Keep the device at work for a while: clocks rise."""
    source, target = (lab.device.allocate(lab.scale.pixels * 3) for _ in range(2))
    lab.fill(source, 3)
    start = perf_counter()
    while perf_counter() - start < (0.01 if lab.is_dry else 0.5):
        for _ in range(20):
            lab.copy(target, source)
        lab.wait()


def copy(lab: Lab, report: Report) -> None:
    """Copy one large piece of memory to another: bytes read and bytes written, in GB/s."""
    size = lab.scale.pixels * 3 * lab.scale.buffers
    source, target = lab.device.allocate(size), lab.device.allocate(size)
    lab.fill(source, 1)
    times = lab.time([lambda: lab.copy(target, source)], 24)
    report.measured(COPY, [2 * size / time / 1e6 for time in times], "GB/s")


def _read(lab: Lab, report: Report) -> None:
    """Add up buffers of the size of the picture, in turn."""
    random = np.random.default_rng(1)
    size = lab.scale.pixels * 3 // 48 * 48
    content = random.integers(0, 256, size, np.uint8)
    expected = int(content.view(np.uint32).sum(dtype=np.uint32))
    buffers = [lab.device.allocate(size) for _ in range(lab.scale.buffers)]
    for buffer in buffers:
        lab.device.upload(buffer, content)
    dense_blocks = 2 if lab.is_dry else BLOCKS_OF_SUM
    group_blocks = -(-size // (kernels.GROUP_BYTES * THREADS))
    for name, kernel, blocks, width in (
        (READ, kernels.sum_words, dense_blocks, kernels.DENSE_BYTES),
        (READ_GROUPS, kernels.sum_groups, group_blocks, kernels.GROUP_BYTES),
    ):
        partials = lab.device.allocate(blocks * THREADS // 32 * 4)
        works = [_sum(lab, kernel, blocks, buffer, size // width, partials) for buffer in buffers]
        times = lab.time(works, lab.scale.runs)
        sums = np.empty(partials.size // 4, np.uint32)
        lab.device.download(partials, sums)
        report.expect(int(sums.sum(dtype=np.uint32)) == expected, f"{name}: the sum is wrong")
        report.measured(name, [size / time / 1e6 for time in times], "GB/s")


def _sum(lab: Lab, kernel: Any, blocks: int, buffer: Memory, count: int, partials: Memory) -> Callable[[], None]:
    arguments = (np.uint64(buffer.address), np.uint64(count), np.uint64(partials.address))
    return lambda: lab.device.launch(kernel, blocks, THREADS, *arguments)


def _transfers(lab: Lab, report: Report) -> None:
    """Copy a picture to the device and back, from memory that the device reads by itself and from any other."""
    size = lab.scale.pixels * 3
    memory = lab.device.allocate(size)
    for up, down, host in (
        (PINNED_UP, PINNED_DOWN, lab.pinned(size)),
        (PAGEABLE_UP, PAGEABLE_DOWN, np.empty(size, np.uint8)),
    ):
        host[:] = 5
        works: dict[str, Callable[[], None]] = {
            up: lambda host=host: lab.device.upload(memory, host),  # type: ignore[misc]
            down: lambda host=host: lab.device.download(memory, host),  # type: ignore[misc]
        }
        for name, work in works.items():
            times = wall(lab, work, TRANSFERS)
            report.measured(name, times)
            report.measured(f"{name}, rate", [size / time / 1e6 for time in times], "GB/s")


def wall(lab: Lab, work: Callable[[], Any], runs: int) -> list[float]:
    """Return the milliseconds that each of some calls took, until the device had finished, by the clock of the host."""
    samples = []
    for _ in range(1 if lab.is_dry else 3):
        work()
    for _ in range(1 if lab.is_dry else runs):
        lab.wait()
        start = perf_counter()
        kept = work()
        lab.wait()
        samples.append(1000 * (perf_counter() - start))
        del kept
    return samples


def _launches(lab: Lab, report: Report) -> None:
    """Launch kernels that do nothing, many before waiting."""
    integers = tuple(np.uint64(number) for number in range(11))
    count = 2 if lab.is_dry else LAUNCHES

    def launch(kernel: Any, *arguments: Any) -> Callable[[], None]:
        def work() -> None:
            for _ in range(count):
                lab.device.launch(kernel, 128, 32, *arguments)

        return work

    for name, work in (
        ("a launch without arguments", launch(kernels.do_nothing)),
        ("a launch with 11 integers", launch(kernels.take_arguments, *integers)),
    ):
        report.measured(name, [1000 * time / count for time in wall(lab, work, 9)], "us")
    report.measured("a launch and waiting for it", [1000 * time for time in wall(lab, _one(lab), 200)], "us")


def _one(lab: Lab) -> Callable[[], None]:
    return lambda: lab.device.launch(kernels.do_nothing, 128, 32)
