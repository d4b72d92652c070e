"""Search on this machine: tiles through a backend, on one thread or several, merged in order."""

import math
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import ClassVar, TypeVar

import numpy as np

from pixgrep.backends import Backend, get_backend
from pixgrep.bits import Answer, Bits
from pixgrep.errors import DeviceError, PixgrepError, one_line, warn
from pixgrep.gpu.device import copy_to_host
from pixgrep.model import DevicePixels, Pixels, Program, Tile, size_of
from pixgrep.packed import first_bit
from pixgrep.plan import LARGE_TILE, Plan
from pixgrep.rates.kept import forget_gpu
from pixgrep.run.tiles import cut, side_by_side

AHEAD = 8
"""Items that each thread may be ahead of what was taken: with 2, a folder of pictures took a tenth longer."""

Result = TypeVar("Result")
Item = TypeVar("Item")


class WorkDone:
    """What other backends would have saved in this process, had they been loaded: it decides when loading pays."""

    total: ClassVar[dict[str, float]] = {}
    """Seconds, by the name of the backend."""

    @classmethod
    def add(cls, plan: Plan, part: float = 1.0) -> None:
        """
        Note that a plan was carried out, or a part of it from 0 to 1.

        Threads may lose a note to each other; only the moment of changing over depends on it.
        """
        for backend, seconds in plan.saved.items():
            cls.total[backend] = cls.total.get(backend, 0.0) + part * seconds


def search(pixels: Pixels | DevicePixels, program: Program, plan: Plan) -> Answer:
    """
    Return which pixels match which colour.

    Parameters
    ----------
    pixels : ndarray or DevicePixels, shape (height, width, channels) or (pictures, height, width, channels)
        Any strides, any size; what is on a device is one tile, and the answer stays there. The pictures of a batch are
        searched as one, each below the one before.
    program : Program
        For pixels of that format.
    plan : Plan
        How.
    """
    if isinstance(pixels, DevicePixels):
        return _match_there(pixels, program, plan)
    height, width = size_of(pixels)
    match = _match_of(plan)
    bits = Bits.empty(len(program.colors), (height, width))
    if any(bits.room(tile.start, tile.shape) is None for tile in cut(pixels, plan.tile_pixels)):
        bits.clear()  # tiles share words: they are pasted

    def match_tile(tile: Tile) -> Bits | None:
        room = bits.room(tile.start, tile.shape)
        found = match(side_by_side(tile.pixels), program, room)
        return None if room else found.host

    for tile, found in tiles_in_order(match_tile, cut(pixels, plan.tile_pixels), plan.threads):
        if found is not None:
            bits.paste(found, tile.start)
    WorkDone.add(plan)
    return bits


def count(pixels: Pixels | DevicePixels, program: Program, plan: Plan) -> tuple[int, tuple[int, ...]]:
    """Return how many pixels match at least one colour, and how many match each; memory for a few tiles only."""
    if isinstance(pixels, DevicePixels):
        total, *counts = _counts(_match_there(pixels, program, plan))
        return total, tuple(counts)
    match = _match_of(plan)

    def count_tile(tile: Tile) -> list[int]:
        return _counts(match(side_by_side(tile.pixels), program))

    totals = [0] * (len(program.colors) + 1)
    for _, counts in tiles_in_order(count_tile, cut(pixels, plan.tile_pixels), plan.threads):
        totals = [total + more for total, more in zip(totals, counts, strict=True)]
    WorkDone.add(plan)
    return totals[0], tuple(totals[1:])


def _counts(found: Answer) -> list[int]:
    counts = found.counts().tolist()
    return [counts[0] if len(counts) == 1 else found.total(), *counts]


def first(pixels: Pixels | DevicePixels, program: Program, plan: Plan) -> tuple[int, int] | None:
    """Return the number of the first matching pixel in reading order and of its first colour; stop there."""
    if isinstance(pixels, DevicePixels):
        return _first(_match_there(pixels, program, plan))
    match = backend_of(plan).match
    for tile in cut(pixels, plan.tile_pixels):
        found = _first(match(side_by_side(tile.pixels), program))
        WorkDone.add(plan, tile.count / math.prod(size_of(pixels)))
        if found is not None:
            return tile.start + found[0], found[1]
    return None


