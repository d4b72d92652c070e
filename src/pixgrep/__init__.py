"""
pixgrep finds colours in pictures.

>>> import numpy as np, pixgrep as pg
>>> image = np.zeros((30, 40, 3), np.uint8)
>>> image[10:12, 20] = (255, 136, 0)
>>> hits = pg.find(image, "#ff8800")
>>> len(hits), hits.first, hits.bbox
(2, Match(x=20, y=10, color='#ff8800'), Box(x=20, y=10, width=1, height=2))
"""

from pixgrep.api import compile, count, find, first, scan
from pixgrep.errors import (
    ColorError,
    DecodeError,
    DeviceError,
    MissingExtraError,
    OutputError,
    PictureError,
    PixgrepError,
    PixgrepWarning,
)
from pixgrep.matches import Count, Failed, Matches
from pixgrep.model import Box, Color, Match
from pixgrep.query import Query, all_of, any_of, invert, near
from pixgrep.search import Search

__version__ = "0.1.0"

__all__ = [
    "Box",
    "Color",
    "ColorError",
    "Count",
    "DecodeError",
    "DeviceError",
    "Failed",
    "Match",
    "Matches",
    "MissingExtraError",
    "OutputError",
    "PictureError",
    "PixgrepError",
    "PixgrepWarning",
    "Query",
    "Search",
    "all_of",
    "any_of",
    "compile",
    "count",
    "find",
    "first",
    "invert",
    "near",
    "scan",
]
