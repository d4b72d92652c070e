"""In which order colours are listed."""

from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from pixgrep.census.keys import Keys, channel_bits, unpack
from pixgrep.errors import PixgrepError
from pixgrep.model import PixelFormat

Order = Literal["count", "color", "similar"]
ORDERS: tuple[str, ...] = get_args(Order)


def places(
    keys: Keys, format: PixelFormat, weights: NDArray[np.int64], order: str, limit: int | None
) -> NDArray[np.intp]:
    """
    Return where the colours stand that are to be listed, in the order in which to list them.

    Parameters
    ----------
    keys : ndarray
        All colours, sorted.
    format : PixelFormat
        Of the keys.
    weights : ndarray
        How much each colour matters; among equals the lower colour comes first.
    order : {"count", "color", "similar"}
        The heaviest first; by red, green, blue, alpha; or similar ones near each other, see `tree_codes`.
    limit : int or None
        List only so many, the heaviest ones, whatever the order.

    Raises
    ------
    PixgrepError
        There is no such order, or the limit is not a whole number from 0 on.
    """
    if order not in ORDERS:
        raise PixgrepError(f"the order is {order!r}; give one of {', '.join(map(repr, ORDERS))}")
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, (int, np.integer)) or limit < 0):
        raise PixgrepError(f"the limit is {limit!r}; give a whole number from 0 on, or None for all")
    chosen = np.arange(len(keys)) if limit is None or limit >= len(keys) else _heaviest(weights, int(limit))
    if order == "color":
        return np.sort(chosen)
    codes = -weights[chosen] if order == "count" else tree_codes(keys[chosen], format)
    return chosen[np.argsort(codes, kind="stable")]


def _heaviest(weights: NDArray[np.int64], limit: int) -> NDArray[np.intp]:
    """Return where the heaviest stand, in order of place; of equals at the border, the first."""
    if not limit:
        return np.empty(0, np.intp)
    border = np.partition(weights, -limit)[-limit]
    above = np.flatnonzero(weights > border)
    return np.sort(np.concatenate([above, np.flatnonzero(weights == border)[: limit - len(above)]]))


def tree_codes(keys: Keys, format: PixelFormat) -> NDArray[Any]:
    """
    Return where colours stand in a walk through an octree: the more leading bits they share, the nearer they lie.

    The bits of the channels are interleaved, the highest of red first (a Morton code).

    Examples
    --------
    >>> keys = np.array([0x000000, 0x00FF00, 0x010101, 0xFF0000], np.uint32)
    >>> [int(place) for place in np.argsort(tree_codes(keys, PixelFormat("uint8", 3)))]
    [0, 2, 1, 3]
    """
    channels, bits = format.channels, channel_bits(format)
    values = unpack(keys, format)
    codes = np.zeros(len(keys), np.uint64)
    for bit in reversed(range(bits)):
        for channel in range(channels):
            codes <<= np.uint64(1)
            codes |= (values[:, channel] >> bit & 1).astype(np.uint64)
    return codes
