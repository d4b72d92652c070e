"""The directive ``commands``: a section for each command of ``pixgrep``, made of what ``--help`` is made of."""

from collections.abc import Iterator
from typing import Any

import click
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from pixgrep.cli.commands import COMMANDS
from pixgrep.cli.help import HelpfulCommand
from pixgrep.cli.options import longest_name


class Commands(SphinxDirective):
    """All commands, in the order in which they are declared."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        sections: list[nodes.Node] = [section_of(command) for command in COMMANDS]
        for section in sections:
            self.state.document.note_implicit_target(section, section)
        return sections


def section_of(command: click.Command) -> nodes.section:
    """Return the name of a command, how it is called, what it does, its flags, and its last words."""
    name = f"pixgrep {command.name}"
    context = click.Context(command, info_name=name)
    section = nodes.section("", nodes.title("", name), ids=[nodes.make_id(name)], names=[name])
    usage = command.get_usage(context).removeprefix("Usage: ")
    section += nodes.literal_block("", " ".join(usage.split()), language="text")
    section += nodes.paragraph("", command.help or "")
    for heading, options in headed_options(command, context):
        section += nodes.rubric("", heading)
        items = (item_of(option, name, context) for option in options)
        section += nodes.definition_list("", *items, classes=["flags"])
    if command.epilog:
        section += nodes.paragraph("", " ".join(command.epilog.split()))
    return section


def headed_options(command: click.Command, context: click.Context) -> Iterator[tuple[str, list[click.Parameter]]]:
    """Yield the flags of a command below the headings that its help has."""
    named = {max(option.opts, key=len): option for option in command.get_params(context) if option.opts[0][0] == "-"}
    if isinstance(command, HelpfulCommand):
        for heading, declared in command.groups.items():
            yield heading, [named.pop(longest_name(option)) for option in declared]
    if named:
        yield "Options", list(named.values())


def item_of(option: click.Parameter, name: str, context: click.Context) -> nodes.definition_list_item:
    """Return a flag and what it does, as the help writes them, with a place to link to."""
    written, does = option.get_help_record(context) or ("", "")
    anchor = nodes.make_id(f"{name} {max(option.opts, key=len)}")
    return nodes.definition_list_item(
        "",
        nodes.term("", "", nodes.literal("", written), ids=[anchor]),
        nodes.definition("", nodes.paragraph("", does)),
    )


def setup(app: Any) -> dict[str, Any]:
    """Make the directive known."""
    app.add_directive("commands", Commands)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
