"""
Measure how fast this machine searches, in some seconds: what `pixgrep doctor --measure` keeps for the plan.

Every rate is a difference of two times divided by what makes it: many terms less one, a large picture less a small one.
Each is the least of some short runs, because whatever else a machine does only ever adds; and no difference is below 0.
"""

import math
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from pixgrep.backends import get_backend
from pixgrep.compile import compile_program
from pixgrep.errors import PixgrepError, PixgrepWarning, one_line
from pixgrep.expressions import to_queries
from pixgrep.gpu.device import get_device
from pixgrep.model import DevicePixels, PixelFormat, Pixels, Program
from pixgrep.plan import Machine, Output, make_plan
from pixgrep.rates import BUILT_IN, GpuSpeed, Rates, Speed, Work
from pixgrep.rates.kept import usable_cores
from pixgrep.run import local

RGB = PixelFormat("uint8", 3)
MANY = 9
"""Colours of the query of many: what eight of them add is the rate of one."""
LOADING_SCRIPT = """
from time import perf_counter
import numpy, pixgrep
picture = numpy.zeros((64, 64, 3), numpy.uint8)
pixgrep.count(picture, "red")
start = perf_counter()
pixgrep.count(picture, "red", backend={backend!r})
first = perf_counter()
pixgrep.count(picture, "red", backend={backend!r})
second = perf_counter()
print((first - start) - (second - first))
"""
"""What a process of its own runs: how much longer the first search takes than the second."""


@dataclass(frozen=True)
class Effort:
    """
    How much is measured.

    Attributes
    ----------
    small, large : tuple of int
        Rows and columns of two pictures: one where calls decide, one beyond the caches.
    runs : int
        How often everything is run.
    shortest : float
        Seconds of a run; what is quicker is repeated within it.
    processes : int
        How many processes are started to see what loading a backend takes; with 0, none is: the rate stays as built in.
    """

    small: tuple[int, int] = (16, 16)
    large: tuple[int, int] = (2048, 4096)
    runs: int = 5
    shortest: float = 0.001
    processes: int = 3


class Programs(NamedTuple):
    """What is searched for: a term of each kind, and many of one."""

    many: Program
    exact: Program
    box: Program
    table: Program


class Measured(NamedTuple):
    """
    What was measured.

    Attributes
    ----------
    rates : Rates
        Of this machine.
    no_gpu : str or None
        Why no GPU was measured; None where one was.
    """

    rates: Rates
    no_gpu: str | None


def measure(effort: Effort | None = None) -> Measured:
    """
    Measure this machine, and a GPU where there is one.

    What formulas of deep pictures take is not measured, but scaled with the rest.

    Parameters
    ----------
    effort : Effort, optional
        How much to measure; about ten seconds if it is not given.

    Raises
    ------
    PixgrepError
        A backend for the processor cannot be loaded.
    """
    effort = effort or Effort()
    programs, large = _programs(), _picture(effort.large)
    numpy_speed = _processor_speed("numpy", programs, large, effort, BUILT_IN.numpy)
    cpu_speed = _processor_speed("cpu", programs, large, effort, BUILT_IN.cpu)
    memory = _memory(programs.exact, large, effort, cpu_speed)
    gpu, no_gpu = None, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PixgrepWarning)  # such as that the processor stood in for the GPU
            gpu = _gpu_speed(programs, large, effort)
    except (PixgrepError, PixgrepWarning) as error:
        no_gpu = one_line(error)
    return Measured(Rates(numpy_speed, cpu_speed, memory, gpu, "measured now"), no_gpu)


