"""What kernels reach global memory with: the engine's functions for the intrinsics of the same names."""

import sys
from collections.abc import Callable
from operator import index
from types import FrameType
from typing import Any

import numpy as np

from .accesses import WIDEST
from .lanes import Now
from .memory import ALL_KNOWN, WIDTHS, Memory, require_known
from .races import ATOMIC, READ, WRITE

Function = Callable[..., Any]
Turn = Callable[[FrameType], None]
FOUR = 4
CHANGES: dict[str, tuple[int, Callable[..., int]]] = {
    "add_u32": (4, lambda old, value: old + value),
    "add_u64": (8, lambda old, value: old + value),
    "min_u64": (8, min),
    "max_u64": (8, max),
    "swap_u64": (8, lambda old, expected, value: value if old == expected else old),
    "load_strong_u64": (8, lambda old: old),
    "store_strong_u64": (8, lambda old, value: value),
}
"""What is atomic: the width of what is changed, and what becomes of it; each returns what was there."""


def make_intrinsics(memory: Memory, now: Now, races: bool, give_turn: Turn) -> dict[str, Function]:
    """Return all of them by name; those that are atomic first call `give_turn`, which may let other lanes run."""
    made: dict[str, Function] = {}
    for width in WIDTHS:
        made[f"load_u{8 * width}"] = _make_load(memory, now, races, width)
        made[f"store_u{8 * width}"] = _make_store(memory, now, races, width)
    made["load_four"] = _make_load_four(memory, now, races)
    made["store_four"] = _make_store_four(memory, now, races)
    for name, (width, operation) in CHANGES.items():
        made[name] = _make_change(memory, now, races, give_turn, width, operation)
    return made


def whole(value: Any) -> int:
    """Return an integer or a boolean as a Python integer; fractions are refused."""
    return int(value) if isinstance(value, np.bool_) else index(value)


def _make_load(memory: Memory, now: Now, races: bool, width: int) -> Function:
    all_known = ALL_KNOWN[width]

    def load(address: Any) -> Any:
        region, offset = memory.aligned(address, width)
        place = offset // width
        if region.known[width][place] != all_known:
            require_known(region, offset, width)
        if races:
            region.touch(READ, offset, width, now.lane, sys._getframe(1))
        return region.words[width][place]

    return load


def _make_store(memory: Memory, now: Now, races: bool, width: int) -> Function:
    all_known = ALL_KNOWN[width]
    mask = (1 << 8 * width) - 1

    def store(address: Any, value: Any) -> None:
        region, offset = memory.aligned(address, width)
        place = offset // width
        if races:
            region.touch(WRITE, offset, width, now.lane, sys._getframe(1))
        region.words[width][place] = whole(value) & mask  # as the device does: what is too large loses its high bits
        region.known[width][place] = all_known

    return store


def _make_load_four(memory: Memory, now: Now, races: bool) -> Function:
    def load_four(address: Any) -> tuple[Any, ...]:
        region, offset = memory.aligned(address, WIDEST)
        require_known(region, offset, WIDEST)
        if races:
            region.touch(READ, offset, WIDEST, now.lane, sys._getframe(1))
        first = offset // FOUR
        return tuple(region.words[FOUR][first : first + 4])

    return load_four


def _make_store_four(memory: Memory, now: Now, races: bool) -> Function:
    mask = (1 << 32) - 1

    def store_four(address: Any, a: Any, b: Any, c: Any, d: Any) -> None:
        region, offset = memory.aligned(address, WIDEST)
        if races:
            region.touch(WRITE, offset, WIDEST, now.lane, sys._getframe(1))
        words, first = region.words[FOUR], offset // FOUR
        for place, value in enumerate((a, b, c, d), first):
            words[place] = whole(value) & mask
        region.set_known(offset, WIDEST)

    return store_four


def _make_change(
    memory: Memory, now: Now, races: bool, give_turn: Turn, width: int, operation: Callable[..., int]
) -> Function:
    mask = (1 << 8 * width) - 1

    def change(address: Any, *values: Any) -> Any:
        give_turn(sys._getframe(1))
        region, offset = memory.aligned(address, width)
        require_known(region, offset, width)
        if races:
            region.touch(ATOMIC, offset, width, now.lane, sys._getframe(1))
        words, place = region.words[width], offset // width
        old = words[place]
        words[place] = operation(int(old), *(whole(value) & mask for value in values)) & mask
        return old

    return change
