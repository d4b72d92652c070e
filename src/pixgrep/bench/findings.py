"""What the figures say: from which size on one contestant is quicker than others."""

from collections.abc import Iterable, Iterator

from pixgrep.bench.contestants import Compiled, FromHost, NumPy, OpenCV, Resident
from pixgrep.bench.report import Report

PAIRS = ((Compiled.name, NumPy.name), (Compiled.name, OpenCV.name))
GPUS = (FromHost.name, Resident.name)


def findings(report: Report) -> Iterator[str]:
    """Yield a sentence for each comparison that people ask for, also where it could not be made."""
    for question in report.questions:
        for name, rival in PAIRS:
            if report.of(question, name) and report.of(question, rival):
                yield f"{question}: {_sentence(report, question, name, rival)}"
        for name in GPUS:
            if report.of(question, name):
                yield f"{question}: {_sentence(report, question, name, None)}"
    for entry in report.entries:
        if entry.name in GPUS and not any(report.of(question, entry.name) for question in report.questions):
            yield f"where {entry.name} starts to win could not be measured here"


def wins_from(report: Report, question: str, name: str, rivals: Iterable[str]) -> float | None:
    """Return the megapixels of the smallest size from which on a contestant beats all rivals; None if it never does."""
    mine = report.of(question, name)
    theirs = [report.of(question, rival) for rival in rivals]
    start = None
    for size in sorted(mine, reverse=True):
        there = [figures[size].timing.median for figures in theirs if size in figures]
        if there and mine[size].timing.median >= min(there):
            break
        start = size
    return start


def _sentence(report: Report, question: str, name: str, rival: str | None) -> str:
    """Return who is quicker from where on; `rival` None is all that search on the processor."""
    rivals = [rival] if rival else [entry.name for entry in report.measured() if not entry.is_gpu]
    against = rival or "all that search on the processor"
    sizes = report.of(question, name)
    start = wins_from(report, question, name, rivals)
    if start is None:
        return f"{name} is not quicker than {against} at the largest size, {max(sizes):.3g} megapixels"
    where = "at all sizes" if start == min(sizes) else f"from {start:.3g} megapixels on"
    return f"{name} is quicker than {against} {where}"
