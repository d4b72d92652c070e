"""Functions that pages add to Numba by `numba.cuda.extending.intrinsic`: what they do, in Python."""

import sys
from collections.abc import Callable
from typing import Any

KNOWN = ("load_four",)


class Intrinsic:
    """
    What stands for an intrinsic: its definition says which machine instruction to make, and nothing is compiled here.

    Parameters
    ----------
    definition : callable
        As the page has it.
    """

    def __init__(self, definition: Callable[..., Any]) -> None:
        if definition.__name__ not in KNOWN:
            raise NotImplementedError(f"the stand-in has {', '.join(KNOWN)} and no other: not {definition.__name__}")
        self.definition = definition

    def __call__(self, words: Any, number: int) -> tuple[int, ...]:
        """Return four neighbouring uint32, as one load of 128 bits does."""
        four: tuple[int, ...] = words.load_four(number, sys._getframe(1))
        return four
