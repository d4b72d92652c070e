"""What commands have in common that do something with each picture of many."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from pixgrep.cli.find import hand_over, progress, standard_input
from pixgrep.cli.main import SOME_FAILED, USAGE, StoppedBySignal, say
from pixgrep.errors import DecodeError, OutputError, one_line
from pixgrep.sinks.names import counted

if TYPE_CHECKING:
    from pixgrep.sources.folder import Unreadable


@dataclass
class Tally:
    """What came of a run: how many pictures were done, could not be read, and failed for another reason."""

    done: int = 0
    unreadable: int = 0
    failed: int = 0

    @property
    def all(self) -> int:
        """How many pictures there were."""
        return self.done + self.unreadable + self.failed

    def status(self, otherwise: int) -> int:
        """Return the exit status."""
        if not self.done and not self.failed:
            return USAGE
        return SOME_FAILED if self.unreadable or self.failed else otherwise


def find_files(typed: dict[str, Any], own: Iterable[str]) -> "Iterator[Any | Unreadable]":
    """
    Yield the files that were asked for, but for those that the run writes.

    Parameters
    ----------
    typed : dict
        What was typed: paths, globs, hidden and no_ignore.
    own : iterable of str
        Outputs.
    """
    from pixgrep.sources.folder import Walk

    if typed["paths"].count("-") > 1:
        raise click.UsageError("'-' is given twice, but standard input can be read only once")
    skip = frozenset(map(os.path.realpath, own))
    walk = Walk(hidden=typed["hidden"], ignore=not typed["no_ignore"], globs=typed["globs"], skip=skip)
    return (standard_input() if path == "-" else path for path in walk.files(typed["paths"]))


def take_results(results: Iterable[Any], sinks: Sequence[Any], tally: Tally, note: Callable[[Any], None]) -> None:
    """Hand results to the sinks, and say what failed; whatever happens, nothing half written is left."""
    from pixgrep.errors import warn_of
    from pixgrep.matches import Failed
    from pixgrep.sinks.output import WholeFile

    left = list(sinks)
    try:
        for sink in sinks:
            sink.begin()
        with progress(sinks, lambda: counted(tally.all, "picture")):
            for result in results:
                if isinstance(result, Failed):
                    _note_failure(result.error, tally)
                else:
                    tally.done += 1
                    warn_of(result.notes, result.source)
                    note(result)
                if left:
                    hand_over(result, left)
        for sink in left:
            if tally.done or not isinstance(sink.output, WholeFile):
                sink.finish()  # where nothing could be done, no file is made or replaced
    except StoppedBySignal:
        say(f"stopped after {counted(tally.done, 'picture')}; what was written holds")
        raise
    finally:
        for sink in sinks:
            sink.abort()


def _note_failure(error: Exception, tally: Tally) -> None:
    if isinstance(error, OutputError):
        raise error
    if isinstance(error, DecodeError):
        tally.unreadable += 1
    else:
        tally.failed += 1
    say(one_line(error))


def say_nothing_found(typed: dict[str, Any], tally: Tally) -> None:
    """Say where there was no picture at all."""
    if not tally.all:
        say(f"no pictures in {', '.join(typed['paths'])}; look at -g, or add --hidden or --no-ignore")
