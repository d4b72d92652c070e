"""What a plan is made from, and what it says."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pixgrep.packed import is_compiled_loaded
from pixgrep.plan.jobs import MOST_THREADS
from pixgrep.rates import Rates
from pixgrep.rates.choosing import Cost
from pixgrep.rates.kept import known_rates, rates_at_hand, usable_cores


@dataclass(frozen=True)
class Machine:
    """
    What a plan must know of the process it will run in.

    Attributes
    ----------
    cores : int
        Processors this process may use.
    is_compiled_loaded, is_cuda_loaded : bool
        Whether the compiled backend, and that for GPUs, is in memory already.
    saved : mapping of str to float
        For backends that were not loaded, the seconds that each would have saved in this process so far.
    rates : Rates or None
        How fast everything is; None where that is to be read only if it may matter.
    """

    cores: int
    is_compiled_loaded: bool
    is_cuda_loaded: bool = False
    saved: Mapping[str, float] = field(default_factory=dict)
    rates: Rates | None = None

    @property
    def threads(self) -> int:
        """How many search where nobody says how many."""
        return min(self.cores, MOST_THREADS)

    @property
    def loaded(self) -> tuple[str, ...]:
        """The backends that are ready; NumPy always is."""
        return _LOADED[self.is_compiled_loaded, self.is_cuda_loaded]


_LOADED = {
    (False, False): ("numpy",),
    (True, False): ("numpy", "cpu"),
    (False, True): ("numpy", "cuda"),
    (True, True): ("numpy", "cpu", "cuda"),
}


def this_machine(saved: Mapping[str, float] | None = None) -> Machine:
    """
    Return the facts of this process.

    Parameters
    ----------
    saved : mapping of str to float, optional
        See `Machine`.
    """
    is_loaded = is_compiled_loaded()
    rates = known_rates() if is_loaded else rates_at_hand()
    return Machine(usable_cores(), is_loaded, "pixgrep.backends.cuda.launching" in sys.modules, saved or {}, rates)


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
    costs : tuple of Cost
        What each backend would take; none for a picture in the memory of a GPU, which stays there.
    origin : str
        Where the rates are from that say so.
    """

    backend: str
    threads: int
    tile_pixels: int
    why: tuple[str, ...] = ()
    is_free: bool = False
    costs: tuple[Cost, ...] = ()
    origin: str = ""

    @property
    def is_moved(self) -> bool:
        """Whether a picture is copied to the GPU though nobody asked for it."""
        return self.is_free and self.backend == "cuda" and bool(self.costs)

    @cached_property
    def saved(self) -> dict[str, float]:
        """The seconds that backends which are not loaded would save, if they were."""
        taken = next((cost.seconds for cost in self.costs if cost.backend == self.backend), 0.0)
        return {cost.backend: taken - cost.seconds for cost in self.costs if cost.loading and cost.seconds < taken}

    def explain(self) -> str:
        """Return the plan, what each backend would take, and the reasons, a line each."""
        facts = (
            f"backend  {self.backend}",
            f"threads  {self.threads}",
            f"tiles    of {self.tile_pixels:,} pixels",
            *(f"cost     {cost}" for cost in self.costs),
            *((f"rates    {self.origin}",) if self.costs else ()),
        )
        return "\n".join((*facts, *(f"why      {reason}" for reason in self.why)))
