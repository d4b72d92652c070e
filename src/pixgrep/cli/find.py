"""``pixgrep find``: search pictures and folders, hand what is found to sinks."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from pixgrep.cli.each import (
    Tally,
    find_files,
    refuse_overwriting,
    refuse_second_stdin,
    require_backend,
    require_decoder,
    say_nothing_found,
    show_warnings,
    take_results,
)
from pixgrep.cli.main import MATCHED, NOTHING_MATCHED, say
from pixgrep.errors import ColorError, DecodeError, PixgrepError, one_line
from pixgrep.sinks.names import counted, printable

if TYPE_CHECKING:
    from pixgrep.matches import Matches
    from pixgrep.search import Search
    from pixgrep.sources import DecoderName


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
    decoder: "DecoderName"
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
class Found:
    """What the pictures had that were searched."""

    matched: int = 0
    pixels: int = 0
    started: float = field(default_factory=time.monotonic)

    def add(self, matches: "Matches") -> None:
        """Note what one picture had."""
        self.matched += bool(matches)
        self.pixels += matches.shape[0] * matches.shape[1]

    def say(self, tally: Tally) -> None:
        """Say how much was searched, and how fast."""
        seconds, megapixels = time.monotonic() - self.started, self.pixels / 1e6
        say(
            f"{counted(tally.done, 'picture')}, {megapixels:.2f} megapixels in {seconds:.2f} s "
            f"({megapixels / seconds:.0f} MP/s); {self.matched} matched, {tally.failed} failed"
        )


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
    refuse_second_stdin(request.paths)
    if "-" in request.paths and request.overlay:
        raise click.UsageError("--overlay reads the picture once more, which standard input cannot give; name a file")
    if request.is_folder:
        for path in filter(None, (request.mask, request.overlay)):
            if os.path.splitext(path)[1] and not os.path.isdir(path):
                raise click.UsageError(f"{path!r} looks like one file, but many may be written; name a folder")
    refuse_overwriting(request.outputs, request.paths)


def _is_query(text: str) -> bool:
    from pixgrep.expressions import parse_query

    try:
        parse_query(text)
    except ColorError:
        return False
    return not os.path.lexists(text)


def run(request: Request) -> int:
    """Search, and return the exit status."""
    show_warnings()
    search = to_search(request)
    files = find_files(vars(request), request.outputs)
    tally, found = Tally(), Found()
    try:
        if request.explain:
            explain(search, files, tally)
        else:
            search_all(request, search, files, tally, found)
    except BrokenPipeError:  # the reader has seen enough
        return MATCHED
    say_nothing_found(request.paths, tally)
    if request.stats:
        found.say(tally)
    if request.quiet and found.matched:
        return MATCHED
    return tally.status(MATCHED if found.matched or request.explain else NOTHING_MATCHED)


def to_search(request: Request) -> "Search[Matches]":
    """Compile what was asked for; a GPU that is wanted and missing is told once, before the first picture."""
    from pixgrep.api import compile
    from pixgrep.query import inside
    from pixgrep.sources import MOST_PIXELS

    require_backend(request.backend)
    require_decoder(request.decoder)
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
            decoder=request.decoder,
        )
    except ColorError as error:
        if len(request.colors) == 1 and os.path.exists(request.colors[0]):
            hint = "is a file; the colour comes first: pixgrep COLOR PATH..."
            raise ColorError(f"{request.colors[0]!r} {hint}") from error
        raise


def search_all(request: Request, search: "Search[Matches]", files: Iterator[Any], tally: Tally, found: Found) -> None:
    """Hand what is found in each file to the sinks."""
    from pixgrep.api import run_scan
    from pixgrep.cli.writers import make_sinks

    def note(results: "Iterator[Matches]") -> "Iterator[Matches]":
        for matches in results:
            found.add(matches)
            yield matches.host
            if request.quiet and found.matched:
                return

    lost = "".join(f"; {path} was not written" for path in (request.output, request.parquet) if path)
    take_results(
        run_scan(search, files),
        make_sinks(request, search),
        tally,
        note,
        describe=lambda: f"{tally.describe()}, {found.matched:,} match",
        stopped=f"; what was printed holds{lost}",
    )


def explain(search: "Search[Matches]", files: Iterator[Any], tally: Tally) -> None:
    """Print the plan for each file."""
    from pixgrep.sources.folder import Unreadable

    for file in files:
        try:
            if isinstance(file, Unreadable):
                raise DecodeError(f"{file.path}: {file.reason}")
            print(*map(printable, search.explain(file).splitlines()), sep="\n", end="\n\n")
            tally.done += 1
        except PixgrepError as error:
            tally.failed += 1
            say(one_line(error))
