"""Reports, made up: no clock decides what these tests see."""

from collections.abc import Mapping, Sequence

from pixgrep.bench.contestants import CONTESTANTS
from pixgrep.bench.report import Entry, Report, Result
from pixgrep.bench.timing import Timing

MACHINE = {"processor": "Z80", "cores": 1, "memory_bytes": 64 << 30, "load_before": 0.5, "gpu": None}
SIZES = {0.01: (100, 100), 1.0: (1000, 1000), 100.0: (10_000, 10_000)}


def report(seconds: Mapping[str, Sequence[float]], missing: Mapping[str, str] | None = None) -> Report:
    """Return a report of what each contestant, by name, took for 0.01, 1 and 100 megapixels."""
    entries = [Entry(kind.name, kind.color, kind.is_gpu, 0.5) for kind in CONTESTANTS]
    for entry in entries:
        entry.missing = (missing or {}).get(entry.name)
    made = Report(
        dict(MACHINE),
        {"name": "cup.png", "width": 600, "height": 400, "color": "#ff8800", "shares": {"exact": 0.001}},
        entries,
        is_complete=True,
    )
    for number, size in enumerate(SIZES.values()):
        for name, times in seconds.items():
            if number < len(times):
                timing = Timing((times[number] * 0.9, times[number], times[number] * 1.1))
                made.results.append(Result("exact", name, *size, 10, timing))
    return made
