"""
Colours as whole numbers, to be counted and sorted.

A key holds the channels of a colour, 8 or 16 bits each: red highest, then green, blue and alpha, whatever their order
in the picture; of a grey, the grey value and alpha. So keys sort as their colours do. Those of 8-bit pictures are
uint32, those of 16-bit pictures uint64.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.model import PixelFormat, Pixels

Keys = NDArray[Any]

DEEPER = 257
"""What a 16-bit value is for each 8-bit step."""
DIGITS = np.frombuffer(bytes.hex(bytes(range(256))).encode(), np.uint8).reshape(256, 2)


def channel_bits(format: PixelFormat) -> int:
    """Return how many bits a channel has: 8 or 16."""
    return 8 * np.dtype(format.dtype).itemsize


def pack(columns: Sequence[NDArray[Any]], format: PixelFormat) -> Keys:
    """
    Return the keys of colours that are given channel by channel: red, green, blue and alpha, or grey and alpha.

    Examples
    --------
    >>> [hex(key) for key in pack([np.array([255]), np.array([136]), np.array([1])], PixelFormat("uint8", 3))]
    ['0xff8801']
    """
    bits = channel_bits(format)
    dtype: Any = np.uint32 if bits == 8 else np.uint64
    keys = columns[0].astype(dtype)
    for column in columns[1:]:
        keys <<= dtype(bits)
        keys |= column.astype(dtype)
    return keys


def pack_pixels(pixels: Pixels, format: PixelFormat) -> Keys:
    """Return the key of each pixel, in reading order, for pixels whose last axis is that of their channels."""
    columns = [pixels[..., channel].reshape(-1) for channel in range(format.channels)]
    if format.order == "bgr" and format.has_color:
        columns[:3] = columns[2::-1]
    return pack(columns, format)


def unpack(keys: Keys, format: PixelFormat) -> Pixels:
    """
    Return the colours of keys, shape (n, channels).

    Examples
    --------
    >>> unpack(np.array([0xFF8801], np.uint32), PixelFormat("uint8", 3))
    array([[255, 136,   1]], dtype=uint8)
    """
    bits = channel_bits(format)
    shifts = [keys.dtype.type(bits * place) for place in reversed(range(format.channels))]
    colors = np.empty((len(keys), format.channels), format.dtype)
    for channel, shift in enumerate(shifts):
        colors[:, channel] = (keys >> shift).astype(format.dtype)  # what is too high for the dtype falls off
    return colors


def common_format(one: PixelFormat, other: PixelFormat) -> PixelFormat:
    """
    Return the format that has the colours of both: the deeper, with colour or alpha where either has it.

    Examples
    --------
    >>> str(common_format(PixelFormat("uint8", 2), PixelFormat("uint16", 3)))
    'colour + alpha RGB uint16'
    """
    dtype = max(one.dtype, other.dtype, key=lambda name: np.dtype(name).itemsize)
    has_color, has_alpha = one.has_color or other.has_color, one.has_alpha or other.has_alpha
    return PixelFormat(dtype, (3 if has_color else 1) + has_alpha)


def convert(keys: Keys, format: PixelFormat, to: PixelFormat) -> Keys:
    """
    Return keys of one format as keys of one that has all its colours; their order remains.

    A grey is (g, g, g), a colour without alpha is opaque, and an 8-bit step is worth 257 in 16 bits.

    Examples
    --------
    >>> [hex(key) for key in convert(np.array([7], np.uint32), PixelFormat("uint8", 1), PixelFormat("uint8", 4))]
    ['0x70707ff']
    """
    if (format.dtype, format.channels) == (to.dtype, to.channels):
        return keys
    stored = unpack(keys, format).astype(to.dtype)
    if format.dtype != to.dtype:
        stored *= stored.dtype.type(DEEPER)
    columns = [stored[:, channel] for channel in range(format.channels)]
    alpha = columns.pop() if format.has_alpha else np.full(len(keys), to.highest, to.dtype)
    if to.has_color and not format.has_color:
        columns *= 3
    return pack([*columns, alpha] if to.has_alpha else columns, to)


def hex_texts(keys: Keys, format: PixelFormat) -> NDArray[np.bytes_]:
    """
    Return colours as ``#rrggbb``, with alpha as ``#rrggbbaa``; those of 16-bit pictures have four digits a channel.

    Examples
    --------
    >>> hex_texts(np.array([0xFF8801], np.uint32), PixelFormat("uint8", 3)).tolist()
    [b'#ff8801']
    >>> hex_texts(np.array([0x1234], np.uint64), PixelFormat("uint16", 1)).tolist()
    [b'#123412341234']
    """
    shown = PixelFormat(format.dtype, 3 + format.has_alpha)
    keys = convert(keys, format, shown)
    octets = keys.astype(keys.dtype.newbyteorder(">")).view(np.uint8).reshape(len(keys), keys.itemsize)
    letters = np.empty((len(keys), 1 + 2 * shown.pixel_bytes), np.uint8)
    letters[:, 0] = ord("#")
    letters[:, 1:] = DIGITS[octets[:, keys.itemsize - shown.pixel_bytes :]].reshape(len(keys), 2 * shown.pixel_bytes)
    texts: NDArray[np.bytes_] = letters.view(f"S{letters.shape[1]}").reshape(-1)
    return texts


def add_up(keys: Keys, *counts: NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
    """
    Return the distinct keys, sorted, and the sums of their counts; keys are best given as a few runs in order.

    Examples
    --------
    >>> add_up(np.array([3, 9, 3, 5]), np.array([1, 1, 1, 1]))
    (array([3, 5, 9]), array([2, 1, 1]))
    """
    order = np.argsort(keys, kind="stable")  # merges runs that are in order, ten times as fast as others sort
    keys = keys[order]
    first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else order
    return keys[first], *(np.add.reduceat(count[order], first) if len(first) else count for count in counts)
