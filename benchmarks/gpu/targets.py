"""What was promised for an H100, and whether it was measured and reached."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from benchmarks.gpu import ceilings, rivals, speed, speed_cases
from benchmarks.gpu.report import Measurement, Report, shown

Reports = Mapping[str, Report]


@dataclass(frozen=True)
class Target:
    """
    A promise about a ratio.

    Attributes
    ----------
    text : str
    limit : float
    is_least : bool
        Whether the ratio must be at least the limit, instead of at most.
    value : float or None
        None where it was not measured.
    """

    text: str
    limit: float
    is_least: bool
    value: float | None

    @property
    def verdict(self) -> str:
        """Say whether it was reached."""
        if self.value is None:
            return "not measured"
        return "reached" if (self.value >= self.limit if self.is_least else self.value <= self.limit) else "not reached"

    def line(self, is_dry: bool) -> str:
        """Return it as text."""
        value = "-" if self.value is None else f"{shown(self.value, is_dry)} x"
        verdict = "(dry run)" if is_dry and self.value is not None else self.verdict
        return f"{self.text:64} {'>=' if self.is_least else '<='} {self.limit:6g} x {value:>12}  {verdict}"


def find(reports: Reports, step: str, name: str) -> Measurement | None:
    """Return a measurement, or None."""
    found = reports[step].measurements if step in reports else []
    return next((measurement for measurement in found if measurement.name == name), None)


def floor_of(reports: Reports, measurement: Measurement) -> float | None:
    """Return the milliseconds in which its bytes can move at the measured bandwidth of a copy."""
    bandwidth = find(reports, "ceilings", ceilings.COPY)
    if bandwidth is None or not measurement.moved or measurement.unit != "ms":
        return None
    return measurement.moved / bandwidth.value / 1e6


def ratio(above: Measurement | None, below: Measurement | None) -> float | None:
    """Return one median over the other, None where one is missing."""
    return None if above is None or below is None else above.value / below.value


def targets(reports: Reports) -> list[Target]:
    """Return all promises."""

    def timed(name: str) -> Measurement | None:
        return find(reports, "speed", name)

    def to_floor(name: str) -> float | None:
        found = timed(name)
        floor = floor_of(reports, found) if found else None
        return found.value / floor if found and floor else None

    def rivalry(theirs: str, ours: str) -> float | None:
        return _worst(
            (ratio(*(find(reports, "rivals", f"{text}: {name}") for name in (theirs, ours))) for text in rivals.SHARES),
            min,
        )

    one = timed(speed_cases.COUNT)
    tables = [timed(f"{speed_cases.TABLE} {within}, photo") for within in (speed_cases.NARROW, speed_cases.WIDE)]
    some = timed(f"{speed_cases.PLACES}, {0.01:.1%}")
    return [
        Target("count / reading at the bandwidth of a copy", 1.25, False, to_floor(speed_cases.COUNT)),
        Target("packed bits / the same for picture and bits", 1.25, False, to_floor(speed_cases.BITS)),
        Target("mask / the same for picture and mask", 1.3, False, to_floor(speed_cases.MASK)),
        Target("1 % ordered coordinates / count", 2, False, ratio(some, one)),
        Target("nine colours / one", 1.5, False, ratio(timed(speed_cases.NINE), timed(speed_cases.BITS))),
        Target("table query on a photo, the slowest / count", 3, False, _worst((ratio(a, one) for a in tables), max)),
        Target(
            "count from pinned memory / the transfer alone",
            1.15,
            False,
            ratio(timed(speed.HOST_PINNED), timed(ceilings.PINNED_UP)),
        ),
        Target("kernel of the beginning / ours, resident", 100, True, rivalry(rivals.ORIGIN, rivals.OURS)),
        Target("CuPy / ours, whole calls", 10, True, rivalry(rivals.CUPY, rivals.OURS_CALL)),
    ]


def _worst(values: Iterable[float | None], of: Callable[[list[float]], float]) -> float | None:
    """Return the worst of some ratios; None where one is missing, as it might be worse."""
    given = list(values)
    known = [value for value in given if value is not None]
    return of(known) if len(known) == len(given) else None
