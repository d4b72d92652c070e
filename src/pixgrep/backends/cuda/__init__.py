"""
Numba on an NVIDIA GPU: 16 pixels a thread, all terms in one pass, the table only where the box hits.

A picture of the CPU is copied to the device; one that is there already is not. Where the device cannot go on, the
processor does: a picture that does not fit is halved, again and again, and what is too small to be halved, or left when
the device failed, is searched by `pixgrep.backends.cpu`. The bits are the same.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.backends import Backend
from pixgrep.backends.cuda.launching import match_on_device, upload
from pixgrep.backends.cuda.pipeline import drop_pipelines, pipeline_of
from pixgrep.backends.cuda.program import DeviceProgram
from pixgrep.backends.cuda.tables import census_on_device, label_on_device
from pixgrep.bits import Answer, Bits
from pixgrep.errors import one_line, warn
from pixgrep.gpu.device import Device, copy_to_host, get_device, release_device
from pixgrep.gpu.faults import LostDeviceError, OutOfMemoryError
from pixgrep.gpu.libraries import LIBRARIES
from pixgrep.model import WORD_BITS, DevicePixels, Pixels, Program

LEAST_HALF = 1 << 16
"""Pixels that are not halved any more when memory does not suffice: the processor takes microseconds for them."""

LEAST_CENSUS = 1 << 20
"""Pixels from which on colours are counted on the GPU, where 2^24 counters are to be cleared and read; fewer are
brought to the processor. Not yet measured."""


def match(pixels: Pixels | DevicePixels, program: Program, into: Bits | None = None) -> Answer:
    """
    Return which pixels match which colour; see `pixgrep.backends`.

    Formulas, which pictures deeper than 8 bits need for all but boxes, are for the processor.

    Raises
    ------
    DeviceError
        There is no usable GPU; or it failed, and the picture was in its memory.
    """
    if any(term.formula for term in program.terms):
        return _processor().match(copy_to_host(pixels), program, into)
    try:
        return _match(get_device(), pixels, program, into)
    except LostDeviceError as error:
        return _processor().match(_go_on(pixels, error), program, into)


def label(pixels: Pixels | DevicePixels, table: NDArray[Any]) -> Any:
    """
    Return for each pixel the entry of a table; see `pixgrep.backends`.

    The labels of a picture on the device stay there, if there is room, as an array of the picture's library.

    Raises
    ------
    DeviceError
        There is no usable GPU; or it failed, and the picture was in its memory.
    """
    try:
        return _label(get_device(), pixels, table)
    except LostDeviceError as error:
        return _processor().label(_go_on(pixels, error), table)


def census(pixels: Pixels | DevicePixels, counts: NDArray[np.uint32]) -> None:
    """
    Add the number of pixels of each colour to a table in the memory of the CPU; see `pixgrep.backends`.

    Raises
    ------
    DeviceError
        There is no usable GPU; or it failed, and the picture was in its memory: nothing was added.
    """
    height, width, channels = pixels.shape
    found: list[tuple[NDArray[np.uint32], NDArray[np.uint32]]] = []
    left: list[Pixels] = []
    try:
        device = get_device()
        if channels >= 3 and height * width < LEAST_CENSUS:
            left.append(copy_to_host(pixels))
        else:
            _census(device, pixels, len(counts), found, left)
    except LostDeviceError as error:
        found, left = [], [_go_on(pixels, error)]
    for colors, numbers in found:  # nothing can fail any more, and leave half of the picture in the table
        counts[colors] += numbers
    for part in left:
        _processor().census(part, counts)


def _match(device: Device, pixels: Pixels | DevicePixels, program: Program, into: Bits | None) -> Answer:
    try:
        if isinstance(pixels, DevicePixels):
            return _match_there(device.on(pixels.stream), pixels, _prepared(program, device), into)
        with pipeline_of(device) as pipeline:
            found = pipeline.match(pixels, _prepared(program, device), into)
            found.counts()  # while nobody else works on its stream
        return found if into is None else into
    except OutOfMemoryError as error:
        reason = one_line(error)  # the error itself holds all memory that was taken before it
    _prepared.cache_clear()
    return _match_halves(device, copy_to_host(pixels), program, into, reason)


def _match_there(device: Device, pixels: DevicePixels, program: DeviceProgram, into: Bits | None) -> Answer:
    """Match a picture on the device; where its library keeps the order of its stream, nothing is waited for."""
    found = match_on_device(device, pixels, program)
    if into is not None:
        found.copy_to(into)
        return into
    if not LIBRARIES[pixels.library].is_ordered:
        found.counts()  # waits: the picture may be freed from now on
    return found


def _match_halves(device: Device, pixels: Pixels, program: Program, into: Bits | None, reason: str) -> Answer:
    """Match a picture that does not fit in two parts, which may be halved again."""
    height, width, _ = pixels.shape
    if not _can_be_halved(pixels, reason):
        return _processor().match(pixels, program, into)
    bits = Bits.empty(len(program.colors), (height, width)) if into is None else into
    for start, part in _halves(pixels):
        _match(device, part, program, bits.room(start, part.shape[:2]))
    return bits


def _label(device: Device, pixels: Pixels | DevicePixels, table: NDArray[Any]) -> Any:
    try:
        if isinstance(pixels, DevicePixels):
            return label_on_device(device.on(pixels.stream), pixels, table)
        return label_on_device(device, upload(device, pixels), table).to_host()
    except OutOfMemoryError as error:
        reason = one_line(error)
    _prepared.cache_clear()
    pixels = copy_to_host(pixels)
    labels: NDArray[Any] = np.empty(pixels.shape[:2], table.dtype)
    if not _can_be_halved(pixels, reason):
        labels[:] = _processor().label(pixels, table)
        return labels
    for start, part in _halves(pixels):
        labels.reshape(-1)[start : start + part.shape[1]] = _label(device, part, table)
    return labels


def _census(
    device: Device,
    pixels: Pixels | DevicePixels,
    entries: int,
    found: list[tuple[NDArray[np.uint32], NDArray[np.uint32]]],
    left: list[Pixels],
) -> None:
    """Append the colours of a picture, or of its parts, with their numbers, and parts left to the processor."""
    try:
        if isinstance(pixels, DevicePixels):
            found.append(census_on_device(device.on(pixels.stream), pixels, entries))
        else:
            found.append(census_on_device(device, upload(device, pixels), entries))
        return
    except OutOfMemoryError as error:
        reason = one_line(error)
    _prepared.cache_clear()
    pixels = copy_to_host(pixels)
    if not _can_be_halved(pixels, reason):
        left.append(pixels)
        return
    for _, part in _halves(pixels):
        _census(device, part, entries, found, left)


def _can_be_halved(pixels: Pixels, reason: str) -> bool:
    """Return whether a picture that does not fit is large enough for two parts; warn where it is not."""
    count = pixels.shape[0] * pixels.shape[1]
    if _half_of(count) >= LEAST_HALF:
        return True
    warn(f"not enough memory on the GPU ({reason}); the processor searches {count:,} pixels")
    return False


def _halves(pixels: Pixels) -> Iterator[tuple[int, Pixels]]:
    """Yield the two parts of a picture, each one row, with the number of the first pixel."""
    flat = pixels.reshape(1, -1, pixels.shape[2])
    half = _half_of(flat.shape[1])
    yield 0, flat[:, :half]
    yield half, flat[:, half:]


def _half_of(count: int) -> int:
    return count // 2 // WORD_BITS * WORD_BITS


def _go_on(pixels: Pixels | DevicePixels, error: LostDeviceError) -> Pixels:
    """Return a picture for the processor, now that the device is lost; raise where the picture is lost with it."""
    _prepared.cache_clear()
    if isinstance(pixels, DevicePixels):
        raise error
    warn(f"{one_line(error)}; the search goes on with the processor")
    return pixels


def release() -> None:
    """Give back all memory, of the GPU and pinned, that is kept for the next search."""
    _prepared.cache_clear()
    drop_pipelines()
    release_device()


def _processor() -> Backend:
    from pixgrep.backends import cpu

    return cpu


@lru_cache(maxsize=4)
def _prepared(program: Program, device: Device) -> DeviceProgram:
    return DeviceProgram(program, device)
