"""
Numba on an NVIDIA GPU: 16 pixels a thread, all terms in one pass, the table only where the box hits.

A picture of the CPU is copied to the device; one that is there already is not. Where the device cannot go on, the
processor does: a picture that does not fit is halved, again and again, and what is too small to be halved, or left when
the device failed, is searched by `pixgrep.backends.cpu`. The bits are the same.
"""

import warnings
from functools import lru_cache

from pixgrep.backends.cuda.launching import match_on_device, upload
from pixgrep.backends.cuda.program import DeviceProgram
from pixgrep.bits import Answer, Bits
from pixgrep.errors import PixgrepWarning, one_line
from pixgrep.gpu.device import Device, copy_to_host, get_device
from pixgrep.gpu.faults import LostDeviceError, OutOfMemoryError
from pixgrep.model import WORD_BITS, DevicePixels, Pixels, Program

LEAST_HALF = 1 << 16
"""Pixels that are not halved any more when memory does not suffice: the processor takes microseconds for them."""


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
        return _on_processor(copy_to_host(pixels), program, into)
    try:
        return _match(get_device(), pixels, program, into)
    except LostDeviceError as error:
        _prepared.cache_clear()
        if isinstance(pixels, DevicePixels):
            raise
        warnings.warn(f"{one_line(error)}; the search goes on with the processor", PixgrepWarning, stacklevel=2)
        return _on_processor(pixels, program, into)


def _match(device: Device, pixels: Pixels | DevicePixels, program: Program, into: Bits | None) -> Answer:
    try:
        there = pixels if isinstance(pixels, DevicePixels) else upload(device, pixels)
        found = match_on_device(device, there, _prepared(program, device))
        if into is None:
            found.counts()  # waits: errors of the kernels, and lack of memory, come to light here
            return found
        found.copy_to(into)
        return into
    except OutOfMemoryError as error:
        _prepared.cache_clear()
        return _match_halves(device, copy_to_host(pixels), program, into, error)


def _match_halves(device: Device, pixels: Pixels, program: Program, into: Bits | None, error: OutOfMemoryError) -> Bits:
    """Match a picture that does not fit in two parts, which may be halved again."""
    height, width, channels = pixels.shape
    half = height * width // 2 // WORD_BITS * WORD_BITS
    if half < LEAST_HALF:
        warnings.warn(
            f"not enough memory on the GPU ({one_line(error)}); the processor searches {height * width:,} pixels",
            PixgrepWarning,
            stacklevel=2,
        )
        return _on_processor(pixels, program, into)
    bits = Bits.empty(len(program.colors), (height, width)) if into is None else into
    flat = pixels.reshape(1, -1, channels)
    for start, part in ((0, flat[:, :half]), (half, flat[:, half:])):
        _match(device, part, program, bits.room(start, part.shape[:2]))
    return bits


def _on_processor(pixels: Pixels, program: Program, into: Bits | None) -> Bits:
    from pixgrep.backends import cpu

    return cpu.match(pixels, program, into)


@lru_cache(maxsize=4)
def _prepared(program: Program, device: Device) -> DeviceProgram:
    return DeviceProgram(program, device)
