"""Tolerances as people write them: rounded up, so that what they took they still take."""

import math
from collections.abc import Iterator
from decimal import ROUND_CEILING, Context, Decimal

FEWEST_DIGITS = 3
MOST_DIGITS = 17
"""As many tell any two floats apart."""


def roundings_up(value: float) -> Iterator[float]:
    """
    Yield a number rounded up to three significant digits, to four, and so on; at last as it is.

    Parameters
    ----------
    value : float
        From 0 on.

    Yields
    ------
    float
        Never less than `value`, each less than the one before.

    Examples
    --------
    >>> [f"{rounded:.5g}" for rounded in roundings_up(0.0314159)][:3]
    ['0.0315', '0.03142', '0.031416']
    >>> list(roundings_up(12))
    [12.0]
    """
    last = math.inf
    for digits in range(FEWEST_DIGITS, MOST_DIGITS + 1):
        rounded = float(Context(prec=digits, rounding=ROUND_CEILING).create_decimal(Decimal(value)))
        if value <= rounded < last:
            yield rounded
            last = rounded
    if value < last:
        yield float(value)
