"""A report as JSON, for programs."""

import json
from collections.abc import Iterator
from typing import Any

from pixgrep.bench.findings import findings
from pixgrep.bench.report import Report


def to_json(report: Report) -> bytes:
    """
    Return all that a report has.

    Each result says by ``ratio`` how many times as quick as the first contestant it is; null where that one was not
    measured.
    """
    contestants = [
        {
            "name": entry.name,
            "first_search_s": _rounded(entry.first_seconds),
            "could_not_be_measured": entry.missing,
        }
        for entry in report.entries
    ]
    content = {
        "complete": report.is_complete,
        "machine": report.machine,
        "picture": report.picture,
        "contestants": contestants,
        "results": list(_results(report)),
        "findings": list(findings(report)),
        "wrong_answers": report.wrong,
        "left_out": report.notes,
    }
    return (json.dumps(content, indent=1) + "\n").encode()


def _results(report: Report) -> Iterator[dict[str, Any]]:
    for result in report.results:
        lower, upper = result.timing.quartiles
        yield {
            "question": result.question,
            "contestant": result.contestant,
            "width": result.width,
            "height": result.height,
            "matches": result.matches,
            "rounds": len(result.timing.samples),
            "median_ms": _rounded(1000 * result.timing.median),
            "quartiles_ms": [_rounded(1000 * lower), _rounded(1000 * upper)],
            "megapixels_per_s": _rounded(result.speed),
            "ratio": _rounded(report.ratio(result)),
        }


def _rounded(value: float | None) -> float | None:
    """Return four digits of a number: more were not measured."""
    return None if value is None else float(f"{value:.4g}")
