"""``pixgrep crop``: each region to a picture of its own."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from pixgrep.cli.asking import Asked, split_arguments
from pixgrep.cli.each import (
    Tally,
    find_files,
    refuse_overwriting,
    refuse_writing_around,
    say_nothing_found,
    show_warnings,
    take_results,
)
from pixgrep.cli.main import MATCHED, NOTHING_MATCHED
from pixgrep.errors import warn_of

if TYPE_CHECKING:
    from pixgrep.search import Search
    from pixgrep.sinks.crops import Crops
    from pixgrep.sinks.maps import MapFiles


@dataclass(frozen=True)
class CropRequest(Asked):
    """What was typed, as the flags were named."""

    output: str
    pad: int
    force: bool


def to_request(
    arguments: tuple[str, ...], more_colors: tuple[str, ...], ranges: tuple[str, ...], **flags: Any
) -> CropRequest:
    """Tell colours from paths, or say what does not go together."""
    colors, paths = split_arguments(arguments, more_colors, ranges)
    if "-" in paths:
        raise click.UsageError("crop reads the picture once more, which standard input cannot give; name a file")
    if os.path.splitext(flags["output"])[1].lower() == ".png":
        raise click.UsageError(f"{flags['output']!r} looks like one file, but many may be written; name a folder")
    refuse_overwriting([flags["output"]], paths)
    refuse_writing_around(flags["output"], paths)
    return CropRequest(colors=colors, ranges=ranges, paths=paths, **flags)


def run(request: CropRequest) -> int:
    """Crop, and return the exit status."""
    from pixgrep.run.files import in_files
    from pixgrep.sinks.crops import CropLinesSink
    from pixgrep.sinks.maps import MapFiles
    from pixgrep.sinks.output import StandardOutput

    show_warnings()
    search = request.to_search()
    maps = MapFiles(request.output, request.paths, is_folder=True, force=request.force)
    crop = partial(crop_one, request, maps)
    files = each_once(find_files(vars(request), [request.output]))
    results = in_files(partial(crop, search), partial(crop, replace(search, threads=1)), files, request.threads)
    tally, written = Tally(), 0

    def note(crops: "Iterator[Crops]") -> "Iterator[Crops]":
        nonlocal written
        for one in crops:
            warn_of(one.notes, one.source)
            written += len(one.files)
            yield one

    try:
        take_results(results, [CropLinesSink(StandardOutput())], tally, note)
    except BrokenPipeError:  # the reader of the names has seen enough, but pictures are wanted
        take_results(results, [], tally, note)
    say_nothing_found(request.paths, tally)
    return tally.status(MATCHED if written else NOTHING_MATCHED)


def crop_one(request: CropRequest, maps: "MapFiles", search: "Search[Any]", file: Any) -> "Crops":
    """Search one picture, and write its regions."""
    from pixgrep.sinks.crops import write_crops

    matches = search.find_quietly(file)
    return write_crops(request.to_regions(matches), maps, request.pad, matches.notes)


def each_once(files: Iterable[Any]) -> Iterator[Any]:
    """Yield files, but none a second time, whatever it is called: both would write to one folder."""
    seen: set[str] = set()
    for file in files:
        if isinstance(file, str):
            real = os.path.realpath(file)
            if real in seen:
                continue
            seen.add(real)
        yield file
