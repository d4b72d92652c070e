"""Strays, the colours of a picture that are not in a palette, as the user holds them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pixgrep.model import Box
from pixgrep.palettes.nearest import Nearest
from pixgrep.palettes.palette import Entry, Palette

NAMED_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class Stray:
    """
    One colour that is not in the palette.

    Attributes
    ----------
    color : str
        ``#rrggbb``; ``rgb(...)`` in 8-bit steps where it lies between them.
    count : int
        How many pixels have it.
    share : float
        Of all pixels that were looked at.
    x, y : int
        Column and row of the first.
    nearest : Entry or None
        The colour of the palette that is nearest; None for pixels that are no numbers (NaN).
    difference : float
        From that, by the metric; infinite where there is none.
    """

    color: str
    count: int
    share: float
    x: int
    y: int
    nearest: Entry | None
    difference: float


class Lint:
    """
    What a picture has that a palette has not: the most frequent colour first, else the one that comes first.

    Iterating yields every `Stray`; its length is how many there are.

    Attributes
    ----------
    palette : Palette
        What was allowed.
    metric : str
        How differences are measured.
    region : Box
        What was looked at: (x, y, width, height).
    source : str
        The name of the picture.
    notes : tuple of str
        What is to be known of it, such as that only its first frame was looked at.

    Examples
    --------
    >>> import pixgrep as pg
    >>> image = np.full((2, 3, 3), (128, 64, 128), np.uint8)
    >>> image[1, 2] = (128, 64, 131)
    >>> report = pg.lint(image, {"road": "#804080"})
    >>> for stray in report:
    ...     print(stray.color, stray.count, (stray.x, stray.y), stray.nearest.name, stray.difference)
    #804083 1 (2, 1) road 3.0
    """

    def __init__(
        self,
        colors: NDArray[np.float64],
        counts: NDArray[np.int64],
        firsts: NDArray[np.int64],
        *,
        palette: Palette,
        metric: str,
        region: Box,
        source: str = "<array>",
        notes: tuple[str, ...] = (),
    ) -> None:
        order = np.lexsort((firsts, -counts))
        self._colors = colors[order]
        self._counts = counts[order]
        self._firsts = firsts[order]
        self.palette = palette
        self.metric = metric
        self.region = region
        self.source = source
        self.notes = notes

    def __len__(self) -> int:
        return len(self._counts)

    @cached_property
    def count(self) -> int:
        """How many pixels have a colour that is not in the palette."""
        return int(self._counts.sum())

    @property
    def share(self) -> float:
        """Of all pixels that were looked at."""
        return self.count / self._pixels

    @property
    def _pixels(self) -> int:
        return max(1, self.region.width * self.region.height)

    def __iter__(self) -> Iterator[Stray]:
        entries, nearest = list(self.palette), Nearest(self.palette.rgb, self.metric)
        for start in range(0, len(self), NAMED_AT_ONCE):
            part = slice(start, start + NAMED_AT_ONCE)
            numbers, differences = nearest.find(self._colors[part])
            rows = zip(
                self._colors[part],
                self._counts[part].tolist(),
                self._firsts[part].tolist(),
                numbers.tolist(),
                differences.tolist(),
                strict=True,
            )
            for color, count, first, number, difference in rows:
                y, x = divmod(first, self.region.width)
                entry = entries[number] if number >= 0 else None
                place = x + self.region.x, y + self.region.y
                yield Stray(color_text(color), count, count / self._pixels, *place, entry, difference)

    def __repr__(self) -> str:
        width, height = self.region.width, self.region.height
        found = f"{len(self):,} colours, {self.count:,} pixels are not in" if len(self) else "nothing that is not in"
        return f"<Lint: {width} x {height}, {found} {self.palette.name!r}>"


def color_text(color: NDArray[np.float64]) -> str:
    """
    Return a colour as people write it: ``#rrggbb``, or ``rgb(...)`` where it lies between 8-bit steps.

    Examples
    --------
    >>> color_text(np.array([255.0, 136, 0])), color_text(np.array([0.5, 1, 300]))
    ('#ff8800', 'rgb(0.5 1 300)')
    """
    channels = color.tolist()
    if all(0 <= channel <= 255 and channel.is_integer() for channel in channels):
        return "#" + "".join(f"{int(channel):02x}" for channel in channels)
    return "rgb(" + " ".join(f"{channel:.10g}" for channel in channels) + ")"
