"""What is known of regions besides themselves."""

from typing import NamedTuple

from pixgrep.components import Rule
from pixgrep.model import Box
from pixgrep.sources import Reading


class About(NamedTuple):
    """
    What is known of regions besides themselves.

    Attributes
    ----------
    names : tuple of str
        Their colours, as they were given.
    region : Box
        What was searched: (x, y, width, height).
    source : str
        The name of the picture.
    reading : Reading
        How the picture was read.
    rule : Rule
        Which pixels hang together.
    """

    names: tuple[str, ...]
    region: Box
    source: str
    reading: Reading
    rule: Rule
