"""The palettes that come with pixgrep: tables of facts, each with its source in its file."""

from importlib.resources import files

from pixgrep.palettes.json import read_json
from pixgrep.palettes.palette import Palette

SHIPPED = ("ade20k", "camvid", "cityscapes", "cityscapes-train", "mapillary", "voc")


def read_shipped(name: str) -> Palette:
    """
    Return a palette that comes with pixgrep.

    Parameters
    ----------
    name : str
        One of `SHIPPED`.

    Examples
    --------
    >>> len(read_shipped("cityscapes-train"))
    19
    """
    content = files("pixgrep.palettes").joinpath("data", f"{name}.json").read_bytes()
    return read_json(content, name, "pixgrep")
