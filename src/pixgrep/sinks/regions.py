"""
Regions as text, CSV and JSON lines: a line each, in the order of the table; boxes as ``--region`` takes them.

JSON lines, their kind under ``"type"``:

- ``region``: path, label, color, area, box (x, y, width, height), centroid (x, y) and first (x, y); where boxes alone
  are wanted, path, label and box;
- ``picture``, after its regions: path and status (``"ok"`` or ``"failed"``). When failed, error; else region (what was
  searched: x, y, width, height), count (of regions), pixels (the sum of their areas), truncated (whether a limit left
  regions out), and colors: color, count and pixels of each;
- ``summary``, last: how many pictures were searched, how many of them matched (have regions), how many failed; and
  count and pixels of all regions.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pixgrep.matches import Failed
from pixgrep.model import Box
from pixgrep.regions import Regions
from pixgrep.regions.columns import COLUMNS
from pixgrep.sinks.csv import cell, path_cell
from pixgrep.sinks.lines import row_lines, verbatim
from pixgrep.sinks.names import json_name
from pixgrep.sinks.output import OutputSink
from pixgrep.sinks.records import JsonSink, to_json
from pixgrep.sinks.text import TextSink


class Wanted(NamedTuple):
    """
    What of regions is written.

    Attributes
    ----------
    limit : int or None
        How many regions of a picture at most.
    boxes : bool
        Whether their boxes alone.
    lines : bool
        Whether regions at all, or a summary of each picture only.
    """

    limit: int | None = None
    boxes: bool = False
    lines: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that are written."""
        return ("label", *Box._fields) if self.boxes else COLUMNS

    def arrays(self, regions: Regions, spell: Callable[[str], bytes]) -> list[NDArray[Any]]:
        """Return those columns, with colours as a format spells them."""
        columns = {**regions.columns, "color": _spelled(regions, spell)}
        return [columns[name] for name in self.columns]

    def cuts(self, regions: Regions) -> bool:
        """Return whether regions of a picture are left out."""
        return self.lines and self.limit is not None and len(regions) > self.limit


@dataclass
class RegionLinesSink(TextSink):
    """``name:x,y,width,height:area:colour`` for every region; ``name:x,y,width,height`` for its box alone."""

    wanted: Wanted = field(default_factory=Wanted)

    def add(self, result: Regions | Failed) -> None:
        """Write the regions of one picture."""
        if isinstance(result, Failed):
            return
        regions, name = result[: self.wanted.limit], self.name(result.source) + (b"\0" if self.null else b":")
        columns, template = list(regions.boxes.T), b"%d,%d,%d,%d"
        if not self.wanted.boxes:
            columns += [regions.areas, _spelled(regions, lambda color: color.encode(errors="surrogateescape"))]
            template += b":%d:%s"
        for lines in row_lines(columns, verbatim(name) + template + b"\n"):
            self.output.write(lines)


@dataclass
class RegionCsvSink(OutputSink):
    """CSV: as RFC 4180 has it, but for line feeds as line ends."""

    wanted: Wanted = field(default_factory=Wanted)

    def begin(self) -> None:
        """Open the output and write the header."""
        super().begin()
        names = self.wanted.columns if self.wanted.lines else ("color", "count", "pixels")
        self.output.write(",".join(("path", *names)).encode() + b"\n")

    def add(self, result: Regions | Failed) -> None:
        """Write the rows of one picture."""
        if isinstance(result, Failed):
            return
        path = path_cell(result.source)
        if not self.wanted.lines:
            for color, count, pixels in _totals(result):
                self.output.write(path + b"," + cell(color) + b",%d,%d\n" % (count, pixels))
            return
        regions = result[: self.wanted.limit]
        columns = self.wanted.arrays(regions, cell)
        template = b"%d,%d,%d,%d,%d" if self.wanted.boxes else b"%d,%s,%d,%d,%d,%d,%d,%.9g,%.9g,%d,%d"
        for lines in row_lines(columns, verbatim(path) + b"," + template + b"\n"):
            self.output.write(lines)


@dataclass
class RegionJsonSink(JsonSink):
    """Writes JSON lines, as the module says."""

    summary = ("searched", "matched", "failed", "count", "pixels")
    wanted: Wanted = field(default_factory=Wanted)

    def add(self, result: Regions | Failed) -> None:
        """Write the records of one picture."""
        if isinstance(result, Failed):
            self.fail(result)
            return
        if self.wanted.lines:
            self._write_regions(result[: self.wanted.limit])
        picture = self._picture(result)
        self.write(picture)
        self.totals["searched"] += 1
        self.totals["matched"] += bool(result)
        self.totals["count"] += picture["count"]
        self.totals["pixels"] += picture["pixels"]

    def _write_regions(self, regions: Regions) -> None:
        start = verbatim(to_json({"type": "region", **json_name(regions.source)})[:-1])
        box = b'"box":[%d,%d,%d,%d]'
        rest = box if self.wanted.boxes else b'"color":%s,"area":%d,' + box + b',"centroid":[%a,%a],"first":[%d,%d]'
        for lines in row_lines(self.wanted.arrays(regions, to_json), start + b',"label":%d,' + rest + b"}\n"):
            self.output.write(lines)

    def _picture(self, regions: Regions) -> dict[str, Any]:
        return {
            "type": "picture",
            **json_name(regions.source),
            "status": "ok",
            "region": regions.about.region,
            "count": len(regions),
            "pixels": int(regions.areas.sum()),
            "truncated": self.wanted.cuts(regions),
            "colors": [{"color": name, "count": count, "pixels": pixels} for name, count, pixels in _totals(regions)],
        }


def _spelled(regions: Regions, spell: Callable[[str], bytes]) -> NDArray[Any]:
    """Return the colour of each region, as a format has it."""
    spelled: NDArray[Any] = np.array(list(map(spell, regions.names)), object)[regions.colors]
    return spelled


def _totals(regions: Regions) -> list[tuple[str, int, int]]:
    """Return each colour, how many regions it has, and how many pixels they have."""
    pixels = [int(regions.areas[regions.colors == color].sum()) for color in range(len(regions.names))]
    return list(zip(regions.names, regions.counts.tolist(), pixels, strict=True))
