"""Plain text for pipes: a line a match, a count or a name."""

import os
from dataclasses import dataclass

from pixgrep.matches import Failed, Matches
from pixgrep.regions import Regions
from pixgrep.sinks.lines import match_lines, verbatim
from pixgrep.sinks.names import printable
from pixgrep.sinks.output import OutputSink, is_terminal


@dataclass
class TextSink(OutputSink):
    """
    What all text sinks have in common.

    Attributes
    ----------
    null : bool
        Whether a name ends with a NUL byte instead of a colon or a newline.
    """

    null: bool = False

    def name(self, source: str) -> bytes:
        """Return a name: exact bytes, but harmless text on a terminal."""
        return printable(source).encode() if is_terminal(self.output) else os.fsencode(source)


@dataclass
class LinesSink(TextSink):
    """``name:x,y:colour`` for every match."""

    limit: int | None = None

    def add(self, result: Matches | Failed) -> None:
        """Write the matches of one picture, in reading order."""
        if isinstance(result, Failed):
            return
        name = verbatim(self.name(result.source)) + (b"\0" if self.null else b":")
        templates = [name + b"%d,%d:" + verbatim(color) + b"\n" for color in result.names]
        for lines in match_lines(result, templates, self.limit):
            self.output.write(lines)


@dataclass
class CountsSink(TextSink):
    """``name:count`` (of pixels or regions) for every picture; with several colours ``name:count:colour`` for each."""

    def add(self, result: Matches | Regions | Failed) -> None:
        """Write the counts of one picture."""
        if isinstance(result, Failed):
            return
        name = self.name(result.source) + (b"\0" if self.null else b":")
        if len(result.names) == 1:
            self.output.write(name + b"%d\n" % len(result))
            return
        for color, count in zip(result.names, result.counts.tolist(), strict=True):
            self.output.write(name + b"%d:" % count + color.encode(errors="surrogateescape") + b"\n")


@dataclass
class NamesSink(TextSink):
    """The names of the pictures that match, or of those that do not."""

    matching: bool = True

    def add(self, result: Matches | Regions | Failed) -> None:
        """Write the name of one picture, or not."""
        if not isinstance(result, Failed) and bool(result) == self.matching:
            self.output.write(self.name(result.source) + (b"\0" if self.null else b"\n"))
