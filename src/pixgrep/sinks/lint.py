"""
Strays, colours that are not in a palette, as text, JSON lines and annotations of GitHub.

JSON lines, their kind under ``"type"``:

- ``stray``: path, x and y of its first pixel, color, count, share, nearest (id, name and color; null for pixels that
  are no numbers) and difference;
- ``picture``, after its strays: path and status (``"ok"`` or ``"failed"``); when failed, error; else colors (how many
  strays), count, share and truncated (whether a limit left strays out);
- ``summary``, last: how many were looked at, how many of them have strays, and how many failed.
"""

from dataclasses import dataclass
from itertools import islice
from typing import Any

from pixgrep.errors import one_line
from pixgrep.matches import Failed
from pixgrep.sinks.names import counted, json_name, percent, printable
from pixgrep.sinks.output import OutputSink
from pixgrep.sinks.records import JsonSink
from pixgrep.sinks.text import TextSink
from pixgrep.strays import Lint, Stray

NAMED_BY_GITHUB = 10
"""Colours in an annotation, unless another limit is set."""


def stray_text(stray: Stray) -> str:
    """
    Return what is to be said of a stray, but for its place.

    Examples
    --------
    >>> stray_text(Stray("#804083", 12, 0.25, 0, 0, None, float("inf")))
    '#804083 12 pixels (25.00 %)'
    """
    text = f"{stray.color} {counted(stray.count, 'pixel')} ({percent(stray.share)})"
    if stray.nearest is None:
        return text
    color = stray.nearest.color.hex
    name = color if stray.nearest.name == color else f"{printable(stray.nearest.name)} {color}"
    return f"{text}, nearest {name} (difference {stray.difference:.4g})"


def _rest_text(report: Lint, shown: list[Stray]) -> str:
    """Say how many strays are not shown."""
    pixels = report.count - sum(stray.count for stray in shown)
    return f"{counted(len(report) - len(shown), 'more colour')} ({counted(pixels, 'pixel')})"


@dataclass
class LintTextSink(TextSink):
    """``name:x,y: #rrggbb ...`` for every stray, and a line for those that a limit leaves out."""

    limit: int | None = None

    def add(self, result: Lint | Failed) -> None:
        """Write the lines of one picture."""
        if isinstance(result, Failed):
            return
        name, strays = self.name(result.source), islice(result, self.limit)
        shown = []
        for stray in strays:
            shown.append(stray)
            self.output.write(name + f":{stray.x},{stray.y}: {stray_text(stray)}\n".encode())
        if len(shown) < len(result):
            self.output.write(name + f": {_rest_text(result, shown)}\n".encode())


@dataclass
class LintJsonSink(JsonSink):
    """Writes JSON lines, as the module says."""

    summary = ("searched", "strayed", "failed")
    limit: int | None = None

    def add(self, result: Lint | Failed) -> None:
        """Write the records of one picture."""
        if isinstance(result, Failed):
            self.fail(result)
            return
        self.totals["searched"] += 1
        self.totals["strayed"] += len(result) > 0
        name = json_name(result.source)
        for stray in islice(result, self.limit):
            self.write({"type": "stray", **name, **_record(stray)})
        is_cut = self.limit is not None and len(result) > self.limit
        facts = {"colors": len(result), "count": result.count, "share": result.share, "truncated": is_cut}
        self.write({"type": "picture", **name, "status": "ok", **facts})


def _record(stray: Stray) -> dict[str, Any]:
    entry = stray.nearest
    return {
        "x": stray.x,
        "y": stray.y,
        "color": stray.color,
        "count": stray.count,
        "share": stray.share,
        "nearest": entry and {"id": entry.id, "name": entry.name, "color": entry.color.hex},
        "difference": None if entry is None else stray.difference,
    }


@dataclass
class LintGithubSink(OutputSink):
    """
    One annotation for each picture with strays, that names the most frequent, and for each that failed.

    GitHub shows ten annotations of a step; those beyond stand in its log.
    """

    limit: int | None = None

    def add(self, result: Lint | Failed) -> None:
        """Write the annotation of one picture."""
        if isinstance(result, Failed):
            self._write(result.source, "cannot be read", one_line(result.error))
        elif len(result):
            shown = list(islice(result, self.limit or NAMED_BY_GITHUB))
            lines = [f"{stray.x},{stray.y}: {stray_text(stray)}" for stray in shown]
            if len(shown) < len(result):
                lines.append(_rest_text(result, shown))
            title = f"{counted(len(result), 'colour')} not in the palette {result.palette.name}"
            self._write(result.source, title, "\n".join(lines))

    def _write(self, path: str, title: str, message: str) -> None:
        properties = f"file={github_property(printable(path))},title={github_property(title)}"
        self.output.write(f"::error {properties}::{github_message(message)}\n".encode())


def github_message(text: str) -> str:
    r"""
    Return text as the message of a workflow command of GitHub.

    Examples
    --------
    >>> github_message("50 %\nnext")
    '50 %25%0Anext'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def github_property(text: str) -> str:
    """
    Return text as a property of a workflow command of GitHub.

    Examples
    --------
    >>> github_property("a,b:c.png")
    'a%2Cb%3Ac.png'
    """
    return github_message(text).replace(":", "%3A").replace(",", "%2C")
