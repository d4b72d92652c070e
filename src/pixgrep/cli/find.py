"""``pixgrep find``: search pictures and folders, hand what is found to sinks."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from pixgrep.cli.asking import Asked, split_arguments
from pixgrep.cli.each import (
    Tally,
    find_files,
    refuse_overwriting,
    refuse_second_stdin,
    say_nothing_found,
    show_warnings,
    take_results,
)
from pixgrep.cli.main import MATCHED, NOTHING_MATCHED, say
from pixgrep.errors import DecodeError, PixgrepError, one_line
from pixgrep.sinks.names import counted, printable

if TYPE_CHECKING:
    from pixgrep.matches import Matches
    from pixgrep.regions import Regions
    from pixgrep.search import Search

FORMATS = ("json", "csv", "geojson")
"""Flags of which only one can be."""


@dataclass(frozen=True)
class Request(Asked):
    """What was typed, as the flags were named."""

    regions: bool
    boxes: bool
    count: bool
    listing: str | None
    quiet: bool
    limit: int | None
    json: bool
    csv: bool
    geojson: bool
    output: str | None
    parquet: str | None
    mask: str | None
    overlay: str | None
    force: bool
    null: bool
    explain: bool
    stats: bool

    @property
    def wants_regions(self) -> bool:
        """Whether a match is a region, and not a pixel: any flag that is about regions says so."""
        given = [number is not None for number in (self.min_area, self.gap, self.largest)]
        return any((self.regions, self.boxes, self.geojson, *given))

    @property
    def outputs(self) -> tuple[str, ...]:
        """Every path that is written to."""
        return tuple(path for path in (self.output, self.parquet, self.mask, self.overlay) if path)


@dataclass
class Found:
    """What the pictures had that were searched."""

    matched: int = 0
    pixels: int = 0
    started: float = field(default_factory=time.monotonic)

    def add(self, searched: tuple[int, int], found: "Matches | Regions") -> None:
        """Note the size of one picture, and what it had."""
        self.matched += bool(found)
        self.pixels += searched[0] * searched[1]

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
    """Tell colours from paths, or say what does not go together."""
    colors, paths = split_arguments(arguments, more_colors, ranges)
    if flags["listing"] and flags["count"]:
        raise click.UsageError("-c and -l exclude each other; give one of them")
    formats = [f"--{name}" for name in FORMATS if flags[name]]
    if len(formats) > 1:
        raise click.UsageError(f"{' and '.join(formats)} exclude each other; give one of them")
    if formats and (flags["listing"] or flags["null"]):
        raise click.UsageError(f"-l, -L and -0 are for plain text; leave them out, or {formats[0]}")
    if flags["geojson"] and flags["count"]:
        raise click.UsageError("-c counts, and --geojson writes shapes; leave out one of them, or give -c --json")
    request = Request(colors=colors, ranges=ranges, paths=paths, **flags)
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


def run(request: Request) -> int:
    """Search, and return the exit status."""
    show_warnings()
    search = request.to_search()
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


def search_all(request: Request, search: "Search[Matches]", files: Iterator[Any], tally: Tally, found: Found) -> None:
    """Hand what is found in each file to the sinks: matches, or the regions that they make."""
    from pixgrep.api import run_scan
    from pixgrep.cli.writers import make_sinks

    def note(results: "Iterator[Matches]") -> "Iterator[Matches | Regions]":
        for matches in results:
            result = request.to_regions(matches) if request.wants_regions else matches.host
            found.add(matches.shape, result)
            yield result
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
