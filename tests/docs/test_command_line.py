"""The reference of the command line says what the help says: no flag and no word of it is left out."""

import click
import pytest
from docs.command_line import section_of
from docutils import nodes

from pixgrep.cli.commands import COMMANDS


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_section_of_a_command_has_all_of_its_help(command):
    section = section_of(command)
    text = section.astext()
    context = click.Context(command, info_name=f"pixgrep {command.name}")
    for option in command.get_params(context):
        if record := option.get_help_record(context):
            assert all(part in text for part in record), option.name
    for words in (command.help, command.epilog):
        assert " ".join((words or "").split()) in " ".join(text.split())


def test_every_flag_has_a_place_to_link_to():
    sections = [section_of(command) for command in COMMANDS]
    anchors = [anchor for section in sections for term in section.findall(nodes.term) for anchor in term["ids"]]
    assert "pixgrep-label-unknown" in anchors
    assert len(anchors) == len(set(anchors)) > 60
