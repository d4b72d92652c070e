"""The commands of ``pixgrep``, each with its help; their work is done elsewhere, and loaded when it is asked for."""

from typing import Any

import click

from pixgrep.cli.help import HelpfulCommand
from pixgrep.cli.options import (
    BENCH_GROUPS,
    CENSUS_GROUPS,
    COLORIZE_GROUPS,
    CROP_GROUPS,
    GROUPS,
    LABEL_GROUPS,
    LEARN_GROUPS,
    LINT_GROUPS,
    WHY_GROUPS,
    Sample,
    options_of,
)

EPILOG = """
Colours are CSS ('#ff8800', 'oklch(70% 0.15 60)') or bare hex. Quoted, they take tolerances and are joined:
'tomato within 5 ciede2000 & ~(white | black)'. Exit status: 0 something matched, 1 nothing, 2 wrong usage or nothing
searched, 3 some inputs failed, 4 output failed.

Also: crop census label colorize lint learn why name bench doctor completion.
"""


@click.command(cls=HelpfulCommand, groups=GROUPS, epilog=EPILOG)
@click.argument("arguments", nargs=-1, metavar="COLOR [PATH]...", type=click.Path())
@options_of(GROUPS)
def find(**typed: Any) -> int:
    """Find the pixels of a colour in pictures, folders, or standard input (-)."""
    from pixgrep.cli.find import run, to_request

    return run(to_request(**typed))


CROP_EPILOG = """
Writes FOLDER/PICTURE/LABEL.png, pixels as they are, and prints FILE:X,Y,WIDTH,HEIGHT for each: where in its picture it
was. Labels are those that find --json gives with the same flags. Exit status: 0 something was cropped, 1 nothing
matched, 2 wrong usage or nothing searched, 3 some inputs failed, 4 output failed.
"""


@click.command(cls=HelpfulCommand, groups=CROP_GROUPS, epilog=CROP_EPILOG)
@click.argument("arguments", nargs=-1, metavar="COLOR [PATH]...", type=click.Path())
@options_of(CROP_GROUPS)
def crop(**typed: Any) -> int:
    """Cut the connected regions of a colour out of pictures, each to a file of its own."""
    from pixgrep.cli.crop import run, to_request

    return run(to_request(**typed))


CENSUS_EPILOG = """
Prints colour, count and share; with --diff, the count before and after and the change. Exit status: 0 done, with --diff
no difference; 1 with --diff a difference; 2 wrong usage or nothing counted; 3 some inputs failed; 4 output failed.
"""


@click.command(cls=HelpfulCommand, groups=CENSUS_GROUPS, epilog=CENSUS_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@options_of(CENSUS_GROUPS)
def census(**typed: Any) -> int:
    """Count every distinct colour of pictures and folders, or of standard input (-), all together."""
    from pixgrep.cli.census import run, to_request

    return run(to_request(**typed))


LEARN_EPILOG = """
For a search: pixgrep "$(pixgrep learn cup.png --wanted 40,30 --unwanted 9,9,20,20)" pictures/
"""


@click.command(cls=HelpfulCommand, groups=LEARN_GROUPS, epilog=LEARN_EPILOG)
@click.argument("file", type=click.Path())
@options_of(LEARN_GROUPS)
def learn(**typed: Any) -> int:
    """Print the tightest query that takes all wanted pixels of a picture and no unwanted one."""
    from pixgrep.cli.learn import run

    return run(**typed)


@click.command(
    cls=HelpfulCommand, groups=WHY_GROUPS, epilog="Exit status: 0 the pixel is taken, 1 it is not, 2 wrong usage."
)
@click.argument("place", metavar="X,Y", type=Sample(boxes=False))
@click.argument("color")
@click.argument("file", type=click.Path())
@options_of(WHY_GROUPS)
def why(**typed: Any) -> int:
    """Say why a pixel is found, or is not, and what would have to change."""
    from pixgrep.cli.why import run

    return run(**typed)


@click.command(cls=HelpfulCommand)
@click.argument("colors", nargs=-1, required=True, metavar="COLOR...")
@click.help_option("-h", "--help", help="Show this message and exit.")
def name(colors: tuple[str, ...]) -> int:
    """Say what CSS calls colours, or the three nearest of its names."""
    from pixgrep.cli.name import run

    return run(colors)


LABEL_EPILOG = """
Palettes: ade20k, camvid, cityscapes, cityscapes-train, mapillary, voc; .json, .gpl, .txt, .hex; a PNG or GIF with one.
Exit status: 0 done, 2 wrong usage or nothing read, 3 some inputs failed, 4 output failed.
"""


@click.command(cls=HelpfulCommand, groups=LABEL_GROUPS, epilog=LABEL_EPILOG)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path())
@options_of(LABEL_GROUPS)
def label(**typed: Any) -> int:
    """Turn pictures in the colours of a palette into label maps, whose grey values are ids of classes."""
    from pixgrep.cli.label import label

    return label(**typed)


@click.command(cls=HelpfulCommand, groups=COLORIZE_GROUPS, epilog=LABEL_EPILOG)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path())
@options_of(COLORIZE_GROUPS)
def colorize(**typed: Any) -> int:
    """Turn label maps back into pictures: PNG with the palette inside where ids are below 256."""
    from pixgrep.cli.label import colorize

    return colorize(**typed)


LINT_EPILOG = """
Prints the first place of every colour that is not in the palette, its pixels, and the nearest that is.
Exit status: 0 clean, 1 such colours, 2 wrong usage or nothing read, 3 some inputs failed, 4 output failed.
"""


@click.command(cls=HelpfulCommand, groups=LINT_GROUPS, epilog=LINT_EPILOG)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path())
@options_of(LINT_GROUPS)
def lint(**typed: Any) -> int:
    """Check that pictures have no colours but those of a palette."""
    from pixgrep.cli.lint import lint

    return lint(**typed)


BENCH_EPILOG = """
Figures are medians; contestants take turns in one process. Exit status: 0 done, 2 wrong usage or nothing measured, 3 an
answer was wrong, 4 output failed.
"""


@click.command(cls=HelpfulCommand, groups=BENCH_GROUPS, epilog=BENCH_EPILOG)
@click.argument("picture", required=False, metavar="[PICTURE]", type=click.Path())
@options_of(BENCH_GROUPS)
def bench(**typed: Any) -> int:
    """Measure pixgrep, NumPy and OpenCV, on the processor and on a GPU, with a picture in many sizes."""
    from pixgrep.cli.bench import run

    return run(**typed)


@click.command(cls=HelpfulCommand)
@click.option("--measure", is_flag=True, help="Measure this machine, for the choice of a backend; takes some seconds.")
def doctor(measure: bool) -> int:
    """Say what this machine can use, and what it lacks."""
    if measure:
        from pixgrep.cli.measure import measure as measure_machine

        return measure_machine()
    from pixgrep.cli.doctor import report

    return report()


@click.command(cls=HelpfulCommand)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell: eval "$(pixgrep completion bash)"."""
    from click.shell_completion import get_completion_class

    from pixgrep.cli.main import pixgrep, put

    kind = get_completion_class(shell)
    assert kind is not None
    put(kind(pixgrep, {}, "pixgrep", "_PIXGREP_COMPLETE").source())


COMMANDS = (find, crop, label, colorize, lint, census, learn, why, name, bench, doctor, completion)
