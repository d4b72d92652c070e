"""``pixgrep bench``: how quickly colours are found on this machine, and by whom."""

import sys
from typing import TYPE_CHECKING, Any

import click

from pixgrep.cli.each import refuse_overwriting, show_warnings, standard_input
from pixgrep.cli.main import MATCHED, SOME_FAILED, USAGE, StoppedBySignal, put, say
from pixgrep.errors import ColorError

if TYPE_CHECKING:
    from pixgrep.bench.question import Rgb
    from pixgrep.bench.report import Report
    from pixgrep.bench.subject import Subject
    from pixgrep.sinks.output import Output

STANDARD_OUTPUT = "-"
CLEAR_LINE = "\r\x1b[K"


def run(**typed: Any) -> int:
    """Measure, print, and return the exit status."""
    from pixgrep.bench.figure import load_matplotlib, to_png
    from pixgrep.sinks.output import WholeFile

    _check_outputs(typed)
    if typed["plot"]:
        load_matplotlib()  # what is missing is told before the run, not after it
    show_warnings()
    plot = WholeFile(typed["plot"], force=typed["force"]) if typed["plot"] else None
    record = _record_output(typed)
    try:
        for output in (plot, record):
            if output:
                output.open()
        report = _measure(typed, record)
        if plot and report.results:
            plot.write(to_png(report))
            plot.close()
    finally:
        for output in (plot, record):
            if output:
                output.abort()
    if not report.results:
        say("nothing could be measured")
        return USAGE
    return SOME_FAILED if report.wrong else MATCHED


def _check_outputs(typed: dict[str, Any]) -> None:
    if typed["plot"] and not typed["plot"].lower().endswith(".png"):
        raise click.UsageError(f"--plot writes PNG, and {typed['plot']!r} does not end in .png")
    outputs = [path for path in (typed["plot"], typed["json"]) if path and path != STANDARD_OUTPUT]
    refuse_overwriting(outputs, [typed["picture"]] if typed["picture"] else [])


def _record_output(typed: dict[str, Any]) -> "Output | None":
    """Return where JSON goes; None if nobody wants it."""
    from pixgrep.sinks.output import StandardOutput, WholeFile

    if typed["json"] == STANDARD_OUTPUT:
        return StandardOutput()
    return WholeFile(typed["json"], force=typed["force"]) if typed["json"] else None


def _measure(typed: dict[str, Any], record: "Output | None") -> "Report":
    """Measure and tell of it; of what was measured so far if a signal ends the run."""
    from pixgrep.bench.contestants import CONTESTANTS
    from pixgrep.bench.measuring import Bench, sizes_up_to
    from pixgrep.bench.record import to_json
    from pixgrep.bench.terminal import to_text  # loaded now, with rich: after a signal there is little time

    sizes = sizes_up_to(typed["max_megapixels"])
    bench = Bench([kind() for kind in CONTESTANTS], _subject(typed), sizes, typed["seconds"], _say_state)

    def tell() -> None:
        _say_state("")
        if typed["json"] != STANDARD_OUTPUT:
            put(to_text(bench.report, is_terminal=sys.stdout is not None and sys.stdout.isatty()))
        if record:
            record.write(to_json(bench.report))
            record.close()

    try:
        bench.run()
    except StoppedBySignal:
        tell()
        if typed["plot"]:
            say(f"stopped; {typed['plot']} was not written")
        raise
    tell()
    return bench.report


def _subject(typed: dict[str, Any]) -> "Subject":
    from pixgrep.bench.subject import opened, seeded
    from pixgrep.sources import MOST_PIXELS, to_reading

    color = None if typed["color"] is None else _rgb(typed["color"])
    if typed["picture"] is None:
        return seeded(color, typed["within"])
    picture = standard_input() if typed["picture"] == "-" else typed["picture"]
    return opened(picture, color, typed["within"], to_reading("rgb", False, typed["max_pixels"] or MOST_PIXELS))


def _rgb(text: str) -> "Rgb":
    """Return a colour as all contestants take it."""
    from pixgrep.colors.parse import parse_color

    color = parse_color(text)
    if color.alpha is not None:
        raise ColorError(f"{text!r} has an alpha, and pictures are measured without; give {color.hex[:7]!r}")
    red, green, blue = bytes.fromhex(color.hex[1:])
    return red, green, blue


def _say_state(state: str) -> None:
    """
    Say on a terminal what is done now, in place of what was done before.

    Nothing moves in between: what runs beside a search takes time from it.
    """
    if sys.stderr is not None and sys.stderr.isatty():
        click.echo(CLEAR_LINE + state, nl=False, err=True)
