"""Labels: the class of every pixel, as the user holds it; and back to colours."""

import math
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.colors.parse import parse_color
from pixgrep.errors import PictureError
from pixgrep.model import Box
from pixgrep.palettes import load_palette
from pixgrep.palettes.palette import LARGEST_ID, Entry, Palette

if TYPE_CHECKING:
    from PIL import Image

Ids = NDArray[np.uint8] | NDArray[np.uint16]

COUNTED_AT_ONCE = 1 << 20
MOST_INDEX = 255
"""What an index of a picture with a palette can be."""


class Labels:
    """
    The class of every pixel of one picture, or of each picture of a batch.

    NumPy takes it for an array: ``np.asarray(labels)`` is `ids`.

    Attributes
    ----------
    ids : ndarray, shape (height, width), of a batch (pictures, height, width); uint8 or uint16
        The id of the class of each pixel, or `unknown`. Of a picture on a GPU, it is on that GPU, see
        `pixgrep.gpu.array`; everything else, and all of `host`, is in the memory of the CPU.
    palette : Palette
        The classes.
    unknown : int or None
        What stands for the colours that belong to no class; None where there can be none of them.
    region : Box
        What was labelled, of each picture of a batch: (x, y, width, height).
    source : str
        The name of the picture.
    notes : tuple of str
        What is to be known of it, such as that only its first frame was labelled.

    Raises
    ------
    DeviceError
        By all that is read from ids on a GPU: it failed.

    Examples
    --------
    >>> import pixgrep as pg
    >>> image = np.array([[[128, 64, 128], [70, 130, 180], [1, 2, 3]]], np.uint8)
    >>> labels = pg.label(image, {"road": "#804080", "sky": "#4682b4"})
    >>> labels.ids
    array([[  0,   1, 255]], dtype=uint8)
    >>> labels.counts.tolist(), labels.unknown_count
    ([1, 1], 1)
    """

    def __init__(
        self,
        ids: Ids,
        palette: Palette,
        unknown: int | None,
        *,
        region: Box | None = None,
        source: str = "<array>",
        notes: tuple[str, ...] = (),
        unknown_count: int | None = None,
    ) -> None:
        self.ids = ids
        self.palette = palette
        self.unknown = unknown
        self.region = region or Box(0, 0, ids.shape[-1], ids.shape[-2])
        self.source = source
        self.notes = notes
        self._unknown_count = unknown_count

    @property
    def shape(self) -> tuple[int, ...]:
        """Height and width of what was labelled; before them, how many pictures a batch has."""
        return self.ids.shape

    @cached_property
    def host(self) -> "Labels":
        """The same labels with `ids` in the memory of the CPU."""
        from pixgrep.gpu.libraries import to_host

        ids: Any = to_host(self.ids)
        if ids is self.ids:
            return self
        return Labels(
            ids,
            self.palette,
            self.unknown,
            region=self.region,
            source=self.source,
            notes=self.notes,
            unknown_count=self._unknown_count,
        )

    @cached_property
    def classes(self) -> tuple[Entry, ...]:
        """The first entry of each id, in the order of the palette."""
        first: dict[int, Entry] = {}
        for entry in self.palette:
            first.setdefault(entry.id, entry)
        return tuple(first.values())

    @cached_property
    def _all_counts(self) -> NDArray[np.int64]:
        """How many pixels have each of all ids there can be."""
        return count_ids(self.host.ids)

    @cached_property
    def unknown_count(self) -> int:
        """How many pixels belong to no class."""
        if self._unknown_count is not None:
            return self._unknown_count
        return 0 if self.unknown is None else int(np.count_nonzero(self.host.ids == self.unknown))

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many pixels belong to each of `classes`, shape (classes,); their sum and `unknown_count` are all."""
        ids = [entry.id for entry in self.classes]
        counts = self._all_counts[ids]
        if self.unknown in ids:  # it stands for a class and for what has none
            counts[ids.index(self.unknown)] -= self.unknown_count
        return counts

    def colorize(self, unknown_color: Any = None) -> NDArray[np.uint8]:
        """Return the picture in the colours of its classes, of the shape of `ids` and 3; see `pixgrep.colorize`."""
        return colorize(self.host.ids, self.palette, unknown_color=unknown_color)

    def to_image(self, unknown_color: Any = None) -> "Image.Image":
        """Return it as a picture in colour, with a palette if ids allow it; see `label_image`."""
        return label_image(self.host.ids, self.palette, unknown_color=unknown_color)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Hand the ids to NumPy."""
        return np.array(self.host.ids, dtype, copy=copy)

    def __repr__(self) -> str:
        *pictures, height, width = self.shape
        number = f"{pictures[0]:,} pictures of " if pictures else ""
        used = [entry for entry, count in zip(self.classes, self.counts, strict=True) if count]
        names = ", ".join(entry.name for entry in used[:8]) + (f" and {len(used) - 8} more" if len(used) > 8 else "")
        unknown = f"; {self.unknown_count:,} pixels unknown" if self.unknown_count else ""
        classes = f"{len(used)} of {len(self.classes)} classes"
        return f"<Labels: {number}{width} x {height} {self.ids.dtype}, {classes}: {names}{unknown}>"


