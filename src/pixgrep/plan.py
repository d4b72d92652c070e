"""
How a search will be done: a query, a picture and a machine make a plan. Opens and runs nothing.

NumPy starts at once; the compiled backend is 6 to 18 times as fast, but takes half a second to load. So a process
begins with NumPy and changes over when what it searched so far would have paid for loading (the ski rental rule: at
worst twice the time of the better choice made in hindsight).

A GPU is for pictures that are there already, or for those who ask for it: the processor searches a picture at the speed
at which it could be read for a copy.
"""

import os
from dataclasses import dataclass
from typing import Literal

from pixgrep.bits import is_compiled_loaded
from pixgrep.model import WORD_BITS, PixelFormat, Program

WORK_THAT_PAYS_FOR_LOADING = 200_000_000
"""Pixels times terms that take NumPy about as long (0.5 s) as loading Numba and the kernels from their cache."""
SMALL_WORK = 1 << 14
"""Pixels times terms below which a call of NumPy costs no more than one of the kernel."""
MOST_THREADS = 8
MOST_JUDGED = 1 << 14
"""Pixels of small pictures judged one by one, for one question: that takes a tenth of compiling it for all colours."""
Judged = Literal["all", "palette", "pixels"]
DEVICE_TILE = 1 << 25
"""Pixels of a tile that is copied to the GPU: about 100 MB; half of it, and so on, where memory is short."""
LARGE_TILE = 1 << 22
"""Pixels of a tile that is only a view, about, at most."""
LEAST_TILE = 1 << 21
"""Pixels below which handing a tile to another thread costs more than it saves; a fourth of it with tables."""
SMALL_TILE_BYTES = 1 << 20
"""Bytes of a tile that is copied or that needs temporary arrays: it stays in the second-level cache."""
BYTES_OF_TEMPORARIES = 12
"""Bytes of temporary arrays for each pixel of a tile, about."""
COUNTING_BYTES = 1 << 21
"""Bytes of the bits of all tiles at work when only counting."""
COST_OF_CENSUS = 2
"""How many terms counting its colour costs NumPy for each pixel."""
LABELS_OF_A_TERM = 4
"""How many labels NumPy looks up in the time of a term: 1 ns each, and compiled code still takes half of that."""
SORTED_TILE = 1 << 18
"""Pixels of a tile whose colours are sorted, rather than counted in a table."""


@dataclass(frozen=True)
class Machine:
    """
    What a plan must know of the process it will run in.

    Attributes
    ----------
    cores : int
        Processors this process may use.
    is_compiled_loaded : bool
        Whether the compiled backend is in memory already.
    work_done : int
        Pixels times terms that NumPy searched in this process so far.
    """

    cores: int
    is_compiled_loaded: bool
    work_done: int = 0


