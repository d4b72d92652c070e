"""Which pixels hang together."""

from numbers import Integral
from typing import Any, NamedTuple

from pixgrep.errors import PixgrepError

MOST_GAP = 10**9
"""Pixels: more than any picture has in a row or column that has many of both, and far from what 64 bits hold."""


class Rule(NamedTuple):
    """
    Which pixels hang together, directly; a component has all that hang together by way of others.

    Attributes
    ----------
    connectivity : {8, 4}
        Whether pixels that touch at a corner only hang together, as those do that share an edge.
    gap : int
        How many pixels may lie between: pixels hang together whose columns and whose rows differ by at most
        ``gap + 1`` (Chebyshev distance). 0: connectivity alone decides.
    """

    connectivity: int = 8
    gap: int = 0

    @property
    def reach(self) -> int:
        """By how many columns pixels of neighbouring rows may differ to hang together."""
        return 0 if self.connectivity == 4 else self.gap + 1


def to_rule(connectivity: Any, gap: Any) -> Rule:
    """
    Return a rule as users give it, checked.

    Raises
    ------
    PixgrepError
        `connectivity` is neither 4 nor 8, `gap` is not a whole number from 0 to 1,000,000,000, or there is a gap with
        connectivity 4.

    Examples
    --------
    >>> to_rule(8, 3).reach
    4
    """
    if isinstance(connectivity, bool) or connectivity not in (4, 8):
        raise PixgrepError(f"connectivity is {connectivity!r}; give 8 (corners count) or 4 (edges only)")
    if not is_whole(gap) or gap > MOST_GAP:
        raise PixgrepError(f"gap is {gap!r}; give a whole number of pixels, from 0 to {MOST_GAP:,}")
    if gap and connectivity == 4:
        raise PixgrepError(f"gap={gap} and connectivity=4 exclude each other: a gap is measured to corners, too")
    return Rule(int(connectivity), int(gap))


def is_whole(value: Any) -> bool:
    """Return whether something is a whole number from 0 on."""
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 0
