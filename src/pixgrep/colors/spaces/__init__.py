"""The ways to describe a colour: one file a space, one line here."""

import difflib

from pixgrep.colors.spaces import hsl, hsv, hwb, lab, lch, oklab, oklch, rgb
from pixgrep.colors.spaces.space import Space
from pixgrep.errors import ColorError

SPACES: dict[str, Space] = {
    space.name: space
    for space in (
        rgb.SPACE,
        hsv.SPACE,
        hsl.SPACE,
        hwb.SPACE,
        lab.SPACE,
        lch.SPACE,
        oklab.SPACE,
        oklch.SPACE,
    )
}


def get_space(name: str) -> Space:
    """
    Return the space of that name.

    Raises
    ------
    ColorError
        There is none.

    Examples
    --------
    >>> [axis.name for axis in get_space("hsl").axes]
    ['h', 's', 'l']
    """
    if isinstance(name, str) and name in SPACES:
        return SPACES[name]
    near = difflib.get_close_matches(str(name), SPACES, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ColorError(f"there is no colour space {name!r}; give one of {', '.join(map(repr, SPACES))}{hint}")
