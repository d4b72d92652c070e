"""
Count the colours of a picture, tile by tile.

Opaque 8-bit pixels are counted in a table of all 2^24 colours, by a backend. All others are sorted: so are those of
small pictures, where looking through the table would take longer than the sort.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.census import Census, sum_censuses
from pixgrep.census.keys import Keys, convert, pack, pack_pixels
from pixgrep.errors import DeviceError
from pixgrep.gpu.device import copy_to_host
from pixgrep.model import DevicePixels, PixelFormat, Pixels, Tile, size_of
from pixgrep.plan import LARGE_TILE, Plan
from pixgrep.run.local import WorkDone, backend_of, taken_back, tiles_in_order
from pixgrep.run.tiles import cut, side_by_side

LEAST_FOR_TABLE = 1 << 17
"""Pixels from which on the table pays: to make it, look through it and clean it takes as long as sorting so many."""
MOST_COUNTED = (1 << 32) - 1
"""How many pixels the table may hold, lest a counter overflow."""
COLORS, SHADES = 1 << 24, 1 << 8
GROUP = 64
FEW = COLORS >> 4
"""Counters that are cleaned one by one; more are cleaned with the whole table."""


class _Tables:
    """Tables of 64 MiB: few at a time, and one is kept, clean, for the next picture."""

    most_at_a_time = 4
    room = threading.BoundedSemaphore(most_at_a_time)
    spare: list[NDArray[np.uint32]] = []  # noqa: RUF012  # one for the process

    @classmethod
    @contextmanager
    def table(cls, size: int) -> Iterator[NDArray[np.uint32]]:
        """Lend a table of zeros; the borrower leaves it so, or it is dropped."""
        if size != COLORS:
            yield np.zeros(size, np.uint32)
            return
        with cls.room:
            try:
                counts = cls.spare.pop()
            except IndexError:
                counts = np.zeros(size, np.uint32)
            yield counts
            if not cls.spare:
                cls.spare.append(counts)

    @classmethod
    def renew(cls) -> None:
        """Wait for no thread that a fork left behind."""
        cls.room = threading.BoundedSemaphore(cls.most_at_a_time)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_Tables.renew)


def take_census(pixels: Pixels | DevicePixels, format: PixelFormat, plan: Plan) -> Census:
    """
    Return the distinct colours of a picture and their counts.

    Parameters
    ----------
    pixels : ndarray or DevicePixels, shape (height, width, channels) or (pictures, height, width, channels)
        uint8 or uint16; any strides, any size.
    format : PixelFormat
        Of the pixels.
    plan : Plan
        How.
    """
    if isinstance(pixels, DevicePixels) and plan.backend != "cuda":
        pixels = copy_to_host(pixels)
    height, width = size_of(pixels)
    is_small = plan.is_free and format.has_color and height * width < LEAST_FOR_TABLE
    if format.dtype != "uint8" or (is_small and not isinstance(pixels, DevicePixels)):
        found = _sum(_sorted_parts(copy_to_host(pixels), format, plan, lambda _: True), format)
    else:
        with _Tables.table(COLORS if format.has_color else SHADES) as counts:
            found = _sum(_Counters(counts, format).parts(pixels, plan), format)
        WorkDone.add(plan)
    return found


def _sum(parts: Iterator[Census], format: PixelFormat) -> Census:
    """Return the sum of parts as of a picture of a format, also where no part has its alpha, or there are none."""
    stored = PixelFormat(format.dtype, format.channels)
    found = sum_censuses(parts)
    if found is None:
        return Census(pack([np.empty(0)] * format.channels, stored), np.empty(0, np.int64), stored)
    return Census(convert(found.keys, found.format, stored), found.counts, stored)


def _sorted_parts(
    pixels: Pixels, format: PixelFormat, plan: Plan, is_sorted: Callable[[Tile], bool], count: Any = None
) -> Iterator[Census]:
    """Yield the census of each tile that is to be sorted; hand the others to `count`, in this thread."""

    def sort(tile: Tile) -> Census | None:
        return _by_sorting(tile.pixels, format) if is_sorted(tile) else None

    for tile, part in tiles_in_order(sort, cut(pixels, plan.tile_pixels), plan.threads):
        if part is not None:
            yield part
        else:
            yield from count(tile.pixels)


def _by_sorting(pixels: Pixels, format: PixelFormat) -> Census:
    keys, counts = np.unique(pack_pixels(pixels, format), return_counts=True)
    return Census(keys, counts.astype(np.int64, copy=False), PixelFormat(format.dtype, format.channels))


class _Counters:
    """
    A table in which opaque pixels are counted.

    Parameters
    ----------
    counts : ndarray of uint32
        All zero; left so when all parts were taken.
    format : PixelFormat
        Of the pixels.
    """

    def __init__(self, counts: NDArray[np.uint32], format: PixelFormat) -> None:
        self._counts = counts
        self._format = format
        self._held = 0

    def parts(self, pixels: Pixels | DevicePixels, plan: Plan) -> Iterator[Census]:
        """Yield censuses whose sum is that of the picture."""
        if isinstance(pixels, DevicePixels):
            yield from self._count_there(pixels, plan)
            return
        census = backend_of(plan).census

        def count(part: Pixels) -> Iterator[Census]:
            number = part.shape[0] * part.shape[1]
            if self._held + number > MOST_COUNTED:
                yield self._take_out()
            census(side_by_side(part), self._counts)
            self._held += number

        yield from _sorted_parts(pixels, self._format, plan, self._has_alpha, count)
        yield self._take_out()

    def _has_alpha(self, tile: Tile) -> bool:
        return self._format.has_alpha and bool((tile.pixels[:, :, -1] != 255).any())

    def _count_there(self, pixels: DevicePixels, plan: Plan) -> Iterator[Census]:
        """Count a picture on a device, where it is; or copy it to the processor, if that was not asked for."""
        try:
            backend_of(plan).census(pixels, self._counts)
            yield self._take_out()
        except DeviceError as error:
            copy = taken_back(pixels, plan, error, "counting")
            self._counts.fill(0)
            yield from self.parts(copy, replace(plan, backend="cpu", tile_pixels=LARGE_TILE))

    def _take_out(self) -> Census:
        """Return what was counted so far, and begin anew."""
        stored = _filled(self._counts)
        is_swapped = self._format.order == "bgr" and self._format.has_color
        keys = np.sort(_swapped(stored)) if is_swapped else stored
        counts = self._counts[_swapped(keys) if is_swapped else keys].astype(np.int64)
        if len(stored) < FEW:
            self._counts[stored] = 0
        else:
            self._counts.fill(0)
        self._held = 0
        return Census(keys, counts, PixelFormat("uint8", self._format.channels - self._format.has_alpha))


def _filled(counts: NDArray[np.uint32]) -> Keys:
    """
    Return the places of a table that are not 0.

    Those 64 counters of which none is are passed over: looking at each took 44 ms instead of 6.
    """
    groups = np.flatnonzero(np.bitwise_or.reduce(counts.view(np.uint64).reshape(-1, GROUP // 2), axis=1))
    group, place = np.nonzero(counts.reshape(-1, GROUP)[groups])
    places: Keys = (groups[group] * GROUP + place).astype(np.uint32)
    return places


def _swapped(keys: Keys) -> Keys:
    """Return keys with the first and the third channel in each other's place."""
    return (keys & 0xFF) << 16 | (keys & 0xFF00) | keys >> 16
