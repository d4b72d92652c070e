"""How much memory counting takes beyond the picture; each count in a fresh process, which this module also is."""

import json
import resource
import sys
from pathlib import Path

import numpy as np

import pixgrep as pg
from benchmarks import processes
from benchmarks.photo import NINE, WHITE
from benchmarks.section import Section, Target
from benchmarks.timing import Effort, Figure

MOST_MEGABYTES = 8
SIZES = {"30 MP": (6623, 4525), "120 MP": (13246, 9050)}
QUESTIONS = {
    "one colour": {"colors": [WHITE]},
    "nine colours": {"colors": NINE},
    "metric rgb": {"colors": [(128, 128, 128)], "within": 60, "metric": "rgb"},
}


def extra_memory(effort: Effort) -> Section:
    """Ask fresh processes."""
    rounds = max(2, effort.processes // 5)
    figures, targets = [], []
    for size in SIZES:
        for question in QUESTIONS:
            name = f"{question}, {size}"
            figures.append(
                Figure(name, tuple(processes.ask("memory", size, question) for _ in range(rounds)), unit="MB")
            )
            text = f"memory of a count beyond the picture, {name}"
            targets.append(Target(text, figures[-1].value, most=MOST_MEGABYTES, unit="MB"))
    notes = ("growth of the peak resident size, after a count in a small picture had loaded everything",)
    return Section("Memory of a count beyond the picture", tuple(figures), tuple(targets), notes)


def measure(size: str, question: str) -> float:
    """Return the megabytes by which a count raises the highest memory use of this process."""
    asked = QUESTIONS[question]
    band = np.random.default_rng(0).integers(0, 256, (64, SIZES[size][1], 3), np.uint8)
    rows = SIZES[size][0]
    picture = np.empty((rows, *band.shape[1:]), np.uint8)
    for top in range(0, rows, len(band)):
        picture[top : top + len(band)] = band[: rows - top]
    pg.count(band[:, :400], backend="cpu", **asked)  # type: ignore[arg-type]
    del band
    _forget_peak()
    before = _peak()
    pg.count(picture, backend="cpu", **asked)  # type: ignore[arg-type]
    return (_peak() - before) / 1e6


def _forget_peak() -> None:
    """Let the peak begin at what is used now, where the system can do that."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _peak() -> int:
    """Return the largest resident size so far in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:])))
