"""Which lanes did what to the bytes of an allocation, kept in as few cells as the widths of the accesses allow."""

from types import FrameType

from .lanes import Lane
from .races import READ, Cells, Clash, record, touch

WIDEST = 16
WIDTH_BITS = 5
"""As many as `WIDEST` needs: numbers of spans are the offset, and the width below it."""


class Accesses:
    """
    The accesses of one launch to one allocation.

    As long as all of them read, each span of bytes that was read is a cell, whichever others it overlaps. From the
    first write on a cell is as wide as the narrowest access so far, and wider ones touch several.
    """

    __slots__ = ("_cells", "_grain", "_spans")

    def __init__(self) -> None:
        self._grain = WIDEST
        self._spans: Cells | None = {}
        self._cells: Cells = {}

    def touch(self, kind: int, offset: int, width: int, lane: Lane, frame: FrameType) -> Clash:
        """Note an access; return what to say of one that races with it."""
        if width < self._grain:
            self._refine(width)
        new = record(lane, frame)
        if self._spans is not None:
            if kind == READ:
                return touch(self._spans, offset << WIDTH_BITS | width, kind, new)
            self._split_spans(self._spans)
        grain, cells = self._grain, self._cells
        number = offset // grain
        if width == grain:
            return touch(cells, number, kind, new)
        clashes = [touch(cells, part, kind, new) for part in range(number, number + width // grain)]
        return next(filter(None, clashes), None)

    def _refine(self, grain: int) -> None:
        parts = self._grain // grain
        self._cells = {
            number * parts + part: list(cell) for number, cell in self._cells.items() for part in range(parts)
        }
        self._grain = grain

    def _split_spans(self, spans: Cells) -> None:
        """Give all cells the reads of the spans that they are in."""
        self._spans = None
        grain = self._grain
        for span, (reads, _, _) in spans.items():
            offset, width = span >> WIDTH_BITS, span & (1 << WIDTH_BITS) - 1
            crowd = reads if isinstance(reads, list) else [reads]
            for number in range(offset // grain, (offset + width) // grain):
                cell = self._cells.setdefault(number, [[], None, None])
                cell[READ] = cell[READ] + crowd
