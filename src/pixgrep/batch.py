"""What the user holds after a search of a batch: pictures of one size in one array, searched at once."""

import operator
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.bits import Answer
from pixgrep.matches import Matches
from pixgrep.model import WORD_BITS, Box, OneLayout
from pixgrep.packed import Words, index_type
from pixgrep.sources import Reading


class Batch:
    """
    The matching pixels of the pictures of a batch, picture by picture, each in reading order.

    ``batch[k]``, also by a loop, are the `Matches` of one picture; everything else is of all at once. Coordinates are
    those of each picture, also where only a region of each was searched.

    Attributes
    ----------
    names : tuple of str
        The colours asked for, as they were given.
    region : Box
        What was searched of each picture: (x, y, width, height).
    pictures : int
        How many pictures there are; ``len(batch)``, too.
    source : str
        The name of the array.
    reading : Reading
        How it was read.
    notes : tuple of str
        What is to be known of it.
    bits : Bits or DeviceBits
        One bit a pixel of the regions and colour: those of all pictures, as if each stood below the one before.

    Raises
    ------
    DeviceError
        By all that is read from bits on a GPU: it failed, or has not enough memory.

    Notes
    -----
    Of an array on a GPU, `frames`, `xy`, `colors` and `mask` are arrays on that GPU, see `pixgrep.gpu.array`; `counts`,
    `total` and all of `host` are in the memory of the CPU.

    Examples
    --------
    >>> import numpy as np, pixgrep as pg
    >>> images = np.zeros((2, 3, 4, 5), np.uint8)  # two pictures of three planes, as PyTorch has them
    >>> images[1, :, 2, 4] = 255
    >>> batch = pg.find(images, ["white", "red"], layout="nchw")
    >>> batch.total, batch.counts.tolist()
    (1, [[0, 0], [1, 0]])
    >>> batch.frames, batch.xy
    (array([1], dtype=int32), array([[4, 2]], dtype=int32))
    >>> [hits.first for hits in batch]
    [None, Match(x=4, y=2, color='white')]
    """

    def __init__(
        self,
        bits: Answer,
        names: tuple[str, ...],
        region: Box,
        pictures: int,
        source: str,
        reading: Reading,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.bits = bits
        self.names = names
        self.region = region
        self.pictures = pictures
        self.source = source
        self.reading = reading
        self.notes = notes

    @cached_property
    def host(self) -> "Batch":
        """The same matches with all arrays in the memory of the CPU."""
        bits: Answer = self.bits.host
        if bits is self.bits:
            return self
        return Batch(bits, self.names, self.region, self.pictures, self.source, self.reading, self.notes)

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many pictures, and height and width of what was searched of each."""
        return self.pictures, self.region.height, self.region.width

    @property
    def _picture_pixels(self) -> int:
        return self.region.height * self.region.width

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many pixels of each picture match each colour, shape (pictures, colors)."""
        rows = self.bits.host.words
        return np.stack([_count_parts(row, self.pictures, self._picture_pixels) for row in rows], axis=1)

    @cached_property
    def total(self) -> int:
        """How many pixels of all pictures match at least one colour."""
        return self.bits.total()

    def __bool__(self) -> bool:
        """Return whether any pixel of any picture matches."""
        return self.bits.any()

    def __len__(self) -> int:
        """Return how many pictures there are."""
        return self.pictures

    def __getitem__(self, number: int) -> Matches:
        """
        Return the matches of one picture; negative numbers count from the end.

        Raises
        ------
        IndexError
            There is no such picture.
        """
        index = operator.index(number)
        if not -self.pictures <= index < self.pictures:
            raise IndexError(f"there is no picture {index} in a batch of {self.pictures}")
        index %= self.pictures
        layout: OneLayout = "hwc" if self.reading.layout == "nhwc" else "chw"
        return Matches(
            self.bits.part(index * self._picture_pixels, (self.region.height, self.region.width)),
            self.names,
            self.region,
            f"{self.source}[{index}]",
            replace(self.reading, layout=layout),
            self.notes,
        )

    def __iter__(self) -> Iterator[Matches]:
        """Yield the matches of each picture."""
        return map(self.__getitem__, range(self.pictures))

    @cached_property
    def _places(self) -> tuple[Any, Any]:
        x, y, width, height = self.region
        dtype = index_type(max(x + width, y + height, self.bits.shape[0]))
        return self.bits.places(max(height, 1), (x, y), dtype)

    @property
    def frames(self) -> NDArray[np.int32] | NDArray[np.int64]:
        """The number of the picture of every match, shape (n,)."""
        frames: NDArray[Any] = self._places[0]
        return frames

    @property
    def xy(self) -> NDArray[np.int32] | NDArray[np.int64]:
        """
        Column and row, in its picture, of every match, shape (n, 2).

        int32 wherever all pictures one below the other fit, else int64.
        """
        xy: NDArray[Any] = self._places[1]
        return xy

    @cached_property
    def colors(self) -> NDArray[np.int32]:
        """The number of the (first) matching colour for every row of `xy`, shape (n,)."""
        colors: NDArray[np.int32] = self.bits.first_colors()
        return colors

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Whether each pixel of each picture matches, shape (pictures, height, width)."""
        mask: NDArray[np.bool_] = self.bits.mask()
        return mask.reshape(self.shape)

    def __repr__(self) -> str:
        _, height, width = self.shape
        found = int(np.count_nonzero(self.counts.any(axis=1)))
        return f"<Batch: {self.total:,} pixels of {found:,} of {self.pictures:,} pictures ({width} x {height})>"


def _count_parts(words: Words, parts: int, size: int) -> NDArray[np.int64]:
    """Return how many bits are set in each of `parts` parts of `size` bits, which follow each other."""
    index, shift = np.divmod(np.arange(parts + 1) * size, WORD_BITS)
    whole = np.zeros(words.size + 1, np.int64)
    np.cumsum(np.bitwise_count(words), out=whole[1:])
    rest = np.append(words, np.uint64(0))[index] & ((np.uint64(1) << shift.astype(np.uint64)) - np.uint64(1))
    return np.diff(whole[index] + np.bitwise_count(rest))
