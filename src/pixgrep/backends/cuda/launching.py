"""From a picture on the device to its bits there: which kernel, how many blocks, how much memory."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from pixgrep.backends.cuda import matching, pixelwise, planar
from pixgrep.backends.cuda.arithmetic import reciprocal
from pixgrep.backends.cuda.bits import DeviceBits
from pixgrep.backends.cuda.blocks import BLOCK_PIXELS, THREADS, blocks_for
from pixgrep.backends.cuda.program import KINDS, DeviceProgram, Launch
from pixgrep.gpu.device import Device
from pixgrep.model import WORD_BITS, DevicePixels, contiguous_strides

u32, u64, i64 = np.uint32, np.uint64, np.int64
Arguments = tuple[np.generic, ...]
Begin = Callable[[int, int, Arguments], None]
"""What launches a kernel for the pixels from one number to before another."""

WIDE = 16
"""What the address of a picture must be a multiple of for 128-bit loads."""
MOST_WORK = 1 << 32
"""Pixels times terms of one launch: nothing else on the device shall wait long. Not yet measured."""


def match_on_device(device: Device, pixels: DevicePixels, program: DeviceProgram) -> DeviceBits:
    """Return which pixels of a picture on the device match which colour; nothing is waited for."""
    height, width, _ = pixels.shape
    bits = DeviceBits.empty(device, program, (height, width), pixels.library)
    begin_match(device, pixels, program, bits, 0, height * width)
    return bits


def begin_match(
    device: Device, pixels: DevicePixels, program: DeviceProgram, bits: DeviceBits, first: int, end: int
) -> None:
    """Begin to write the bits of some pixels: from one number, a multiple of `BLOCK_PIXELS`, to before another."""
    launches, begin = _quickest(device, pixels, program)
    for number, launch in enumerate(launches):
        for start, stop in pieces(first, end, launch.term_count):
            begin(start, stop, _shared_arguments(launch, number, bits))


def _quickest(device: Device, pixels: DevicePixels, program: DeviceProgram) -> tuple[list[Launch], Begin]:
    """Return the launches of the quickest kernel for pixels that lie as these do, and what begins a piece of one."""
    if pixels.dtype == "uint8" and lies_in_groups(pixels):
        kernel = matching.match_exact if program.is_exact else matching.match_boxes
        return program.groups, partial(_launch_groups, device, pixels, kernel)
    if pixels.dtype == "uint8" and lies_in_planes(pixels):
        return program.boxes, partial(_launch_planes, device, pixels)
    return program.pixels, partial(_launch_pixels, device, pixels)


def lies_in_groups(pixels: DevicePixels) -> bool:
    """Return whether pixels lie so that a thread can take 16 of them by 128-bit loads."""
    return pixels.is_contiguous and pixels.address % WIDE == 0


def lies_in_planes(pixels: DevicePixels) -> bool:
    """Return whether pixels lie in planes so that a thread can take 16 of one by a 128-bit load."""
    height, width, _ = pixels.shape
    row, pixel, plane = pixels.strides
    is_plane = (pixel == 1 or width == 1) and (row == width or height == 1)
    begins = pixels.address, plane, pixels.picture_gap
    has_whole_groups = pixels.picture_gap == 0 or (pixels.rows or 0) * width % WIDE == 0
    return is_plane and has_whole_groups and not any(begin % WIDE for begin in begins)


def pieces(first: int, end: int, terms: int) -> Iterator[tuple[int, int]]:
    """Yield number of the first pixel, and of the one after the last, of each launch."""
    size = max(MOST_WORK // terms // BLOCK_PIXELS, 1) * BLOCK_PIXELS
    for start in range(first, end, size):
        yield start, min(start + size, end)


def _shared_arguments(launch: Launch, number: int, bits: DeviceBits) -> Arguments:
    """Return the arguments, from the terms on, that all kernels that match have in common."""
    has_union = bits.union.address != bits.words.address
    return (
        u64(launch.terms.address),
        u32(launch.term_count),
        u64(bits.row(launch.first_color).address),
        u64(bits.row_bytes),
        u64(bits.union.address if has_union else 0),
        u32(number > 0),
        u64(bits.totals_of(number).address),
    )


def _launch_groups(device: Device, pixels: DevicePixels, kernel: Any, start: int, stop: int, shared: Arguments) -> None:
    blocks = blocks_for(_whole_words(stop) - start, BLOCK_PIXELS)
    arguments = (u64(pixels.address), u64(start), u64(stop), u32(pixels.shape[2]), *shared)
    device.launch(kernel, blocks, THREADS, *arguments)


def _launch_planes(device: Device, pixels: DevicePixels, start: int, stop: int, shared: Arguments) -> None:
    blocks = blocks_for(_whole_words(stop) - start, BLOCK_PIXELS)
    where = u64(pixels.address), u64(start), u64(stop), i64(pixels.strides[2]), *_picture_arguments(pixels)
    device.launch(planar.match_planes, blocks, THREADS, *where, u32(pixels.shape[2]), *shared)


def _picture_arguments(pixels: DevicePixels) -> Arguments:
    """Return the arguments that say where the next picture of a batch begins."""
    return *reciprocal(max((pixels.rows or 0) * pixels.shape[1], 1)), i64(pixels.picture_gap)


def _launch_pixels(device: Device, pixels: DevicePixels, start: int, stop: int, shared: Arguments) -> None:
    blocks = blocks_for(_whole_words(stop) - start, THREADS)
    device.launch(
        pixelwise.match_pixels,
        blocks,
        THREADS,
        *strided_arguments(pixels, start, stop),
        *(KINDS[pixels.dtype], u32(pixels.shape[2])),
        *shared,
    )


def strided_arguments(pixels: DevicePixels, start: int, stop: int) -> Arguments:
    """Return the arguments that say where pixels lie, which all kernels for any strides begin with."""
    width = pixels.shape[1]
    return (
        *(u64(pixels.address), u64(start), u64(stop), u64(width), *reciprocal(width)),
        *map(i64, pixels.strides),
        *_picture_arguments(pixels),
    )


def _whole_words(stop: int) -> int:
    return blocks_for(stop, WORD_BITS) * WORD_BITS


def upload(device: Device, pixels: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> DevicePixels:
    """Return a copy of a C-contiguous picture on the device."""
    memory = device.allocate(pixels.nbytes)
    device.upload(memory, pixels)
    height, width, channels = pixels.shape
    row, pixel, channel = contiguous_strides(pixels.shape, pixels.itemsize)
    dtype = str(pixels.dtype)
    return DevicePixels(memory.address, (height, width, channels), (row, pixel, channel), dtype, memory)
