"""Everything that was found, as text and JSON."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from benchmarks.gpu import ceilings, speed_cases
from benchmarks.gpu.report import Measurement, Report, shown
from benchmarks.gpu.targets import find, floor_of, ratio, targets

Reports = Mapping[str, Report]
WIDE = 72
DRY = "DRY RUN: no device, no clock; no figure here was measured."


def stem(reports: Reports) -> str:
    """Return the name of the record, without its suffix."""
    device = reports["facts"].facts.get("device", "") if "facts" in reports else ""
    slug = re.sub(r"[^a-z0-9]+", "-", device.lower()).strip("-") or "unknown"
    return f"{date.today()}-gpu-{slug}"


def as_text(reports: Reports, verdicts: Mapping[str, str]) -> str:
    """Return all steps, then the summary."""
    is_dry = any(report.is_dry for report in reports.values())
    lines = [DRY, ""] if is_dry else []
    for report in reports.values():
        lines += [*_step_lines(report, reports), ""]
    lines += ["Targets, for an H100", *(f"  {target.line(is_dry)}" for target in targets(reports)), ""]
    lines += ["Steps", *(f"  {name:10} {verdict}" for name, verdict in verdicts.items())]
    return "\n".join(lines) + "\n"


def _step_lines(report: Report, reports: Reports) -> list[str]:
    lines = [f"[{report.name}] {report.seconds:.1f} s, {report.checks:,} answers compared"]
    lines += [f"  {name}: {value}" for name, value in report.facts.items()]
    if report.measurements:
        lines.append(f"  {'':{WIDE}}     median       best        x floor   x count")
    lines += [_line(measurement, report, reports) for measurement in report.measurements]
    for title, texts in (
        ("WRONG", report.problems),
        ("FAILED", report.failures),
        ("skipped", report.skipped),
        ("note", report.notes),
    ):
        lines += [f"  {title}: {text}" for text in texts]
    return lines


def _line(measurement: Measurement, report: Report, reports: Reports) -> str:
    is_rate = measurement.unit == "GB/s"
    best = max(measurement.samples) if is_rate else min(measurement.samples)
    figures = f"{shown(measurement.value, report.is_dry):>11}{shown(best, report.is_dry):>11} {measurement.unit:5}"
    floor = floor_of(reports, measurement)
    ratios = ""
    if floor and not report.is_dry:
        to_count = ratio(measurement, find(reports, "speed", speed_cases.COUNT))
        ratios = f"{measurement.value / floor:9.2f}" + (f"{to_count:10.2f}" if to_count else "")
    return f"  {measurement.name:{WIDE}}{figures}{ratios}".rstrip()


def as_json(reports: Reports, verdicts: Mapping[str, str]) -> str:
    """Return everything, all samples too."""
    content: dict[str, Any] = {
        "floors": f"bytes that must move / the median of {ceilings.COPY}",
        "targets": [{**asdict(target), "verdict": target.verdict} for target in targets(reports)],
        "verdicts": dict(verdicts),
        "steps": {name: _step(report, reports) for name, report in reports.items()},
    }
    return json.dumps(content, indent=1) + "\n"


def _step(report: Report, reports: Reports) -> dict[str, Any]:
    kept = ("facts", "problems", "failures", "skipped", "notes", "checks")
    return {
        "seconds": round(report.seconds, 1),
        **{name: getattr(report, name) for name in kept},
        "measurements": [_measurement(measurement, reports) for measurement in report.measurements],
    }


def _measurement(measurement: Measurement, reports: Reports) -> dict[str, Any]:
    floor = floor_of(reports, measurement)
    return {
        "name": measurement.name,
        "unit": measurement.unit,
        "median": _rounded(measurement.value),
        "bytes that must move": measurement.moved,
        "floor": _rounded(floor) if floor else None,
        "samples": [_rounded(sample) for sample in measurement.samples],
    }


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
