"""CSV as RFC 4180 has it, but for line feeds as line ends: path, x, y, color; or path, color, count, share."""

import csv
import io
import os
from dataclasses import dataclass

from pixgrep.matches import Failed, Matches
from pixgrep.sinks.lines import match_lines, verbatim
from pixgrep.sinks.output import OutputSink


@dataclass
class CsvSink(OutputSink):
    """
    Writes CSV.

    Attributes
    ----------
    limit : int, optional
        How many matches of a picture are written at most.
    coordinates : bool
        Whether every match is a row, or every colour of a picture.
    """

    limit: int | None = None
    coordinates: bool = True

    def begin(self) -> None:
        """Open the output and write the header."""
        super().begin()
        self.output.write(b"path,x,y,color\n" if self.coordinates else b"path,color,count,share\n")

    def add(self, result: Matches | Failed) -> None:
        """Write the rows of one picture."""
        if isinstance(result, Failed):
            return
        path = path_cell(result.source)
        if not self.coordinates:
            pixels = max(1, result.shape[0] * result.shape[1])
            for color, count in zip(result.names, result.counts.tolist(), strict=True):
                self.output.write(path + b"," + cell(color) + b",%d,%.9g\n" % (count, count / pixels))
            return
        templates = [verbatim(path) + b",%d,%d," + verbatim(cell(color)) + b"\n" for color in result.names]
        for lines in match_lines(result, templates, self.limit):
            self.output.write(lines)


def path_cell(path: str) -> bytes:
    """Return a path that no spreadsheet takes for a formula, and that still names the same file."""
    return cell(f"./{path}" if path.startswith(("=", "+", "-", "@", "\t", "\r")) else path)


def cell(text: str) -> bytes:
    """Return text as one cell, quoted where need be."""
    content = io.StringIO()
    csv.writer(content, lineterminator="\r\n").writerow([text])  # quotes what holds any of its line ends
    return os.fsencode(content.getvalue()[:-2])
