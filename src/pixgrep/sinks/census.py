"""
Censuses and differences as text, CSV, JSON lines and Parquet; the same columns everywhere.

Of a census: color, count, share. Of a difference: color, before, after, change. Where each picture has a census of its
own, its path, too: last in text, so that it may hold anything, else first.

JSON lines, their kind under ``"type"``:

- ``color``: a row;
- ``census`` after the rows of a census, ``difference`` after those of a difference: colors (how many there are), count
  (of pixels) or added, removed and same (of colours), and truncated (whether a limit left rows out);
- ``picture``, for each that failed: path, status ``"failed"`` and error;
- ``summary``, last: how many were counted, and how many failed.
"""

import os
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from pixgrep.census import Census, Difference, Order
from pixgrep.matches import Failed
from pixgrep.sinks import Sink
from pixgrep.sinks.csv import path_cell
from pixgrep.sinks.lines import row_lines, verbatim
from pixgrep.sinks.names import json_name
from pixgrep.sinks.output import OutputSink, WholeFile
from pixgrep.sinks.parquet import REPEATED, ParquetFile
from pixgrep.sinks.records import JsonSink, to_json
from pixgrep.tables import Columns, arrow_table

Counted = Census | Difference
CensusSink = Sink[Counted]

CENSUS, DIFFERENCE = ("color", "count", "share"), ("color", "before", "after", "change")


@dataclass(frozen=True)
class Listing:
    """
    Which rows to write, and how.

    Attributes
    ----------
    order : {"count", "color", "similar"}
        See `pixgrep.Census.ordered`.
    limit : int or None
        How many rows of a result at most.
    has_paths : bool
        Whether rows tell of which picture they are.
    names : tuple of str
        Of the columns.
    """

    order: Order = "count"
    limit: int | None = None
    has_paths: bool = False
    names: tuple[str, ...] = CENSUS

    def columns(self, result: Counted) -> Columns:
        """Return the columns of a result."""
        return result.columns(self.order, self.limit)

    def arrays(self, result: Counted) -> list[NDArray[Any]]:
        """Return the columns of a result without their names."""
        return list(self.columns(result).values())

    def cuts(self, result: Counted) -> bool:
        """Return whether rows are left out."""
        return self.limit is not None and len(result) > self.limit


@dataclass
class CensusTextSink(OutputSink):
    """``#rrggbb``, count and share, or count before, count after and change, with tabs between; a line a colour."""

    listing: Listing = field(default_factory=Listing)

    def add(self, result: Counted | Failed) -> None:
        """Write the lines of one result."""
        if isinstance(result, Failed):
            return
        template = b"%s\t%d\t%.9g" if isinstance(result, Census) else b"%s\t%d\t%d\t%+d"
        if self.listing.has_paths and isinstance(result, Census):
            template += b"\t" + verbatim(os.fsencode(result.source))
        for lines in row_lines(self.listing.arrays(result), template + b"\n"):
            self.output.write(lines)


@dataclass
class CensusCsvSink(OutputSink):
    """CSV with a header."""

    listing: Listing = field(default_factory=Listing)

    def begin(self) -> None:
        """Open the output and write the header."""
        super().begin()
        names = ("path",) * self.listing.has_paths + self.listing.names
        self.output.write(",".join(names).encode() + b"\n")

    def add(self, result: Counted | Failed) -> None:
        """Write the rows of one result."""
        if isinstance(result, Failed):
            return
        template = b"%s,%d,%.9g\n" if isinstance(result, Census) else b"%s,%d,%d,%d\n"
        if self.listing.has_paths and isinstance(result, Census):
            template = verbatim(path_cell(result.source)) + b"," + template
        for lines in row_lines(self.listing.arrays(result), template):
            self.output.write(lines)


@dataclass
class CensusJsonSink(JsonSink):
    """JSON lines, as the module says."""

    summary = ("counted", "failed")
    listing: Listing = field(default_factory=Listing)

    def add(self, result: Counted | Failed) -> None:
        """Write the records of one result."""
        if isinstance(result, Failed):
            self.fail(result)
            return
        path = json_name(result.source) if self.listing.has_paths and isinstance(result, Census) else {}
        numbers = b'"count":%d,"share":%a' if isinstance(result, Census) else b'"before":%d,"after":%d,"change":%d'
        start = verbatim(to_json({"type": "color", **path})[:-1])
        for lines in row_lines(self.listing.arrays(result), start + b',"color":"%s",' + numbers + b"}\n"):
            self.output.write(lines)
        self.write({**_facts(result, path), "truncated": self.listing.cuts(result)})
        self.totals["counted"] += 1


def _facts(result: Counted, path: dict[str, Any]) -> dict[str, Any]:
    if isinstance(result, Census):
        return {"type": "census", **path, "colors": len(result), "count": result.total}
    counts = {"added": result.added, "removed": result.removed, "same": result.same}
    return {"type": "difference", "colors": len(result), **counts}


class CensusParquetSink(ParquetFile):
    """
    Writes one Parquet file; needs PyArrow.

    Parameters
    ----------
    output : WholeFile
        Where to.
    listing : Listing
        What.
    """

    def __init__(self, output: WholeFile, listing: Listing) -> None:
        kinds = {"color": "large_string", "share": "float64"}
        path = {"path": REPEATED} if listing.has_paths else {}
        super().__init__(output, {**path, **{name: kinds.get(name, "int64") for name in listing.names}})
        self._listing = listing

    def add(self, result: Counted | Failed) -> None:
        """Write the rows of one result."""
        if isinstance(result, Failed):
            return
        path = result.source if self._listing.has_paths and isinstance(result, Census) else None
        self.write(arrow_table(self._listing.columns(result)), path)
