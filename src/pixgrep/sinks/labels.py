"""
Counts of classes as text, CSV and JSON lines: a row for each class that a picture has, and for pixels of no class.

- Text: ``path:count:id:name``; pixels of no class are ``unknown``.
- CSV: path, id, name, color, count, share; the colour of pixels of no class is empty.
- JSON lines, their kind under ``"type"``: ``labels`` for each picture: path and status (``"ok"`` or ``"failed"``); when
  failed, error; else width, height, classes (id, name, color, count and share of each), unknown and unknown_count; and
  ``summary``, last: how many were labelled, and how many failed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pixgrep.labels import Labels
from pixgrep.matches import Failed
from pixgrep.palettes.palette import Entry
from pixgrep.sinks.csv import cell, path_cell
from pixgrep.sinks.names import json_name, printable
from pixgrep.sinks.output import OutputSink
from pixgrep.sinks.records import JsonSink
from pixgrep.sinks.text import TextSink

UNKNOWN = "unknown"


def _rows(labels: Labels) -> Iterator[tuple[Entry, int]]:
    """Yield each class that a picture has, and how many pixels."""
    for entry, count in zip(labels.classes, labels.counts.tolist(), strict=True):
        if count:
            yield entry, count


@dataclass
class LabelsTextSink(TextSink):
    """Writes text."""

    def add(self, result: Labels | Failed) -> None:
        """Write the lines of one picture."""
        if isinstance(result, Failed):
            return
        rows = [(count, str(entry.id), entry.name) for entry, count in _rows(result)]
        if result.unknown_count:
            rows.append((result.unknown_count, str(result.unknown), UNKNOWN))
        name = self.name(result.source)
        for count, id, label in rows:
            self.output.write(name + f":{count}:{id}:{printable(label)}\n".encode())


@dataclass
class LabelsCsvSink(OutputSink):
    """Writes CSV with a header."""

    def begin(self) -> None:
        """Open the output and write the header."""
        super().begin()
        self.output.write(b"path,id,name,color,count,share\n")

    def add(self, result: Labels | Failed) -> None:
        """Write the rows of one picture."""
        if isinstance(result, Failed):
            return
        rows = [(str(entry.id), entry.name, entry.color.hex, count) for entry, count in _rows(result)]
        if result.unknown_count:
            rows.append((str(result.unknown), UNKNOWN, "", result.unknown_count))
        path = path_cell(result.source)
        for id, name, color, count in rows:
            numbers = b"%d,%.9g" % (count, count / _size(result))
            self.output.write(b",".join((path, id.encode(), cell(name), color.encode(), numbers)) + b"\n")


@dataclass
class LabelsJsonSink(JsonSink):
    """Writes JSON lines, as the module says."""

    summary = ("labelled", "failed")

    def add(self, result: Labels | Failed) -> None:
        """Write the record of one picture."""
        if isinstance(result, Failed):
            self.fail(result, "labels")
            return
        self.totals["labelled"] += 1
        height, width = result.shape
        classes = [{**_facts(entry), "count": count, "share": count / _size(result)} for entry, count in _rows(result)]
        unknown = {"unknown": result.unknown, "unknown_count": result.unknown_count}
        head = {"type": "labels", **json_name(result.source), "status": "ok"}
        self.write({**head, "width": width, "height": height, "classes": classes, **unknown})


def _facts(entry: Entry) -> dict[str, Any]:
    return {"id": entry.id, "name": entry.name, "color": entry.color.hex}


def _size(labels: Labels) -> int:
    return max(1, labels.shape[0] * labels.shape[1])
