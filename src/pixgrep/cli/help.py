"""Help that fits one screen; rich-click is loaded when somebody asks for it, 20 ms that no search need pay."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from pixgrep.cli.options import Command, longest_name


class HelpfulCommand(click.Command):
    """
    A command whose help rich-click lays out.

    Parameters
    ----------
    groups : mapping of str to sequence of decorators, optional
        Headings, and what declares the flags below each.
    """

    def __init__(self, *args: Any, groups: Mapping[str, Sequence[Command]] | None = None, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.groups = groups or {}

    def get_help(self, ctx: click.Context) -> str:
        """Return the help, for the width of the terminal."""
        import rich_click

        settings = rich_click.rich_click
        settings.THEME = "default-nu"
        settings.OPTIONS_TABLE_COLUMN_TYPES = ["opt_short", "opt_long", "metavar", "help"]
        settings.OPTIONS_TABLE_HELP_SECTIONS = ["help"]
        settings.OPTION_GROUPS = {
            ctx.command_path: [
                {"name": name, "options": [longest_name(option) for option in options]}
                for name, options in self.groups.items()
            ]
        }
        command = rich_click.RichCommand(
            name=self.name, params=self.get_params(ctx), help=self.help, epilog=self.epilog
        )
        command.add_help_option = False  # it is among the parameters already
        with rich_click.RichContext(command, info_name=ctx.command_path) as rich:
            return command.get_help(rich)
