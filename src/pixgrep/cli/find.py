"""``pixgrep find``: search pictures and folders, hand what is found to sinks."""

import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from pixgrep.cli.main import MATCHED, NOTHING_MATCHED, SOME_FAILED, USAGE, StoppedBySignal, say
from pixgrep.errors import ColorError, DecodeError, PixgrepError, PixgrepWarning, one_line
from pixgrep.sinks.names import counted, printable

if TYPE_CHECKING:
    from pixgrep.search import Search
    from pixgrep.sources.folder import Unreadable

PROGRESS_AFTER_SECONDS = 0.5


@dataclass(frozen=True)
class Request:
    """What was typed, as the flags were named."""

    colors: tuple[str, ...]
    ranges: tuple[str, ...]
    paths: tuple[str, ...]
    within: float
    metric: str
    region: tuple[int, ...] | None
    upright: bool
    count: bool
    listing: str | None
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
    def outputs(self) -> tuple[str, ...]:
        """Every path that is written to."""
        return tuple(path for path in (self.output, self.parquet, self.mask, self.overlay) if path)

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

    def describe(self) -> str:
        """Return in a few words how far the run is."""
        return f"{counted(self.searched + self.failed, 'picture')}, {self.matched:,} match"

    @property
    def status(self) -> int:
        """The exit status."""
        if not self.searched:
            return USAGE
        if self.failed:
            return SOME_FAILED
        return MATCHED if self.matched else NOTHING_MATCHED


def to_request(
    arguments: tuple[str, ...], more_colors: tuple[str, ...], ranges: tuple[str, ...], **flags: Any
) -> Request:
    """
    Tell colours from paths.

    The first argument is a colour; beside ``-e`` and ``--inside`` only if it can be read as one and no file has that
    name.
    """
    has_others = bool(more_colors or ranges)
    if not arguments and not has_others:
        raise click.UsageError("give a colour, such as '#ff8800' (quoted: a shell takes # for a comment), and pictures")
    has_color = bool(arguments) and (not has_others or _is_query(arguments[0]))
    colors, paths = (*arguments[:has_color], *more_colors), arguments[has_color:]
    if flags["listing"] and flags["count"]:
        raise click.UsageError("-c and -l exclude each other; give one of them")
    if flags["json"] and flags["csv"]:
        raise click.UsageError("--json and --csv exclude each other; give one of them")
    if (flags["json"] or flags["csv"]) and (flags["listing"] or flags["null"]):
        raise click.UsageError("-l, -L and -0 are for plain text; --json and --csv have a record for every picture")
    request = Request(colors=colors, ranges=ranges, paths=paths or (".",), **flags)
    check_outputs(request)
    return request


def check_outputs(request: Request) -> None:
    """Refuse outputs that would replace the input or each other, and those that would stay empty."""
    if request.quiet and request.outputs:
        raise click.UsageError("-q stops at the first match and writes nothing; leave it out, or the outputs")
    if request.paths.count("-") > 1:
        raise click.UsageError("'-' is given twice, but standard input can be read only once")
    if "-" in request.paths and request.overlay:
        raise click.UsageError("--overlay reads the picture once more, which standard input cannot give; name a file")
    if request.is_folder:
        for path in filter(None, (request.mask, request.overlay)):
            if os.path.splitext(path)[1] and not os.path.isdir(path):
                raise click.UsageError(f"{path!r} looks like one file, but many may be written; name a folder")
    real = [os.path.realpath(path) for path in (*request.outputs, *request.paths)]
    for number, path in enumerate(request.outputs):
        if real.count(real[number]) > 1:
            raise click.UsageError(f"{path!r} is given twice, as an output and something else; choose another name")


def _is_query(text: str) -> bool:
    from pixgrep.expressions import parse_query

    try:
        parse_query(text)
    except ColorError:
        return False
    return not os.path.lexists(text)


def run(request: Request) -> int:
    """Search, and return the exit status."""
    from pixgrep.sources.folder import Walk

    show_warnings()
    search = to_search(request)
    own = frozenset(map(os.path.realpath, request.outputs))  # a run never searches what it writes
    walk = Walk(hidden=request.hidden, ignore=not request.no_ignore, globs=request.globs, skip=own)
    files = (standard_input() if path == "-" else path for path in walk.files(request.paths))
    tally = Tally()
    try:
        if request.explain:
            explain(search, files, tally)
        else:
            search_all(request, search, files, tally)
    except BrokenPipeError:  # the reader has seen enough
        return MATCHED
    if not tally.searched and not tally.failed:
        say(f"no pictures in {', '.join(request.paths)}; look at -g, or add --hidden or --no-ignore")
    if request.stats:
        say_statistics(tally)
    if request.quiet and tally.matched:
        return MATCHED
    return tally.status


def standard_input() -> "BinaryIO | Unreadable":
    """Return standard input, as bytes."""
    from pixgrep.sources.folder import Unreadable

    return Unreadable("-", "standard input is closed; give a file") if sys.stdin is None else sys.stdin.buffer


def to_search(request: Request) -> "Search":
    """Compile what was asked for; a GPU that is wanted and missing is told once, before the first picture."""
    from pixgrep.api import compile
    from pixgrep.query import inside
    from pixgrep.sources import MOST_PIXELS

    if request.backend == "cuda":
        from pixgrep.gpu.device import get_device

        get_device()
    try:
        return compile(
            [*request.colors, *map(inside, request.ranges)],
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
            hint = "is a file; the colour comes first: pixgrep COLOR PATH..."
            raise ColorError(f"{request.colors[0]!r} {hint}") from error
        raise


def search_all(request: Request, search: "Search", files: Iterator[Any], tally: Tally) -> None:
    """Hand what is found in each file to the sinks; whatever happens, they leave nothing half written."""
    from pixgrep.api import run_scan
    from pixgrep.cli.writers import make_sinks
    from pixgrep.sinks.output import WholeFile

    sinks = make_sinks(request, search)
    try:
        for sink in sinks:
            sink.begin()
        with progress(sinks, tally.describe):
            for result in run_scan(search, files):
                note(result, tally)
                hand_over(result, sinks)
                if request.quiet and tally.matched:
                    break
        for sink in sinks:
            if tally.searched or not isinstance(getattr(sink, "output", None), WholeFile):
                sink.finish()  # where nothing could be searched, no file is made or replaced
    except StoppedBySignal:
        lost = "".join(f"; {path} was not written" for path in (request.output, request.parquet) if path)
        say(f"stopped after {counted(tally.searched, 'picture')}; what was printed holds{lost}")
        raise
    finally:
        for sink in sinks:
            sink.abort()


def hand_over(result: Any, sinks: list[Any]) -> None:
    """Give a result to every sink; one whose reader went away is left out, and the run ends with the last."""
    for sink in list(sinks):
        try:
            sink.add(result)
        except BrokenPipeError:
            sinks.remove(sink)
            if not sinks:
                raise


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


def explain(search: "Search", files: Iterator[Any], tally: Tally) -> None:
    """Print the plan for each file."""
    from pixgrep.sources.folder import Unreadable

    for file in files:
        try:
            if isinstance(file, Unreadable):
                raise DecodeError(f"{file.path}: {file.reason}")
            print(*map(printable, search.explain(file).splitlines()), sep="\n", end="\n\n")
            tally.searched += 1
            tally.matched += 1
        except PixgrepError as error:
            tally.failed += 1
            say(one_line(error))


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
