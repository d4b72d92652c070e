"""Perceptual searches: a metric costs as much as a box and a table, whatever it is."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

import pixgrep as pg
from benchmarks import photo
from benchmarks.photo import WHITE, Picture
from benchmarks.section import Section, Target, close, section
from benchmarks.timing import Effort, in_turn

WITHIN = 5
COLORS = {"of grey": (71, 76, 74), "of sand": (144, 155, 153)}
PART = 20
"""scikit-image sees a twentieth of the rows: all of them would take minutes and gigabytes."""


def perceptual(effort: Effort) -> Section:
    """Count what lies within CIEDE2000 5, beside the exact search and beside scikit-image."""
    picture = photo.photo()
    part = np.ascontiguousarray(picture[::PART])
    shares = {}
    for name, color in COLORS.items():
        expected = _skimage_count(part, color)
        counted = pg.count(part, color, within=WITHIN, metric="ciede2000")
        assert abs(counted - expected) <= 0.002 * part.size, (counted, expected)  # its Lab differs by 0.02
        shares[name] = pg.count(picture, color, within=WITHIN, metric="ciede2000") / (picture.size // 3)
    contestants: dict[str, Callable[[], Any]] = {
        "exact, count": lambda: pg.count(picture, WHITE),
        **{
            f"ciede2000 within {WITHIN} {name}, {100 * share:.1f} % hit": (
                partial(pg.count, picture, COLORS[name], within=WITHIN, metric="ciede2000")
            )
            for name, share in shares.items()
        },
        f"scikit-image, a {PART}th of the rows": lambda: _skimage_count(part, COLORS["of grey"]),
    }
    figures = in_turn(contestants, effort.rounds)
    exact, *ours, rival = figures
    targets = [close(f"{name}: count / exact count", figures, name, exact, 5) for name in ours]
    slowest = max(ours, key=lambda name: figures[name].value)
    ratio = figures[rival].value * len(picture) / len(part) / figures[slowest].value
    targets.append(Target("ciede2000: scikit-image (scaled to all rows) / pixgrep", ratio, least=200))
    return section("Count within CIEDE2000 5, compiled", figures, targets)


def _skimage_count(picture: Picture, color: tuple[int, int, int]) -> int:
    """Count as its documentation does: to Lab, difference, comparison."""
    target = rgb2lab(np.array([[color]], np.uint8))
    return int(np.count_nonzero(deltaE_ciede2000(rgb2lab(picture), target) <= WITHIN))
