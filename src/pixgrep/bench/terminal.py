"""A report for people, on a terminal: tables, a plot, and what it comes to."""

import io
from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pixgrep.bench import machine
from pixgrep.bench.curves import draw
from pixgrep.bench.findings import findings
from pixgrep.bench.report import Entry, Report, Result
from pixgrep.sinks.names import percent, printable

PLOT_HEIGHT = 18
WIDEST_PLOT = 100


def to_text(report: Report, *, is_terminal: bool, width: int | None = None) -> str:
    """
    Return all of a report.

    Parameters
    ----------
    report : Report
    is_terminal : bool
        Whether it may be in colours.
    width : int, optional
        In letters; that of the terminal, or 80, where it is not said.
    """
    text = io.StringIO()
    console = Console(file=text, force_terminal=is_terminal, width=width)
    for part in _parts(report, min(console.width, WIDEST_PLOT)):
        console.print(part, highlight=False)
    return text.getvalue().rstrip("\n")


def _parts(report: Report, width: int) -> Iterator[RenderableType]:
    yield from _heading(report)
    if report.results:
        for question in report.questions:
            yield from _by_size(report, question)
        yield from _plot(report, report.questions[0], width)
        yield ""
        yield _by_contestant(report, report.questions[0])
    yield ""
    for reason, names in report.missing().items():
        yield _line(", ".join(names), f"could not be measured: {reason}")
    for finding in findings(report):
        yield _line("", finding)
    for wrong in report.wrong:
        yield _line("WRONG ANSWER", wrong, "bold red")
    for note in report.notes:
        yield _line("", note)
    if report.results and not report.wrong:
        yield "All answers agree, pixel by pixel."
    if not report.is_complete:
        yield "Stopped early: this is what was measured so far."


def _heading(report: Report) -> Iterator[Text]:
    picture = report.picture
    yield Text(f"{printable(picture['name'])}, {picture['width']} x {picture['height']}")
    shares = ", ".join(f"{name} {percent(share)}" for name, share in picture["shares"].items())
    yield Text("colour ").append("   ", style=f"on {picture['color']}").append(f" {picture['color']}: {shares}")
    yield Text(machine.describe(report.machine))


def _by_size(report: Report, question: str) -> Iterator[RenderableType]:
    """Yield a table with a row for each size, and a column for each contestant of which there are figures."""
    first = report.entries[0].name
    yield ""
    yield Text(f"{question}: milliseconds to find all places, and how many times as quick as {first}", style="bold")
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("mega-\npixels", justify="right", vertical="bottom", no_wrap=True)
    columns = {entry.name: report.of(question, entry.name) for entry in report.measured()}
    for entry in report.measured():
        table.add_column(_short(entry), justify="right", vertical="bottom")
    for size in report.sizes:
        row = [figures.get(size) for figures in columns.values()]
        best = min((result.timing.median for result in row if result), default=None)
        table.add_row(f"{size:.3g}", *(_cell(report, result, best) for result in row))
    yield table


def _cell(report: Report, result: Result | None, best: float | None) -> Text:
    if result is None:
        return Text("-")
    ratio = report.ratio(result)
    text = Text(milliseconds(result.timing.median), style="bold" if result.timing.median == best else "", no_wrap=True)
    if ratio is not None and result.contestant != report.entries[0].name:
        text.append(f" {_times(ratio):>5}", style="not bold dim")
    return text


def _by_contestant(report: Report, question: str) -> Table:
    """Return a row for each contestant: its first search, and how it does at the largest size."""
    largest = report.sizes[-1]
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(f"{question},\n{largest:.3g} megapixels", vertical="bottom")
    for name in ("megapixels\na second", "half of all times,\nmilliseconds", "\nrounds", "loading and\nfirst search"):
        table.add_column(name, justify="right", vertical="bottom")
    for entry in report.measured():
        result = report.of(question, entry.name).get(largest)
        cells = ["-", "-", "-"]
        if result:
            lower, upper = map(milliseconds, result.timing.quartiles)
            cells = [f"{result.speed:,.0f}", f"{lower} to {upper}", str(len(result.timing.samples))]
        table.add_row(_swatched(entry), *cells, f"{entry.first_seconds or 0:.3f} s")
    return table


def _plot(report: Report, question: str, width: int) -> Iterator[RenderableType]:
    yield ""
    yield Text(f"{question}: milliseconds over megapixels", style="bold")
    lines = {
        entry.color: {size: 1000 * result.timing.median for size, result in report.of(question, entry.name).items()}
        for entry in report.measured()
    }
    yield from draw(lines, width, PLOT_HEIGHT)
    yield Text("  ").join(map(_swatched, report.measured()))


def _swatched(entry: Entry) -> Text:
    return Text("━ ", style=entry.color).append(entry.name, style="default")


def _short(entry: Entry) -> Text:
    """Return a name that breaks where words end, for the head of a narrow column."""
    return Text(entry.name.replace("pixgrep ", "pixgrep\n").replace("GPU ", "GPU\n"), style=entry.color)


def _line(name: str, text: str, style: str = "bold") -> str:
    return f"[{style}]{escape(name)}[/]: {escape(printable(text))}" if name else escape(printable(text))


def milliseconds(seconds: float) -> str:
    """
    Return a time in milliseconds, as many digits as were measured.

    Examples
    --------
    >>> milliseconds(0.0000123), milliseconds(0.00123), milliseconds(0.0123), milliseconds(1.234)
    ('0.012', '1.23', '12.3', '1234')
    """
    value = 1000 * seconds
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.{2 if value >= 1 else 3}f}"


def _times(ratio: float) -> str:
    return f"{ratio:.0f}x" if ratio >= 9.95 else f"{ratio:.1f}x"
