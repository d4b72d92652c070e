"""What one benchmark hands to the report: its figures, and the targets they reached or missed."""

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.timing import Figure


@dataclass(frozen=True)
class Target:
    """
    A promise about a figure or about a ratio of two.

    Attributes
    ----------
    text : str
        What is promised.
    value : float
        What was measured.
    least, most : float, optional
        What was promised; one of them is given.
    unit : str
        Of value and limit; ``"x"`` for ratios.
    """

    text: str
    value: float
    least: float | None = None
    most: float | None = None
    unit: str = "x"

    @property
    def is_reached(self) -> bool:
        """Whether the promise is kept."""
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    @property
    def limit(self) -> str:
        """The promise as text."""
        return f">= {self.least:g}" if self.least is not None else f"<= {self.most:g}"


@dataclass(frozen=True)
class Section:
    """One benchmark: the same work done by several contestants, the first of them pixgrep."""

    title: str
    figures: tuple[Figure, ...]
    targets: tuple[Target, ...] = ()
    notes: tuple[str, ...] = ()


def faster(text: str, figures: dict[str, Figure], mine: str, rival: str, least: float) -> Target:
    """Promise that `mine` is at least that many times as fast as `rival`."""
    return Target(text, figures[rival].value / figures[mine].value, least=least)


def close(text: str, figures: dict[str, Figure], mine: str, rival: str, most: float) -> Target:
    """Promise that `mine` takes at most that many times as long as `rival`."""
    return Target(text, figures[mine].value / figures[rival].value, most=most)


def section(
    title: str, figures: dict[str, Figure], targets: Iterable[Target] = (), notes: Iterable[str] = ()
) -> Section:
    """Return a section of the figures that `in_turn` made."""
    return Section(title, tuple(figures.values()), tuple(targets), tuple(notes))
