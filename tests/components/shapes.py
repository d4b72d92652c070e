"""Masks that are hard to label."""

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def words_of(mask: Mask) -> NDArray[np.uint64]:
    """Return the bits of a mask by the one line that says what they are, padded to whole words."""
    octets = np.packbits(mask.ravel(), bitorder="little")
    return np.pad(octets, (0, -len(octets) % 8)).view("<u8").astype(np.uint64)


def random_mask(height: int, width: int, density: float, seed: int = 0) -> Mask:
    return np.asarray(np.random.default_rng(seed).random((height, width)) < density)


def checkerboard(height: int, width: int) -> Mask:
    return np.asarray(np.add.outer(np.arange(height), np.arange(width)) % 2 == 0)


def comb(height: int, width: int, *, teeth_up: bool) -> Mask:
    """Teeth that are joined in the last row only, or in the first."""
    mask = np.zeros((height, width), np.bool_)
    mask[:, ::2] = True
    mask[-1 if teeth_up else 0] = True
    return mask


def spiral(height: int, width: int) -> Mask:
    """One path, from the corner inwards, with one pixel between its turns."""
    mask = np.zeros((height + 4, width + 4), np.bool_)  # a frame of two, so that the path looks ahead
    taken = np.ones_like(mask)
    taken[2:-2, 2:-2] = False
    y, x, step = 2, 2, (0, 1)
    while True:
        mask[y, x] = True
        for _ in range(2):
            down, right = step
            ahead, further = (y + down, x + right), (y + 2 * down, x + 2 * right)
            inside = not taken[ahead]
            if inside and not mask[further]:
                break
            step = right, -down
        else:
            return mask[2:-2, 2:-2]
        y, x = ahead


def zigzag(height: int, width: int) -> Mask:
    """One path, row by row there and back."""
    mask = np.zeros((height, width), np.bool_)
    mask[::2] = True
    mask[1::4, -1] = True
    mask[3::4, 0] = True
    return mask


def nested(height: int, width: int) -> Mask:
    """Frames in frames, none of which touches another."""
    y, x = np.ogrid[:height, :width]
    return np.asarray(np.minimum(np.minimum(y, height - 1 - y), np.minimum(x, width - 1 - x)) % 2 == 0)


def diagonals(height: int, width: int, step: int = 3) -> Mask:
    return np.asarray(np.subtract.outer(np.arange(height), np.arange(width)) % step == 0)


HARD = {
    "checkerboard": checkerboard(31, 67),
    "comb up": comb(20, 65, teeth_up=True),
    "comb down": comb(20, 64, teeth_up=False),
    "spiral": spiral(37, 66),
    "zigzag": zigzag(33, 63),
    "nested": nested(41, 129),
    "diagonals": diagonals(30, 100),
    "antidiagonals": diagonals(30, 100)[:, ::-1].copy(),
    "full": np.ones((23, 127), np.bool_),
    "empty": np.zeros((23, 127), np.bool_),
    "one pixel": np.eye(1, dtype=np.bool_),
    "row": random_mask(1, 1000, 0.5),
    "column": random_mask(1000, 1, 0.5),
    "rows of one pixel": random_mask(100, 2, 0.5),
    "noise": random_mask(64, 191, 0.5),
    "sparse": random_mask(64, 191, 0.02),
    "dense": random_mask(64, 191, 0.97),
}
