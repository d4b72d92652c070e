"""The run: load every contestant, check that all give the same answer, and time them, size by size."""

import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from pixgrep.bench import machine
from pixgrep.bench.contestants import Contestant
from pixgrep.bench.question import Question
from pixgrep.bench.report import Entry, Report, Result
from pixgrep.bench.subject import Picture, Subject
from pixgrep.bench.timing import LEAST_ROUNDS, Timing, in_turn
from pixgrep.errors import PixgrepWarning, one_line

Size = tuple[int, int]
"""Width and height."""

LEAST_MEGAPIXELS = 0.01
WIDTH_TO_HEIGHT = 4 / 3
PART_OF_THE_TIME = 0.5
"""How much of its part of the time a question takes; the rest is kept for larger sizes, whose rounds take longer."""
BYTES_OF_A_PIXEL, BYTES_OF_A_MATCH = 7, 100
"""What the picture, masks and temporary arrays take, and places in several forms."""


def sizes_up_to(megapixels: float) -> list[Size]:
    """
    Return sizes from a thumbnail on, three or so times as many pixels each.

    Examples
    --------
    >>> sizes_up_to(0.2)
    [(115, 87), (200, 150), (365, 274)]
    """
    sizes, decade = [], LEAST_MEGAPIXELS
    while decade <= megapixels * 1.001:
        for area in (decade, 3 * decade):
            if area <= megapixels * 1.001:
                width = round(math.sqrt(area * 1e6 * WIDTH_TO_HEIGHT))
                sizes.append((width, round(area * 1e6 / width)))
        decade *= 10
    return sizes


def _tell_nobody(_state: str) -> None:
    """Drop what is told."""


