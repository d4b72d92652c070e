"""What is timed on the device: pictures, questions, and the bytes that must move at least."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import pixgrep as pg
from benchmarks.gpu import pictures
from benchmarks.gpu.lab import Scale

COUNT, BITS, NINE, MASK = "count of one colour", "bits of one colour", "bits of nine colours", "mask"
BOX, GREY, UNALIGNED = "box, within 10", "grey", "pixel by pixel: address off by 3 bytes"
RGBA, RGBA_EXACT = "RGBA, any alpha", "RGBA, one alpha"
PLANES, BATCH = "planes: count", "batch: count in eight pictures"
TABLE = "table, metric rgb"
PLACES = "ordered coordinates"
TOLERANCE, NARROW, WIDE = 10, 6, 60
SHARES = (0.001, 0.01, 0.1, 1.0)
PLACE_BYTES = 8
"""Column and row as int32."""


@dataclass(frozen=True)
class Case:
    """
    One search that is timed.

    Attributes
    ----------
    name : str
    picture : callable
        Makes the picture.
    colors, options
        What is searched.
    ask : callable
        What is asked of the answer.
    extra : float
        Bytes a pixel that must move, beyond the picture.
    shift : int
        Bytes by which the picture lies off.
    is_counted : bool
        Whether `pg.count` is called instead of `pg.find`.
    """

    name: str
    picture: Callable[[], NDArray[np.uint8]]
    colors: Any
    extra: float = 0
    options: dict[str, Any] = field(default_factory=dict)
    ask: Callable[[pg.Matches], Any] | None = None
    shift: int = 0
    is_counted: bool = False

    def search(self, array: Any, backend: str = "cuda") -> Any:
        """Search, and return what is asked for."""
        if self.is_counted:
            return pg.count(array, self.colors, backend=backend, **self.options)
        hits = pg.find(array, self.colors, backend=backend, **self.options)
        return hits, self.ask(hits) if self.ask else None


def cases(scale: Scale) -> Iterator[Case]:
    """Yield them all; those of one picture stand together."""
    rows, columns = scale.rows, scale.columns
    photo = pictures.photo(rows, columns)
    white, common = pictures.WHITE, pictures.common_color(photo)

    def same() -> NDArray[np.uint8]:
        return photo

    yield Case(COUNT, same, white, is_counted=True)
    yield Case(BITS, same, white, 1 / 8)
    yield Case(NINE, same, pictures.nine_colors(photo), 10 / 8)
    yield Case(BOX, same, common, 1 / 8, {"within": TOLERANCE})
    for within in (NARROW, WIDE):
        yield Case(f"{TABLE} {within}, photo", same, common, 1 / 8, {"within": within, "metric": "rgb"})
    yield Case(MASK, same, white, 1, ask=lambda hits: hits.mask)
    yield Case(UNALIGNED, same, white, 1 / 8, shift=3)
    noise = pictures.noise(rows, columns)
    for within in (NARROW, WIDE):
        options = {"within": within, "metric": "rgb"}
        yield Case(f"{TABLE} {within}, noise", lambda: noise, (128, 128, 128), 1 / 8, options)
    for share in SHARES:
        scattered = np.full_like(photo, 255) if share == 1 else pictures.with_white(photo, share)
        least = 2 / 8 + PLACE_BYTES * share
        yield Case(f"{PLACES}, {share:.1%}", partial(np.asarray, scattered), white, least, ask=lambda hits: hits.xy)
    yield Case(RGBA, lambda: pictures.with_alpha(photo), white, 1 / 8)
    yield Case(RGBA_EXACT, lambda: pictures.with_alpha(photo), (*white, 255), 1 / 8)
    planes = np.ascontiguousarray(np.moveaxis(photo[:, : columns // 16 * 16], 2, 0))  # all at multiples of 16
    batch = photo[: rows // 8 * 8].reshape(8, -1, columns, 3)
    yield Case(PLANES, lambda: planes, white, options={"layout": "chw"}, is_counted=True)
    yield Case(BATCH, lambda: batch, white, options={"layout": "nhwc"}, is_counted=True)
    yield Case(GREY, lambda: np.ascontiguousarray(photo[:, :, 1]), (128,) * 3, 1 / 8)
