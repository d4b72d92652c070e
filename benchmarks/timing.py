"""Time rivals fairly: in turn, in one process, in an order that changes from round to round."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from pixgrep.bench.timing import SHORTEST_SAMPLE, sample, undisturbed

Contestants = Mapping[str, Callable[[], Any]]

SLOW = 0.15
"""Seconds; what is slower runs only in every fourth round."""


@dataclass(frozen=True)
class Effort:
    """How many rounds to run: in this process, and of fresh processes."""

    rounds: int
    processes: int


THOROUGH, QUICK = Effort(rounds=32, processes=15), Effort(rounds=8, processes=5)


@dataclass(frozen=True)
class Figure:
    """What was measured of one contestant: samples of the same thing, in milliseconds or another unit."""

    name: str
    samples: tuple[float, ...]
    unit: str = "ms"

    @property
    def value(self) -> float:
        """The median."""
        return median(self.samples)


def in_turn(contestants: Contestants, rounds: int, slow: float = SLOW) -> dict[str, Figure]:
    """
    Run every contestant in turn, `rounds` times after a warm-up; results are dropped outside the time measured.

    A contestant slower than `slow` seconds runs only in every fourth round.
    """
    repeats, pauses = {}, {}
    for name, contestant in contestants.items():
        contestant()
        seconds = sample(contestant, 1)
        repeats[name] = max(1, round(SHORTEST_SAMPLE / seconds))
        pauses[name] = 4 if seconds > slow else 1
    samples: dict[str, list[float]] = {name: [] for name in contestants}
    order, shuffle = list(contestants), random.Random(0).shuffle
    with undisturbed():
        for number in range(rounds):
            shuffle(order)
            for name in order:
                if number % pauses[name] == 0:
                    samples[name].append(1000 * sample(contestants[name], repeats[name]))
    return {name: Figure(name, tuple(samples[name])) for name in contestants}
