"""Colours to try formulas on, the awkward ones among them; seeded."""

from itertools import product

import numpy as np

CORNERS = np.array(list(product((0.0, 255.0), repeat=3)))


def colors(count: int, seed: int = 0) -> np.ndarray:
    """Return `count` fractional sRGB colours, shape (count, 3): a third at random, the others hard cases in turn."""
    rng = np.random.default_rng(seed)
    found = rng.uniform(0, 255, (count, 3))
    found[1::6] = found[1::6, :1] + rng.normal(0, 0.5, found[1::6].shape)  # almost grey
    found[2::6] = rng.uniform((0, 0, 90), (120, 60, 255), found[2::6].shape)  # blue and purple, near a hue of 275
    found[3::6] = rng.uniform(0, 12, found[3::6].shape)  # almost black, around the kinks of the curves
    ends = rng.choice([0.0, 255.0], found[4::6].shape)
    found[4::6] = np.where(rng.random(ends.shape) < 0.5, found[4::6], ends)  # on the surface of the cube
    found[5::12] = found[5::12, :1]  # grey
    return found.clip(0.0, 255.0)


def centers() -> np.ndarray:
    """Return some sRGB colours to look for: corners, greys, saturated blues and purples, dark and random ones."""
    rng = np.random.default_rng(1)
    blues = rng.uniform((0, 0, 120), (130, 70, 255), (14, 3))
    greys = np.repeat(np.array([1.0, 8.0, 20.5, 128.0, 254.0]), 3).reshape(-1, 3)
    dark = rng.integers(0, 20, (6, 3)).astype(float)
    return np.concatenate([CORNERS, blues, greys, greys + np.eye(3)[1], dark, rng.uniform(0, 255, (16, 3))])
