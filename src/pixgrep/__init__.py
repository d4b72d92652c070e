"""
pixgrep finds colours in pictures.

>>> import numpy as np, pixgrep as pg
>>> image = np.zeros((30, 40, 3), np.uint8)
>>> image[10:12, 20] = (255, 136, 0)
>>> hits = pg.find(image, "#ff8800")
>>> len(hits), hits.first, hits.bbox
(2, Match(x=20, y=10, color='#ff8800'), Box(x=20, y=10, width=1, height=2))
"""

from pixgrep.api import census, compile, count, find, first, scan
from pixgrep.batch import Batch
from pixgrep.census import Census, ColorCount
from pixgrep.colors.names import Named, name
from pixgrep.constellation import Constellation, constellation
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
from pixgrep.explaining import Explanation, explain
from pixgrep.expressions import parse_query, write_query
from pixgrep.labeling import Labeler, label, labeler
from pixgrep.labels import Labels, colorize
from pixgrep.learning import learn
from pixgrep.lint import lint
from pixgrep.matches import Count, Failed, Matches
from pixgrep.model import Box, Color, Match
from pixgrep.query import Query, all_of, any_of, inside, invert, near
from pixgrep.regions import Region, Regions, merge
from pixgrep.search import Search
from pixgrep.strays import Lint, Stray

__version__ = "0.1.0"

__all__ = [
    "Batch",
    "Box",
    "Census",
    "Color",
    "ColorCount",
    "ColorError",
    "Constellation",
    "Count",
    "DecodeError",
    "DeviceError",
    "Explanation",
    "Failed",
    "Labeler",
    "Labels",
    "Lint",
    "Match",
    "Matches",
    "MissingExtraError",
    "Named",
    "OutputError",
    "PictureError",
    "PixgrepError",
    "PixgrepWarning",
    "Query",
    "Region",
    "Regions",
    "Search",
    "Stray",
    "all_of",
    "any_of",
    "census",
    "colorize",
    "compile",
    "constellation",
    "count",
    "explain",
    "find",
    "first",
    "inside",
    "invert",
    "label",
    "labeler",
    "learn",
    "lint",
    "merge",
    "name",
    "near",
    "parse_query",
    "scan",
    "write_query",
]