def _first(found: Answer) -> tuple[int, int] | None:
    bit = first_bit(found.host.union) if found.any() else None
    return None if bit is None else (bit, int(found.host.first_colors_at(np.array([bit]))[0]))


def _match_there(pixels: DevicePixels, program: Program, plan: Plan) -> Answer:
    """Match a picture on a device, where it is; or copy it to the processor, if that was asked for or must be."""
    if plan.backend == "cuda":
        try:
            return backend_of(plan).match(pixels, program)
        except DeviceError as error:
            copy = taken_back(pixels, plan, error, "searching")
            return search(copy, program, replace(plan, backend="cpu", tile_pixels=LARGE_TILE))
    return search(copy_to_host(pixels), program, plan)


def taken_back(pixels: DevicePixels, plan: Plan, error: DeviceError, doing: str) -> Pixels:
    """Return a copy for the processor of a picture that a GPU failed with, and say so; raise if the GPU was wanted."""
    if not plan.is_free:
        raise error
    copy = copy_to_host(pixels)
    warn(f"{doing} on the processor: {one_line(error)}")
    return copy


def backend_of(plan: Plan) -> Backend:
    """Return the backend; a Numba that cannot be loaded stops nobody who did not ask for it."""
    try:
        return get_backend(plan.backend)
    except PixgrepError:
        raise
    except (ImportError, OSError) as error:
        if not plan.is_free:
            raise PixgrepError(f"backend {plan.backend!r} cannot be loaded: {one_line(error)}; use 'auto'") from error
        warn(f"searching by NumPy, as Numba cannot be loaded: {one_line(error)}")
        return get_backend("numpy")


def _match_of(plan: Plan) -> Callable[..., Answer]:
    """Return what matches a tile; a GPU that fails stops nobody who did not ask for it, and gets no more pictures."""
    if not plan.is_moved:
        return backend_of(plan).match
    match: Callable[..., Answer] | None = None

    def match_moved(pixels: Pixels, program: Program, into: Bits | None = None) -> Answer:
        nonlocal match
        try:
            match = match or backend_of(plan).match  # here, as loading it may fail, too
            return match(pixels, program, into)
        except PixgrepError as error:
            forget_gpu()
            warn(f"searching on the processor: {one_line(error)}")
            match = get_backend("cpu").match
            return match(pixels, program, into)

    return match_moved


def matches_any(pixels: Pixels, program: Program) -> bool:
    """Return whether any of a few pixels, shape (n, channels), matches: the colours of a palette, say."""
    return get_backend("numpy").match(np.ascontiguousarray(pixels[np.newaxis]), program).any()


def tiles_in_order(
    work: Callable[[Tile], Result], tiles: Iterable[Tile], threads: int
) -> Iterator[tuple[Tile, Result]]:
    """Yield each tile with what `work` made of it; without threads where one is enough."""
    if threads == 1:
        return ((tile, work(tile)) for tile in tiles)
    return in_order(work, tiles, threads, purpose="tiles")


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], threads: int, purpose: str
) -> Iterator[tuple[Item, Result]]:
    """
    Yield each item with what `work` made of it, in the order of the items.

    Threads work ahead of what is yielded, by a few items each: one slow item leaves no other thread idle, and memory
    stays bounded, however many items there are. Pools of different purpose are different: work may wait for other work.
    """
    pool, remaining = _pool(threads, purpose), iter(items)
    waiting = [(item, pool.submit(work, item)) for item in islice(remaining, AHEAD * threads)]
    try:
        while waiting:
            item, future = waiting.pop(0)
            result = future.result()
            waiting.extend((more, pool.submit(work, more)) for more in islice(remaining, 1))
            yield item, result
    finally:
        for _, future in waiting:
            future.cancel()


@cache
def _pool(threads: int, purpose: str) -> ThreadPoolExecutor:
    """Return a pool that lives as long as the process: starting threads costs more than searching a small picture."""
    return ThreadPoolExecutor(threads, thread_name_prefix=f"pixgrep-{purpose}")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not survive a fork
