"""
Several balls where one cannot do: as few as a greedy search finds.

One ball is tried first. Else many wanted colours are taken for centres, and for each the largest ball that reaches no
unwanted colour. The ball with most wanted colours is chosen and made as small as they allow, then the one with most of
the rest, and so on; a colour that no ball reaches gets one of its own. At last balls are joined where one can stand for
two, and those left out whose wanted colours all lie in others.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from pixgrep.colors.metrics import METRICS
from pixgrep.colorset import resolve
from pixgrep.errors import ColorError
from pixgrep.learning.balls import around, fit_ball
from pixgrep.learning.clouds import Cloud, Flags, Floats
from pixgrep.query import Near

MOST_BALLS = 256
MOST_BALLS_TO_JOIN = 12
DISTANCES_AT_ONCE = 10_000_000
MOST_CENTERS = 256


class Alike(NamedTuple):
    """A wanted and an unwanted colour, as stored, that no query of the metric tells apart."""

    wanted: Floats
    unwanted: Floats


@dataclass(frozen=True)
class Part:
    """A ball, and for which of the wanted colours it is there."""

    ball: Near
    members: Flags


def cover(wanted: Cloud, unwanted: Cloud) -> tuple[list[Near], list[Alike]]:
    """
    Return balls that together have all wanted colours and no unwanted one, the one with most first.

    Parameters
    ----------
    wanted, unwanted : Cloud
        Colours that a ball can take.

    Returns
    -------
    balls : list of Near
        At least one.
    alike : list of Alike
        Unwanted colours that are taken nevertheless: each is a wanted one, or too near to one.

    Raises
    ------
    ColorError
        More than 256 balls would be needed.
    """
    equal = _is_in(unwanted.stored, wanted.stored)
    alike = [Alike(stored, stored) for stored in unwanted.stored[equal]]
    unwanted = unwanted.part(~equal)
    everything = np.ones(len(wanted), np.bool_)
    one = fit_ball(wanted, unwanted)
    parts = [] if one is None else [Part(one, everything)]
    remaining = everything & (one is None)
    while remaining.any():
        found, unwanted = _pass(wanted, unwanted, remaining, alike)
        for part in found:
            parts.append(part)
            remaining &= ~part.members
        if len(parts) > MOST_BALLS:
            raise ColorError(
                f"wanted and unwanted colours lie among each other: more than {MOST_BALLS} balls would be needed; "
                "give fewer samples, away from borders and shadows, or try another metric"
            )
    kept = _without_needless(_joined(parts, wanted, unwanted), wanted)
    return [part.ball for part in sorted(kept, key=lambda part: -int(part.members.sum()))], alike


def _is_in(some: Floats, others: Floats) -> Flags:
    """Return which of the colours are among others."""
    known = set(map(tuple, others.tolist()))
    return np.array([tuple(color) in known for color in some.tolist()], np.bool_)


def _pass(wanted: Cloud, unwanted: Cloud, remaining: Flags, alike: list[Alike]) -> tuple[list[Part], Cloud]:
    """Return the next balls, and the unwanted colours that still count: those of `alike` do not."""
    rest = np.flatnonzero(remaining)
    count = min(len(rest), MOST_CENTERS, max(8, DISTANCES_AT_ONCE // (len(rest) + len(unwanted))))
    centers = wanted.stored[rest[np.linspace(0, len(rest) - 1, count).astype(int)]] / wanted.format.unit
    centers = np.unique(np.floor(np.clip(centers, 0.0, 255.0) + 0.5), axis=0)
    reached = _reached(wanted.part(rest), unwanted, centers)
    parts: list[Part] = []
    enough = max(1, int(reached.sum(axis=1).max(initial=0)) // 4)
    while len(parts) <= MOST_BALLS:
        counts = reached.sum(axis=1)
        best = int(np.argmax(counts))
        if counts[best] < enough:
            break
        members = rest[reached[best]]
        ball = fit_ball(wanted.part(members), unwanted, centers[best])
        if ball is None:
            reached[best] = False
            continue
        parts.append(_part(ball, wanted, remaining))
        reached &= ~parts[-1].members[rest]
    if parts:
        return parts, unwanted
    ball, unwanted = _alone(wanted.part(rest[:1]), unwanted, alike)
    return [_part(ball, wanted, remaining)], unwanted


def _part(ball: Near, wanted: Cloud, remaining: Flags) -> Part:
    return Part(ball, wanted.inside(resolve(ball, wanted.format)) & remaining)


def _reached(wanted: Cloud, unwanted: Cloud, centers: Floats) -> Flags:
    """Return which colours the largest ball of each centre has that reaches no unwanted one, shape (centers, n)."""
    reached = np.zeros((len(centers), len(wanted)), np.bool_)
    largest = METRICS[wanted.metric].largest
    for flags, center in zip(reached, centers, strict=True):
        limit = unwanted.distances(center).min(initial=np.inf) - 2 * wanted.slack
        distances = wanted.distances(center)
        flags[:] = (distances < limit) & (distances <= largest)
    return reached


def _alone(color: Cloud, unwanted: Cloud, alike: list[Alike]) -> tuple[Near, Cloud]:
    """Return a ball for one colour, and the unwanted colours that are not in it; those that are become `alike`."""
    nearest = fit_ball(color, unwanted)
    if nearest is not None:
        return nearest, unwanted
    center = color.stored[0] / color.format.unit
    nobody = unwanted.part(slice(0, 0))
    ball = around(center, color, unwanted)
    if ball is None:
        ball = around(center, color, nobody)
    assert ball is not None, "a colour that can be taken is taken by its own ball"
    taken = unwanted.inside(resolve(ball, color.format))
    alike.extend(Alike(color.stored[0], stored) for stored in unwanted.stored[taken])
    return ball, unwanted.part(~taken)


def _joined(parts: list[Part], wanted: Cloud, unwanted: Cloud) -> list[Part]:
    """Return the parts, two of them made one wherever one ball does, if they are few enough to try."""
    failed: set[frozenset[Near]] = set()
    while len(parts) <= MOST_BALLS_TO_JOIN:
        for first, second in combinations(parts, 2):
            pair = frozenset((first.ball, second.ball))
            if pair in failed:
                continue
            members = first.members | second.members
            ball = fit_ball(wanted.part(members), unwanted)
            if ball is not None:
                parts = [part for part in parts if part is not first and part is not second] + [Part(ball, members)]
                break
            failed.add(pair)
        else:
            break
    return parts


def _without_needless(parts: list[Part], wanted: Cloud) -> list[Part]:
    """Return the parts but for those whose colours all lie in the balls of others; small ones go first."""
    taken = [wanted.inside(resolve(part.ball, wanted.format)) for part in parts]
    times = np.stack(taken).sum(axis=0, dtype=np.int32)
    kept = []
    for part, flags in sorted(zip(parts, taken, strict=True), key=lambda pair: int(pair[1].sum())):
        if (times[flags] > 1).all():
            times -= flags
        else:
            kept.append(part)
    return kept
