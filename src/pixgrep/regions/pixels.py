"""The bits that regions were found in, for all that only pixels can say."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.bits import Answer
from pixgrep.components import LabeledRuns, Rule
from pixgrep.components.runs import Numbers, Runs


@dataclass(frozen=True)
class RegionPixels:
    """
    Bits, and how regions were found in them; their runs are made when they are asked for, and kept.

    Attributes
    ----------
    bits : Bits or DeviceBits
        Where regions were found.
    rule : Rule
        How.
    rows : tuple of int or None
        The row of bits of each colour of the regions; None for that of all colours together.
    counts : tuple of int
        How many components each has.
    """

    bits: Answer
    rule: Rule
    rows: tuple[int | None, ...]
    counts: tuple[int, ...]
    _runs: dict[int, LabeledRuns] = field(default_factory=dict, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_runs": {}}  # they are made again

    def runs(self, color: int) -> LabeledRuns:
        """Return the runs of a colour, each with the number of its component."""
        if color not in self._runs:
            self._runs[color] = self.bits.host.label_runs(self.rows[color], self.rule)
        return self._runs[color]

    def runs_of(self, colors: NDArray[np.int32], members: Numbers) -> Iterator[tuple[Numbers, Runs, Numbers]]:
        """
        Yield, colour by colour, the places of some regions, their runs, and the region of each run, numbered by places.

        Parameters
        ----------
        colors, members : ndarray
            Colour and component of each region; none twice.
        """
        for color, count in enumerate(self.counts):
            places = np.flatnonzero(colors == color)
            if not len(places):
                continue
            number_of = np.full(count, -1)
            number_of[members[places]] = np.arange(len(places))
            runs = self.runs(color)
            numbers = number_of[runs.numbers]
            chosen = np.flatnonzero(numbers >= 0)
            starts, stops = runs.starts[chosen].astype(np.int64), runs.stops[chosen].astype(np.int64)
            yield places, Runs(runs.rows()[chosen], starts, stops), numbers[chosen]

    def mask(self, colors: NDArray[np.int32], members: Numbers) -> NDArray[np.bool_]:
        """Return whether each pixel is in any of some regions, shape (height, width)."""
        mask = np.zeros(self.bits.shape, np.bool_)
        for color, count in enumerate(self.counts):
            is_member = np.zeros(count, np.bool_)
            is_member[members[colors == color]] = True
            if is_member.any():
                self.runs(color).paint(mask, is_member)
        return mask

    def label_map(self, colors: NDArray[np.int32], members: Numbers, labels: Numbers) -> Any:
        """Return the label of the region that each pixel is in, 0 for none; where the bits are."""
        chosen = [np.zeros(count, np.int64) for count in self.counts]
        for color, some in enumerate(chosen):
            mine = colors == color
            some[members[mine]] = labels[mine]
        return self.bits.label_map(self.rule, chosen)