def this_machine(work_done: int = 0) -> Machine:
    """Return the facts of this process."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Machine(cores, is_compiled_loaded(), work_done)


@dataclass(frozen=True)
class Plan:
    """
    How a search will be done.

    Attributes
    ----------
    backend : str
        Name of the backend.
    threads : int
        How many search at the same time.
    tile_pixels : int
        About how many pixels a tile has; a multiple of 64.
    why : tuple of str
        The reasons, for people.
    is_free : bool
        Whether another backend would do as well: the user asked for none.
    """

    backend: str
    threads: int
    tile_pixels: int
    why: tuple[str, ...] = ()
    is_free: bool = False

    def explain(self) -> str:
        """Return the plan and its reasons, a line each."""
        facts = (
            f"backend  {self.backend}",
            f"threads  {self.threads}",
            f"tiles    of {self.tile_pixels:,} pixels",
        )
        return "\n".join((*facts, *(f"why      {reason}" for reason in self.why)))


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


REASONS_TO_JUDGE: dict[Judged, tuple[str, ...]] = {
    "all": (),
    "palette": ("formulas: for the colours of its palette only, as long as few of them match",),
    "pixels": ("formulas: for the colours that this small picture has only, as long as few of them match",),
}


def make_plan(
    program: Program,
    pixels: int,
    machine: Machine,
    *,
    backend: str = "auto",
    threads: int | None = None,
    is_contiguous: bool = True,
    keeps_bits: bool = True,
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
    keeps_bits : bool
        Whether the bits of all tiles are kept, or dropped as soon as they are counted.
    is_on_device : bool
        Whether the pixels are in the memory of a GPU.
    judged : {"all", "palette", "pixels"}
        See `judged_colors`.
    """
    terms = program.terms
    work = pixels * len(terms)
    has_formulas = any(term.formula for term in terms)
    chosen, why = _choose_backend(backend, work, machine, is_on_device)
    if chosen == "cuda" and has_formulas:
        chosen, why = "cpu", "formulas, of pictures deeper than 8 bits, are for the processor"
    has_temporaries = chosen not in ("cpu", "cuda") or has_formulas
    wanted = threads or min(machine.cores, MOST_THREADS)
    if chosen == "cuda":
        wanted, tile = 1, DEVICE_TILE
    elif has_temporaries or not is_contiguous:
        pixel_bytes = program.format.pixel_bytes * (not is_contiguous) + BYTES_OF_TEMPORARIES * has_temporaries
        tile = SMALL_TILE_BYTES // pixel_bytes
    else:
        least = LEAST_TILE // 4 if any(term.table for term in terms) else LEAST_TILE
        tile = min(LARGE_TILE, max(pixels // (2 * wanted), least))
        if not keeps_bits:
            tile = min(tile, COUNTING_BYTES * 8 // (wanted * (len(program.colors) + 1)))
    tile = max(tile // WORD_BITS, WORD_BITS) * WORD_BITS
    used = max(1, min(wanted, pixels // tile))
    tables = sum(term.table is not None for term in terms)
    shape = f"colours: {len(program.colors)}, terms: {len(terms)}, tables: {tables}"
    layout = "side by side" if is_contiguous else "strided" if is_on_device else "strided, copied tile by tile"
    reasons = (f"{pixels:,} pixels, {program.format}, {layout}", shape, *REASONS_TO_JUDGE[judged], why)
    return Plan(chosen, used, tile, reasons, backend == "auto")


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

    Parameters
    ----------
    format : PixelFormat
        Of the pixels.
    pixels : int
        How many they are.
    machine, backend, threads, is_contiguous, is_on_device
        See `make_plan`.
    """
    is_sorted = format.dtype != "uint8" or format.has_alpha
    chosen, why = _choose_backend(backend, pixels * COST_OF_CENSUS, machine, is_on_device)
    if chosen == "cuda" and is_sorted:
        chosen, why = "cpu", "pictures with alpha or deeper than 8 bits are for the processor"
    wanted = (threads or min(machine.cores, MOST_THREADS)) if is_sorted else 1
    if chosen == "cuda":
        tile = DEVICE_TILE
    elif is_sorted:
        tile = SORTED_TILE
    elif is_contiguous and chosen == "cpu":
        tile = LARGE_TILE
    else:
        pixel_bytes = format.pixel_bytes * (not is_contiguous) + BYTES_OF_TEMPORARIES * (chosen != "cpu")
        tile = SMALL_TILE_BYTES // pixel_bytes // WORD_BITS * WORD_BITS
    used = max(1, min(wanted, pixels // tile))
    return Plan(chosen, used, tile, (f"{pixels:,} pixels, {format}", why), backend == "auto")


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

    Parameters
    ----------
    format : PixelFormat
        Of the pixels.
    pixels : int
        How many they are.
    machine, backend, threads, is_contiguous, is_on_device
        See `make_plan`.
    """
    chosen, why = _choose_backend(backend, pixels // LABELS_OF_A_TERM, machine, is_on_device)
    if format.dtype != "uint8":
        chosen, why = "numpy", "pictures deeper than 8 bits have no table"
    wanted = threads or min(machine.cores, MOST_THREADS)
    if chosen == "cuda":
        wanted, tile = 1, DEVICE_TILE
    elif format.dtype != "uint8":
        tile = SORTED_TILE
    elif is_contiguous and chosen == "cpu":
        tile = min(LARGE_TILE, max(pixels // (2 * wanted), LEAST_TILE // 4))
    else:
        tile = SMALL_TILE_BYTES // BYTES_OF_TEMPORARIES
    tile = max(tile // WORD_BITS, WORD_BITS) * WORD_BITS
    used = max(1, min(wanted, pixels // tile))
    return Plan(chosen, used, tile, (f"{pixels:,} pixels, {format}", why), backend == "auto")


def _choose_backend(backend: str, work: int, machine: Machine, is_on_device: bool) -> tuple[str, str]:
    if backend != "auto":
        return backend, f"backend={backend!r} was asked for"
    if is_on_device:
        return "cuda", "the picture is on the GPU, and the answer stays there"
    if machine.is_compiled_loaded:
        if work < SMALL_WORK:
            return "numpy", "the picture is tiny"
        return "cpu", "the compiled backend is loaded"
    if machine.work_done + work < WORK_THAT_PAYS_FOR_LOADING:
        return "numpy", "so far NumPy took less time than loading the compiled backend (0.5 s) would"
    return "cpu", "enough was searched to pay for loading the compiled backend (0.5 s)"
