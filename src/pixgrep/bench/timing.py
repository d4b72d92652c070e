"""Time contestants fairly: in turn, in one process, in an order that changes from round to round."""

import gc
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Any

LEAST_ROUNDS = 3
MOST_ROUNDS = 25
SHORTEST_SAMPLE = 0.002
"""Seconds; what is quicker is repeated within a sample."""


@dataclass(frozen=True)
class Timing:
    """
    How long one search took, again and again.

    Attributes
    ----------
    samples : tuple of float
        Seconds of one search, one of each round; at least one.

    Examples
    --------
    >>> timing = Timing((4.0, 1.0, 2.0, 3.0, 5.0))
    >>> timing.median, timing.quartiles
    (3.0, (2.0, 4.0))
    """

    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        """Half of the samples are not above."""
        return median(self.samples)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Between these lies the middle half of the samples."""
        if len(self.samples) == 1:
            return self.samples[0], self.samples[0]
        lower, _, upper = quantiles(self.samples, n=4, method="inclusive")
        return lower, upper


def in_turn(searches: Mapping[str, Callable[[], Any]], seconds: float) -> dict[str, Timing | Exception]:
    """
    Run all searches in turn, at least three rounds, more while there is time; what they return is dropped untimed.

    Parameters
    ----------
    searches : mapping of str to callable
        Each has run before, so that nothing is loaded or compiled here.
    seconds : float
        How long rounds begin; the last one is finished.

    Returns
    -------
    dict
        By name how long a search took, or the error that ended it.
    """
    repeats = dict.fromkeys(searches, 0)
    samples: dict[str, list[float]] = {name: [] for name in searches}
    failed: dict[str, Exception] = {}
    order, shuffle, end = list(searches), random.Random(0).shuffle, perf_counter() + seconds
    with undisturbed():
        for number in range(MOST_ROUNDS):
            if number >= LEAST_ROUNDS and perf_counter() > end:
                break
            shuffle(order)
            for name in list(order):
                try:
                    seconds_of_one = sample(searches[name], repeats[name] or 1)
                    if not repeats[name]:
                        repeats[name] = max(1, round(SHORTEST_SAMPLE / seconds_of_one))
                        if repeats[name] > 1:
                            seconds_of_one = sample(searches[name], repeats[name])
                    samples[name].append(seconds_of_one)
                except Exception as error:  # whatever it is, the others go on
                    failed[name] = error
                    order.remove(name)
    return {name: failed.get(name) or Timing(tuple(samples[name])) for name in searches}


@contextmanager
def undisturbed() -> Iterator[None]:
    """Collect no garbage meanwhile: whose turn it is would pay for what others left."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def sample(search: Callable[[], Any], repeats: int) -> float:
    """Return the seconds of one search, by so many; what they return is dropped, untimed if it is one."""
    if repeats == 1:
        start = perf_counter()
        result = search()
        seconds = perf_counter() - start
        del result
        return seconds
    start = perf_counter()
    for _ in range(repeats):
        search()
    return (perf_counter() - start) / repeats
