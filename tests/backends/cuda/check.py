"""A picture through every kernel, on a device that is made of Python, against NumPy."""

from typing import Any

import numpy as np

from pixgrep.backends.cuda.bits import DeviceBits
from pixgrep.backends.cuda.launching import match_on_device
from pixgrep.backends.cuda.program import DeviceProgram
from pixgrep.backends.reference import match
from pixgrep.bits import Bits
from pixgrep.compile import compile_program
from pixgrep.model import DevicePixels, PixelFormat
from pixgrep.packed import words_for
from pixgrep.sources.layout import pixels_on_device
from tests.simt.gpu import EngineDevice

POISON = 0xA5
"""What the engine fills fresh memory with."""
RNG = np.random.default_rng(3)


def put(device: EngineDevice, pixels: np.ndarray, shift: int = 0, padding: int = 0) -> DevicePixels:
    """Return a picture on the device, its first pixel `shift` bytes off, its rows `padding` bytes apart."""
    height, width, channels = pixels.shape
    row = width * channels * pixels.itemsize + padding
    memory = device.allocate(shift + height * row)
    room = np.zeros((height, row), np.uint8)
    room[:, : row - padding] = pixels.reshape(height, width * channels).view(np.uint8)
    device.upload(memory, np.concatenate([np.zeros(shift, np.uint8), room.reshape(-1)]))
    strides = (row, channels * pixels.itemsize, pixels.itemsize)
    return DevicePixels(memory.address + shift, (height, width, channels), strides, str(pixels.dtype), memory)


def put_batch(device: EngineDevice, batch: np.ndarray) -> DevicePixels:
    """Return pictures on the device, shape (pictures, height, width, channels), with the strides they have here."""
    base: Any = batch
    while base.base is not None:
        base = base.base
    memory = device.allocate(base.nbytes)
    device.upload(memory, base)
    address = memory.address + batch.ctypes.data - base.ctypes.data
    return pixels_on_device(address, batch.shape, batch.strides, str(batch.dtype), memory)


def put_bits(device: EngineDevice, bits: Bits) -> DeviceBits:
    """Return a copy of bits on the device."""
    there = DeviceBits._of_size(device, len(bits.words), 1, bits.shape, "")
    for memory, words in there.rows_with(bits):
        device.upload(memory, words)
    return there


def check_bits(device: EngineDevice, pixels: np.ndarray, queries: tuple[Any, ...], **layout: int) -> Bits:
    """Search a picture on the device; hold its bits against `reference`; return them."""
    return _search(device, pixels, queries, layout)[1]


def check(device: EngineDevice, pixels: np.ndarray, queries: tuple[Any, ...], **layout: int) -> Bits:
    """Search a picture on the device; hold all that can be asked for against `reference`; return its bits."""
    found, expected = _search(device, pixels, queries, layout)
    for origin, dtype in (((0, 0), np.int32), ((5, 2**33), np.int64)):
        places = found.coordinates(origin, dtype).to_host()
        np.testing.assert_array_equal(places, expected.coordinates(origin, dtype))
    np.testing.assert_array_equal(found.first_colors().to_host(), expected.first_colors())
    np.testing.assert_array_equal(found.mask().to_host(), expected.mask())
    np.testing.assert_array_equal(found.masks().to_host(), expected.masks())
    return expected


def check_parts(found: DeviceBits, expected: Bits) -> None:
    """Hold what batches ask for against the same bits in the memory of the CPU."""
    height, width = expected.shape
    asked: Any = (((height + 2) // 3, (0, 0), np.int32), (height, (5, 2**33), np.int64))
    for question in asked:
        for mine, theirs in zip(found.places(*question), expected.places(*question), strict=True):
            assert mine.dtype == theirs.dtype
            np.testing.assert_array_equal(mine.to_host(), theirs)
    for top, rows in ((0, (height + 1) // 2), (height // 3, height - height // 3), (height - 1, 1), (height // 2, 0)):
        shape = (rows, width)
        part, cut = found.part(top * width, shape), expected.part(top * width, shape)
        np.testing.assert_array_equal(part.counts(), cut.counts())
        assert part.total() == cut.total()
        np.testing.assert_array_equal(part.host.words, cut.words)
        np.testing.assert_array_equal(part.host.union, cut.union)
        np.testing.assert_array_equal(cut.masks(), expected.masks()[:, top : top + rows])


def _search(
    device: EngineDevice, pixels: np.ndarray, queries: tuple[Any, ...], layout: dict[str, int]
) -> tuple[DeviceBits, Bits]:
    program = compile_program(queries, PixelFormat(str(pixels.dtype), pixels.shape[2]))
    expected = match(pixels, program)
    found = match_on_device(device, put(device, pixels, **layout), DeviceProgram(program, device))
    np.testing.assert_array_equal(found.counts(), expected.counts())
    assert found.total() == expected.total()
    np.testing.assert_array_equal(found.host.words, expected.words)
    np.testing.assert_array_equal(found.host.union, expected.union)
    for row in range(len(expected.words) + (len(expected.words) > 1)):  # nothing is written beyond the words
        margin = found.row_bytes - words_for(expected.shape) * 8
        end = found.words.address + (row + 1) * found.row_bytes - margin
        assert (device.engine.memory.read(end, margin) == POISON).all()
    return found, expected


def picture(pixels: int, density: float, channels: int = 3, dtype: str = "uint8") -> np.ndarray:
    """Draw a picture of that many pixels, of which about `density` are (1, 2, 3, 4) and some miss it by one."""
    width = next(width for width in (257, 100, 64, 7, 1) if pixels % width == 0)
    near = np.array([(1, 2, 3, 4), (1, 2, 3, 5), (0, 2, 3, 4), (1, 3, 3, 4), (1, 2, 2, 4), (3, 2, 1, 4)])
    kinds = np.where(RNG.random(pixels) < density, 0, RNG.integers(1, len(near) + 1, pixels))
    drawn = np.concatenate([near, RNG.integers(0, 256, (1, 4))])[kinds][:, :channels]
    if dtype == "uint16":
        drawn = drawn * 257
    return (drawn / 255 if "float" in dtype else drawn).astype(dtype).reshape(-1, width, channels)
