"""What was measured, what could not be, and why."""

from dataclasses import dataclass, field
from typing import Any

from pixgrep.bench.timing import Timing


@dataclass
class Entry:
    """
    A contestant, and what became of it.

    Attributes
    ----------
    name, color, is_gpu
        See `Contestant`.
    first_seconds : float or None
        How long it took to load and to search for the first time, after those before it.
    missing : str or None
        Why it could not be measured.
    """

    name: str
    color: str
    is_gpu: bool
    first_seconds: float | None = None
    missing: str | None = None


@dataclass(frozen=True)
class Result:
    """
    One contestant, one question, one size.

    Attributes
    ----------
    question : str
        The name of the question.
    contestant : str
        The name of the contestant.
    width, height : int
        Of the picture, in pixels.
    matches : int
        How many pixels it found.
    timing : Timing
    """

    question: str
    contestant: str
    width: int
    height: int
    matches: int
    timing: Timing

    @property
    def megapixels(self) -> float:
        """The size in millions of pixels."""
        return self.width * self.height / 1e6

    @property
    def speed(self) -> float:
        """Megapixels a second."""
        return self.megapixels / self.timing.median


@dataclass
class Report:
    """
    A run, as far as it is.

    Attributes
    ----------
    machine : dict
        See `pixgrep.bench.machine.facts`.
    picture : dict
        Name, width and height, colour, and the share of matching pixels by the name of the question.
    entries : list of Entry
        The contestants; the first is the measure of the others.
    results : list of Result
        What was measured, smallest size first.
    wrong : list of str
        Answers that differ from those of the first contestant.
    notes : list of str
        What was left out, and why.
    is_complete : bool
        Whether the run came to its end.
    """

    machine: dict[str, Any]
    picture: dict[str, Any]
    entries: list[Entry]
    results: list[Result] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_complete: bool = False

    @property
    def questions(self) -> tuple[str, ...]:
        """The names of the questions."""
        return tuple(self.picture["shares"])

    @property
    def sizes(self) -> list[float]:
        """The megapixels that were measured, smallest first."""
        return sorted({result.megapixels for result in self.results})

    def of(self, question: str, contestant: str) -> dict[float, Result]:
        """Return results by megapixels."""
        wanted = (question, contestant)
        return {result.megapixels: result for result in self.results if (result.question, result.contestant) == wanted}

    def measured(self) -> list[Entry]:
        """Return the contestants of whom there are figures."""
        names = {result.contestant for result in self.results}
        return [entry for entry in self.entries if entry.name in names]

    def missing(self) -> dict[str, list[str]]:
        """Return the contestants that could not be measured at all, by the reason."""
        reasons: dict[str, list[str]] = {}
        for entry in self.entries:
            if entry.missing:
                reasons.setdefault(entry.missing, []).append(entry.name)
        return reasons

    def ratio(self, result: Result) -> float | None:
        """Return how many times as quick as the first contestant; None where that was not measured."""
        first = self.of(result.question, self.entries[0].name).get(result.megapixels)
        return first.timing.median / result.timing.median if first else None
