"""CMC l:c of 1984, with l = c = 1 (perceptibility); the sought colour is the reference."""

from typing import Any

import numpy as np

from pixgrep.colors.metrics.metric import Metric, gaps
from pixgrep.colors.spaces import lab
from pixgrep.colors.spaces.space import Coordinates


def distance(lightness: Any, a: Any, b: Any, lightness2: Any, a2: Any, b2: Any) -> Any:
    """
    Return the CMC difference of a colour from a reference (the second); not symmetric.

    Parameters
    ----------
    lightness, a, b, lightness2, a2, b2 : float or ndarray
        L* (0 to 100), a* and b*.

    Returns
    -------
    float or ndarray
        0 to 254.5 in sRGB (green to black): differences from dark greys count most.

    References
    ----------
    F. J. J. Clarke, R. McDonald, B. Rigg: Modification to the JPC79 colour-difference formula. J. Soc. Dyers Colour.
    100 (1984), doi:10.1111/j.1478-4408.1984.tb00969.x.

    Examples
    --------
    >>> round(float(distance(50, 0, 0, 53, 0, 0)), 4)
    2.6737
    """
    chroma, chroma2 = np.sqrt(a * a + b * b), np.sqrt(a2 * a2 + b2 * b2)
    chromas = (chroma - chroma2) ** 2
    hues = np.maximum((a - a2) ** 2 + (b - b2) ** 2 - chromas, 0.0)
    light, full, turned = weights(lightness2, a2, b2)
    return np.sqrt((lightness - lightness2) ** 2 / light**2 + chromas / full**2 + hues / turned**2)


def weights(lightness: Any, a: Any, b: Any) -> Coordinates:
    """Return what a reference divides differences of lightness, chroma and hue by."""
    chroma = np.sqrt(a * a + b * b)
    hue = np.degrees(np.arctan2(b, a)) % 360
    light = np.where(lightness < 16, 0.511, 0.040975 * lightness / (1 + 0.01765 * lightness))
    full = 0.0638 * chroma / (1 + 0.0131 * chroma) + 0.638
    share = np.sqrt(chroma**4 / (chroma**4 + 1900))
    factor = np.where(
        (hue >= 164) & (hue <= 345),
        0.56 + np.abs(0.2 * np.cos(np.radians(hue + 168))),
        0.36 + np.abs(0.4 * np.cos(np.radians(hue + 35))),
    )
    return light, full, full * (share * factor + 1 - share)


def closest(low: Coordinates, high: Coordinates, center: tuple[float, float, float]) -> Any:
    """Return a difference from `center` that none in a box of L*a*b* is below: chroma and hue weighted alike."""
    lightness, a, b = gaps(low, high, center)
    light, full, turned = weights(*center)
    return np.sqrt((lightness / light) ** 2 + (a**2 + b**2) / np.maximum(full, turned) ** 2)


METRIC = Metric("cmc", lab.SPACE, distance, largest=255.0, unit="CMC 1:1 units", closest=closest)
