"""
One ball around colours: the smallest with an 8-bit colour for its centre, that has none of some others.

Only colours on the rim of a ball matter. So the centre is sought for some hundred colours, then held against all; those
that lie beyond the rim join, and it is sought again (as in the core sets of Bădoiu and Clarkson: Smaller core-sets for
balls, SODA 2003).
"""

from itertools import chain, product

import numpy as np
from numpy.typing import NDArray

from pixgrep.colors.metrics import METRICS
from pixgrep.colors.tolerance import roundings_up
from pixgrep.colorset import resolve
from pixgrep.learning.clouds import Cloud, Floats
from pixgrep.query import Near

STEPS = (32, 16, 8, 4, 2, 1)
NEIGHBOURS = np.array([step for step in product((-1, 0, 1), repeat=3) if any(step)], np.float64)
MOST_ON_THE_RIM = 256
MOST_ROUNDS = 8
MOST_STARTS = 64
DESCENTS = 3
LEAST_WITHIN = 1e-9
"""What no picture can tell from 0, for floats that rounding keeps from being exactly the centre."""
Score = tuple[float, float]


def fit_ball(wanted: Cloud, unwanted: Cloud, start: Floats | None = None) -> Near | None:
    """
    Return the smallest ball around all wanted colours that has no unwanted one, or None where none was found.

    Parameters
    ----------
    wanted : Cloud
        At least one colour.
    unwanted : Cloud
        Colours that it must not have.
    start : ndarray, shape (3,), optional
        Where to look for its centre, too.

    Notes
    -----
    The best three of these are starts: mean and midrange of the colours, the colours nearest to both in the space of
    the metric, 64 of the colours. From each, the centre goes to the best of its 26 neighbours, by ever smaller steps,
    as long as the ball shrinks; while it has unwanted colours, as long as it comes nearer to having none.
    """
    starts = _starts(wanted) if start is None else np.concatenate([_starts(wanted), start[np.newaxis]])
    rim, near = _spread(wanted), _spread(unwanted)
    for _ in range(MOST_ROUNDS):
        scores = _scores(rim, near, starts)
        best = sorted(range(len(starts)), key=scores.__getitem__)[:DESCENTS]
        center = min((_descend(rim, near, starts[place]) for place in best), key=lambda found: found[0])[1]
        more_rim, more_near = _beyond(wanted, unwanted, rim, near, center)
        if more_rim is rim and more_near is near:
            break
        rim, near, starts = more_rim, more_near, center[np.newaxis]
    ball = around(center, wanted, unwanted)
    return ball if ball is not None or start is None else around(start, wanted, unwanted)


def around(center: Floats, wanted: Cloud, unwanted: Cloud) -> Near | None:
    """
    Return the ball of that centre around all wanted colours, `within` rounded up as far as it has no unwanted one.

    None where it must have one. Whether it has a colour is asked of the set that a search uses.
    """
    color = Cloud.color(center)
    channels = (color.red, color.green, color.blue)
    far, distances = wanted.distances(channels), unwanted.distances(channels)
    radius = float(far.max())
    largest, slack = METRICS[wanted.metric].largest, wanted.slack
    if radius >= distances.min(initial=np.inf) or radius > largest:
        return None
    edge = wanted.part(far >= radius - 2 * slack)
    for within in chain([0.0] if radius <= slack else [], roundings_up(max(radius, LEAST_WITHIN))):
        if within > largest:
            continue
        ball = Near(color, within, wanted.metric)
        colors = resolve(ball, wanted.format)
        close = unwanted.part(distances <= within + 4 * slack)
        if edge.inside(colors).all() and not close.inside(colors).any() and wanted.inside(colors).all():
            return ball
    return None


def _starts(wanted: Cloud) -> Floats:
    values = np.clip(wanted.stored / wanted.format.unit, 0.0, 255.0)
    coordinates = np.stack(wanted.coordinates, axis=1)
    nearest = [np.argmin(((coordinates - middle) ** 2).sum(axis=1)) for middle in _middles(coordinates)]
    middles = [*_middles(values), *values[nearest]]
    some = values[np.unique(np.linspace(0, len(values) - 1, MOST_STARTS).astype(int))]
    return np.unique(np.floor(np.concatenate([np.array(middles), some]) + 0.5), axis=0)


def _middles(points: Floats) -> tuple[Floats, Floats]:
    """Return mean and midrange."""
    return points.mean(axis=0), (points.min(axis=0) + points.max(axis=0)) / 2


def _spread(cloud: Cloud) -> Cloud:
    """Return a few of the colours, evenly chosen."""
    if len(cloud) <= 2 * MOST_ON_THE_RIM:
        return cloud
    return cloud.part(np.linspace(0, len(cloud) - 1, MOST_ON_THE_RIM).astype(int))


def _scores(wanted: Cloud, unwanted: Cloud, centers: Floats) -> list[Score]:
    """Return how good centres are, less is better: those without unwanted colours first, by radius."""
    radius = wanted.distances(centers).max(axis=1)
    gap = radius + 2 * wanted.slack - unwanted.distances(centers).min(axis=1, initial=np.inf)
    return [(0.0, r) if g < 0 else (1.0, g) for r, g in zip(radius.tolist(), gap.tolist(), strict=True)]


def _descend(wanted: Cloud, unwanted: Cloud, start: Floats) -> tuple[Score, Floats]:
    center, score = start, _scores(wanted, unwanted, start[np.newaxis])[0]
    for step in STEPS:
        while True:
            neighbours = np.clip(center + step * NEIGHBOURS, 0.0, 255.0)
            scores = _scores(wanted, unwanted, neighbours)
            best = min(range(len(neighbours)), key=scores.__getitem__)
            if scores[best] >= score:
                break
            center, score = neighbours[best], scores[best]
    return score, center


def _beyond(wanted: Cloud, unwanted: Cloud, rim: Cloud, near: Cloud, center: Floats) -> tuple[Cloud, Cloud]:
    """Return rim and near, with the colours that the ball of that centre overlooks; as they are where it does not."""
    if len(rim) < len(wanted):
        distances = wanted.distances(center)
        if distances.max() > rim.distances(center).max():
            rim = _joined(rim, wanted.part(_last(-distances)))
    if len(near) < len(unwanted):
        distances = unwanted.distances(center)
        if distances.min() < near.distances(center).min(initial=np.inf):
            near = _joined(near, unwanted.part(_last(distances)))
    return rim, near


def _last(values: Floats) -> NDArray[np.intp]:
    """Return where the smallest values are."""
    return np.argpartition(values, MOST_ON_THE_RIM)[:MOST_ON_THE_RIM]


def _joined(first: Cloud, second: Cloud) -> Cloud:
    x, y, z = (np.concatenate(pair) for pair in zip(first.coordinates, second.coordinates, strict=True))
    return Cloud(np.concatenate([first.stored, second.stored]), (x, y, z), first.metric, first.format)
