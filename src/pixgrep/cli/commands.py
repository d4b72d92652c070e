"""The commands of ``pixgrep``, each with its help; their work is done elsewhere, and loaded when it is asked for."""

from typing import Any

import rich_click as click

from pixgrep.cli.options import GROUPS, all_options

EPILOG = """
Colours are CSS ('#ff8800', tomato, 'oklch(70% 0.15 60)') or bare hex. Exit status: 0 something matched, 1 nothing,
2 wrong usage or nothing searched, 3 some inputs failed, 4 output failed. More: pixgrep doctor, pixgrep completion.
"""


def register(group: click.RichGroup) -> None:
    """Add all commands to the group, and lay their help out to fit one screen."""
    settings = click.rich_click
    settings.THEME = "default-nu"
    settings.OPTIONS_TABLE_COLUMN_TYPES = ["opt_short", "opt_long", "metavar", "help"]
    settings.OPTIONS_TABLE_HELP_SECTIONS = ["help"]
    settings.OPTION_GROUPS = {
        "pixgrep find": [
            {"name": name, "options": [max(_names(option), key=len) for option in options]}
            for name, options in GROUPS.items()
        ]
    }
    settings.OPTION_GROUPS["pixgrep find"][-1]["options"].append("--help")
    for command in (find, doctor, completion):
        group.add_command(command)


def _names(option: Any) -> list[str]:
    """Return the spellings of a flag, from the decorator that declares it."""
    holder = option(lambda: None)
    return list(holder.__click_params__[0].opts)


@click.command(epilog=EPILOG)
@click.argument("arguments", nargs=-1, metavar="COLOR [PATH]...", type=click.Path())
@all_options
def find(**typed: Any) -> int:
    """Find the pixels of a colour in pictures, folders, or standard input (-)."""
    from pixgrep.cli.find import run, to_request

    return run(to_request(**typed))


@click.command()
def doctor() -> int:
    """Say what this machine can use, and what it lacks."""
    from pixgrep.cli.doctor import report

    return report()


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell: eval "$(pixgrep completion bash)"."""
    from click.shell_completion import get_completion_class

    from pixgrep.cli.main import pixgrep

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(pixgrep, {}, "pixgrep", "_PIXGREP_COMPLETE").source())
