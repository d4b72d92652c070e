"""Tables for people: what was found in which picture."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import islice
from typing import ClassVar, Generic, Literal, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pixgrep.matches import Failed, Matches
from pixgrep.regions import Regions
from pixgrep.sinks.names import counted, percent, shortened

MOST_ROWS = 1000
NAMES = ("picture", "colour")
"""Columns whose text goes on in the next line where a terminal is narrow."""

Row = tuple[str, ...]
Found = TypeVar("Found", bound=Matches | Regions)


class TableSink(ABC, Generic[Found]):
    """
    Prints a table at the end, and how much was found in how many pictures.

    Parameters
    ----------
    swatches : sequence of str or None
        For each colour, how to show it (``#rrggbb``); None where one colour does not say it.

    Attributes
    ----------
    columns : tuple of str
        Headings.
    numbers : tuple of str
        Those of the columns that are aligned to the right.
    noun : str
        What there are many of in a picture.
    """

    columns: ClassVar[Row]
    numbers: ClassVar[Row]
    noun: ClassVar[str]

    def __init__(self, swatches: tuple[str | None, ...], console: Console | None = None) -> None:
        self._swatches = swatches
        self._console = console or Console()
        self._rows: list[Row] = []
        self._left_out = 0
        self._pictures = self._matched = self._found = self._failed = 0

    @abstractmethod
    def rows(self, found: Found) -> Iterator[Row]:
        """Yield the rows of one picture, without its name."""

    @abstractmethod
    def count_rows(self, found: Found) -> int:
        """Return how many there are."""

    def begin(self) -> None:
        """Do nothing: a terminal is always open."""

    def add(self, result: Found | Failed) -> None:
        """Keep the rows of one picture."""
        if isinstance(result, Failed):
            self._failed += 1
            return
        self._pictures += 1
        self._matched += bool(result)
        self._found += len(result)
        if not result:
            return
        name = escape(shortened(result.source))
        rows = list(islice(self.rows(result), MOST_ROWS - len(self._rows)))
        self._rows += [(name, *row) for row in rows]
        self._left_out += self.count_rows(result) - len(rows)

    def shown(self, color: int, name: str) -> str:
        """Return the name of a colour, with a swatch where there is one."""
        swatch = self._swatches[color]
        return f"[on {swatch}]   [/] {escape(name)}" if swatch else escape(name)

    def finish(self) -> None:
        """Print the table."""
        if self._rows:
            table = Table(box=None, header_style="bold", pad_edge=False)
            for column in self.columns:
                justify: Literal["right", "left"] = "right" if column in self.numbers else "left"
                table.add_column(column, justify=justify, overflow="fold", no_wrap=column not in NAMES)
            for row in self._rows:
                table.add_row(*row)
            self._console.print(table)
        if self._left_out:
            self._console.print(f"... and {self._left_out:,} more rows; --csv and --json leave nothing out")
        failed = f", {self._failed} could not be searched" if self._failed else ""
        pictures = f"{self._matched:,} of {counted(self._pictures, 'picture')}"
        self._console.print(f"{counted(self._found, self.noun)} in {pictures}{failed}", highlight=False)

    def abort(self) -> None:
        """Print nothing."""


class SummarySink(TableSink[Matches]):
    """A row for each picture and colour that was found."""

    columns = ("picture", "colour", "pixels", "share", "box", "first")
    numbers = ("pixels", "share")
    noun = "pixel"

    def rows(self, found: Matches) -> Iterator[Row]:
        """Yield colour, pixels, share, box and first pixel of each colour."""
        area = found.shape[0] * found.shape[1]
        colors = zip(found.names, found.counts.tolist(), found.bboxes, found.firsts, strict=True)
        for color, (name, count, box, first) in enumerate(colors):
            if box and first:
                size = f"{box.width} x {box.height} at {box.x},{box.y}"
                yield self.shown(color, name), f"{count:,}", percent(count / area), size, f"{first.x},{first.y}"

    def count_rows(self, found: Matches) -> int:
        """Return how many colours were found."""
        return int((found.counts > 0).sum())


class RegionTableSink(TableSink[Regions]):
    """A row for each region."""

    columns = ("picture", "colour", "region", "area", "box", "centroid")
    numbers = ("region", "area")
    noun = "region"

    def rows(self, found: Regions) -> Iterator[Row]:
        """Yield colour, label, area, box and centroid of each region."""
        for color, region in zip(found.colors.tolist(), found, strict=True):
            x, y, width, height = region.box
            column, row = region.centroid
            box, centroid = f"{width} x {height} at {x},{y}", f"{column:.1f},{row:.1f}"
            yield self.shown(color, region.color), str(region.label), f"{region.area:,}", box, centroid

    def count_rows(self, found: Regions) -> int:
        """Return how many regions were found."""
        return len(found)
