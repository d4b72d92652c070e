"""CIEDE2000: today's standard for small differences."""

import math
from typing import Any

import numpy as np

from pixgrep.colors.metrics.metric import Metric, gaps
from pixgrep.colors.spaces import lab
from pixgrep.colors.spaces.hue import arc, turn
from pixgrep.colors.spaces.space import Coordinates


def distance(lightness: Any, a: Any, b: Any, lightness2: Any, a2: Any, b2: Any) -> Any:
    """
    Return the CIEDE2000 difference of two colours.

    Parameters
    ----------
    lightness, a, b, lightness2, a2, b2 : float or ndarray
        L* (0 to 100), a* and b*.

    Returns
    -------
    float or ndarray
        0 to 119.5 in sRGB (black to white is 100); about 1 is just noticeable.

    References
    ----------
    ISO/CIE 11664-6:2014; kL = kC = kH = 1. G. Sharma, W. Wu, E. N. Dalal: The CIEDE2000 color-difference formula. Color
    Res. Appl. 30 (2005), doi:10.1002/col.20070, whose names of variables and test data are used.

    Examples
    --------
    >>> round(float(distance(50, 2.6772, -79.7751, 50, 0, -82.7485)), 4)
    2.0425
    """
    a_prime, a2_prime = _stretched(a, b, a2, b2)
    c, c2 = np.sqrt(a_prime**2 + b * b), np.sqrt(a2_prime**2 + b2 * b2)
    h2 = np.arctan2(b2, a2_prime)
    turned = _turned(a_prime, b, a2_prime, b2)
    hue = h2 + turned / 2

    t = _t(hue)
    middle = ((lightness + lightness2) / 2 - 50) ** 2
    c_mean = (c + c2) / 2
    lightnesses = (lightness - lightness2) / (1 + 0.015 * middle / np.sqrt(20 + middle))
    chromas = (c - c2) / (1 + 0.045 * c_mean)
    hues = 2 * np.sqrt(c * c2) * np.sin(turned / 2) / (1 + 0.015 * c_mean * t)
    from_blue = (np.degrees(hue) + np.where(hue < 0, 360.0, 0.0) - 275) / 25
    rotation = -2 * _saturated(c_mean) * np.sin(math.radians(60) * np.exp(-(from_blue**2)))
    return np.sqrt(np.maximum(lightnesses**2 + chromas**2 + hues**2 + rotation * chromas * hues, 0.0))


def _stretched(a: Any, b: Any, a2: Any, b2: Any) -> tuple[Any, Any]:
    """Return both a', larger near the greys."""
    mean = (np.sqrt(a * a + b * b) + np.sqrt(a2 * a2 + b2 * b2)) / 2
    factor = 1 + 0.5 * (1 - _saturated(mean))
    return a * factor, a2 * factor


def _turned(a: Any, b: Any, a2: Any, b2: Any) -> Any:
    """
    Return by which angle, -pi to pi, one turns from the second hue to the first. That of a grey does not count.

    Between opposite hues, both ways are as short. Sharma et al. take the mean of two numbers from 0 to 360 degrees, so
    one does not turn across 0. That they are opposite is told by the cross product: angles are rounded.
    """
    across, along = a2 * b - a * b2, a * a2 + b * b2
    away_from_0 = np.where((b2 > 0) | ((b2 == 0) & (a2 > 0)), math.pi, -math.pi)
    return np.where((across == 0) & (along < 0), away_from_0, np.arctan2(across, along))


def _saturated(chroma: Any) -> Any:
    seventh = chroma * chroma * chroma
    seventh = seventh * seventh * chroma
    return np.sqrt(seventh / (seventh + 25.0**7))


def _t(hue: Any) -> Any:
    """Return T, its four cosines made of one cosine and one sine: two thirds of the time of the formula were theirs."""
    cos, sin = np.cos(hue), np.sin(hue)
    cos2, sin2 = cos * cos - sin * sin, 2 * cos * sin
    cos3, sin3 = cos * cos2 - sin * sin2, sin * cos2 + cos * sin2
    cos4, sin4 = cos2 * cos2 - sin2 * sin2, 2 * cos2 * sin2
    return (
        1
        - 0.17 * (COS_30 * cos + SIN_30 * sin)
        + 0.24 * cos2
        + 0.32 * (COS_6 * cos3 - SIN_6 * sin3)
        - 0.20 * (COS_63 * cos4 + SIN_63 * sin4)
    )


