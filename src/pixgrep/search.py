"""A search, ready to be used on any number of pictures; and one picture being searched."""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Generic, Self, TypeVar

import numpy as np

from pixgrep.backends import release
from pixgrep.batch import Batch
from pixgrep.bits import Answer, Bits
from pixgrep.census.keys import pack_pixels
from pixgrep.compile import compile_program, has_formulas, judge
from pixgrep.constellation import Constellation, Question, answer_questions
from pixgrep.errors import warn_of
from pixgrep.matches import Count, Matches
from pixgrep.model import Box, DevicePixels, Match, PixelFormat, Pixels, Program, lie_side_by_side
from pixgrep.plan import Judged, Output, Plan, judged_colors, make_plan, this_machine
from pixgrep.query import Query
from pixgrep.rates.kept import known_rates
from pixgrep.run import local
from pixgrep.sources import Reading
from pixgrep.sources.opened import Opened

Found = TypeVar("Found", bound=Matches | Batch)


@dataclass(frozen=True)
class Search(Generic[Found]):
    """
    A question and how to ask it; made by `compile`, used on any number of pictures.

    Hashable and picklable. Programs for the pixel formats it meets are compiled once and kept. For type checkers it is
    a ``Search[Matches]``, or a ``Search[Batch]`` where `reading` says that arrays are batches.

    Attributes
    ----------
    questions : tuple of Query or Constellation
        One for each colour: each has an answer of its own.
    queries : tuple of Query
        What each pixel is asked, see `pixgrep.constellation.queries_of`; without constellations, the questions.
    reading : Reading
        How pictures are read.
    region : Box or None
        Where to search.
    backend, threads
        How to search.
    """

    questions: tuple[Question, ...]
    queries: tuple[Query, ...]
    reading: Reading
    region: Box | None
    backend: str
    threads: int | None

    @property
    def names(self) -> tuple[str, ...]:
        """The colours asked for, as they were given."""
        return tuple(map(str, self.questions))

    @property
    def constellations(self) -> tuple[Constellation, ...]:
        """Those of the questions whose answer is joined from bits after the match."""
        return tuple(question for question in self.questions if isinstance(question, Constellation))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """
        Give back the memory, of a GPU and pinned, that is kept from one picture to the next.

        It belongs to the GPU and is shared by all searches; whoever searches after this takes it anew.
        """
        release()

    def find(self, image: Any) -> Found:
        """Return the matching pixels of a picture, or of all pictures of a batch, see `pixgrep.find`."""
        matches = self.find_quietly(image)
        warn_of(matches.notes, matches.source)
        return matches

    def find_quietly(self, image: Any) -> Found:
        """Return the matching pixels of a picture; what the user should know of it stays in their `notes`."""
        found: Any
        with _Task(self, image) as task:
            about = task.name, self.reading, task.info.notes
            if task.info.pictures is None:
                found = Matches(task.bits(), self.names, task.region, *about)
            else:
                found = Batch(task.bits(), self.names, task.region, task.info.pictures, *about)
        return found  # type: ignore[no-any-return]  # which, says the layout

    def count(self, image: Any) -> Count:
        """Return how many pixels of a picture match, see `pixgrep.count`."""
        with _Task(self, image) as task:
            warn_of(task.info.notes, task.name)
            if task.is_excluded:
                return Count(0, (0,) * len(self.questions))
            if self.constellations:
                bits = task.bits()
                return Count(bits.total(), tuple(bits.counts().tolist()))
            return Count(*local.count(task.picture, task.program, task.plan(task.picture, output="count")))

    def first(self, image: Any) -> Match | None:
        """Return the first matching pixel of a picture, see `pixgrep.first`."""
        with _Task(self, image) as task:
            task.refuse_batch("first", "give one picture of it, or take frames and xy of find")
            warn_of(task.info.notes, task.name)
            if task.is_excluded:
                return None
            if self.constellations:
                return Matches(task.bits(), self.names, task.region, task.name, self.reading).first
            found = local.first(task.picture, task.program, task.plan(task.picture, output="first"))
        if found is None:
            return None
        position, color = found
        y, x = divmod(position, task.region.width)
        return Match(x + task.region.x, y + task.region.y, self.names[color])

    def explain(self, image: Any) -> str:
        """
        Return how a picture would be searched, and why.

        Only a small one may be decoded for it, and a file that a GPU is to decode: whether it can is known then.
        """
        known_rates()  # also for pictures so small that a search would not read them
        with _Task(self, image) as task:
            number = "" if task.info.pictures is None else f"{task.info.pictures} pictures of "
            facts = f"{number}{task.info.width} x {task.info.height}, {task.info.format}"
            header = "\n".join((f"picture  {task.name}: {facts}", *(f"note     {note}" for note in task.info.notes)))
            if task.is_excluded:
                return f"{header}\nresult   no match: the header rules out every colour; nothing will be decoded"
            return f"{header}\n{task.plan().explain()}{self._explained_stars()}"

    def _explained_stars(self) -> str:
        if not self.constellations:
            return ""
        stars, several = sum(len(one.stars) for one in self.constellations), len(self.constellations)
        return f"\nstars    {stars:,}, constellations: {several:,}; joined by shifts of bits, on the processor"


class _Task(Opened):
    """One search of one picture: the picture, and what it makes of the query."""

    def __init__(self, search: Search[Any], image: Any) -> None:
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
            pixels=math.prod(self.shape),
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
            _judged_before(queries, format).pixels += math.prod(self.shape)
            assert isinstance(self.picture, np.ndarray), "those of a GPU are not judged"
            _, first = np.unique(pack_pixels(self.picture, format), return_index=True)
            colors = self.picture.reshape(-1, format.channels)[first]
        judged = None if self.judged == "all" or colors is None else judge(queries, format, colors)
        return judged or compile_program(queries, format)

    def plan(self, pixels: Pixels | DevicePixels | None = None, *, output: Output = "bits") -> Plan:
        """Return the plan for pixels, or for those that would be decoded."""
        if pixels is not None:
            is_contiguous = lie_side_by_side(pixels)
        else:
            has_all_rows = self.info.pictures is None or self.region.height == self.info.height
            is_contiguous = self.info.is_contiguous and self.region.width == self.info.width and has_all_rows
        return make_plan(
            self.program,
            math.prod(self.shape),
            this_machine(local.WorkDone.total),
            backend=self._search.backend,
            threads=self._search.threads,
            is_contiguous=is_contiguous,
            output=output,
            is_on_device=self.info.is_on_device,
            judged=self.judged,
        )

    def bits(self) -> Answer:
        """Search."""
        if self.is_excluded:
            return Bits.zeros(len(self._search.questions), self.shape)
        found = local.search(self.picture, self.program, self.plan(self.picture))
        if not self._search.constellations:
            return found
        return answer_questions(found.host, self._search.questions, self._search.queries, self.region.height)


@dataclass
class _Judged:
    """How many pixels of small pictures were judged one by one for one question."""

    pixels: int = 0


@lru_cache(maxsize=64)
def _judged_before(queries: tuple[Query, ...], format: PixelFormat) -> _Judged:  # noqa: ARG001  # the key
    return _Judged()
