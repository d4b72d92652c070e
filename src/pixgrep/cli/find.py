"""``pixgrep find``: search pictures and folders, hand what is found to sinks."""

import os
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import rich_click as click

from pixgrep.cli.main import MATCHED, NOTHING_MATCHED, SOME_FAILED, USAGE, StoppedBySignal, say
from pixgrep.errors import ColorError, PixgrepWarning, one_line
from pixgrep.sinks.names import counted

PROGRESS_AFTER_SECONDS = 0.5


@dataclass(frozen=True)
class Request:
    """What was typed, as the flags were named."""

    colors: tuple[str, ...]
    paths: tuple[str, ...]
    within: float
    metric: str
    region: tuple[int, ...] | None
    upright: bool
    count: bool
    names: str | None
    quiet: bool
    limit: int | None
    json: bool
    csv: bool
    output: str | None
    parquet: str | None
    mask: str | None
    overlay: str | None
    force: bool
    null: bool
    globs: tuple[str, ...]
    hidden: bool
    no_ignore: bool
    max_pixels: int | None
    backend: str
    threads: int | None
    explain: bool
    stats: bool

    @property
    def is_folder(self) -> bool:
        """Whether pictures go into folders: more than one may be searched."""
        return len(self.paths) > 1 or os.path.isdir(self.paths[0])


@dataclass
class Tally:
    """What came of a run."""

    searched: int = 0
    matched: int = 0
    failed: int = 0
    pixels: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Time since the start."""
        return time.monotonic() - self.started

    @property
    def status(self) -> int:
        """The exit status."""
        if self.failed:
            return SOME_FAILED if self.searched else USAGE
        return MATCHED if self.matched else NOTHING_MATCHED


def to_request(arguments: tuple[str, ...], more_colors: tuple[str, ...], first: bool, **flags: Any) -> Request:
    """
    Tell colours from paths.

    The first argument is a colour; beside ``-e`` only if it can be read as one and no file has that name.
    """
    if not arguments and not more_colors:
        raise click.UsageError("give a colour, such as '#ff8800', and pictures or folders to search")
    has_color = bool(arguments) and (not more_colors or _is_color(arguments[0]))
    colors, paths = (*arguments[:has_color], *more_colors), arguments[has_color:]
    if flags["names"] and flags["count"]:
        raise click.UsageError("-c and -l exclude each other; give one of them")
    if flags["json"] and flags["csv"]:
        raise click.UsageError("--json and --csv exclude each other; give one of them")
    if first:
        flags["limit"] = 1
    return Request(colors=colors, paths=paths or (".",), **flags)


def _is_color(text: str) -> bool:
    from pixgrep.colors.parse import parse_color

    try:
        parse_color(text)
    except ColorError:
        return False
    return not os.path.lexists(text)


def run(request: Request) -> int:
    """Search, and return the exit status."""
    from pixgrep.api import compile, run_scan
    from pixgrep.cli.writers import make_sinks, written_paths
    from pixgrep.sources import MOST_PIXELS
    from pixgrep.sources.folder import Walk

    show_warnings()
    try:
        search = compile(
            request.colors,
            within=request.within,
            metric=request.metric,
            region=request.region,
            backend=request.backend,
            threads=request.threads,
            upright=request.upright,
            max_pixels=request.max_pixels or MOST_PIXELS,
        )
    except ColorError as error:
        if len(request.colors) == 1 and os.path.exists(request.colors[0]):
            raise ColorError(
                f"{request.colors[0]!r} is a file; the colour comes first: pixgrep COLOR PATH..."
            ) from error
        raise
    walk = Walk(request.hidden, not request.no_ignore, request.globs, written_paths(request))
    files = (sys.stdin.buffer if path == "-" else path for path in walk.files(request.paths))
    if request.explain:
        return explain(search, files)
    tally = Tally()
    sinks = make_sinks(request, search)
    try:
        for sink in sinks:
            sink.begin()
        with progress(request, tally):
            for result in run_scan(search, files):
                note(result, tally)
                for sink in sinks:
                    sink.add(result)
                if request.quiet and tally.matched:
                    return MATCHED
        for sink in sinks:
            sink.finish()
    except BrokenPipeError:  # the reader has seen enough
        return MATCHED
    except StoppedBySignal:
        say(f"stopped after {counted(tally.searched, 'picture')}; what was printed holds")
        raise
    finally:
        for sink in sinks:
            sink.abort()
    if not tally.searched and not tally.failed:
        say(f"no pictures in {', '.join(request.paths)}; hidden and ignored ones count with --hidden and --no-ignore")
    if request.stats:
        say_statistics(tally)
    return tally.status


def note(result: Any, tally: Tally) -> None:
    """Count a result; say what failed."""
    from pixgrep.matches import Failed

    if isinstance(result, Failed):
        tally.failed += 1
        say(one_line(result.error))
        return
    tally.searched += 1
    tally.matched += bool(result)
    tally.pixels += result.shape[0] * result.shape[1]


def explain(search: Any, files: Iterator[Any]) -> int:
    """Print the plan for each file."""
    from pixgrep.errors import PixgrepError
    from pixgrep.sources.folder import Unreadable

    status = MATCHED
    for file in files:
        try:
            print(
                search.explain(file) if not isinstance(file, Unreadable) else f"{file.path}: {file.reason}", end="\n\n"
            )
        except PixgrepError as error:
            say(one_line(error))
            status = SOME_FAILED
    return status


def say_statistics(tally: Tally) -> None:
    """Say how much was searched, and how fast."""
    seconds = tally.seconds
    say(
        f"{counted(tally.searched, 'picture')}, {tally.pixels / 1e6:.2f} megapixels in {seconds:.2f} s "
        f"({tally.pixels / 1e6 / seconds:.0f} MP/s); {tally.matched} matched, {tally.failed} failed"
    )


def show_warnings() -> None:
    """Let warnings of ours go to standard error as plain lines."""

    def show(message: Warning | str, category: type[Warning], *_rest: Any) -> None:
        if issubclass(category, PixgrepWarning):
            say(str(message))

    warnings.showwarning = show  # type: ignore[assignment]
    warnings.simplefilter("always", PixgrepWarning)


@contextmanager
def progress(request: Request, tally: Tally) -> Iterator[None]:
    """Show on a terminal how far a long run is, unless lines are printed there meanwhile."""
    prints_lines = sys.stdout is not None and sys.stdout.isatty() and request.count | bool(request.names) | request.json
    if sys.stderr is None or not sys.stderr.isatty() or prints_lines or request.quiet:
        yield
        return
    from pixgrep.cli.progress import ticking

    def describe() -> str:
        return f"{counted(tally.searched + tally.failed, 'picture')}, {tally.matched:,} match"

    with ticking(describe, PROGRESS_AFTER_SECONDS):
        yield
