"""What one step found: figures, notes, and whatever went wrong; kept in a file after every part of the step."""

import json
import traceback
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any


@dataclass(frozen=True)
class Measurement:
    """
    Samples of one thing.

    Attributes
    ----------
    name, unit : str
        What, and in what.
    samples : tuple of float
        At least one.
    moved : int
        Bytes that must move through the memory of the device to do it; 0 where that says nothing.
    """

    name: str
    unit: str
    samples: tuple[float, ...]
    moved: int = 0

    @property
    def value(self) -> float:
        """The median."""
        return median(self.samples)


@dataclass
class Report:
    """
    One step, as its process writes it and the first process reads it.

    Attributes
    ----------
    name : str
        Of the step.
    is_dry : bool
        Whether there was no device, so that figures mean nothing.
    limit : float
        Seconds after which no further part is begun.
    path : Path
        Where it is kept.
    facts : dict of str
        What the figures depend on.
    problems, failures : list of str
        Wrong answers; what could not be finished.
    skipped, notes : list of str
        What was left out, and why; what is worth knowing.
    checks : int
        How many answers were compared.
    """

    name: str
    is_dry: bool
    limit: float
    path: Path
    facts: dict[str, str] = field(default_factory=dict)
    measurements: list[Measurement] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    checks: int = 0
    seconds: float = 0
    started: float = field(default_factory=perf_counter)

    @property
    def elapsed(self) -> float:
        """Seconds since the step began."""
        return perf_counter() - self.started

    @property
    def is_over(self) -> bool:
        """Whether the time of the step is used up."""
        return self.elapsed > self.limit

    @property
    def is_bad(self) -> bool:
        """Whether anything went wrong."""
        return bool(self.problems or self.failures)

    def part(self, title: str, work: Callable[..., Any], *arguments: Any) -> None:
        """Do a part of the step, if there is time; what it raises is noted, and the step goes on."""
        if self.is_over:
            self.skip(f"{title}: the {self.limit:.0f} s of the step are used up")
            return
        self.say(title)
        try:
            work(*arguments)
        except Exception as error:
            traceback.print_exc()
            self.failures.append(f"{title}: {type(error).__name__}: {' '.join(str(error).split())[:400]}")
            self.say(f"FAILED {self.failures[-1]}")
        self.save()

    def say(self, text: str) -> None:
        """Print a line of progress."""
        print(f"  {self.name} {self.elapsed:6.1f} s  {text}", flush=True)

    def note(self, text: str) -> None:
        """Keep what is worth knowing, and say it."""
        self.notes.append(text)
        self.say(f"note: {text}")

    def skip(self, text: str) -> None:
        """Keep what was left out, and say it."""
        self.skipped.append(text)
        self.say(f"skipped: {text}")

    def problem(self, text: str) -> None:
        """Keep a wrong answer, and say it."""
        self.problems.append(text)
        self.say(f"WRONG {text}")

    def expect(self, is_right: bool, text: str) -> None:
        """Count one comparison; what is not so is a problem."""
        self.checks += 1
        if not is_right:
            self.problem(text)

    def measured(self, name: str, samples: Iterable[float], unit: str = "ms", moved: int = 0) -> float:
        """Keep samples, say their median, and return it."""
        measurement = Measurement(name, unit, tuple(samples), moved)
        self.measurements.append(measurement)
        self.say(f"{name}: {shown(measurement.value, self.is_dry)} {unit}")
        return measurement.value

    def save(self) -> None:
        """Write everything down."""
        self.seconds = self.elapsed
        content = {**asdict(self), "path": str(self.path)}
        self.path.write_text(json.dumps(content) + "\n")


def read(path: Path) -> Report:
    """Return what a step wrote."""
    content = json.loads(path.read_text())
    for measurement in content["measurements"]:
        measurement["samples"] = tuple(measurement["samples"])
    content["measurements"] = [Measurement(**measurement) for measurement in content["measurements"]]
    return Report(**{**content, "path": path})


def shown(value: float, is_dry: bool) -> str:
    """Return a figure as text; without a device there are none to be shown."""
    digits = 0 if value >= 1000 else 1 if value >= 100 else 2 if value >= 10 else 3 if value >= 1 else 4
    text = f"{value:,.{digits}f}"
    return "(dry run)" if is_dry else text
