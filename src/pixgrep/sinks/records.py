"""What all sinks of JSON lines have in common: an object a line, its kind under ``"type"``, and a summary last."""

import json
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pixgrep.errors import one_line
from pixgrep.matches import Failed
from pixgrep.sinks.names import json_name, printable
from pixgrep.sinks.output import OutputSink


@dataclass
class JsonSink(OutputSink):
    """
    Writes JSON lines.

    Attributes
    ----------
    summary : tuple of str
        Names of what the summary counts, in order; ``"failed"`` is among them.
    totals : dict of str to int
        How many there were of each.
    """

    summary: ClassVar[tuple[str, ...]] = ("failed",)
    totals: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.totals = dict.fromkeys(self.summary, 0)

    def write(self, record: dict[str, Any]) -> None:
        """Write one line."""
        self.output.write(to_json(record) + b"\n")

    def fail(self, failed: Failed, kind: str = "picture") -> None:
        """Count and write that a picture failed, and why."""
        self.totals["failed"] += 1
        error = printable(one_line(failed.error))
        self.write({"type": kind, **json_name(failed.source), "status": "failed", "error": error})

    def finish(self) -> None:
        """Write the summary and close the output."""
        self.write({"type": "summary", **self.totals})
        super().finish()


def to_json(value: Any) -> bytes:
    """
    Return a value as JSON, as short as can be.

    Examples
    --------
    >>> to_json({"path": "a.png", "first": (1, 2)})
    b'{"path":"a.png","first":[1,2]}'

    Raises
    ------
    ValueError
        It holds a NaN or an infinity, which JSON has not.
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
