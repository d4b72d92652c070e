"""
From results to bytes. Sinks never search: what they write is read from what users hold.

That is `Matches`, `Regions`, `Labels`, `Lint`, `Census` or `Difference`. A sink is an object with the methods of
`Sink`. A new one is one file here, and the lines in `cli` that give it a flag.
"""

from typing import Protocol, TypeVar

from pixgrep.matches import Failed

Result = TypeVar("Result", contravariant=True)


class Sink(Protocol[Result]):
    """Takes the results of a run, one by one, in order."""

    def begin(self) -> None:
        """Take what it needs, before the first picture; the place to say that it cannot."""

    def add(self, result: Result | Failed) -> None:
        """Write what is to be said of one result."""

    def finish(self) -> None:
        """Write what comes last, and make the output visible."""

    def abort(self) -> None:
        """Leave nothing half written behind; after `finish`, do nothing."""
