"""Classes for tests of labels: a few with names, or as many as are wanted."""

import numpy as np

SIGNS = {"stop": "#ff0000", "go": "#00ff00", "dark": "#101010", "grey": "#808080"}


def colors_of(count: int, seed: int = 3) -> np.ndarray:
    """Draw distinct colours, shape (count, 3), uint8."""
    codes = np.random.default_rng(seed).choice(1 << 24, count, replace=False)
    return np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.uint8)
