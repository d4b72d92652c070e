"""What commands have in common that do something with each picture of many: which files, and what becomes of them."""

import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from pixgrep.cli.main import SOME_FAILED, USAGE, StoppedBySignal, say
from pixgrep.errors import OutputError, PixgrepWarning, one_line
from pixgrep.sinks.names import counted

if TYPE_CHECKING:
    from pixgrep.sources.folder import Unreadable

PROGRESS_AFTER_SECONDS = 0.5

Combine = Callable[[Iterator[Any]], Iterable[Any]]
"""From the results of the pictures that could be done to what the sinks get."""


@dataclass
class Tally:
    """
    What came of a run.

    Attributes
    ----------
    needs_all : bool
        Whether nothing is done where one picture failed.
    done, failed : int
        How many pictures.
    """

    needs_all: bool = False
    done: int = 0
    failed: int = 0

    @property
    def all(self) -> int:
        """How many pictures there were."""
        return self.done + self.failed

    @property
    def is_any_done(self) -> bool:
        """Whether anything could be done at all."""
        return self.done > 0 and not (self.needs_all and self.failed)

    def describe(self) -> str:
        """Return in a few words how far the run is."""
        return counted(self.all, "picture")

    def status(self, otherwise: int) -> int:
        """Return the exit status; `otherwise` is that of a run in which nothing failed."""
        if not self.is_any_done:
            return USAGE
        return SOME_FAILED if self.failed else otherwise


def refuse_overwriting(outputs: Sequence[str], paths: Sequence[str]) -> None:
    """Refuse outputs that would replace an input or each other."""
    real = [os.path.realpath(path) for path in (*outputs, *paths)]
    for number, path in enumerate(outputs):
        if real.count(real[number]) > 1:
            raise click.UsageError(f"{path!r} is given twice, as an output and something else; choose another name")


def refuse_writing_around(target: str, paths: Sequence[str]) -> None:
    """Refuse a folder for outputs that is or holds one that is read: nothing would be left to read."""
    real = os.path.join(os.path.realpath(target), "")
    for path in filter(os.path.isdir, paths):
        if os.path.join(os.path.realpath(path), "").startswith(real):
            raise click.UsageError(f"{target!r} is or holds a folder that is read; name one beside it, or inside it")


def refuse_second_stdin(paths: Sequence[str]) -> None:
    """Refuse to read standard input more than once."""
    if paths.count("-") > 1:
        raise click.UsageError("'-' is given twice, but standard input can be read only once")


def require_backend(name: str) -> None:
    """Complain of a GPU that is wanted and missing: once, before the first picture."""
    if name == "cuda":
        from pixgrep.gpu.device import get_device

        get_device()


def require_decoder(name: str) -> None:
    """Complain of nvImageCodec or a GPU that is wanted and missing: once, before the first picture."""
    if name == "cuda":
        from pixgrep.sources.nvimagecodec import check_decoder

        check_decoder()


def find_files(typed: Mapping[str, Any], own: Iterable[str]) -> "Iterator[Any | Unreadable]":
    """
    Return the files that were asked for, but for those that the run writes.

    Parameters
    ----------
    typed : mapping
        What was typed: paths, globs, hidden and no_ignore.
    own : iterable of str
        Outputs.
    """
    from pixgrep.sources.folder import Walk

    skip = frozenset(map(os.path.realpath, own))
    walk = Walk(hidden=typed["hidden"], ignore=not typed["no_ignore"], globs=typed["globs"], skip=skip)
    return (standard_input() if path == "-" else path for path in walk.files(typed["paths"]))


def standard_input() -> "BinaryIO | Unreadable":
    """Return standard input, as bytes."""
    from pixgrep.sources.folder import Unreadable

    return Unreadable("-", "standard input is closed; give a file") if sys.stdin is None else sys.stdin.buffer


def take_results(
    results: Iterable[Any],
    sinks: Sequence[Any],
    tally: Tally,
    combine: Combine,
    *,
    describe: Callable[[], str] | None = None,
    stopped: str = "; what was written holds",
) -> None:
    """
    Hand results to the sinks, and say what failed; whatever happens, nothing half written is left.

    Parameters
    ----------
    results : iterable
        What came of each picture, or why it failed.
    sinks : sequence
        Where to.
    tally : Tally
        Counts the pictures.
    combine : callable
        Makes of what came of the pictures what the sinks get; where it ends, the run ends.
    describe : callable, optional
        Says how far the run is; how many pictures, where it is not said.
    stopped : str
        What is said of the outputs, after how many pictures were done, if a signal ends the run.

    Raises
    ------
    OutputError
        A picture failed as its output cannot be written, or an output of a sink cannot.
    BrokenPipeError
        Nobody reads any more.
    """
    from pixgrep.sinks.output import WholeFile

    left = list(sinks)
    try:
        for sink in sinks:
            sink.begin()
        with progress(sinks, describe or tally.describe):
            for result in combine(_done(results, left, tally)):
                hand_over(result, left)
        for sink in left:
            if tally.is_any_done or not isinstance(getattr(sink, "output", None), WholeFile):
                sink.finish()  # where nothing could be done, no file is made or replaced
    except StoppedBySignal:
        say(f"stopped after {counted(tally.done, 'picture')}{stopped}")
        raise
    finally:
        for sink in sinks:
            sink.abort()


def _done(results: Iterable[Any], sinks: list[Any], tally: Tally) -> Iterator[Any]:
    """Yield what came of the pictures that could be done; count all, say what failed, and hand that over at once."""
    from pixgrep.matches import Failed

    for result in results:
        if not isinstance(result, Failed):
            tally.done += 1
            yield result
            continue
        if isinstance(result.error, OutputError):
            raise result.error
        tally.failed += 1
        say(one_line(result.error))
        hand_over(result, sinks)


def hand_over(result: Any, sinks: list[Any]) -> None:
    """Give a result to every sink; one whose reader went away is left out, and the run ends with the last."""
    for sink in list(sinks):
        try:
            sink.add(result)
        except BrokenPipeError:
            sinks.remove(sink)
            if not sinks:
                raise


def say_nothing_found(paths: Sequence[str], tally: Tally) -> None:
    """Say where there was no picture at all."""
    if not tally.all:
        say(f"no pictures in {', '.join(paths)}; look at -g, or add --hidden or --no-ignore")


def show_warnings() -> None:
    """Let warnings of ours go to standard error as plain lines."""

    def show(message: Warning | str, category: type[Warning], *_rest: Any) -> None:
        if issubclass(category, PixgrepWarning):
            say(str(message))

    warnings.showwarning = show  # type: ignore[assignment]
    warnings.simplefilter("always", PixgrepWarning)


@contextmanager
def progress(sinks: Sequence[Any], describe: Callable[[], str]) -> Iterator[None]:
    """Show on a terminal how far a long run is, unless lines are printed there meanwhile."""
    from pixgrep.sinks.output import is_terminal

    prints_lines = any(is_terminal(getattr(sink, "output", None)) for sink in sinks)
    if sys.stderr is None or not sys.stderr.isatty() or prints_lines:
        yield
        return
    from pixgrep.cli.progress import ticking

    with ticking(describe, PROGRESS_AFTER_SECONDS):
        yield
