"""
Connected regions: what users hold of the components of bits, with the colour, the place and the name of each.

Colours are names here, and never looked at: what `Regions.mean_colors` and `draw` read is the picture once more.
"""

from pixgrep.regions.merging import merge
from pixgrep.regions.region import Region
from pixgrep.regions.regions import Regions

__all__ = ["Region", "Regions", "merge"]
