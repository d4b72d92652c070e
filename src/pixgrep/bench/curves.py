"""Lines on logarithmic axes, drawn with the dots of Braille letters: eight to a letter."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.text import Text

Points = Mapping[float, float]
"""By x; both above 0."""

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a Braille letter, by row and column; Unicode has the letters from this one on:"""
EMPTY = 0x2800
MARGIN = 8
"""Letters left of the axis."""


@dataclass(frozen=True)
class Scale:
    """A logarithmic axis from `low` to `high`, over so many dots."""

    low: float
    high: float
    dots: int

    def place(self, value: float) -> float:
        """Return the dot of a value, 0 for `low`."""
        return (self.dots - 1) * math.log(value / self.low) / math.log(self.high / self.low)

    def ticks(self) -> list[float]:
        """Return the powers of ten on the axis."""
        first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
        return [10.0**power for power in range(first, last + 1)]


def draw(lines: Mapping[str, Points], width: int, height: int) -> Iterator[Text]:
    """
    Yield a plot, row by row.

    Parameters
    ----------
    lines : mapping of str to Points
        By colour, ``#rrggbb``; where lines meet, the last is seen.
    width, height : int
        In letters, axes included.
    """
    xs = [x for points in lines.values() for x in points]
    ys = [y for points in lines.values() for y in points.values()]
    if not xs:
        return
    columns, rows = width - MARGIN - 1, height - 2
    across = Scale(*_padded(min(xs), max(xs)), 2 * columns)
    up = Scale(*_padded(min(ys), max(ys)), 4 * rows)
    bits = [[0] * columns for _ in range(rows)]
    colors = [[""] * columns for _ in range(rows)]
    for color, points in lines.items():
        for x, y in _dots(points, across, up):
            row, column = rows - 1 - y // 4, x // 2
            if colors[row][column] != color:
                bits[row][column], colors[row][column] = 0, color
            bits[row][column] |= DOTS[3 - y % 4][x % 2]
    labels = {rows - 1 - round(up.place(tick)) // 4: f"{tick:g}" for tick in up.ticks()}
    for row in range(rows):
        text = Text(f"{labels.get(row, ''):>{MARGIN - 1}} {'┤' if row in labels else '│'}")
        for bit, color in zip(bits[row], colors[row], strict=True):
            text.append(chr(EMPTY + bit) if bit else " ", style=color)
        yield text
    yield from _under(across, columns)


def _padded(low: float, high: float) -> tuple[float, float]:
    """Return limits that differ, and leave no point on the edge."""
    return low / 1.1, high * 1.1


def _dots(points: Points, across: Scale, up: Scale) -> Iterator[tuple[int, int]]:
    """Yield the dots of straight lines from point to point."""
    places = [(across.place(x), up.place(y)) for x, y in sorted(points.items())]
    for (x, y), (next_x, next_y) in zip(places, places[1:] or places, strict=False):
        steps = max(1, math.ceil(max(abs(next_x - x), abs(next_y - y))))
        for step in range(steps + 1):
            part = step / steps
            yield round(x + part * (next_x - x)), round(y + part * (next_y - y))


def _under(across: Scale, columns: int) -> Iterator[Text]:
    """Yield the axis below a plot, and its labels."""
    axis, labels = ["─"] * columns, [" "] * columns
    for tick in across.ticks():
        column = round(across.place(tick)) // 2
        axis[column] = "┬"
        name = f"{tick:g}"
        start = min(max(0, column - len(name) // 2), len(labels) - len(name))
        labels[start : start + len(name)] = name
    yield Text(" " * MARGIN + "└" + "".join(axis))
    yield Text(" " * (MARGIN + 1) + "".join(labels).rstrip())
