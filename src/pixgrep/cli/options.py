"""Every flag of the command line, declared once: here the parser, the help and the completion of shells find it."""

from collections.abc import Callable
from typing import Any

import click

Command = Callable[..., Any]


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


QUERY = (
    click.option("-e", "--color", "more_colors", multiple=True, metavar="COLOR", help="A colour; repeat for more."),
    click.option("-w", "--within", type=float, default=0.0, metavar="NUM", help="Largest difference that matches. [0]"),
    click.option("--metric", default="channel", metavar="NAME", help="How differences are measured. [channel]"),
    click.option("--region", type=Region(), help="Search only there."),
    click.option("--upright", is_flag=True, help="Turn pictures as their EXIF orientation says."),
)
OUTPUT = (
    click.option("-c", "--count", is_flag=True, help="Count the matching pixels of each picture."),
    click.option("-l", "--files-with-matches", "listing", flag_value="with", help="Name the pictures that match."),
    click.option("-L", "--files-without-match", "listing", flag_value="without", help="Name those that do not."),
    click.option("-q", "--quiet", is_flag=True, help="Print nothing; stop at the first match."),
    click.option("-m", "--max-count", "limit", type=click.IntRange(1), metavar="N", help="Print N matches a picture."),
    click.option("--first", "limit", flag_value=1, type=int, help="Print the first match of each picture."),
    click.option("--json", is_flag=True, help="Write JSON, an object a line."),
    click.option("--csv", is_flag=True, help="Write CSV."),
    click.option("-o", "--output", metavar="FILE", help="Write to FILE, not to standard output."),
    click.option("--parquet", metavar="FILE", help="Write all matches to a Parquet file."),
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
    click.option("--threads", type=click.IntRange(1), metavar="N", help="How many threads. [all processors]"),
    click.option("--explain", is_flag=True, help="Say how each picture would be searched; search nothing."),
    click.option("--stats", is_flag=True, help="Say how much was searched, and how fast."),
    click.help_option("-h", "--help", help="Show this message and exit."),
)
GROUPS = {"What to look for": QUERY, "What to print": OUTPUT, "Which files": FOLDERS, "How": RUN}


def all_options(command: Command) -> Command:
    """Give a command every flag."""
    for options in reversed(list(GROUPS.values())):
        for option in reversed(options):
            command = option(command)
    return command


def longest_name(option: Command) -> str:
    """Return how a flag is spelled out, from the decorator that declares it."""
    declared: list[click.Option] = option(lambda: None).__click_params__
    return max(declared[0].opts, key=len)
