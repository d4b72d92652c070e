"""What every metric tells about itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Distance = Callable[[Any, Any, Any, Any, Any, Any], Any]


@dataclass(frozen=True)
class Metric:
    """
    A measure of how far two colours are apart.

    Attributes
    ----------
    name : str
        As the user types it.
    distance : callable
        ``distance(red, green, blue, red2, green2, blue2)``: the difference of two colours in 8-bit steps (0 to 255,
        fractions allowed); scalars, or arrays that broadcast.
    largest : float
        The difference of the two colours farthest apart.
    unit : str
        Of the difference.
    reach : callable
        ``reach(within)``: by how many 8-bit steps any one channel may differ at most. Larger is slower, never wrong;
        smaller is wrong.
    is_box : bool
        Whether all colours within a limit are exactly those whose channels differ by no more than `reach`.
    """

    name: str
    distance: Distance
    largest: float
    unit: str
    reach: Callable[[float], float]
    is_box: bool = False
