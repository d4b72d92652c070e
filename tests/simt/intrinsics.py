"""What kernels reach global memory with: the engine's functions for the intrinsics of the same names."""

import sys
from collections.abc import Callable
from operator import index
from typing import Any

import numpy as np

from .accesses import WIDEST
from .lanes import Now
from .memory import ALL_KNOWN, WIDTHS, Memory, require_known
from .races import ATOMIC, READ, WRITE

Function = Callable[..., Any]
FOUR = 4


def make_intrinsics(memory: Memory, now: Now, races: bool) -> dict[str, Function]:
    """Return all of them by name."""
    made: dict[str, Function] = {}
    for width in WIDTHS:
        made[f"load_u{8 * width}"] = _make_load(memory, now, races, width)
        made[f"store_u{8 * width}"] = _make_store(memory, now, races, width)
    made["load_four"] = _make_load_four(memory, now, races)
    made["store_four"] = _make_store_four(memory, now, races)
    made["add_u32"] = _make_add(memory, now, races, 4)
    made["add_u64"] = _make_add(memory, now, races, 8)
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


def _make_add(memory: Memory, now: Now, races: bool, width: int) -> Function:
    mask = (1 << 8 * width) - 1

    def add(address: Any, value: Any) -> None:
        region, offset = memory.aligned(address, width)
        require_known(region, offset, width)
        if races:
            region.touch(ATOMIC, offset, width, now.lane, sys._getframe(1))
        words, place = region.words[width], offset // width
        words[place] = (int(words[place]) + whole(value)) & mask

    return add
