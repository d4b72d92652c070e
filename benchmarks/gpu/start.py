"""The first searches of fresh processes, with nothing compiled before, and again with what they kept."""

import json
import tempfile
from pathlib import Path

from benchmarks.gpu import children
from benchmarks.gpu.lab import Lab
from benchmarks.gpu.report import Report

ROUNDS = 3
IMPORTS = {
    "import numpy": "import numpy",
    "import numba.cuda, after NumPy's part": (
        "import numpy as np; np.row_stack = np.vstack; import _numba_cuda_redirector; from numba import cuda"
    ),
    "import pixgrep": "import pixgrep",
}
SECONDS = 60


def run(lab: Lab, report: Report) -> None:
    """Ask fresh processes; those of one round share a folder that is empty at first."""
    report.part("imports", _imports, lab, report)
    samples: dict[str, list[float]] = {}
    for number in range(1 if lab.is_dry else ROUNDS):
        report.part(f"cold and warm process, round {number + 1}", _round, lab, samples)
    for name, seconds in samples.items():
        report.measured(name, seconds, "s")


def _imports(lab: Lab, report: Report) -> None:
    for name, statement in IMPORTS.items():
        samples = []
        for _ in range(1 if lab.is_dry else ROUNDS):
            done = children.call(children.importing(statement), SECONDS)
            if done.returncode:
                raise RuntimeError(f"{name}: {children.last_line(done.stderr)}")
            samples.append(float(children.last_line(done.stdout)))
        report.measured(name, samples, "s")


def _round(lab: Lab, samples: dict[str, list[float]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = children.empty_folders(Path(folder))
        for process in ("nothing compiled before", "second process"):
            done = children.call(children.command("--first-answers", lab.is_dry), SECONDS, **environment)
            if done.returncode:
                raise RuntimeError(f"the process ended with {done.returncode}: {done.stderr[-1500:]}")
            for name, seconds in json.loads(children.last_line(done.stdout)).items():
                samples.setdefault(f"{process}: {name}", []).append(seconds)
