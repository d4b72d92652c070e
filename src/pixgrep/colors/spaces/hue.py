"""Hues, in degrees: on the hexagon of red, green and blue, and on the circle of two axes."""

from collections.abc import Callable
from typing import Any

import numpy as np


def hexagonal(red: Any, green: Any, blue: Any) -> tuple[Any, Any, Any]:
    """
    Return hue, least and largest channel, as hsl, hsv and hwb are made of them.

    Parameters
    ----------
    red, green, blue : float or ndarray
        sRGB, 0 to 255; beyond, 0 or 255 is taken.

    Returns
    -------
    hue : float or ndarray
        0 (red) to 360; 120 is green, 240 blue; NaN for a grey.
    least, largest : float or ndarray
        0 to 255.

    References
    ----------
    CSS Color 4, section 7 (w3.org/TR/css-color-4).

    Examples
    --------
    >>> [float(value) for value in hexagonal(255, 128, 0)]
    [30.11764705882353, 0.0, 255.0]
    """
    red, green, blue = (np.clip(channel, 0.0, 255.0) for channel in (red, green, blue))
    largest = np.maximum(np.maximum(red, green), blue)
    least = np.minimum(np.minimum(red, green), blue)
    spread = np.where(largest == least, np.nan, largest - least)
    hue = np.where(
        largest == red,
        ((green - blue) / spread) % 6,
        np.where(largest == green, (blue - red) / spread + 2, (red - green) / spread + 4),
    )
    return hue * 60, least, largest


def polar(a: Any, b: Any, *, is_grey: Any) -> tuple[Any, Any]:
    """
    Return chroma and hue of a colour on two axes.

    Parameters
    ----------
    a, b : float or ndarray
        Its place on the axes.
    is_grey : bool or ndarray of bool
        Whether it is a grey, whose hue is NaN: what rounding leaves of its axes points anywhere.

    Examples
    --------
    >>> [round(float(value), 6) for value in polar(0.0, -2.0, is_grey=False)]
    [2.0, 270.0]
    """
    hue = np.degrees(np.arctan2(b, a)) % 360
    return np.sqrt(a * a + b * b), np.where(is_grey, np.nan, hue)


def in_polar(
    plane: Callable[[Any, Any, Any], tuple[Any, Any, Any]], red: Any, green: Any, blue: Any
) -> tuple[Any, Any, Any]:
    """
    Return lightness, chroma and hue of a colour.

    Parameters
    ----------
    plane : callable
        ``plane(red, green, blue)``: lightness and two axes.
    red, green, blue : float or ndarray
        sRGB, 0 to 255; beyond, 0 or 255 is taken before it is told whether a colour is a grey.
    """
    red, green, blue = (np.clip(channel, 0.0, 255.0) for channel in (red, green, blue))
    lightness, a, b = plane(red, green, blue)
    return lightness, *polar(a, b, is_grey=(red == green) & (green == blue))


def arc(low_a: Any, high_a: Any, low_b: Any, high_b: Any) -> tuple[Any, Any]:
    """
    Return which hues a box of two axes has.

    Parameters
    ----------
    low_a, high_a, low_b, high_b : float or ndarray
        The limits of the box.

    Returns
    -------
    middle : float or ndarray
        -180 to 180 degrees.
    half : float or ndarray
        The hues differ from `middle` by no more; 180 where the box has greys.

    Examples
    --------
    >>> [float(value) for value in arc(1.0, 1.0, -1.0, 1.0)]
    [0.0, 45.0]
    """
    middle = np.degrees(np.arctan2((low_b + high_b) / 2, (low_a + high_a) / 2))
    has_greys = (low_a <= 0) & (high_a >= 0) & (low_b <= 0) & (high_b >= 0)
    half = np.zeros(np.shape(middle))
    for a in (low_a, high_a):
        for b in (low_b, high_b):
            half = np.maximum(half, np.abs(turn(np.degrees(np.arctan2(b, a)), middle)))
    return middle, np.where(has_greys, 180.0, half)


def turn(hue: Any, start: Any) -> Any:
    """
    Return by how many degrees, -180 to 180, one turns from `start` to `hue`.

    Examples
    --------
    >>> turn(350.0, 10.0)
    -20.0
    """
    return (hue - start + 180) % 360 - 180
