"""``pixgrep census``: count every distinct colour of pictures and folders, or compare two pictures."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
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
from pixgrep.cli.main import MATCHED, NOTHING_MATCHED

if TYPE_CHECKING:
    from pixgrep.census import Census, Order
    from pixgrep.counting import Counting
    from pixgrep.sinks.census import Counted
    from pixgrep.sources import DecoderName

DONE, DIFFERENT = MATCHED, NOTHING_MATCHED
PALETTES = (".gpl", ".json")


@dataclass(frozen=True)
class CensusRequest:
    """What was typed, as the flags were named."""

    paths: tuple[str, ...]
    each: bool
    diff: bool
    region: tuple[int, ...] | None
    upright: bool
    limit: int | None
    order: "Order"
    json: bool
    csv: bool
    output: str | None
    parquet: str | None
    palette: str | None
    force: bool
    globs: tuple[str, ...]
    hidden: bool
    no_ignore: bool
    max_pixels: int | None
    backend: str
    decoder: "DecoderName"
    threads: int | None

    @property
    def outputs(self) -> tuple[str, ...]:
        """Every path that is written to."""
        return tuple(path for path in (self.output, self.parquet, self.palette) if path)


def to_request(paths: tuple[str, ...], **flags: Any) -> CensusRequest:
    """Return what was typed, or say what does not go together."""
    request = CensusRequest(paths=paths or (".",), **flags)
    if request.json and request.csv:
        raise click.UsageError("--json and --csv exclude each other; give one of them")
    if request.each and request.palette:
        raise click.UsageError("--save-palette writes one palette; leave out --each, or take the pictures one by one")
    if request.diff:
        _check_diff(request)
    if request.palette and os.path.splitext(request.palette)[1].lower() not in PALETTES:
        raise click.UsageError(f"{request.palette!r} is no palette that can be written; end it in .gpl or .json")
    refuse_second_stdin(request.paths)
    refuse_overwriting(request.outputs, request.paths)
    return request


def _check_diff(request: CensusRequest) -> None:
    if request.each or request.palette:
        raise click.UsageError("--diff compares two pictures; leave out --each and --save-palette")
    if len(request.paths) != 2 or any(map(os.path.isdir, request.paths)):
        raise click.UsageError("--diff compares two pictures; give two files: pixgrep census --diff A B")


def run(request: CensusRequest) -> int:
    """Count, and return the exit status."""
    from pixgrep.api import run_censuses
    from pixgrep.cli.writers import make_census_sinks

    show_warnings()
    counting = to_counting(request)
    results = run_censuses(counting, find_files(vars(request), request.outputs))
    tally = Tally(needs_all=request.diff)
    is_different = False

    def combine(censuses: "Iterator[Census]") -> "Iterator[Counted]":
        nonlocal is_different
        for result in to_results(request, censuses):
            is_different = request.diff and bool(result)
            yield result

    lost = "".join(f"; {path} was not written" for path in request.outputs)
    try:
        take_results(results, make_census_sinks(request), tally, combine, stopped=lost)
    except BrokenPipeError:  # the reader has seen enough
        return DONE
    say_nothing_found(request.paths, tally)
    return tally.status(DIFFERENT if is_different else DONE)


def to_counting(request: CensusRequest) -> "Counting":
    """Return how to count; a GPU that is wanted and missing is told once, before the first picture."""
    from pixgrep import api
    from pixgrep.sources import MOST_PIXELS

    require_backend(request.backend)
    require_decoder(request.decoder)
    return api.to_counting(
        region=request.region,
        backend=request.backend,
        threads=request.threads,
        upright=request.upright,
        max_pixels=request.max_pixels or MOST_PIXELS,
        decoder=request.decoder,
    )


def to_results(request: CensusRequest, censuses: "Iterator[Census]") -> "Iterator[Counted]":
    """Yield each census, their sum, or their difference."""
    from pixgrep.census import sum_censuses

    if request.each:
        yield from censuses
    elif request.diff:
        both = list(censuses)
        if len(both) == 2:
            yield both[0].diff(both[1])
    else:
        total = sum_censuses(censuses)
        if total is not None:
            yield total
