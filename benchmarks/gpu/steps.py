"""The steps: what each may take, how its process is run, and what becomes of it."""

import importlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.gpu import bootstrap
from benchmarks.gpu.report import Report, read

GRACE = 8
"""Seconds that a step may take longer than its limit before it is ended: its last part runs on."""
ALL_SECONDS = 595
CANNOT_BEGIN = 2
"""The exit status of a step, and of all, where there is no device to be used."""


@dataclass(frozen=True)
class Step:
    """
    One step.

    Attributes
    ----------
    module : str
        In this package; its function `run` does it.
    seconds, guess : int
        After how many it begins nothing new; how many it will take, nobody having measured that.
    text : str
        What it does.
    """

    module: str
    seconds: int
    guess: int
    text: str


STEPS = {
    "facts": Step("facts", 20, 8, "versions, driver, device"),
    "correct": Step("correct", 150, 100, "every kernel against the processor"),
    "ceilings": Step("ceilings", 25, 15, "copying, reading, transfers, launches"),
    "speed": Step("speed", 100, 60, "kernels and whole calls"),
    "rivals": Step("rivals", 60, 40, "the kernel of the beginning, CuPy, PyTorch, NumPy, the processor"),
    "crossing": Step("crossing", 45, 35, "all sizes: where the GPU begins to win"),
    "lessons": Step("lessons", 40, 25, "the kernels of the tutorial, page by page"),
    "start": Step("start", 50, 40, "first answers of fresh processes"),
    "sanitizer": Step("sanitizer", 130, 90, "compute-sanitizer on a small run"),
    "profile": Step("profiler", 30, 20, "Nsight Compute on some kernels"),
}
"""In the order in which they run: what matters most first, the tools that may hang last."""


def do(name: str, is_dry: bool, path: Path) -> int:
    """Do a step in this process, keep its report, and return 1 if anything went wrong, or `CANNOT_BEGIN`."""
    step = STEPS[name]
    report = Report(name, is_dry, float(os.environ.get("PIXGREP_GPU_SECONDS", step.seconds)), path)
    from pixgrep.errors import PixgrepError  # not above: whoever only wants --help need have nothing installed

    try:
        lab = make_lab(is_dry)
    except PixgrepError as error:
        report.failures.append(f"cannot begin: {error}")
        report.save()
        return CANNOT_BEGIN
    report.save()
    importlib.import_module(f"benchmarks.gpu.{step.module}").run(lab, report)
    report.save()
    return int(report.is_bad)


def make_lab(is_dry: bool) -> Any:
    """Return the device of this machine, or one of Python."""
    module = importlib.import_module("benchmarks.gpu.dry" if is_dry else "benchmarks.gpu.lab")
    return module.DryLab() if is_dry else module.RealLab()


def run_apart(name: str, is_dry: bool, work: Path, deadline: float) -> tuple[Report | None, str]:
    """
    Run a step in a process of its own: an error of the device is "sticky", and would spoil all that comes after.

    Returns
    -------
    Report or None
        As far as the step came.
    str
        What became of it.
    """
    path = work / f"{name}.json"
    seconds = min(STEPS[name].seconds, deadline - perf_counter() - GRACE)
    if seconds < 3:
        return None, "not begun: no time left"
    command = [sys.executable, "-m", "benchmarks.gpu", "--step", name, "--report", str(path)]
    environment = bootstrap.environment(work, PIXGREP_GPU_SECONDS=f"{seconds:.1f}")
    process = subprocess.Popen(
        [*command, *(["--dry-run"] if is_dry else [])], cwd=bootstrap.ROOT, env=environment, start_new_session=True
    )
    try:
        status = process.wait(seconds + GRACE)
    except subprocess.TimeoutExpired:
        status = None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # the processes that it started, too
            process.wait()
    report = read(path) if path.exists() else None
    return report, _verdict(report, status)


def _verdict(report: Report | None, status: int | None) -> str:
    if status == CANNOT_BEGIN and report is not None:
        return f"FAILED: {report.failures[-1]}"
    if report is None:
        return f"FAILED: its process ended with {status}"
    counts = {"wrong": len(report.problems), "failed": len(report.failures), "skipped": len(report.skipped)}
    found = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    facts = f"{report.checks:,} answers compared, {len(report.measurements)} figures{', ' if found else ''}{found}"
    if status is None:
        return f"FAILED: ended after {report.seconds:.0f} s and more, as it had no more time; {facts}"
    if status and not report.is_bad:
        return f"FAILED: its process ended with {status}; {facts}"
    return f"{'FAILED' if report.is_bad else 'passed'}: {report.seconds:.0f} s, {facts}"