COS_30, COS_6, COS_63 = (math.cos(math.radians(degrees)) for degrees in (30, 6, 63))
SIN_30, SIN_6, SIN_63 = (math.sin(math.radians(degrees)) for degrees in (30, 6, 63))


MOST_T = 1 + 0.17 + 0.24 + 0.32 + 0.20
STEEPEST_T = 0.17 + 2 * 0.24 + 3 * 0.32 + 4 * 0.20
"""How fast T can change, for each radian."""


def closest(low: Coordinates, high: Coordinates, center: tuple[float, float, float]) -> Any:
    """
    Return a difference from `center` that none in a box of L*a*b* is below.

    Every factor of the formula is bounded on its own: how far a* is stretched, which hues the mean can have, then the
    weights, as large as they can be. Of the quadratic form of chroma and hue at least 1 - |rotation| / 2 remains.
    """
    lightness, a, b = gaps(low, high, center)
    near, far = ([pick(np.abs(low[k]), np.abs(high[k])) for k in (1, 2)] for pick in (np.minimum, np.maximum))
    near = [np.where((low[k] <= 0) & (high[k] >= 0), 0.0, near[k - 1]) for k in (1, 2)]
    most, least = (1.5 - 0.5 * _saturated((np.hypot(*center[1:]) + np.hypot(*ab)) / 2) for ab in (near, far))
    c, c_far = np.hypot(least * near[0], near[1]), np.hypot(most * far[0], far[1])
    c2, c2_far = (np.hypot(factor * center[1], center[2]) for factor in (least, most))
    hue, spread, least_turn = _hues(low, high, center, most)

    middle = np.maximum(np.abs(low[0] + center[0] - 100), np.abs(high[0] + center[0] - 100)) ** 2 / 4
    light = 1 + 0.015 * middle / np.sqrt(20 + middle)
    c_mean = (c_far + c2_far) / 2
    full, turned = 1 + 0.045 * c_mean, 1 + 0.015 * c_mean * np.minimum(_t(hue) + STEEPEST_T * spread, MOST_T)
    chromas = np.maximum(np.maximum(c - c2_far, c2 - c_far), 0.0) / full
    hues = 2 * np.sqrt(c * c2) * np.sin(least_turn / 2) / turned
    plane = np.maximum(chromas**2 + hues**2, (a**2 + b**2) / np.maximum(full, turned) ** 2)
    from_blue = np.maximum(np.abs(turn(np.degrees(hue), 275.0)) - np.degrees(spread), 0.0) / 25
    remains = 1 - _saturated(c_mean) * np.sin(math.radians(60) * np.exp(-(from_blue**2)))
    return np.sqrt((lightness / light) ** 2 + remains * plane)


def _hues(low: Coordinates, high: Coordinates, center: tuple[float, float, float], most: Any) -> tuple[Any, Any, Any]:
    """
    Return the mean hue of `center` and the middle of a box, how far the mean may be from it, and the least turn.

    All in radians, with a* stretched by up to `most`, which moves a hue by no more than `moved`.
    """
    start = np.arctan2(center[2], center[1])
    middle, half = arc(low[1], high[1], low[2], high[2])
    moved = np.arcsin((most - 1) / (most + 1))
    way, half = np.radians(turn(middle, np.degrees(start))), np.radians(half) + 2 * moved
    is_any = np.abs(way) + half >= math.pi
    way, half = np.where(is_any, 0.0, way), np.where(is_any, math.pi, half)
    return start + way / 2, moved + half / 2, np.clip(np.abs(way) - half, 0.0, None)


METRIC = Metric("ciede2000", lab.SPACE, distance, largest=120.0, unit="CIEDE2000 units", closest=closest)
