"""
Every space against other people's code.

coloraide has the matrices of CSS Color 4, as we have. The last bits differ: of OKLab (up to 1) by less than 1e-12, of
the others (up to 360) by less than 1e-10. scikit-image and colour-science round the matrix of sRGB and the white to 4
to 6 digits, which moves L*a*b* by up to 0.03; OKLab as it was published is of single precision and of a rounded white,
which moves it by up to 1.3e-4.
"""

import colorsys

import numpy as np
import pytest
from coloraide import Color
from skimage.color import rgb2hsv, rgb2lab

from pixgrep.colors.spaces import SPACES
from pixgrep.colors.spaces.srgb import TO_XYZ, WHITE, linear, to_xyz
from tests.colors.colour_science import colour
from tests.colors.samples import colors

COLORAIDE = {  # name, and what its 1 is in ours
    "rgb": ("srgb", (255, 255, 255)),
    "hsv": ("hsv", (1, 100, 100)),
    "hsl": ("hsl", (1, 100, 100)),
    "hwb": ("hwb", (1, 100, 100)),
    "lab": ("lab-d65", (1, 1, 1)),
    "lch": ("lch-d65", (1, 1, 1)),
    "oklab": ("oklab", (1, 1, 1)),
    "oklch": ("oklch", (1, 1, 1)),
}
RGB = colors(12_000, seed=4)


def coordinates(name: str, rgb: np.ndarray) -> np.ndarray:
    return np.stack(np.broadcast_arrays(*SPACES[name].from_rgb(*np.moveaxis(rgb, -1, 0))), -1)


def assert_close(name: str, found: np.ndarray, theirs: np.ndarray, atol: float) -> None:
    """Compare; hues the shorter way round, and by how far they move a colour of that chroma."""
    difference = np.abs(found - theirs)
    for position, axis in enumerate(SPACES[name].axes):
        if axis.is_hue:
            difference[:, position] = np.abs((difference[:, position] + 180) % 360 - 180)
            if name in ("lch", "oklch"):
                difference[:, position] *= np.radians(found[:, 1])
    assert np.nanmax(difference) <= atol


@pytest.mark.parametrize("name", [name for name in SPACES if name in COLORAIDE])
def test_spaces_agree_with_coloraide(name):
    theirs, scale = COLORAIDE[name]
    rgb = np.concatenate([RGB[:2000], np.random.default_rng(6).integers(0, 256, (2000, 3))])
    converted = np.array([Color("srgb", list(color / 255)).convert(theirs).coords() for color in rgb])
    assert_close(name, coordinates(name, rgb), converted * scale, 1e-12 if name in ("oklab", "oklch") else 1e-10)


@pytest.mark.parametrize(
    ("name", "convert", "order"), [("hsv", colorsys.rgb_to_hsv, (0, 1, 2)), ("hsl", colorsys.rgb_to_hls, (0, 2, 1))]
)
def test_spaces_agree_with_colorsys(name, convert, order):
    theirs = np.array([convert(*color) for color in RGB / 255])[:, order]
    assert_close(name, coordinates(name, RGB), theirs * (360, 100, 100), 1e-6)


def test_hsv_agrees_with_scikit_image():
    assert_close("hsv", coordinates("hsv", RGB), rgb2hsv(RGB / 255) * (360, 100, 100), 1e-6)


def test_hwb_is_hsv_as_smith_and_lyons_made_it():
    """CSS Color 4, section 8: whiteness is (1 - saturation) value, blackness is 1 - value."""
    hue, saturation, value = coordinates("hsv", RGB).T
    theirs = np.stack([hue, (1 - saturation / 100) * value, 100 - value], -1)
    assert_close("hwb", coordinates("hwb", RGB), theirs, 1e-9)


def test_lab_agrees_with_scikit_image_but_for_its_rounded_matrix():
    assert_close("lab", coordinates("lab", RGB), rgb2lab(RGB / 255), 0.03)


def test_lab_agrees_with_colour_science_but_for_its_rounded_matrix():
    xyz = colour.sRGB_to_XYZ(RGB / 255)
    assert_close("lab", coordinates("lab", RGB), colour.XYZ_to_Lab(xyz, illuminant=np.array([0.3127, 0.3290])), 0.03)


def test_lab_of_our_xyz_is_that_of_colour_science():
    """The same X, Y and Z and the same white: nothing but rounding is left."""
    xyz = np.stack(to_xyz(*RGB.T), -1)
    theirs = colour.XYZ_to_Lab(xyz, illuminant=np.array([0.3127, 0.3290]))
    assert_close("lab", coordinates("lab", RGB), theirs, 1e-9)


def test_oklab_agrees_with_colour_science_but_for_its_single_precision():
    theirs = colour.XYZ_to_Oklab(np.stack(to_xyz(*RGB.T), -1))
    assert_close("oklab", coordinates("oklab", RGB), theirs, 2e-4)


def test_xyz_is_that_of_coloraide_and_white_is_d65():
    theirs = np.array([Color("srgb", list(color / 255)).convert("xyz-d65").coords() for color in RGB[:2000]])
    np.testing.assert_allclose(np.stack(to_xyz(*RGB[:2000].T), -1), theirs, atol=1e-12)
    np.testing.assert_allclose(np.sum(TO_XYZ, axis=1), WHITE, atol=1e-15)


def test_light_is_that_of_colour_science_and_has_no_step():
    """They put the kink at 12.92 x 0.0031308, not at 0.04045: there, 2.4e-9 apart."""
    channels = np.linspace(0, 255, 20_001)
    theirs = colour.models.eotf_sRGB(channels / 255)
    np.testing.assert_allclose(linear(channels), theirs, rtol=1e-12, atol=3e-9)
    assert (np.diff(linear(channels)) > 0).all()
