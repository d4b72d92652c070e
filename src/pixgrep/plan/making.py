"""Make plans: for each backend what the job would take there, and of these the best."""

from functools import lru_cache

from pixgrep.model import PixelFormat, Program
from pixgrep.plan.jobs import CensusJob, Job, Judged, LabelJob, Output, SearchJob
from pixgrep.plan.plan import Machine, Plan
from pixgrep.rates import BUILT_IN, Rates
from pixgrep.rates.choosing import Choice, cheapest, choices, is_short
from pixgrep.rates.kept import known_rates

MOST_JUDGED = 1 << 14
"""Pixels of small pictures judged one by one, for one question: that takes a tenth of compiling it for all colours."""
PLANS_KEPT = 256
"""Pictures of a size that was planned before cost 2 microseconds to plan, not 15."""


def judged_colors(
    format: PixelFormat, *, has_palette: bool, pixels: int, judged_before: int, is_on_device: bool = False
) -> Judged:
    """
    Decide for which colours the formulas of a query are evaluated.

    Parameters
    ----------
    format : PixelFormat
        Of the picture.
    has_palette : bool
        Whether its header names all its colours.
    pixels : int
        How many pixels will be searched.
    judged_before : int
        Pixels of small pictures that were judged one by one for this question.
    is_on_device : bool
        Whether the pixels are in the memory of a GPU.

    Returns
    -------
    {"all", "palette", "pixels"}
        All that a picture of this format can have, once for many pictures; those of its palette; or its own census.
    """
    if format.dtype != "uint8" or is_on_device:
        return "all"
    if has_palette:
        return "palette"
    return "pixels" if pixels + judged_before <= MOST_JUDGED else "all"


def make_plan(
    program: Program,
    pixels: int,
    machine: Machine,
    *,
    backend: str = "auto",
    threads: int | None = None,
    is_contiguous: bool = True,
    output: Output = "bits",
    is_on_device: bool = False,
    judged: Judged = "all",
) -> Plan:
    """
    Decide how to search.

    Parameters
    ----------
    program : Program
        What to look for.
    pixels : int
        How many pixels will be searched.
    machine : Machine
        The facts of this process.
    backend : str
        ``"auto"``, or the one that the user wants.
    threads : int, optional
        How many the user wants, at least 1; as many as there are processors, up to 8, where it is not said.
    is_contiguous : bool
        Whether pixels lie side by side, or tiles must be copied.
    output : {"bits", "count", "first"}
        Whether the bits of all tiles are kept, dropped as soon as they are counted, or tiles are searched one after
        the other up to the first match.
    is_on_device : bool
        Whether the pixels are in the memory of a GPU.
    judged : {"all", "palette", "pixels"}
        See `judged_colors`.
    """
    wanted = threads or machine.threads
    format, colors = program.format, len(program.colors)
    job = SearchJob(format, program.kinds, colors, pixels, wanted, is_contiguous, output, is_on_device, judged)
    return _decide(job, backend, machine)


def plan_census(
    format: PixelFormat,
    pixels: int,
    machine: Machine,
    *,
    backend: str = "auto",
    threads: int | None = None,
    is_contiguous: bool = True,
    is_on_device: bool = False,
) -> Plan:
    """
    Decide how to count the colours of a picture.

    Opaque 8-bit pixels are counted in a table of all colours, by one thread: it is of 64 MiB. All others are sorted.
    Pictures of the processor stay there.

    Parameters
    ----------
    format : PixelFormat
        Of the pixels.
    pixels : int
        How many they are.
    machine, backend, threads, is_contiguous, is_on_device
        See `make_plan`.
    """
    wanted = threads or machine.threads
    return _decide(CensusJob(format, pixels, wanted, is_contiguous, is_on_device), backend, machine)


def plan_labels(
    format: PixelFormat,
    pixels: int,
    machine: Machine,
    *,
    backend: str = "auto",
    threads: int | None = None,
    is_contiguous: bool = True,
    is_on_device: bool = False,
) -> Plan:
    """
    Decide how to label the pixels of a picture.

    Labels of 8-bit pixels are looked up in a table; those of deeper ones are found by NumPy, for each distinct colour.
    Pictures of the processor stay there.

    Parameters
    ----------
    format : PixelFormat
        Of the pixels.
    pixels : int
        How many they are.
    machine, backend, threads, is_contiguous, is_on_device
        See `make_plan`.
    """
    wanted = threads or machine.threads
    return _decide(LabelJob(format, pixels, wanted, is_contiguous, is_on_device), backend, machine)


def _decide(job: Job, backend: str, machine: Machine) -> Plan:
    """Return the best plan for a job; rates of this machine are read only where they may matter."""
    plans = _plans(job, backend, machine.loaded, machine.rates or BUILT_IN)
    if machine.rates is None and plans[0].costs and not is_short(plans[0].costs, machine.saved):
        plans = _plans(job, backend, machine.loaded, known_rates())
    return plans[0] if len(plans) == 1 else plans[cheapest(plans[0].costs, machine.saved)]


@lru_cache(maxsize=PLANS_KEPT, typed=True)  # typed: jobs of two kinds may be equal, as tuples
def _plans(job: Job, backend: str, loaded: tuple[str, ...], rates: Rates) -> tuple[Plan, ...]:
    """Return a plan for each backend that may be chosen."""
    found: tuple[Choice, ...]
    if not job.is_on_device:
        found = choices(job.work, job.tiling, rates, asked=backend, loaded=loaded, answer_bytes=job.answer_bytes)
    elif backend == "auto":
        found = (Choice("cuda", ("the picture is on the GPU, and the answer stays there",)),)
    else:
        found = (Choice(backend, (f"backend={backend!r} was asked for",)),)
    return tuple(_plan(job, choice, backend == "auto") for choice in found)


def _plan(job: Job, choice: Choice, is_free: bool) -> Plan:
    refused = job.instead_of(choice.backend)
    if refused is not None:
        backend, why = refused
        return Plan(backend, *job.tiling(backend), (*job.facts, why), is_free)
    why_all = (*job.facts, *choice.why)
    return Plan(choice.backend, *job.tiling(choice.backend), why_all, is_free, choice.costs, choice.origin)
