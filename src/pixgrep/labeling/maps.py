"""Label maps, files whose grey values are ids."""

from typing import Any

from pixgrep.errors import PictureError
from pixgrep.gpu.device import copy_to_host
from pixgrep.labels import Ids
from pixgrep.sources import Reading
from pixgrep.sources.opened import Opened


def read_ids(file: Any, reading: Reading) -> Ids:
    """
    Read a label map; of one with 1, 2 or 4 bits a pixel, the ids that are stored, not the grey values they stand for.

    Parameters
    ----------
    file
        See `pixgrep.find`.
    reading : Reading
        How.

    Raises
    ------
    PictureError
        It is not grey with 8 or 16 bits, or cannot be read.
    """
    with Opened(file, reading) as opened:
        format = opened.info.format
        if format.channels != 1 or format.is_float:
            raise PictureError(
                f"{opened.name}: it is {format}, ids are grey with 8 or 16 bits; for ids from colours, use label"
            )
        ids: Ids = copy_to_host(opened.pixels())[:, :, 0]
        return ids // opened.info.step if opened.info.step > 1 else ids