@dataclass
class Bench:
    """
    A run over several sizes.

    Parameters
    ----------
    contestants : sequence of Contestant
        The first is the measure of the others, and judges them.
    subject : Subject
        What is searched.
    sizes : sequence of (width, height)
        The smallest first.
    seconds : float
        Sizes that would take longer, all together and without loading, are left out.
    tell : callable
        Is told what is done now, in a few words.

    Attributes
    ----------
    report : Report
        What was measured so far.
    """

    contestants: Sequence[Contestant]
    subject: Subject
    sizes: Sequence[Size]
    seconds: float
    tell: Callable[[str], None] = _tell_nobody

    def __post_init__(self) -> None:
        self.report = Report(
            machine.facts(),
            {
                "name": self.subject.name,
                "width": self.subject.picture.shape[1],
                "height": self.subject.picture.shape[0],
                "color": "#{:02x}{:02x}{:02x}".format(*self.subject.questions[0].color),
                "shares": {
                    question.name: share
                    for question, share in zip(self.subject.questions, self.subject.shares, strict=True)
                },
            },
            [Entry(contestant.name, contestant.color, contestant.is_gpu) for contestant in self.contestants],
        )

    def run(self) -> Report:
        """Fill the report, and return it; whatever ends the run early leaves what was measured there."""
        with warnings.catch_warnings():
            warnings.simplefilter("error", PixgrepWarning)  # such as that the processor stood in for the GPU
            self._load()
            self.report.machine.update(machine.gpu_facts())  # not before: it would take the time of loading
            self._end, before = perf_counter() + self.seconds, 0.0
            for number, (width, height) in enumerate(self.sizes):
                obstacle = self._obstacle(width * height, before, self._end - perf_counter())
                if obstacle:
                    left = ", ".join(f"{w * h / 1e6:.3g}" for w, h in self.sizes[number:])
                    self.report.notes.append(f"left out: {left} megapixels; {obstacle}")
                    break
                before = self._measure(width, height, len(self.sizes) - number) / (width * height)
        self.report.is_complete = True
        return self.report

    def _load(self) -> None:
        """Load each, one after the other, and search a small picture for the first time."""
        picture = self.subject.scaled(*self.sizes[0])
        for contestant, entry in zip(self.contestants, self.report.entries, strict=True):
            self.tell(f"loading {entry.name}")
            start = perf_counter()
            try:
                contestant.load()
                contestant.search(contestant.place(picture), self.subject.questions[0])
            except Exception as error:  # whatever it is, the others go on
                entry.missing = one_line(error)
            else:
                entry.first_seconds = perf_counter() - start

    def _obstacle(self, pixels: int, seconds_a_pixel: float, seconds: float) -> str | None:
        """Return why a size cannot be measured: it needs more memory or time than there is."""
        area = f"{pixels / 1e6:.3g} megapixels"
        needed = pixels * (BYTES_OF_A_PIXEL + BYTES_OF_A_MATCH * max(self.subject.shares))
        free = machine.free_memory()
        if needed > free / 2:
            return f"{area} need {needed / 1e9:.1f} GB, and of {free / 1e9:.1f} GB free half may be taken"
        if seconds_a_pixel and pixels * seconds_a_pixel > seconds:  # the smallest is measured whatever it takes
            return (
                f"{area} need about {pixels * seconds_a_pixel:.2g} s, and {max(0, seconds):.2g} s of "
                f"{self.seconds:g} are left: give more by --seconds"
            )
        return None

    def _measure(self, width: int, height: int, sizes_left: int) -> float:
        """Measure one size of those left; return how many seconds another of this kind takes at least."""
        self.tell(f"making {width * height / 1e6:.3g} megapixels")
        picture = self.subject.scaled(width, height)
        places = self._places(picture)
        least = 0.0
        for question in self.subject.questions:
            self.tell(f"measuring {width * height / 1e6:.3g} megapixels, {question.name}")
            matches = self._agreeing(places, question, width)
            searches = {
                contestant.name: _search(contestant, places[contestant.name], question)
                for contestant in self.contestants
                if contestant.name in matches
            }
            seconds = (self._end - perf_counter()) / (sizes_left * len(self.subject.questions))
            timings = in_turn(searches, seconds * PART_OF_THE_TIME)
            for name, timing in timings.items():
                if isinstance(timing, Timing):
                    self.report.results.append(Result(question.name, name, width, height, matches[name], timing))
                    least += (LEAST_ROUNDS + 2) * timing.median
                else:
                    self._note_failure(name, width * height, timing)
        return least

    def _places(self, picture: Picture) -> dict[str, Any]:
        """Return the picture where each contestant wants it, for those that can take it."""
        places = {}
        for contestant in self._taking_part():
            try:
                places[contestant.name] = contestant.place(picture)
            except Exception as error:  # such as too little memory
                self._note_failure(contestant.name, picture.size // 3, error)
        return places

    def _agreeing(self, places: dict[str, Any], question: Question, width: int) -> dict[str, int]:
        """Return how many matches each finds, for those that find the same as the first; warms all up, too."""
        matches: dict[str, int] = {}
        truth, judge = None, ""
        for contestant in self._taking_part():
            name = contestant.name
            if name not in places:
                continue
            try:
                found = in_reading_order(contestant.search(places[name], question), width)
            except Exception as error:  # whatever it is, the others go on
                self._note_failure(name, places[name].shape[0] * width, error)
                continue
            if truth is None:
                truth, judge = found, name
            if np.array_equal(found, truth):
                matches[name] = len(found)
            else:
                size = f"{places[name].shape[0] * width / 1e6:.3g} megapixels, {question.name}"
                self.report.wrong.append(f"{name} differs from {judge} ({size}): {difference(found, truth, width)}")
        return matches

    def _taking_part(self) -> Iterable[Contestant]:
        entries = zip(self.contestants, self.report.entries, strict=True)
        return [contestant for contestant, entry in entries if not entry.missing]

    def _note_failure(self, name: str, pixels: int, error: BaseException) -> None:
        self.report.notes.append(f"{name} could not be measured with {pixels / 1e6:.3g} megapixels: {one_line(error)}")


def in_reading_order(places: Any, width: int) -> Any:
    """
    Return the numbers of pixels at places (column, row), in the order given; none is told twice, or out of turn.

    Examples
    --------
    >>> in_reading_order(np.array([[1, 0], [0, 2]]), 10).tolist()
    [1, 20]
    """
    columns, rows = np.asarray(places).astype(np.int64, copy=False).T
    return rows * width + columns


def difference(found: Any, truth: Any, width: int) -> str:
    """
    Return in words how one answer differs from another.

    Examples
    --------
    >>> difference(np.array([1, 20]), np.array([1, 23]), 10)
    'it finds 2 pixels, not 2, and other ones from column 3, row 2 on'
    """
    shared = min(len(found), len(truth))
    unequal = np.flatnonzero(found[:shared] != truth[:shared])
    longer = truth if len(truth) > shared else found
    place = int(truth[unequal[0]]) if len(unequal) else int(longer[shared])
    row, column = divmod(place, width)
    return f"it finds {len(found):,} pixels, not {len(truth):,}, and other ones from column {column}, row {row} on"


def _search(contestant: Contestant, place: Any, question: Question) -> Any:
    return lambda: contestant.search(place, question)
