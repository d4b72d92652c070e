"""Pictures to time searches of: a seeded stand-in for a photograph, noise, and known shares of one colour; by NumPy."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.gpu.bootstrap import work_folder

Picture = NDArray[np.uint8]
Plane = NDArray[np.float32]
Rgb = tuple[int, int, int]

WHITE: Rgb = (255, 255, 255)
SEED = 5
OCTAVES = ((6, 34), (24, 20), (96, 11), (384, 6))
"""Cells from top to bottom, and amplitude."""
TINTS = (-3, 0, 4)
FEW = 0.0002
"""The share of white pixels of the photo."""


def photo(rows: int, columns: int) -> Picture:
    """Return clouds with tints and noise, white at few places; made once for all steps of a run."""
    path = work_folder() / f"photo-{rows}x{columns}.npy"
    if path.exists():
        kept: Picture = np.load(path)
        return kept
    random = np.random.default_rng(SEED)
    light = np.full((rows, columns), 98, np.float32)
    for cells, amplitude in OCTAVES:
        grid = random.standard_normal((cells, max(2, round(cells * columns / rows))), np.float32)
        light += _enlarge(grid * np.float32(amplitude), rows, columns)
    picture = np.empty((rows, columns, 3), np.uint8)
    for channel, tint in enumerate(TINTS):
        noise = random.standard_normal((rows, columns), np.float32)
        picture[..., channel] = np.rint(np.clip(light + tint + np.float32(1.5) * noise, 0, 254))
    picture = with_white(picture, FEW)
    np.save(path, picture)
    return picture


def _enlarge(grid: Plane, rows: int, columns: int) -> Plane:
    """Return a grid enlarged by linear interpolation."""
    above, down = _places(len(grid), rows)
    tall = grid[above] * (1 - down)[:, None] + grid[above + 1] * down[:, None]
    left, right = _places(grid.shape[1], columns)
    return np.asarray(tall[:, left] * (1 - right) + tall[:, left + 1] * right, np.float32)


def _places(cells: int, size: int) -> tuple[NDArray[np.intp], Plane]:
    places = np.linspace(0, cells - 1.001, size, dtype=np.float32)
    return places.astype(np.intp), places % 1


def with_white(picture: Picture, share: float) -> Picture:
    """Return a copy in which that share of the pixels is white, scattered at random, and no other pixel."""
    changed = np.minimum(picture, 254)
    random = np.random.default_rng(SEED).random(picture.shape[:2], np.float32)
    changed[random < share] = WHITE
    return changed


def noise(rows: int, columns: int, channels: int = 3) -> Picture:
    """Return uniform noise: neighbouring pixels ask for places far apart in a table."""
    return np.random.default_rng(SEED).integers(0, 256, (rows, columns, channels), np.uint8)


def with_alpha(picture: Picture) -> Picture:
    """Return the picture with a fourth channel of 255."""
    return np.concatenate([picture, np.full((*picture.shape[:2], 1), 255, np.uint8)], axis=2)


def common_color(picture: Picture) -> Rgb:
    """Return the medians of the channels: a colour that many pixels are near to."""
    red, green, blue = (int(np.median(picture[::16, ::16, channel])) for channel in range(3))
    return red, green, blue


def nine_colors(picture: Picture) -> list[Rgb]:
    """Return nine colours, white and eight of the picture."""
    places = np.random.default_rng(SEED).integers(0, picture.shape[0] * picture.shape[1], 400)
    found = dict.fromkeys(map(tuple, picture.reshape(-1, 3)[places].tolist()))
    found.pop(WHITE, None)
    return [WHITE, *list(found)[:8]]