def colorize(ids: Any, palette: Any, *, unknown_color: Any = None) -> NDArray[np.uint8]:
    """
    Give every pixel the colour of its class: the way back from `label`.

    Parameters
    ----------
    ids : array-like of int, shape (height, width) or (pictures, height, width); or Labels
        Ids of classes.
    palette
        See `label`. Of several colours of one class, the first is taken.
    unknown_color : color, optional
        For ids that the palette has not.

    Returns
    -------
    ndarray, shape (height, width, 3) or (pictures, height, width, 3), uint8

    Raises
    ------
    PictureError
        It is not an array of whole numbers, or an id is not in the palette and there is no `unknown_color`.
    ColorError
        The palette or the colour cannot be understood.

    Examples
    --------
    >>> colorize([[0, 1]], ["red", "#000080"]).tolist()
    [[[255, 0, 0], [0, 0, 128]]]
    """
    whole = to_ids(ids)
    return _colors_of(count_ids(whole), load_palette(palette), unknown_color, whole)[whole]


def label_image(ids: Any, palette: Any, *, unknown_color: Any = None) -> "Image.Image":
    """
    Return ids as a picture in the colours of their classes.

    It has a palette, in which the index of a pixel is its id, where no pixel has an id above 255; else it is RGB.

    Parameters
    ----------
    ids, palette, unknown_color
        See `colorize`, as for what it raises.

    Examples
    --------
    >>> image = label_image([[0, 1]], ["red", "#000080"])
    >>> image.mode, image.getpixel((1, 0)), image.convert("RGB").getpixel((1, 0))
    ('P', 1, (0, 0, 128))
    """
    from PIL import Image

    whole, loaded = to_ids(ids), load_palette(palette)
    if whole.ndim == 3:
        raise PictureError(
            f"ids of shape {whole.shape} are those of a batch; give those of one picture, such as ids[0]"
        )
    counts = count_ids(whole)
    colors = _colors_of(counts, loaded, unknown_color, whole)
    largest = int(np.flatnonzero(counts)[-1]) if whole.size else 0
    if largest > MOST_INDEX:
        return Image.fromarray(colors[whole])
    size = 1 + max(largest, *(id for id in (0, *loaded.ids) if id <= MOST_INDEX))
    image = Image.fromarray(whole.astype(np.uint8), "L")
    image.putpalette(colors[:size].tobytes())
    return image


def to_ids(given: Any) -> Ids:
    """
    Return whole numbers as an array of ids, uint8 or uint16.

    Raises
    ------
    PictureError
        It has not two or three dimensions, or other numbers than 0 to 65,535.
    """
    ids = np.asarray(given)
    if ids.ndim not in (2, 3) or ids.dtype.kind not in "iu":
        raise PictureError(
            f"ids of shape {ids.shape}, {ids.dtype}, are no label map; give whole numbers of shape (height, width), "
            "or (pictures, height, width), such as label(image, palette).ids"
        )
    if ids.dtype in (np.uint8, np.uint16):
        return ids
    if ids.size and (ids.min() < 0 or ids.max() > LARGEST_ID):
        raise PictureError(f"the ids go from {ids.min()} to {ids.max()}; allowed are 0 to {LARGEST_ID}")
    return ids.astype(np.uint16)


def count_ids(ids: Ids) -> NDArray[np.int64]:
    """Return how many pixels have each of the ids from 0 to 65,535."""
    counts = np.zeros(LARGEST_ID + 1, np.int64)
    for part in _parts(ids):
        found = np.bincount(part.ravel())
        counts[: len(found)] += found
    return counts


def _parts(ids: Ids) -> Iterator[Ids]:
    """Yield some rows after the other: counting takes eight bytes for each pixel."""
    rows = max(1, COUNTED_AT_ONCE // max(1, math.prod(ids.shape[1:])))
    for start in range(0, len(ids), rows):
        yield ids[start : start + rows]


def _colors_of(counts: NDArray[np.int64], palette: Palette, unknown_color: Any, ids: Ids) -> NDArray[np.uint8]:
    """Return the colour of each id from 0 to 65,535; black for those that no pixel has."""
    colors = np.zeros((LARGEST_ID + 1, 3), np.uint8)
    lost = counts > 0
    lost[list(palette.ids)] = False
    if lost.any():
        if unknown_color is None:
            id = int(np.flatnonzero(lost)[0])
            *picture, y, x = map(int, np.unravel_index(np.argmax(ids == id), ids.shape))
            where = f" of picture {picture[0]}" if picture else ""
            raise PictureError(
                f"the palette {palette.name!r} has no class {id}, which {counts[id]:,} pixels have, first at "
                f"({x}, {y}){where}; give unknown_color, such as 'black' (--unknown-color)"
            )
        color = parse_color(unknown_color)
        colors[lost] = [int(channel + 0.5) for channel in (color.red, color.green, color.blue)]
    colors[list(palette.ids)[::-1]] = palette.rgb[::-1]  # of several colours of an id, the first stays
    return colors
