"""The palette of a PNG or GIF picture: an index is an id. No pixel is decoded."""

import io

import numpy as np

from pixgrep.errors import DecodeError
from pixgrep.palettes.palette import Palette
from pixgrep.palettes.rows import from_values
from pixgrep.sources.pillow import open_image
from pixgrep.sources.still import kind_of

KINDS = ("Png", "Gif")


def read_picture(content: bytes, name: str, source: str) -> Palette:
    """
    Read the palette of a picture; its transparency is ignored, and a colour that occurs again keeps its first index.

    Parameters
    ----------
    content : bytes
        The file.
    name, source : str
        What to call it and where it came from.

    Raises
    ------
    DecodeError
        It is no PNG or GIF, is damaged, or has no palette.

    Examples
    --------
    >>> from PIL import Image
    >>> image, file = Image.new("P", (1, 1)), io.BytesIO()
    >>> image.putpalette([128, 64, 128, 70, 130, 180])
    >>> image.save(file, "PNG")
    >>> read_picture(file.getvalue(), "", "").rgb.tolist()
    [[128, 64, 128], [70, 130, 180]]
    """
    kind = kind_of(content[:16])
    if kind not in KINDS:
        raise DecodeError("neither a PNG nor a GIF; save it as one of them, with a palette")
    image = open_image(kind, io.BytesIO(content))
    if image.mode != "P" or image.palette is None:
        raise DecodeError(f"the picture has no palette (its mode is {image.mode}); save it with one")
    entries = np.frombuffer(bytes(image.palette.palette), np.uint8)
    return from_values(entries[: entries.size // 3 * 3].reshape(-1, 3), name, source)
