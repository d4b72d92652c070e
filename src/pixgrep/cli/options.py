"""Every flag of the command line, declared once: here the parser, the help and the completion of shells find it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

Command = Callable[..., Any]

METRIC_HELP = "[channel], rgb, weighted, cie76, cie94, ciede2000, cmc, oklab or hyab."


class Region(click.ParamType[tuple[int, ...]]):
    """``X,Y,WIDTH,HEIGHT`` in pixels."""

    name = "x,y,w,h"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Return four whole numbers."""
        try:
            x, y, width, height = (int(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is not X,Y,WIDTH,HEIGHT, such as 100,50,640,480", param, ctx)
        return x, y, width, height


class Sample(click.ParamType[tuple[int, ...]]):
    """``X,Y`` in pixels, and where `boxes` are allowed ``X,Y,WIDTH,HEIGHT``."""

    def __init__(self, *, boxes: bool) -> None:
        self.name = "x,y[,w,h]" if boxes else "x,y"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Return two or four whole numbers."""
        try:
            numbers = tuple(int(part) for part in str(value).split(","))
        except ValueError:
            numbers = ()
        if len(numbers) != 2 and not (len(numbers) == 4 and "w" in self.name):
            self.fail(f"{value!r} is not {self.name.upper()}, such as 100,50: column and row", param, ctx)
        return numbers


def metric_names(_context: click.Context, _option: click.Parameter, beginning: str) -> list[str]:
    """Return how a metric that shells complete may go on."""
    from pixgrep.colors.metrics import METRICS

    return [name for name in METRICS if name.startswith(beginning)]


QUERY = (
    click.option("-e", "--color", "more_colors", multiple=True, metavar="COLOR", help="One more question."),
    click.option("--inside", "ranges", multiple=True, metavar="RANGE", help="Such as 'hsl(350..20 40%..100% any)'."),
    click.option("-w", "--within", type=float, default=0.0, metavar="NUM", help="Largest difference that matches. [0]"),
    click.option("--metric", default="channel", metavar="NAME", help=METRIC_HELP, shell_complete=metric_names),
    click.option("--region", type=Region(), help="Search only there."),
    click.option("--upright", is_flag=True, help="Turn pictures as their EXIF orientation says."),
)
NUMBER = click.IntRange(1)
REGIONS = (
    click.option("--regions", is_flag=True, help="Connected regions, not pixels; implied by those below."),
    click.option("--min-area", type=NUMBER, metavar="N", help="Only regions of at least N pixels."),
    click.option("--gap", type=click.IntRange(0), metavar="N", help="Join parts that are up to N pixels apart."),
    click.option("--largest", type=NUMBER, metavar="N", help="The N largest of each picture, largest first."),
    click.option("--boxes", is_flag=True, help="Their boxes only: x, y, width and height."),
)
OUTPUT = (
    click.option("-c", "--count", is_flag=True, help="Count the matches of each picture."),
    click.option("-l", "--files-with-matches", "listing", flag_value="with", help="Name the pictures that match."),
    click.option("-L", "--files-without-match", "listing", flag_value="without", help="Name those that do not."),
    click.option("-q", "--quiet", is_flag=True, help="Print nothing; stop at the first match."),
    click.option("-m", "--max-count", "limit", type=click.IntRange(1), metavar="N", help="Print N matches a picture."),
    click.option("--first", "limit", flag_value=1, type=int, help="Print the first match of each picture."),
    click.option("--json", is_flag=True, help="Write JSON, an object a line."),
    click.option("--csv", is_flag=True, help="Write CSV."),
    click.option("--geojson", is_flag=True, help="Write the outlines of regions as GeoJSON."),
    click.option("-o", "--output", metavar="FILE", help="Write to FILE, not to standard output."),
    click.option("--parquet", metavar="FILE", help="Write a Parquet file."),
    click.option("--mask", metavar="PATH", help="Write white-on-black masks: file or folder."),
    click.option("--overlay", metavar="PATH", help="Write pictures with the matches lit."),
    click.option("--force", is_flag=True, help="Replace files that exist."),
    click.option("-0", "--null", is_flag=True, help="End names with a NUL byte."),
)
FOLDERS = (
    click.option("-g", "--glob", "globs", multiple=True, metavar="GLOB", help="Only files like GLOB; '!GLOB': none."),
    click.option("--hidden", is_flag=True, help="Search hidden files and folders."),
    click.option("--no-ignore", is_flag=True, help="Do not respect .gitignore and .ignore."),
    click.option("--max-pixels", type=click.IntRange(1), metavar="N", help="Refuse larger pictures. [178956970]"),
)
RUN = (
    click.option("--backend", default="auto", metavar="NAME", help="What searches. [auto]"),
    click.option("--decoder", default="cpu", metavar="NAME", help="What decodes files: cuda, or [cpu]."),
    click.option("--threads", type=click.IntRange(1), metavar="N", help="How many threads. [all processors]"),
    click.option("--explain", is_flag=True, help="Say how each picture would be searched; search nothing."),
    click.option("--stats", is_flag=True, help="Say how much was searched, and how fast."),
    click.help_option("-h", "--help", help="Show this message and exit."),
)
GROUPS = {
    "What to look for": QUERY,
    "Regions": REGIONS,
    "What to print": OUTPUT,
    "Which files": FOLDERS,
    "How": RUN,
}


def options_of(groups: Mapping[str, Sequence[Command]]) -> Callable[[Command], Command]:
    """Return what gives a command the flags of some groups."""

    def give(command: Command) -> Command:
        for options in reversed(list(groups.values())):
            for option in reversed(options):
                command = option(command)
        return command

    return give


def longest_name(option: Command) -> str:
    """Return how a flag is spelled out, from the decorator that declares it."""
    declared: list[click.Option] = option(lambda: None).__click_params__
    return max(declared[0].opts, key=len)


def flags(*names: str) -> tuple[Command, ...]:
    """Return flags of ``pixgrep find`` by how they are spelled out, for commands that have them, too."""
    declared = {longest_name(option): option for options in GROUPS.values() for option in options}
    return tuple(declared[name] for name in names)


CENSUS_ORDERS = click.Choice(("count", "color", "similar"))
CENSUS_GROUPS = {
    "What to count": (
        click.option("--each", is_flag=True, help="Each picture for itself, not all together."),
        click.option("--diff", is_flag=True, help="What changes from the first picture to the second."),
        *flags("--region", "--upright"),
    ),
    "What to print": (
        click.option("--top", "limit", type=click.IntRange(1), metavar="N", help="The N most frequent colours."),
        click.option("--order", type=CENSUS_ORDERS, default="count", metavar="NAME", help="[count], color or similar."),
        *flags("--json", "--csv", "--output", "--parquet"),
        click.option("--save-palette", "palette", metavar="FILE", help="Write a palette: .gpl or .json."),
        *flags("--force"),
    ),
    "Which files": FOLDERS,
    "How": flags("--backend", "--decoder", "--threads", "--help"),
}

SAMPLE = Sample(boxes=True)
LEARN_GROUPS = {
    "What to learn from": (
        click.option("--wanted", type=SAMPLE, multiple=True, required=True, help="A point or box to take; repeat."),
        click.option("--unwanted", type=SAMPLE, multiple=True, help="One not to take; repeat."),
    ),
    "How": (
        click.option("--metric", default="oklab", metavar="NAME", help="Of the query. [oklab]"),
        *flags("--upright", "--max-pixels", "--help"),
    ),
}
WHY_GROUPS = {
    "What to look for": flags("--color", "--within", "--metric"),
    "How": flags("--upright", "--max-pixels", "--help"),
}

CROP_GROUPS = {
    "What to look for": QUERY,
    "Which regions": flags("--min-area", "--gap", "--largest"),
    "What to write": (
        click.option("-o", "--output", required=True, metavar="FOLDER", help="Where to: a PNG for each region."),
        click.option("--pad", type=click.IntRange(0), default=0, metavar="N", help="Grow boxes by N pixels. [0]"),
        *flags("--force"),
    ),
    "Which files": FOLDERS,
    "How": flags("--backend", "--decoder", "--threads", "--help"),
}

PALETTE = click.option("-p", "--palette", required=True, metavar="PALETTE", help="A name (voc), a file or a PNG.")
LABEL_GROUPS = {
    "Which class": (
        PALETTE,
        *flags("--within", "--metric"),
        click.option("--unknown", metavar="VALUE", help="Of other colours: a value, error or nearest. [255 or 65535]"),
        *flags("--region", "--upright"),
    ),
    "What to write": (
        click.option("-o", "--output", metavar="PATH", help="Write label maps: a PNG, or a folder of them."),
        click.option("--counts", is_flag=True, help="Print how many pixels of each class."),
        *flags("--json", "--csv", "--force"),
    ),
    "Which files": FOLDERS,
    "How": flags("--backend", "--threads", "--help"),
}
COLORIZE_GROUPS = {
    "Which colour": (
        PALETTE,
        click.option("--unknown-color", metavar="COLOR", help="Of ids that the palette has not. [an error]"),
    ),
    "What to write": (
        click.option("-o", "--output", metavar="PATH", help="Write pictures: a PNG, or a folder of them."),
        *flags("--force"),
    ),
    "Which files": FOLDERS,
    "How": flags("--threads", "--help"),
}
LINT_GROUPS = {
    "What is allowed": (PALETTE, *flags("--within", "--metric", "--region", "--upright")),
    "What to print": (
        click.option("-m", "--max-count", "limit", type=click.IntRange(1), metavar="N", help="N colours a picture."),
        *flags("--json"),
        click.option("--github", is_flag=True, help="Write annotations of GitHub, one a picture."),
        *flags("--output", "--force"),
    ),
    "Which files": FOLDERS,
    "How": flags("--backend", "--threads", "--help"),
}
BENCH_GROUPS = {
    "What to look for": (
        click.option("--color", metavar="COLOR", help="Which colour. [one in about 1 of 1000 pixels]"),
        click.option(
            "-w",
            "--within",
            type=click.IntRange(1, 255),
            default=10,
            metavar="N",
            help="The tolerance of the second question. [10]",
        ),
    ),
    "What to measure": (
        click.option(
            "--max-megapixels", type=click.FloatRange(0.01), default=100, metavar="NUM", help="The largest size. [100]"
        ),
        click.option(
            "--seconds",
            type=click.FloatRange(1),
            default=30,
            metavar="NUM",
            help="Leave out sizes that take more time. [30]",
        ),
        *flags("--max-pixels"),
    ),
    "What to print": (
        click.option("--plot", metavar="FILE", help="Draw a PNG."),
        click.option("--json", metavar="FILE", help="Write all figures as JSON; to - instead of tables."),
        *flags("--force", "--help"),
    ),
}
