"""A table for people: what was found in which picture."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pixgrep.matches import Failed, Matches
from pixgrep.sinks.names import counted, percent, printable

MOST_ROWS = 1000
MOST_LETTERS = 48
"""Letters of a name that the table shows: its end, which tells it from others."""


class SummarySink:
    """
    Prints a table at the end: a row for each picture and colour that was found.

    Parameters
    ----------
    swatches : sequence of str or None
        For each colour, how to show it (``#rrggbb``); None where one colour does not say it.
    """

    def __init__(self, swatches: tuple[str | None, ...], console: Console | None = None) -> None:
        self._swatches = swatches
        self._console = console or Console()
        self._rows: list[tuple[str, ...]] = []
        self._left_out = 0
        self._pictures = self._matched = self._pixels = self._failed = 0

    def begin(self) -> None:
        """Do nothing: a terminal is always open."""

    def add(self, result: Matches | Failed) -> None:
        """Keep the rows of one picture."""
        if isinstance(result, Failed):
            self._failed += 1
            return
        self._pictures += 1
        self._matched += bool(result)
        self._pixels += len(result)
        if not result:
            return
        area = result.shape[0] * result.shape[1]
        found = zip(result.names, self._swatches, result.counts.tolist(), result.bboxes, result.firsts, strict=True)
        for name, swatch, count, box, first in found:
            if not count or not box or not first:
                continue
            if len(self._rows) == MOST_ROWS:
                self._left_out += 1
                continue
            shown = f"[on {swatch}]   [/] {escape(name)}" if swatch else escape(name)
            size = f"{box.width} x {box.height} at {box.x},{box.y}"
            share = percent(count / area)
            row = (escape(_short(printable(result.source))), shown, f"{count:,}", share, size, f"{first.x},{first.y}")
            self._rows.append(row)

    def finish(self) -> None:
        """Print the table."""
        if self._rows:
            table = Table(box=None, header_style="bold", pad_edge=False)
            for column in ("picture", "colour", "pixels", "share", "box", "first"):
                right = column in ("pixels", "share")
                table.add_column(column, justify="right" if right else "left", overflow="fold", no_wrap=right)
            for row in self._rows:
                table.add_row(*row)
            self._console.print(table)
        if self._left_out:
            self._console.print(f"... and {self._left_out:,} more rows; --csv and --json leave nothing out")
        failed = f", {self._failed} could not be searched" if self._failed else ""
        pictures = f"{self._matched:,} of {counted(self._pictures, 'picture')}"
        self._console.print(f"{counted(self._pixels, 'pixel')} in {pictures}{failed}", highlight=False)

    def abort(self) -> None:
        """Print nothing."""


def _short(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else "…" + name[1 - MOST_LETTERS :]
