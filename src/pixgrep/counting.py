"""A census, ready to be taken of any number of pictures."""

import math
from dataclasses import dataclass, replace
from typing import Any

from pixgrep.census import Census
from pixgrep.errors import PictureError, warn_of
from pixgrep.model import Box, lie_side_by_side
from pixgrep.plan import plan_census, this_machine
from pixgrep.run.census import take_census
from pixgrep.run.local import WorkDone
from pixgrep.sources import Reading
from pixgrep.sources.opened import Opened


@dataclass(frozen=True)
class Counting:
    """
    How to count the colours of pictures.

    Attributes
    ----------
    reading : Reading
        How pictures are read.
    region : Box or None
        Where to count.
    backend, threads
        How to count.
    """

    reading: Reading
    region: Box | None
    backend: str
    threads: int | None

    def census(self, image: Any) -> Census:
        """Return the census of a picture, see `pixgrep.census`."""
        census = self.census_quietly(image)
        warn_of(census.notes, census.source)
        return census

    def census_quietly(self, image: Any) -> Census:
        """Return the census of a picture; what the user should know of it stays in its `notes`."""
        with Opened(image, self.reading, self.region) as opened:
            info, name = opened.info, opened.name
            if info.format.is_float:
                raise PictureError(
                    f"{name}: it is {info.format}, where hardly two pixels are equal; a census is for uint8 and "
                    "uint16: give (array * 255 + 0.5).astype('uint8') for an array from 0 to 1"
                )
            pixels = opened.pixels()
            plan = plan_census(
                info.format,
                math.prod(opened.shape),
                this_machine(WorkDone.total),
                backend=self.backend,
                threads=self.threads,
                is_contiguous=lie_side_by_side(pixels),
                is_on_device=info.is_on_device,
            )
            return replace(take_census(pixels, info.format, plan), source=name, notes=info.notes)
