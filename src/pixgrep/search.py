"""A search, ready to be used on any number of pictures; and one picture being searched."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from pixgrep.bits import Answer, Bits
from pixgrep.census.keys import pack_pixels
from pixgrep.compile import compile_program, has_formulas, judge
from pixgrep.errors import warn_of
from pixgrep.matches import Count, Matches
from pixgrep.model import Box, DevicePixels, Match, PixelFormat, Pixels, Program, lie_side_by_side
from pixgrep.plan import Judged, Plan, judged_colors, make_plan, this_machine
from pixgrep.query import Query
from pixgrep.run import local
from pixgrep.sources import Reading
from pixgrep.sources.opened import Opened


@dataclass(frozen=True)
class Search:
    """
    A question and how to ask it; made by `compile`, used on any number of pictures.

    Hashable and picklable. Programs for the pixel formats it meets are compiled once and kept.

    Attributes
    ----------
    queries : tuple of Query
        One for each colour.
    reading : Reading
        How pictures are read.
    region : Box or None
        Where to search.
    backend, threads
        How to search.
    """

    queries: tuple[Query, ...]
    reading: Reading
    region: Box | None
    backend: str
    threads: int | None

    @property
    def names(self) -> tuple[str, ...]:
        """The colours asked for, as they were given."""
        return tuple(map(str, self.queries))

    def find(self, image: Any) -> Matches:
        """Return the matching pixels of a picture, see `pixgrep.find`."""
        matches = self.find_quietly(image)
        warn_of(matches.notes, matches.source)
        return matches

    def find_quietly(self, image: Any) -> Matches:
        """Return the matching pixels of a picture; what the user should know of it stays in their `notes`."""
        with _Task(self, image) as task:
            return Matches(task.bits(), self.names, task.region, task.name, self.reading, task.info.notes)

    def count(self, image: Any) -> Count:
        """Return how many pixels of a picture match, see `pixgrep.count`."""
        with _Task(self, image) as task:
            warn_of(task.info.notes, task.name)
            if task.is_excluded:
                return Count(0, (0,) * len(self.queries))
            return Count(*local.count(task.picture, task.program, task.plan(task.picture, keeps_bits=False)))

    def first(self, image: Any) -> Match | None:
        """Return the first matching pixel of a picture, see `pixgrep.first`."""
        with _Task(self, image) as task:
            warn_of(task.info.notes, task.name)
            if task.is_excluded:
                return None
            found = local.first(task.picture, task.program, task.plan(task.picture, keeps_bits=False))
        if found is None:
            return None
        position, color = found
        y, x = divmod(position, task.region.width)
        return Match(x + task.region.x, y + task.region.y, self.names[color])

    def explain(self, image: Any) -> str:
        """Return how a picture would be searched, and why; only pixels of a small one may be decoded for it."""
        with _Task(self, image) as task:
            facts = f"{task.info.width} x {task.info.height}, {task.info.format}"
            header = "\n".join((f"picture  {task.name}: {facts}", *(f"note     {note}" for note in task.info.notes)))
            if task.is_excluded:
                return f"{header}\nresult   no match: the header rules out every colour; nothing will be decoded"
            return f"{header}\n{task.plan().explain()}"


class _Task(Opened):
    """One search of one picture: the picture, and what it makes of the query."""

    def __init__(self, search: Search, image: Any) -> None:
        super().__init__(image, search.reading, search.region)
        self._search = search
        self._picture: Pixels | DevicePixels | None = None
        self._program: Program | None = None

    # Not cached properties: those of Python 3.11 have one lock for all objects, and threads would decode by turns.

    @property
    def picture(self) -> Pixels | DevicePixels:
        """The pixels of the region, decoded once."""
        if self._picture is None:
            self._picture = self.pixels()
        return self._picture

    @property
    def is_excluded(self) -> bool:
        """Whether the header alone says that nothing can match."""
        return self.info.palette is not None and not local.matches_any(self.info.palette, self.program)

    @cached_property
    def judged(self) -> Judged:
        """For which colours the formulas of the query are evaluated."""
        format, queries = self.info.format, self._search.queries
        if not has_formulas(queries, format):
            return "all"
        return judged_colors(
            format,
            has_palette=self.info.palette is not None,
            pixels=self.region.width * self.region.height,
            judged_before=_judged_before(queries, format).pixels,
            is_on_device=self.info.is_on_device,
        )

    @property
    def program(self) -> Program:
        """The query, compiled: for any picture, or for the few colours of this one."""
        if self._program is None:
            self._program = self._compiled()
        return self._program

    def _compiled(self) -> Program:
        format, queries = self.info.format, self._search.queries
        colors = self.info.palette
        if self.judged == "pixels":
            _judged_before(queries, format).pixels += self.region.width * self.region.height
            assert isinstance(self.picture, np.ndarray), "those of a GPU are not judged"
            _, first = np.unique(pack_pixels(self.picture, format), return_index=True)
            colors = self.picture.reshape(-1, format.channels)[first]
        judged = None if self.judged == "all" or colors is None else judge(queries, format, colors)
        return judged or compile_program(queries, format)

    def plan(self, pixels: Pixels | DevicePixels | None = None, *, keeps_bits: bool = True) -> Plan:
        """Return the plan for pixels, or for those that would be decoded."""
        if pixels is not None:
            is_contiguous = lie_side_by_side(pixels)
        else:
            is_contiguous = self.info.is_contiguous and self.region.width == self.info.width
        return make_plan(
            self.program,
            self.region.width * self.region.height,
            this_machine(local.WorkDone.total),
            backend=self._search.backend,
            threads=self._search.threads,
            is_contiguous=is_contiguous,
            keeps_bits=keeps_bits,
            is_on_device=self.info.is_on_device,
            judged=self.judged,
        )

    def bits(self) -> Answer:
        """Search."""
        if self.is_excluded:
            return Bits.zeros(len(self.program.colors), self.shape)
        return local.search(self.picture, self.program, self.plan(self.picture))


@dataclass
class _Judged:
    """How many pixels of small pictures were judged one by one for one question."""

    pixels: int = 0


@lru_cache(maxsize=64)
def _judged_before(queries: tuple[Query, ...], format: PixelFormat) -> _Judged:  # noqa: ARG001  # the key
    return _Judged()
