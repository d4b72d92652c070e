"""Three kernels under Nsight Compute, where it works: how busy memory and multiprocessors are. Only ever notes."""

import csv
import re
import subprocess

from benchmarks.gpu import children
from benchmarks.gpu.facts import find_tool
from benchmarks.gpu.lab import Lab
from benchmarks.gpu.report import Report

KERNELS = "match_exact|match_boxes|match_planes|write_places|write_mask"
METRICS = {
    "dram__throughput.avg.pct_of_peak_sustained_elapsed": "% of memory throughput",
    "sm__throughput.avg.pct_of_peak_sustained_elapsed": "% of multiprocessor throughput",
    "sm__warps_active.avg.pct_of_peak_sustained_active": "% of warps active",
    "launch__registers_per_thread": "registers",
}


def run(lab: Lab, report: Report) -> None:
    """Profile once; whatever fails is a note."""
    if lab.is_dry:
        report.part("the run that is profiled, without the tool", _dry, report)
        return
    path = find_tool("ncu")
    if path is None:
        report.skip("ncu is neither on the PATH nor in /usr/local/cuda*/bin")
        return
    report.part("ncu", _profile, path, report)


def _profile(path: str, report: Report) -> None:
    options = ["--clock-control", "none", "--csv", "--print-units", "base", "--metrics", ",".join(METRICS)]
    chosen = ["--kernel-name-base", "mangled", "--kernel-name", f"regex:({KERNELS})", "--launch-count", "8"]
    try:
        done = children.call(
            [path, *options, *chosen, *children.command("--profile-run", is_dry=False)], report.limit - 2
        )
    except subprocess.TimeoutExpired:
        report.skip("ncu did not finish in time")
        return
    rows = [line for line in done.stdout.splitlines() if line.startswith('"')]
    if not rows:
        report.skip(f"ncu does not work here: {children.last_line(done.stdout + done.stderr)[:300]}")
        return
    for row in csv.DictReader(rows):
        text = METRICS.get(row.get("Metric Name", ""))
        kernel = re.search(KERNELS, row.get("Kernel Name", ""))
        if text and kernel:
            report.note(f"{kernel[0]} (launch {row.get('ID')}): {row.get('Metric Value')} {text}")


def _dry(report: Report) -> None:
    done = children.call(children.command("--profile-run", is_dry=True), report.limit)
    report.expect(done.returncode == 0, f"the run that is profiled: {done.stderr[-1500:]}")
