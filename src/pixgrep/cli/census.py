"""``pixgrep census``: count every distinct colour of pictures and folders, or compare two pictures."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from pixgrep.cli.find import hand_over, progress, show_warnings, standard_input
from pixgrep.cli.main import MATCHED, NOTHING_MATCHED, SOME_FAILED, USAGE, StoppedBySignal, say
from pixgrep.errors import one_line
from pixgrep.sinks.names import counted

if TYPE_CHECKING:
    from pixgrep.census import Census, Order
    from pixgrep.counting import Counting
    from pixgrep.sinks.census import CensusSink

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
    threads: int | None

    @property
    def outputs(self) -> tuple[str, ...]:
        """Every path that is written to."""
        return tuple(path for path in (self.output, self.parquet, self.palette) if path)


@dataclass
class CensusTally:
    """What came of a run."""

    done: int = 0
    failed: int = 0


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
    if request.paths.count("-") > 1:
        raise click.UsageError("'-' is given twice, but standard input can be read only once")
    real = [os.path.realpath(path) for path in (*request.outputs, *request.paths)]
    for number, path in enumerate(request.outputs):
        if real.count(real[number]) > 1:
            raise click.UsageError(f"{path!r} is given twice, as an output and something else; choose another name")
    return request


def _check_diff(request: CensusRequest) -> None:
    if request.each or request.palette:
        raise click.UsageError("--diff compares two pictures; leave out --each and --save-palette")
    if len(request.paths) != 2 or any(map(os.path.isdir, request.paths)):
        raise click.UsageError("--diff compares two pictures; give two files: pixgrep census --diff A B")


def run(request: CensusRequest) -> int:
    """Count, and return the exit status."""
    from pixgrep.api import run_censuses
    from pixgrep.sources.folder import Walk

    show_warnings()
    counting = to_counting(request)
    own = frozenset(map(os.path.realpath, request.outputs))  # a run never counts what it writes
    walk = Walk(hidden=request.hidden, ignore=not request.no_ignore, globs=request.globs, skip=own)
    files = (standard_input() if path == "-" else path for path in walk.files(request.paths))
    tally = CensusTally()
    try:
        status = write_all(request, run_censuses(counting, files), tally)
    except BrokenPipeError:  # the reader has seen enough
        return DONE
    if not tally.done and not tally.failed:
        say(f"no pictures in {', '.join(request.paths)}; look at -g, or add --hidden or --no-ignore")
    return status


def to_counting(request: CensusRequest) -> "Counting":
    """Return how to count; a GPU that is wanted and missing is told once, before the first picture."""
    from pixgrep import api
    from pixgrep.sources import MOST_PIXELS

    if request.backend == "cuda":
        from pixgrep.gpu.device import get_device

        get_device()
    return api.to_counting(
        region=request.region,
        backend=request.backend,
        threads=request.threads,
        upright=request.upright,
        max_pixels=request.max_pixels or MOST_PIXELS,
    )


def write_all(request: CensusRequest, results: Iterator[Any], tally: CensusTally) -> int:
    """Hand results to the sinks, and return the exit status; whatever happens, nothing half written is left."""
    from pixgrep.cli.writers import make_census_sinks
    from pixgrep.sinks.output import WholeFile

    sinks = make_census_sinks(request)
    try:
        for sink in sinks:
            sink.begin()
        with progress(sinks, lambda: counted(tally.done + tally.failed, "picture")):
            is_different = write_results(request, _good(results, sinks, tally), sinks)
        is_done = tally.done and not (request.diff and tally.failed)
        for sink in sinks:
            if is_done or not isinstance(getattr(sink, "output", None), WholeFile):
                sink.finish()  # where nothing could be counted, no file is made or replaced
    except StoppedBySignal:
        lost = "".join(f"; {path} was not written" for path in request.outputs)
        say(f"stopped after {counted(tally.done, 'picture')}{lost}")
        raise
    finally:
        for sink in sinks:
            sink.abort()
    if not is_done:
        return USAGE
    return SOME_FAILED if tally.failed else DIFFERENT if is_different else DONE


def write_results(request: CensusRequest, censuses: Iterable["Census"], sinks: "list[CensusSink]") -> bool:
    """Hand over each census, their sum, or their difference; return whether there is a difference."""
    from pixgrep.census import sum_censuses

    if request.each:
        for census in censuses:
            hand_over(census, sinks)
        return False
    if not request.diff:
        total = sum_censuses(censuses)
        if total is not None:
            hand_over(total, sinks)
        return False
    both = list(censuses)
    if len(both) < 2:
        return False
    difference = both[0].diff(both[1])
    hand_over(difference, sinks)
    return bool(difference)


def _good(results: Iterator[Any], sinks: "list[CensusSink]", tally: CensusTally) -> Iterator["Census"]:
    """Yield the censuses; count all results, and say what failed."""
    from pixgrep.matches import Failed

    for result in results:
        if isinstance(result, Failed):
            tally.failed += 1
            say(one_line(result.error))
            hand_over(result, sinks)
        else:
            tally.done += 1
            yield result
