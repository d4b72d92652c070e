"""
Which backend is to do some work: the one that takes least, as far as rates can tell.

What takes half a second to load is chosen when it would have paid for that in what the process did so far, and does now
(the ski rental rule).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from pixgrep.rates import GpuSpeed, Rates, Work

Tiling = Callable[[str], tuple[int, int]]
"""For the name of a backend the number of threads, and the pixels of a tile."""
SHORT = 0.05
"""Seconds of NumPy for which reading the rates of this machine is not worth it: nothing is loaded that quickly."""
MARGIN = 1.1
"""How many times as fast as the processor a GPU must be for a picture to be moved there."""


class Cost(NamedTuple):
    """
    What a search would take.

    Attributes
    ----------
    backend : str
        By which backend.
    seconds : float
        Without loading it.
    loading : float
        Seconds until it is ready; 0 where it is.
    copying : float
        Which part of `seconds` is copying the picture to a GPU.
    """

    backend: str
    seconds: float
    loading: float = 0.0
    copying: float = 0.0

    def __str__(self) -> str:
        loading = f" (and {milliseconds(self.loading)} to load it)" if self.loading else ""
        copying = f" (copying {milliseconds(self.copying)} of them)" if self.copying else ""
        return f"{self.backend} {milliseconds(self.seconds)}{copying}{loading}"


class Choice(NamedTuple):
    """
    A backend that may be chosen.

    Attributes
    ----------
    backend : str
        Which one.
    why : tuple of str
        The reasons, for people, if it is chosen.
    costs : tuple of Cost
        What each backend would take.
    origin : str
        Where the rates are from that say so.
    """

    backend: str
    why: tuple[str, ...]
    costs: tuple[Cost, ...] = ()
    origin: str = ""


def choices(
    work: Work,
    tiling: Tiling,
    rates: Rates,
    *,
    asked: str = "auto",
    loaded: Collection[str] = (),
    answer_bytes: int | None = None,
) -> tuple[Choice, ...]:
    """
    Return the backends that may do some work with a picture of the processor, with what each would take.

    Parameters
    ----------
    work : Work
        What is to be done.
    tiling : callable
        On how many threads, and in tiles of what size, each backend would do it.
    rates : Rates
        How fast everything is.
    asked : str
        ``"auto"``, or the backend that the user wants: then it is the only choice.
    loaded : collection of str
        The backends that are ready.
    answer_bytes : int, optional
        The bytes of the answer that a GPU would send back; None where the work must stay with the processor.
    """
    costs = _costs(work, tiling, loaded, rates, answer_bytes)
    if asked != "auto":
        return (Choice(asked, (f"backend={asked!r} was asked for",), costs, rates.origin),)
    return tuple(Choice(cost.backend, _reasons(cost, costs), costs, rates.origin) for cost in costs)


def is_short(costs: Sequence[Cost], saved: Mapping[str, float]) -> bool:
    """Return whether nothing that must be loaded can be worth it yet on any machine; see `SHORT`."""
    return costs[0].seconds + max(saved.values(), default=0.0) < SHORT


def _costs(
    work: Work, tiling: Tiling, loaded: Collection[str], rates: Rates, answer_bytes: int | None
) -> tuple[Cost, ...]:
    costs = []
    for backend, speed in (("numpy", rates.numpy), ("cpu", rates.cpu)):
        threads, tile = tiling(backend)
        tiles = -(-work.pixels // tile)
        seconds = speed.predict(work, threads=threads, tiles=tiles, memory=rates.memory)
        costs.append(Cost(backend, seconds, 0.0 if backend in loaded else speed.loading))
    if rates.gpu is not None and answer_bytes is not None:
        costs.append(_cost_there(work, tiling, "cuda" in loaded, rates.gpu, answer_bytes))
    return tuple(costs)


def _cost_there(work: Work, tiling: Tiling, is_loaded: bool, gpu: GpuSpeed, answer_bytes: int) -> Cost:
    """Return what a picture takes that is copied to a GPU, searched there, and whose answer is copied back."""
    tiles = -(-work.pixels // tiling("cuda")[1])
    copying = work.pixels * work.pixel_bytes * gpu.upload
    seconds = copying + gpu.there.predict(work, tiles=tiles) + answer_bytes * gpu.download
    return Cost("cuda", seconds, 0.0 if is_loaded else gpu.there.loading, copying)


def cheapest(costs: Sequence[Cost], saved: Mapping[str, float]) -> int:
    """
    Return the number of the best choice: the least time, where loading is paid for by what it would have saved so far.

    Parameters
    ----------
    costs : sequence of Cost
        Of the backends that may be chosen; where two are equal, the first is taken.
    saved : mapping
        For each backend that is not loaded, the seconds that it would have saved in this process so far.

    Examples
    --------
    >>> costs = Cost("numpy", 0.3), Cost("cpu", 0.1, loading=0.5)
    >>> cheapest(costs, {}), cheapest(costs, {"cpu": 0.4})
    (0, 1)
    """
    best, least = 0, float("inf")
    for number, (backend, seconds, loading, _) in enumerate(costs):
        price = seconds * MARGIN if backend == "cuda" else seconds
        if loading:
            price += max(0.0, loading - saved.get(backend, 0.0))
        if price < least:
            best, least = number, price
    return best


def _reasons(best: Cost, costs: tuple[Cost, ...]) -> tuple[str, ...]:
    """Return why one of the costs is the best choice."""
    compiled, there = costs[1], costs[2] if len(costs) > 2 else None
    load = f"loading the compiled backend ({compiled.loading:.1f} s)"
    if best.backend == "cuda":
        here = min(cost.seconds for cost in costs[:2])
        return (f"to copy it to the GPU and search there takes less time than to search here ({milliseconds(here)})",)
    if best.backend == "numpy":
        reason = f"so far NumPy took less time than {load} would" if compiled.loading else "NumPy begins sooner"
    else:
        reason = f"enough was searched to pay for {load}" if compiled.loading else "the compiled backend is loaded"
    if there is None:
        return (reason,)
    return reason, _reason_to_stay(best, there)


def _reason_to_stay(here: Cost, there: Cost) -> str:
    """Return why a picture is not moved to the GPU."""
    if there.copying >= here.seconds:
        took = f"copying it to the GPU alone would take {milliseconds(there.copying)}"
    elif there.seconds * MARGIN >= here.seconds:
        took = f"on the GPU, with the copy, it would take {milliseconds(there.seconds)}"
    else:
        took = f"so far the GPU would not have paid for loading it ({milliseconds(there.loading)})"
    return f"{took}; searching here {milliseconds(here.seconds)}"


def milliseconds(seconds: float) -> str:
    """
    Return a time for people, in milliseconds, with two digits that count.

    Examples
    --------
    >>> milliseconds(0.5), milliseconds(0.0123), milliseconds(2.34e-5)
    ('500 ms', '12 ms', '0.023 ms')
    """
    value = 1000 * seconds
    if value >= 9.95:
        return f"{value:,.0f} ms"
    text = f"{value:.1e}"
    return f"{float(text):g} ms" if value >= 1e-4 else "0 ms"
