"""
Metrics against other people's code, on the same coordinates. ("weighted" has its own in test_published.py.)

The same formula of the same numbers must give the same but for the last bits: 1e-9 leaves room for a sum in another
order, and for the root of what is left of nearly equal squares.
"""

from typing import Any

import numpy as np
import pytest
from coloraide import Color
from skimage import color as skimage

from pixgrep.colors.metrics import METRICS
from tests.colors.colour_science import colour
from tests.colors.samples import colors

COLOUR_SCIENCE = {
    "cie76": colour.difference.delta_E_CIE1976,
    "cie94": colour.difference.delta_E_CIE1994,
    "ciede2000": colour.difference.delta_E_CIE2000,
    "cmc": lambda reference, color: colour.difference.delta_E_CMC(reference, color, l=1, c=1),
    "hyab": colour.difference.delta_E_HyAB,
    "oklab": lambda reference, color: np.linalg.norm(reference - color, axis=-1),
    "rgb": lambda reference, color: np.linalg.norm(reference - color, axis=-1),
    "channel": lambda reference, color: np.linalg.norm(reference - color, axis=-1, ord=np.inf),
}
SCIKIT_IMAGE = {
    "cie76": skimage.deltaE_cie76,
    "cie94": skimage.deltaE_ciede94,
    "ciede2000": skimage.deltaE_ciede2000,
    "cmc": skimage.deltaE_cmc,
}
COLORAIDE: dict[str, tuple[str, dict[str, Any], str]] = {  # method, its arguments, and the space of our coordinates
    "cie76": ("76", {"space": "lab-d65"}, "lab-d65"),
    "cie94": ("94", {"space": "lab-d65"}, "lab-d65"),
    "ciede2000": ("2000", {"space": "lab-d65"}, "lab-d65"),
    "cmc": ("cmc", {"l": 1, "c": 1, "space": "lab-d65"}, "lab-d65"),
    "hyab": ("hyab", {"space": "lab-d65"}, "lab-d65"),
    "oklab": ("ok", {}, "oklab"),
}


def pairs(name: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return references and colours in the space of a metric: far apart, close together, and beyond sRGB."""
    rng = np.random.default_rng(5)
    from_rgb = METRICS[name].space.from_rgb
    axes = METRICS[name].space.axes
    references = np.stack(np.broadcast_arrays(*from_rgb(*colors(count, seed=7).T)), -1)
    others = np.stack(np.broadcast_arrays(*from_rgb(*colors(count, seed=8)[::-1].T)), -1)
    span = np.array([axis.high - axis.low for axis in axes])
    others[::3] = references[::3] + rng.normal(0, 0.02, others[::3].shape) * span
    references[::5] = rng.uniform([axis.low for axis in axes], [axis.high for axis in axes], references[::5].shape)
    return references, others


@pytest.mark.parametrize("name", [name for name in METRICS if name in COLOUR_SCIENCE])
def test_metrics_agree_with_colour_science(name):
    references, others = pairs(name, 12_000)
    found = METRICS[name].distance(*others.T, *references.T)
    np.testing.assert_allclose(found, COLOUR_SCIENCE[name](references, others), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", [name for name in METRICS if name in SCIKIT_IMAGE])
def test_metrics_agree_with_scikit_image(name):
    references, others = pairs(name, 12_000)
    found = METRICS[name].distance(*others.T, *references.T)
    np.testing.assert_allclose(found, SCIKIT_IMAGE[name](references, others), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", [name for name in METRICS if name in COLORAIDE])
def test_metrics_agree_with_coloraide(name):
    method, arguments, space = COLORAIDE[name]
    references, others = pairs(name, 600)
    found = METRICS[name].distance(*others.T, *references.T)
    theirs = [
        Color(space, list(reference)).delta_e(Color(space, list(other)), method=method, **arguments)
        for reference, other in zip(references, others, strict=True)
    ]
    np.testing.assert_allclose(found, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", [name for name in METRICS if name in COLORAIDE])
def test_distances_of_srgb_colours_agree_with_coloraide_from_end_to_end(name):
    """The same matrices: what is left is rounding, 1e-13 in a grey, whose root is in the rotation of CIEDE2000."""
    method, arguments, _ = COLORAIDE[name]
    here, there = colors(300, seed=9), colors(300, seed=10)[::-1]
    from_rgb = METRICS[name].space.from_rgb
    found = METRICS[name].distance(*from_rgb(*here.T), *from_rgb(*there.T))
    theirs = [
        Color("srgb", list(second / 255)).delta_e(Color("srgb", list(first / 255)), method=method, **arguments)
        for first, second in zip(here, there, strict=True)
    ]
    np.testing.assert_allclose(found, theirs, rtol=1e-6, atol=1e-6)
