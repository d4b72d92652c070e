"""What every metric tells about itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.colors.spaces.space import Coordinates, Space

Distance = Callable[[Any, Any, Any, Any, Any, Any], Any]
Closest = Callable[[Coordinates, Coordinates, tuple[float, float, float]], NDArray[np.float64]]


@dataclass(frozen=True)
class Metric:
    """
    A measure of how far two colours are apart.

    Attributes
    ----------
    name : str
        As the user types it.
    space : Space
        The coordinates that it compares.
    distance : callable
        ``distance(x, y, z, x2, y2, z2)``: the difference of a colour from the one that is looked for (the second), both
        in coordinates of `space`; scalars, or arrays that broadcast.
    largest : float
        No two colours of sRGB differ by more.
    unit : str
        Of the difference.
    reach : callable, optional
        ``reach(within)``: by how many 8-bit steps any one channel may differ at most. For metrics of sRGB.
    closest : callable, optional
        ``closest(low, high, center)``: no colour whose coordinates lie within ``low .. high`` differs by less from the
        one at `center`. Smaller is slower, never wrong; larger is wrong. For all other metrics.
    is_box : bool
        Whether all colours within a limit are exactly those whose channels differ by no more than `reach`.
    """

    name: str
    space: Space
    distance: Distance
    largest: float
    unit: str
    reach: Callable[[float], float] | None = None
    closest: Closest | None = None
    is_box: bool = False


def gaps(low: Coordinates, high: Coordinates, center: tuple[float, float, float]) -> Coordinates:
    """
    Return by how much each coordinate of `center` lies outside ``low .. high``; 0 inside.

    Examples
    --------
    >>> [float(gap) for gap in gaps((0, 0, 0), (10, 10, 10), (5, -2, 13))]
    [0.0, 2.0, 3.0]
    """
    x, y, z = (
        np.maximum(np.maximum(least - value, value - most), 0.0)
        for least, most, value in zip(low, high, center, strict=True)
    )
    return x, y, z
