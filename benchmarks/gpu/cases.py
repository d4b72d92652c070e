"""Random questions, pixels and layouts, and what an answer must be equal to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

import pixgrep as pg
from pixgrep.gpu.libraries import to_host

MOST_MASKS = 1 << 27
"""Colours times pixels above which the masks of all colours are not compared: they are made as the one mask is."""
SMALL = 1 << 16
"""Pixels up to which the slow, plain backend judges."""
STEPS = np.array([0, 0, 0, 0, 1, -1, 2, -3, 9, 10, -10, 11, 30, -31], np.int16)
"""How far channels lie from those of a colour: inside, at the border and outside of every tolerance."""


@dataclass(frozen=True)
class Question:
    """What to search for, and which pixels make it interesting."""

    name: str
    colors: list[Any]
    options: dict[str, Any] = field(default_factory=dict)


def palette(random: np.random.Generator, channels: int, count: int = 200) -> NDArray[np.int64]:
    """Return colours with alpha; grey ones for grey pictures."""
    colors = random.choice([0, 1, 17, 60, 127, 128, 200, 254, 255], (count, 4)) ^ random.integers(0, 8, (count, 1))
    if channels < 3:
        colors[:, 1] = colors[:, 2] = colors[:, 0]
    return colors


def questions(random: np.random.Generator, channels: int) -> list[Question]:
    """Return one of every kind, for pictures of that many channels."""
    drawn = palette(random, channels)
    rgb = [tuple(color) for color in drawn[:, :3].tolist()]
    rgba = [tuple(color) for color in drawn.tolist()]
    first, second = rgb[:2]
    some = [Question(f"{count} colours", rgb[:count]) for count in (1, 2, 9, 64, 65, 200)]
    return [
        *some,
        Question("with alpha", rgba[:3]),
        Question("boxes", rgb[:3], {"within": 10}),
        Question("a table", [first], {"within": 30, "metric": "rgb"}),
        Question("tables and boxes", [pg.near(first, 30.5, "rgb"), second, pg.near(second, 9)]),
        Question("not", [pg.invert(pg.near(first, 10)), second, pg.invert(pg.near(second, 20, "rgb"))]),
        Question("any and all", [pg.any_of(pg.near(first, 2), pg.near(second, 30, "rgb")), pg.near(first, 255)]),
    ]


def pixels_for(
    random: np.random.Generator, question: Question, shape: tuple[int, int], channels: int, dtype: str
) -> NDArray[Any]:
    """Return pixels of which many are the colours of a question, or close to one of them."""
    given = [color for color in question.colors if isinstance(color, tuple)]
    known = np.array([(*color, 255)[:4] for color in given] or [(60, 60, 60, 255)])
    known = np.concatenate([known, palette(random, channels, 5)])
    stored = (known if channels >= 3 else known[:, [0, 3]])[:, :channels].astype(np.int16)
    values = stored[random.integers(0, len(stored), shape, np.uint8)]
    values += STEPS[random.integers(0, len(STEPS), values.shape, np.uint8)] * (random.random(shape) < 0.7)[..., None]
    np.clip(values, 0, 255, out=values)
    if dtype == "uint8":
        return np.asarray(values, np.uint8)
    if dtype == "uint16":
        deep = values.astype(np.int32) * 257 + random.choice([0, 0, 1, -1, 128, -129], values.shape)
        return np.asarray(np.clip(deep, 0, 65535), dtype)
    floats = np.asarray(values / 255, dtype)
    strange = random.random(floats.shape) < 0.02
    floats[strange] = random.choice(np.array([np.nan, np.inf, -np.inf, -0.0, 1.5], dtype), int(strange.sum()))
    return floats


def layouts(random: np.random.Generator, pixels: NDArray[Any]) -> Iterator[tuple[str, NDArray[np.uint8], NDArray[Any]]]:
    """
    Yield the same pixels in memory of various layouts.

    Yields
    ------
    str
        What is unusual about it.
    ndarray of uint8
        All bytes of the memory.
    ndarray
        The pixels, a view of it.
    """
    height, width, channels = pixels.shape
    size = pixels.itemsize

    def laid(name: str, shape: tuple[int, int, int], view: Callable[[Any], Any], shift: int = 0) -> Any:
        room = random.integers(0, 256, shift + int(np.prod(shape)) * size, np.uint8)
        seen = view(np.ndarray(shape, pixels.dtype, room, shift))
        seen[:] = pixels
        return name, room, seen

    yield laid("side by side", pixels.shape, lambda whole: whole)
    for shift in random.choice(np.arange(1, 64), 3, replace=False).tolist():
        yield laid(f"{shift * size} bytes off", pixels.shape, lambda whole: whole, shift * size)
    yield laid("16 bytes off", pixels.shape, lambda whole: whole, 16)
    gap = int(random.integers(1, 9))
    yield laid(f"rows {gap} pixels apart", (height, width + gap, channels), lambda whole: whole[:, :width])
    yield laid(
        "columns of a larger picture", (height, width + 9, channels), lambda whole: whole[:, 5 : 5 + width], size
    )
    yield laid("every other row and column", (2 * height, 2 * width, channels), lambda whole: whole[::2, ::2])
    yield laid("upside down", pixels.shape, lambda whole: whole[::-1])
    yield laid("from right to left", pixels.shape, lambda whole: whole[:, ::-1])
    yield laid("channels backwards", pixels.shape, lambda whole: whole[:, :, ::-1])
    yield laid("columns first", (width, height, channels), lambda whole: whole.transpose(1, 0, 2))
    yield laid("planes first", (channels, height, width), lambda whole: whole.transpose(1, 2, 0))


def judge_of(pixels: int) -> str:
    """Return the backend whose answer is right."""
    return "reference" if pixels <= SMALL else "cpu"


def differences(found: pg.Matches, expected: pg.Matches) -> list[str]:
    """Return what differs between an answer and the right one, whatever can be asked for."""
    asked: dict[str, Callable[[pg.Matches], Any]] = {
        "counts": lambda matches: matches.counts,
        "total": len,
        "bits": lambda matches: matches.bits.host.words,
        "bits of all colours": lambda matches: matches.bits.host.union,
        "xy": lambda matches: matches.xy,
        "colors": lambda matches: matches.colors,
        "mask": lambda matches: matches.mask,
        "first": lambda matches: matches.first,
    }
    if len(expected.names) * expected.shape[0] * expected.shape[1] <= MOST_MASKS:
        asked["masks"] = lambda matches: matches.masks
    return [name for name, of in asked.items() if not same(of(found), of(expected))]


def same(found: Any, expected: Any) -> bool:
    """Return whether two answers are equal, type and shape too."""
    if not hasattr(expected, "dtype"):
        return bool(found == expected)
    found = to_host(found)
    return found.dtype == expected.dtype and found.shape == expected.shape and np.array_equal(found, expected)
