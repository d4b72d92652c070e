"""A census, or a difference, as a table for people: colours are shown, not only named."""

from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pixgrep.census import Census, Difference
from pixgrep.matches import Failed
from pixgrep.sinks.census import Counted, Listing
from pixgrep.sinks.names import counted, percent, printable

BLACK, WHITE = 0, 255


class CensusTableSink:
    """
    Prints a table for each result, and what it left out.

    Parameters
    ----------
    listing : Listing
        What to print.
    """

    def __init__(self, listing: Listing, console: Console | None = None) -> None:
        self._listing = listing
        self._console = console or Console()
        self._shown: list[RenderableType] = []
        self._failed = 0

    def begin(self) -> None:
        """Do nothing: a terminal is always open."""

    def add(self, result: Counted | Failed) -> None:
        """Keep the table of one result."""
        if isinstance(result, Failed):
            self._failed += 1
            return
        if self._listing.has_paths and isinstance(result, Census):
            self._shown += [""] * bool(self._shown)  # a line between two pictures
            self._shown.append(f"[bold]{escape(printable(result.source))}[/]")
        if len(result):
            self._shown.append(self._table(result))
        if self._listing.cuts(result):
            more = len(result) - (self._listing.limit or 0)
            self._shown.append(f"... and {more:,} more; --top N shows N, --csv and --json all")
        self._shown.append(_sentence(result))

    def finish(self) -> None:
        """Print all tables, and say what failed."""
        if self._failed:
            self._shown.append(f"{counted(self._failed, 'picture')} could not be counted")
        for part in self._shown:
            self._console.print(part, highlight=False)

    def abort(self) -> None:
        """Print nothing."""

    def _table(self, result: Counted) -> Table:
        names = ("colour", "pixels", "share") if isinstance(result, Census) else ("colour", "before", "after", "change")
        table = Table(box=None, header_style="bold", pad_edge=False)
        for name in names:
            table.add_column(name, justify="left" if name == "colour" else "right", no_wrap=True)
        for row in self._rows(result):
            table.add_row(*row)
        return table

    def _rows(self, result: Counted) -> Iterable[tuple[Text | str, ...]]:
        order, limit = self._listing.order, self._listing.limit
        if isinstance(result, Difference):
            for color, before, after in result.ordered(order, limit):
                yield _shown(color), f"{before:,}", f"{after:,}", f"{after - before:+,}"
            return
        for color, count, share in result.ordered(order, limit):
            yield _shown(color), f"{count:,}", percent(share)


def _sentence(result: Counted) -> str:
    if isinstance(result, Difference):
        return result.describe()
    return f"{counted(len(result), 'colour')} in {counted(result.total, 'pixel')}"


def _shown(color: str) -> Text:
    """Return a swatch and the name of a colour; a translucent swatch lies half on black, half on white."""
    width = 2 if len(color) <= len("#rrggbbaa") else 4
    red, green, blue, *rest = (int(color[start : start + 2], 16) for start in range(1, len(color), width))
    alpha = rest[0] if rest else 255
    text = Text()
    for ground in (BLACK, WHITE):
        mixed = [(channel * alpha + ground * (255 - alpha)) // 255 for channel in (red, green, blue)]
        text.append("  ", style="on #{:02x}{:02x}{:02x}".format(*mixed))
    return text.append(f" {color}")
