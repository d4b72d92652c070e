"""Functions on the bits of an integer; the NumPy type says how many there are, and a plain integer has 64."""

from typing import Any

import numpy as np


def _bits(value: Any) -> tuple[int, int]:
    if not isinstance(value, int | np.integer):
        raise TypeError(f"an integer is needed, not {type(value).__name__}")
    width = 8 * value.itemsize if isinstance(value, np.integer) else 64
    return int(value) & ((1 << width) - 1), width


def _like(value: Any, number: int) -> Any:
    """Return a number in the type of the argument, as Numba types these functions."""
    return type(value)(number) if isinstance(value, np.integer) else number


def popc(value: Any) -> Any:
    """Return how many bits are set."""
    return _like(value, _bits(value)[0].bit_count())


def clz(value: Any) -> Any:
    """Return how many bits are 0 above the highest that is set; all, if none is."""
    bits, width = _bits(value)
    return _like(value, width - bits.bit_length())


def ffs(value: Any) -> np.uint32:
    """Return the place of the lowest bit that is set, from 1; 0 if none is."""
    bits, _ = _bits(value)
    return np.uint32((bits & -bits).bit_length())


def brev(value: Any) -> np.unsignedinteger[Any]:
    """Return the bits in reverse; 32 or 64 of them."""
    bits, width = _bits(value)
    width = max(width, 32)
    number = int(f"{bits:0{width}b}"[::-1], 2)
    return np.uint32(number) if width == 32 else np.uint64(number)


def selp(condition: Any, yes: Any, no: Any) -> Any:
    """Return one of two values."""
    return yes if condition else no
