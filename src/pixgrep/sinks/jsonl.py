"""
JSON lines: one object a line, its kind under ``"type"``.

- ``match``: path, x, y, color;
- ``picture``, after its matches: path and status (``"ok"`` or ``"failed"``). When failed, error; else region (x, y,
  width, height), count, share (of the region's pixels), first, bbox, truncated (whether a limit left matches out), and
  colors: color, count, first and bbox of each;
- ``summary``, last: how many pictures were searched, how many matched, how many failed, and how many pixels match.
"""

from dataclasses import dataclass
from typing import Any

from pixgrep.matches import Failed, Matches
from pixgrep.model import Match
from pixgrep.sinks.lines import match_lines, verbatim
from pixgrep.sinks.names import json_name
from pixgrep.sinks.records import JsonSink, to_json


@dataclass
class JsonLinesSink(JsonSink):
    """
    Writes JSON lines.

    Attributes
    ----------
    limit : int, optional
        How many matches of a picture are written at most.
    coordinates : bool
        Whether matches are written at all, or pictures only.
    """

    summary = ("searched", "matched", "failed", "count")
    limit: int | None = None
    coordinates: bool = True

    def add(self, result: Matches | Failed) -> None:
        """Write the records of one picture."""
        if isinstance(result, Failed):
            self.fail(result)
            return
        self.totals["searched"] += 1
        self.totals["matched"] += bool(result)
        self.totals["count"] += len(result)
        if self.coordinates:
            start = verbatim(to_json({"type": "match", **json_name(result.source)})[:-1])
            templates = [start + b',"x":%d,"y":%d,"color":' + verbatim(to_json(name)) + b"}\n" for name in result.names]
            for lines in match_lines(result, templates, self.limit):
                self.output.write(lines)
        self.write(self._picture(result))

    def _picture(self, matches: Matches) -> dict[str, Any]:
        colors = zip(matches.names, matches.counts.tolist(), matches.firsts, matches.bboxes, strict=True)
        return {
            "type": "picture",
            **json_name(matches.source),
            "status": "ok",
            "region": matches.region,
            "count": len(matches),
            "share": len(matches) / max(1, matches.shape[0] * matches.shape[1]),
            "first": _place(matches.first),
            "bbox": matches.bbox,
            "truncated": bool(self.coordinates and self.limit is not None and len(matches) > self.limit),
            "colors": [
                {"color": name, "count": count, "first": _place(first), "bbox": bbox}
                for name, count, first, bbox in colors
            ],
        }


def _place(match: Match | None) -> tuple[int, int] | None:
    return match and (match.x, match.y)
