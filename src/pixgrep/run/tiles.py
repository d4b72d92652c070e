"""Cut a picture into tiles: views of whole rows, or parts of a row where rows are long."""

from collections.abc import Iterator
from math import gcd

from pixgrep.model import WORD_BITS, Pixels, Tile


def cut(pixels: Pixels, tile_pixels: int) -> Iterator[Tile]:
    """
    Yield the tiles of a picture in reading order.

    Tiles begin at a multiple of 64 pixels wherever rows allow it without making tiles much larger: then their bits are
    written straight into the answer.

    Parameters
    ----------
    pixels : ndarray, shape (height, width, channels)
        The picture.
    tile_pixels : int
        How many pixels a tile should have, a multiple of 64.

    Examples
    --------
    >>> import numpy as np
    >>> [(tile.start, tile.pixels.shape) for tile in cut(np.zeros((5, 48, 3)), 64)]
    [(0, (4, 48, 3)), (192, (1, 48, 3))]
    """
    height, width, _ = pixels.shape
    if not pixels.size:
        return
    if width > 2 * tile_pixels:
        for y in range(height):
            for x in range(0, width, tile_pixels):
                yield Tile(pixels[y : y + 1, x : x + tile_pixels], y * width + x)
        return
    aligned = WORD_BITS // gcd(width, WORD_BITS)
    rows = max(1, tile_pixels // width)
    if rows >= aligned or aligned * width <= 4 * tile_pixels:
        rows = max(1, rows // aligned) * aligned
    for y in range(0, height, rows):
        yield Tile(pixels[y : y + rows], y * width)
