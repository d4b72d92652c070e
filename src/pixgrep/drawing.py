"""Show where matches are: matching pixels as they are, the rest dimmed."""

import numpy as np
from numpy.typing import NDArray

from pixgrep.model import PixelFormat, Pixels

DIM = 0.3
"""How much of its contrast the rest of the picture keeps."""
DARK = 96
"""Mean brightness, 0 to 255, below which matches stand out better from white than from black."""


def displayable(pixels: Pixels, format: PixelFormat) -> NDArray[np.uint8]:
    """Return pixels as 8-bit RGB, shape (height, width, 3), as a screen would show them; alpha is left out."""
    if format.has_alpha:
        pixels = pixels[..., :-1]
    if format.order == "bgr" and format.has_color:
        pixels = pixels[..., ::-1]
    if format.dtype == "uint16":
        pixels = (pixels >> 8).astype(np.uint8)
    elif format.is_float:
        pixels = (np.nan_to_num(np.clip(pixels, 0, 1)) * 255 + 0.5).astype(np.uint8)
    return np.broadcast_to(pixels, (*pixels.shape[:2], 3)).astype(np.uint8, copy=False)


def overlay(picture: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """
    Return a picture in which the pixels of a mask keep their colour and the rest is grey and dim.

    The rest fades towards black; towards white, where the matches themselves are dark.

    Parameters
    ----------
    picture : ndarray, shape (height, width, 3), uint8
        RGB.
    mask : ndarray, shape (height, width), bool
        What to light.

    Returns
    -------
    ndarray, shape (height, width, 3), uint8
    """
    brightness = picture @ np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601 luma
    background = 255.0 if mask.any() and brightness[mask].mean() < DARK else 0.0
    faded = background + (brightness - background) * np.float32(DIM)
    drawn = np.repeat(faded.astype(np.uint8)[:, :, np.newaxis], 3, axis=2)
    drawn[mask] = picture[mask]
    return drawn
