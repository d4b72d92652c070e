"""Colours whose coordinates are published or plain, space by space."""

import numpy as np
import pytest

from pixgrep.colors.spaces import SPACES
from pixgrep.colors.spaces.oklab import CONES_TO_OKLAB, XYZ_TO_CONES

NAN = float("nan")
PUBLISHED: dict[str, list[tuple[str, tuple[float, ...]]]] = {
    "rgb": [("#ff8800", (255, 136, 0))],
    # rebeccapurple is hsl(270 50% 40%) in CSS Color 4; the others follow from the definitions
    "hsl": [
        ("#ff0000", (0, 100, 50)),
        ("#ffff00", (60, 100, 50)),
        ("#00ff00", (120, 100, 50)),
        ("#00ffff", (180, 100, 50)),
        ("#0000ff", (240, 100, 50)),
        ("#ff00ff", (300, 100, 50)),
        ("#663399", (270, 50, 40)),
        ("#ffffff", (NAN, 0, 100)),
        ("#333333", (NAN, 0, 20)),
        ("#ff0033", (348, 100, 50)),
    ],
    "hsv": [
        ("#ff00ff", (300, 100, 100)),
        ("#663399", (270, 200 / 3, 60)),
        ("#000000", (NAN, 0, 0)),
        ("#003300", (120, 100, 20)),
        ("#ff9999", (0, 40, 100)),
    ],
    "hwb": [
        ("#ff00ff", (300, 0, 0)),
        ("#663399", (270, 20, 40)),
        ("#000000", (NAN, 0, 100)),
        ("#ffffff", (NAN, 100, 0)),
        ("#ff9999", (0, 60, 0)),
    ],
    # brucelindbloom.com's calculator, whose white is X = 0.95047, Z = 1.08883: hence the tolerance
    "lab": [
        ("#ff0000", (53.2408, 80.0925, 67.2032)),
        ("#00ff00", (87.7347, -86.1827, 83.1793)),
        ("#0000ff", (32.2970, 79.1875, -107.8602)),
        ("#ffffff", (100, 0, 0)),
        ("#000000", (0, 0, 0)),
    ],
    "lch": [
        ("#ff0000", (53.2408, 104.5518, 39.9990)),
        ("#00ff00", (87.7347, 119.7759, 136.0160)),
        ("#0000ff", (32.2970, 133.8076, 306.2849)),
        ("#808080", (53.5850, 0, NAN)),
    ],
    # bottosson.github.io/misc/colorpicker/colorconversion.js; in tests of CSS, green is oklab(51.975% -0.1403 0.10768)
    "oklab": [
        ("#ff0000", (0.6279553606, 0.2248630611, 0.1258462985)),
        ("#008000", (0.51975, -0.1403, 0.10768)),
        ("#ffffff", (1, 0, 0)),
        ("#000000", (0, 0, 0)),
    ],
    "oklch": [
        ("#ff0000", (0.6279553606, 0.2576833077, 29.2338804)),
        ("#008000", (0.51975, 0.17686, 142.495)),
        ("#808080", (0.5998708, 0, NAN)),
    ],
}
TOLERANCE = {"lab": (0.01, 0.03, 0.03), "lch": (0.01, 0.03, 0.03), "oklab": (1e-5,) * 3, "oklch": (1e-5, 1e-5, 1e-3)}


@pytest.mark.parametrize("name", SPACES)
def test_every_space_gives_the_published_coordinates(name):
    assert name in PUBLISHED, f"give PUBLISHED the values of {name} from a source that is not this code"
    for text, expected in PUBLISHED[name]:
        channels = (float(int(text[place : place + 2], 16)) for place in (1, 3, 5))
        found = [float(value) for value in SPACES[name].from_rgb(*channels)]
        for value, known, tolerance in zip(found, expected, TOLERANCE.get(name, (1e-9,) * 3), strict=True):
            assert value == pytest.approx(known, abs=tolerance, nan_ok=True), (text, found)


@pytest.mark.parametrize(
    ("xyz", "expected"),
    [
        ((0.950, 1.000, 1.089), (1.000, 0.000, 0.000)),
        ((1.000, 0.000, 0.000), (0.450, 1.236, -0.019)),
        ((0.000, 1.000, 0.000), (0.922, -0.671, 0.263)),
        ((0.000, 0.000, 1.000), (0.153, -1.415, -0.449)),
    ],
)
def test_the_matrices_of_oklab_give_the_table_of_ottosson(xyz, expected):
    """
    From bottosson.github.io/posts/oklab, "Table of example XYZ and Oklab pairs".

    His matrices have single precision and another last digit of white: the second decides the third decimal.
    """
    found = np.array(CONES_TO_OKLAB) @ np.cbrt(np.array(XYZ_TO_CONES) @ np.array(xyz))
    np.testing.assert_allclose(found, expected, atol=1.1e-3)


@pytest.mark.parametrize("level", range(256))
def test_the_lightness_of_greys_follows_from_the_definition(level):
    encoded = level / 255
    light = encoded / 12.92 if encoded <= 0.04045 else ((encoded + 0.055) / 1.055) ** 2.4
    cie = 116 * light ** (1 / 3) - 16 if light > 216 / 24389 else light * 24389 / 27
    for name, expected, tolerance in (("lab", cie, 1e-10), ("oklab", light ** (1 / 3), 1e-10)):
        lightness, a, b = (float(value) for value in SPACES[name].from_rgb(*(float(level),) * 3))
        assert lightness == pytest.approx(expected, abs=tolerance)
        assert (a, b) == pytest.approx((0, 0), abs=1e-10)
