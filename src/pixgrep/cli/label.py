"""``pixgrep label`` and ``pixgrep colorize``: pictures in, pictures out, under their own names."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from pixgrep.cli.each import (
    Tally,
    find_files,
    refuse_second_stdin,
    refuse_writing_around,
    require_backend,
    say_nothing_found,
    show_warnings,
    take_results,
)
from pixgrep.cli.main import MATCHED, say
from pixgrep.errors import PictureError, warn_of
from pixgrep.sinks.names import counted

if TYPE_CHECKING:
    from pixgrep.labeling import Labeler
    from pixgrep.labels import Labels
    from pixgrep.sinks.maps import MapFiles

DONE = MATCHED


@dataclass(frozen=True)
class Job:
    """A file to read, what to call it, and the picture to write, if any."""

    file: Any
    name: str
    target: str | None


def label(**typed: Any) -> int:
    """Label pictures, and return the exit status."""
    from pixgrep.labeling import labeler
    from pixgrep.sources import MOST_PIXELS

    wants_counts = typed["counts"] or typed["json"] or typed["csv"]
    if not typed["output"] and not wants_counts:
        raise click.UsageError("nothing would come of it; give -o, a file or folder for label maps, or --counts")
    if typed["json"] and typed["csv"]:
        raise click.UsageError("--json and --csv exclude each other; give one of them")
    show_warnings()
    require_backend(typed["backend"])
    able = labeler(
        typed["palette"],
        unknown=_to_unknown(typed["unknown"]),
        **{name: typed[name] for name in ("within", "metric", "region", "upright", "backend", "threads")},
        max_pixels=typed["max_pixels"] or MOST_PIXELS,
    )
    unknown = {"pictures": 0, "pixels": 0}

    def note(results: "Iterator[Labels]") -> "Iterator[Labels]":
        for labels in results:
            warn_of(labels.notes, labels.source)
            unknown["pictures"] += labels.unknown_count > 0
            unknown["pixels"] += labels.unknown_count
            yield labels

    sinks = [_counts_sink(typed)] if wants_counts else []
    status = _run(typed, partial(_label_one, able), partial(_label_one, replace(able, threads=1)), sinks, note)
    if unknown["pixels"] and not wants_counts:
        say(
            f"{counted(unknown['pixels'], 'pixel')} of no class in {counted(unknown['pictures'], 'picture')}; "
            "pixgrep lint names their colours"
        )
    return status


def _to_unknown(given: str | None) -> Any:
    return int(given) if given is not None and given.isascii() and given.isdigit() else given


def _counts_sink(typed: dict[str, Any]) -> Any:
    from pixgrep.sinks.labels import LabelsCsvSink, LabelsJsonSink, LabelsTextSink
    from pixgrep.sinks.output import StandardOutput

    kind = LabelsJsonSink if typed["json"] else LabelsCsvSink if typed["csv"] else LabelsTextSink
    return kind(StandardOutput())


def _label_one(able: "Labeler", maps: "MapFiles | None", job: Job) -> "Labels":
    """Label one picture and write its map, in a thread of its own: compressing takes as long as reading."""
    from pixgrep.sinks.maps import ids_png

    labels = able.label_quietly(job.file)
    if maps is not None and job.target is not None:
        if not labels.ids.size:
            raise PictureError(f"{job.name}: the region has no pixels, and a PNG needs one; give another --region")
        maps.write(ids_png(labels.ids), job.name, job.target)
    _ = labels.unknown_count
    return labels


def colorize(**typed: Any) -> int:
    """Give label maps the colours of their classes, and return the exit status."""
    from pixgrep.palettes import load_palette
    from pixgrep.sources import MOST_PIXELS, Reading

    if not typed["output"]:
        raise click.UsageError("give -o, a file or folder for the pictures")
    show_warnings()
    palette, reading = load_palette(typed["palette"]), Reading(max_pixels=typed["max_pixels"] or MOST_PIXELS)

    def color_one(maps: "MapFiles", job: Job) -> "Labels":
        from pixgrep.labeling.maps import read_ids
        from pixgrep.labels import Labels
        from pixgrep.sinks.maps import colors_png

        labels = Labels(read_ids(job.file, reading), palette, None, source=job.name)
        try:
            image = labels.to_image(typed["unknown_color"])
        except PictureError as error:
            raise PictureError(f"{job.name}: {error}") from error
        assert job.target is not None
        maps.write(colors_png(image), job.name, job.target)
        return labels

    return _run(typed, color_one, color_one, [], iter)


def _run(
    typed: dict[str, Any],
    alone: Callable[[Any, Job], Any],
    among: Callable[[Any, Job], Any],
    sinks: list[Any],
    note: "Callable[[Iterator[Labels]], Iterator[Labels]]",
) -> int:
    """Do something with each picture, and return the exit status."""
    from pixgrep.run.files import in_files

    maps = _maps(typed)
    refuse_second_stdin(typed["paths"])
    jobs = _jobs(find_files(typed, [typed["output"]] if typed["output"] else []), maps)
    tally = Tally()
    results = in_files(partial(alone, maps), partial(among, maps), jobs, typed["threads"])
    try:
        take_results(results, sinks, tally, note)
    except BrokenPipeError:  # the reader of the counts has seen enough, but pictures are wanted
        if maps is None:
            return DONE
        take_results(results, [], tally, note)
    say_nothing_found(typed["paths"], tally)
    return tally.status(DONE)


def _maps(typed: dict[str, Any]) -> "MapFiles | None":
    """Return where pictures go; refuse what would replace those that are read."""
    from pixgrep.sinks.maps import MapFiles

    target, paths = typed["output"], typed["paths"]
    if not target:
        return None
    suffix = os.path.splitext(target)[1].lower()
    is_many = len(paths) > 1 or os.path.isdir(paths[0])
    is_folder = is_many or os.path.isdir(target) or not suffix
    if is_many and suffix and not os.path.isdir(target):
        raise click.UsageError(f"{target!r} looks like one file, but many may be written; name a folder")
    if not is_folder and suffix != ".png":
        raise click.UsageError(f"{target!r} would not be a PNG, the only kind that is written; end it in .png")
    refuse_writing_around(target, paths)
    roots = [path for path in paths if path != "-"] or ["."]
    return MapFiles(target, roots, is_folder=is_folder, force=typed["force"])


def _jobs(files: Iterable[Any], maps: "MapFiles | None") -> Iterator[Any]:
    """Yield what is to be done, each file once; of two files that would become one, the second fails."""
    from pixgrep.sources.folder import Unreadable

    taken: dict[str, str] = {}
    seen: set[str] = set()
    for file in files:
        if isinstance(file, Unreadable):
            yield file
            continue
        name = str(getattr(file, "name", file))
        if isinstance(file, str):
            real = os.path.realpath(file)
            if real in seen:
                continue
            seen.add(real)
        target = maps.path(name if isinstance(file, str) else "stdin") if maps else None
        if target is not None and taken.setdefault(os.path.realpath(target), name) != name:
            first = taken[os.path.realpath(target)]
            yield Unreadable(name, f"{target} is made of {first} already; rename one of them")
            continue
        yield Job(file, name, target)