def _processor_speed(backend: str, programs: Programs, large: Pixels, effort: Effort, built_in: Speed) -> Speed:
    """Return the rates of a backend for the processor."""
    speed = _search_speed(backend, programs, _picture(effort.small), large, effort)
    table, counts = np.zeros(1 << 24, np.uint8), np.zeros(1 << 24, np.uint32)
    module = get_backend(backend)
    part = large[: max(1, large.shape[0] // 4)]
    label = _seconds(lambda: module.label(part, table), effort) * RGB.pixel_bytes / part.nbytes
    census = _seconds(lambda: module.census(part, counts), effort) * RGB.pixel_bytes / part.nbytes
    return replace(
        speed,
        loading=_loading(backend, effort) if backend != "numpy" else 0.0,
        formula=built_in.formula * speed.table / built_in.table,
        label=_rest(label, speed.byte * RGB.pixel_bytes),
        census=_rest(census, speed.byte * RGB.pixel_bytes),
        shared=_shared(backend, programs, large, effort),
    )


def _search_speed(backend: str, programs: Programs, small: Any, large: Any, effort: Effort) -> Speed:
    """Return what calls and terms take of a backend, by one thread, and reading."""
    pixels: int = large.shape[0] * large.shape[1]

    def run(program: Program, picture: Any) -> float:
        return _seconds(_search(backend, picture, program, threads=1), effort)

    one_call, many_calls = run(programs.exact, small), run(programs.many, small)
    term = _rest(many_calls, one_call) / (MANY - 1)
    call = _rest(one_call, term)
    tiles = _tiles(backend, programs.exact, pixels)

    def per_pixel(program: Program, terms: int) -> float:
        return _rest(run(program, large), tiles * (call + terms * term)) / pixels

    one, many = per_pixel(programs.exact, 1), per_pixel(programs.many, MANY)
    exact = min(_rest(many, one) / (MANY - 1), one)
    byte = _rest(one, exact) / RGB.pixel_bytes
    box = _rest(per_pixel(programs.box, 1), one - exact)
    table = _rest(per_pixel(programs.table, 1), one - exact)
    return Speed(loading=0.0, call=call, term=term, byte=byte, exact=exact, box=box, table=max(table, box))


def _shared(backend: str, programs: Programs, large: Pixels, effort: Effort) -> float:
    """Return which part of computing several threads divide among them: of what many terms take more than one."""
    threads = _threads()
    if threads == 1:
        return BUILT_IN.numpy.shared if backend == "numpy" else BUILT_IN.cpu.shared

    def more(threads: int) -> float:
        many, one = (_seconds(_search(backend, large, program, threads=threads), effort) for program in programs[:2])
        return _rest(many, one)

    alone, together = more(1), more(threads)
    return min(1.0, _rest(1, together / alone) / (1 - 1 / threads)) if alone else 0.0


def _memory(program: Program, large: Pixels, effort: Effort, speed: Speed) -> float:
    """Return the seconds a byte that all threads together need."""
    threads = _threads()
    pixels: int = large.shape[0] * large.shape[1]
    seconds = _seconds(_search("cpu", large, program, threads=threads), effort)
    work = Work(pixels, RGB.pixel_bytes, program.kinds)
    tiles = _tiles("cpu", program, pixels, threads)
    other = replace(speed, byte=0.0).predict(work, threads=threads, tiles=tiles)
    return min(_rest(seconds, other) / (pixels * RGB.pixel_bytes), speed.byte)


def _gpu_speed(programs: Programs, large: Pixels, effort: Effort) -> GpuSpeed:
    """Return the rates of the GPU: of searching there, and of the way there and back."""
    device = get_device()  # says what is missing, before kernels are looked for
    from pixgrep.backends.cuda import launching

    small, there = (launching.upload(device, picture) for picture in (_picture(effort.small), large))
    speed = _search_speed("cuda", programs, small, there, effort)
    speed = replace(speed, loading=_loading("cuda", effort))

    def run(picture: Any, output: Output) -> float:
        return _seconds(_search("cuda", picture, programs.exact, threads=1, output=output), effort)

    copied, stayed, answered = run(large, "count"), run(there, "count"), run(large, "bits")
    upload = _rest(copied, stayed) / large.nbytes
    download = _rest(answered, copied) / (large.shape[0] * large.shape[1] / 8)
    return GpuSpeed(device.name, speed, upload, download)


def _search(
    backend: str, picture: Any, program: Program, *, threads: int, output: Output = "bits"
) -> Callable[[], object]:
    """Return what searches as `pixgrep.find` does, or counts as `pixgrep.count` does."""
    is_there = isinstance(picture, DevicePixels)
    machine = Machine(threads, is_compiled_loaded=True, rates=BUILT_IN)
    pixels = picture.shape[0] * picture.shape[1]
    plan = make_plan(program, pixels, machine, backend=backend, threads=threads, output=output, is_on_device=is_there)
    run = local.count if output == "count" else local.search
    return lambda: run(picture, program, plan)


def _tiles(backend: str, program: Program, pixels: int, threads: int = 1) -> int:
    machine = Machine(threads, is_compiled_loaded=True, rates=BUILT_IN)
    return math.ceil(pixels / make_plan(program, pixels, machine, backend=backend, threads=threads).tile_pixels)


def _threads() -> int:
    return Machine(usable_cores(), is_compiled_loaded=True).threads


def _loading(backend: str, effort: Effort) -> float:
    """Return what loading a backend takes a fresh process, whose kernels were compiled before."""
    command = [sys.executable, "-c", LOADING_SCRIPT.format(backend=backend)]
    times = []
    for _ in range(effort.processes + (effort.processes > 0)):  # the first may have to compile
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        try:
            times.append(float(done.stdout))
        except ValueError:
            break
    return max(median(times[1:]), 0.0) if times[1:] else BUILT_IN.cpu.loading


def _seconds(work: Callable[[], object], effort: Effort) -> float:
    """Return the least time of some runs, after one that is not measured."""
    work()
    start = perf_counter()
    work()
    repeats = max(1, round(effort.shortest / (perf_counter() - start)))
    times = []
    for _ in range(effort.runs):
        start = perf_counter()
        for _ in range(repeats):
            work()
        times.append((perf_counter() - start) / repeats)
    return min(times)


def _rest(whole: float, part: float) -> float:
    return max(whole - part, 0.0)


def _programs() -> Programs:
    shades = [(shade, shade, shade + 1) for shade in range(40, 40 + 20 * MANY, 20)]
    middle = (128, 128, 128)
    return Programs(
        exact=compile_program(to_queries(shades[4]), RGB),
        many=compile_program(to_queries(shades), RGB),
        box=compile_program(to_queries(middle, within=10), RGB),
        table=compile_program(to_queries(middle, within=35, metric="rgb"), RGB),
    )


def _picture(shape: tuple[int, int]) -> Pixels:
    """
    Return a picture of soft greyish areas with some noise, as photographs have.

    A quarter of its pixels, about, lies in the box of the query that needs a table.
    """
    random = np.random.default_rng(0)
    height, width = shape
    areas = random.integers(40, 216, (height // 64 + 1, width // 64 + 1, 1), np.uint8)
    rows, columns = np.arange(height) // 64, np.arange(width) // 64
    picture = areas[rows][:, columns] + random.integers(0, 40, (height, width, 3), np.uint8)
    return np.ascontiguousarray(picture)
