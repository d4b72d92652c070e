"""A small run under compute-sanitizer: addresses, races in shared memory, reads of what nobody wrote, barriers."""

import re
import subprocess

from benchmarks.gpu import children
from benchmarks.gpu.facts import find_tool
from benchmarks.gpu.lab import Lab
from benchmarks.gpu.report import Report

TOOLS = ("memcheck", "racecheck", "initcheck", "synccheck")
FOUND = 77
"""The exit status that stands for a finding, and for nothing else."""
SUMMARY = re.compile(r"^=+ +((?:\w+ )?SUMMARY:.*)$", re.MULTILINE)
ERRORS = re.compile(r"(\d+) (?:errors?|hazards?)")


def run(lab: Lab, report: Report) -> None:
    """Run one tool after the other, in the time there is."""
    if lab.is_dry:
        report.part("small run, without the tool", _dry, report)
        return
    path = find_tool("compute-sanitizer")
    if path is None:
        report.skip("compute-sanitizer is neither on the PATH nor in /usr/local/cuda*/bin")
        return
    for number, tool in enumerate(TOOLS):
        seconds = (report.limit - report.elapsed) / (len(TOOLS) - number)
        report.part(tool, _watch, path, tool, seconds, report)


def _watch(path: str, tool: str, seconds: float, report: Report) -> None:
    options = ["--tool", tool, "--error-exitcode", str(FOUND), "--print-limit", "10"]
    if tool == "memcheck":
        options += ["--report-api-errors", "no"]  # libraries ask the driver for what may not be there
    try:
        done = children.call([path, *options, *children.command("--small-run", is_dry=False)], seconds)
    except subprocess.TimeoutExpired:
        report.skip(f"{tool}: not finished within {seconds:.0f} s")
        return
    said = done.stdout + done.stderr
    summaries = SUMMARY.findall(said)
    if summaries:
        report.checks += 1
        report.note(f"{tool}: {' / '.join(summaries)}")
    found = sum(int(number) for summary in summaries for number in ERRORS.findall(summary)[:1])
    if done.returncode == FOUND or found:
        report.problem(f"{tool} found something")
        print(said[-6000:], flush=True)
    elif not summaries or "all answers are right" not in said:
        print(said[-3000:], flush=True)
        if summaries:
            report.problem(f"{tool}: the small run ended with {done.returncode}: {children.last_line(said)}")
        else:
            report.skip(f"{tool}: it does not work here: {children.last_line(said)[:200]}")


def _dry(report: Report) -> None:
    done = children.call(children.command("--small-run", is_dry=True), report.limit)
    report.expect(done.returncode == 0, f"the small run: {done.stdout[-500:]} {done.stderr[-1500:]}")
