"""The commands of ``pixgrep``, each with its help; their work is done elsewhere, and loaded when it is asked for."""

from typing import Any

import click

from pixgrep.cli.help import HelpfulCommand
from pixgrep.cli.options import GROUPS, all_options, longest_name

EPILOG = """
Colours are CSS ('#ff8800', tomato, 'oklch(70% 0.15 60)') or bare hex. Exit status: 0 something matched, 1 nothing,
2 wrong usage or nothing searched, 3 some inputs failed, 4 output failed. More: pixgrep doctor, pixgrep completion.
"""


class FindCommand(HelpfulCommand):
    """``pixgrep find``, its flags in groups."""

    groups = {name: [longest_name(option) for option in options] for name, options in GROUPS.items()}  # noqa: RUF012


@click.command(cls=FindCommand, epilog=EPILOG)
@click.argument("arguments", nargs=-1, metavar="COLOR [PATH]...", type=click.Path())
@all_options
def find(**typed: Any) -> int:
    """Find the pixels of a colour in pictures, folders, or standard input (-)."""
    from pixgrep.cli.find import run, to_request

    return run(to_request(**typed))


@click.command(cls=HelpfulCommand)
def doctor() -> int:
    """Say what this machine can use, and what it lacks."""
    from pixgrep.cli.doctor import report

    return report()


@click.command(cls=HelpfulCommand)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell: eval "$(pixgrep completion bash)"."""
    from click.shell_completion import get_completion_class

    from pixgrep.cli.main import pixgrep

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(pixgrep, {}, "pixgrep", "_PIXGREP_COMPLETE").source())


COMMANDS = (find, doctor, completion)
