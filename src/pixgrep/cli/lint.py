"""``pixgrep lint``: which colours of pictures are not in a palette."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from pixgrep.cli.each import (
    Tally,
    find_files,
    refuse_overwriting,
    refuse_second_stdin,
    require_backend,
    say_nothing_found,
    show_warnings,
    take_results,
)
from pixgrep.cli.main import MATCHED, NOTHING_MATCHED, say
from pixgrep.errors import warn_of
from pixgrep.sinks.names import counted

if TYPE_CHECKING:
    from pixgrep.strays import Lint

CLEAN, STRAYED = MATCHED, NOTHING_MATCHED


def lint(**typed: Any) -> int:
    """Look for strays, and return the exit status."""
    from pixgrep.lint import to_linter
    from pixgrep.run.files import in_files
    from pixgrep.sources import MOST_PIXELS

    if typed["json"] and typed["github"]:
        raise click.UsageError("--json and --github exclude each other; give one of them")
    outputs = [typed["output"]] if typed["output"] else []
    refuse_second_stdin(typed["paths"])
    refuse_overwriting(outputs, typed["paths"])
    show_warnings()
    require_backend(typed["backend"])
    linter = to_linter(
        typed["palette"],
        **{name: typed[name] for name in ("within", "metric", "region", "upright", "backend", "threads")},
        max_pixels=typed["max_pixels"] or MOST_PIXELS,
    )
    found = {"pictures": 0, "pixels": 0}

    def note(results: "Iterator[Lint]") -> "Iterator[Lint]":
        for report in results:
            warn_of(report.notes, report.source)
            found["pictures"] += len(report) > 0
            found["pixels"] += report.count
            yield report

    tally, files = Tally(), find_files(typed, outputs)
    try:
        results = in_files(linter.lint_quietly, linter.with_threads(1).lint_quietly, files, typed["threads"])
        take_results(results, [_sink(typed)], tally, note)
    except BrokenPipeError:  # the reader has seen enough
        return STRAYED
    say_nothing_found(typed["paths"], tally)
    if tally.done and (found["pixels"] or (sys.stderr is not None and sys.stderr.isatty())):
        say(
            f"{counted(found['pixels'], 'pixel')} in {found['pictures']:,} of {counted(tally.done, 'picture')} "
            f"not in the palette {linter.palette.name}"
        )
    return tally.status(STRAYED if found["pictures"] else CLEAN)


def _sink(typed: dict[str, Any]) -> Any:
    from pixgrep.sinks.lint import LintGithubSink, LintJsonSink, LintTextSink
    from pixgrep.sinks.output import StandardOutput, WholeFile

    output = WholeFile(typed["output"], force=typed["force"]) if typed["output"] else StandardOutput()
    kind = LintJsonSink if typed["json"] else LintGithubSink if typed["github"] else LintTextSink
    return kind(output, limit=typed["limit"])
