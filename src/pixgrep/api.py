"""
The library as users call it: input, query, plan, run, matches.

All functions take the keyword arguments of `compile`.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, Self, TypedDict, Unpack

from pixgrep.bits import Bits
from pixgrep.compile import compile_program
from pixgrep.errors import DecodeError, PictureError, PixgrepError, PixgrepWarning
from pixgrep.matches import Count, Failed, Matches
from pixgrep.model import Box, ChannelOrder, Match, Pixels, Program
from pixgrep.plan import Plan, check_threads, make_plan, this_machine
from pixgrep.query import Query, to_queries
from pixgrep.run import local
from pixgrep.sources import MOST_PIXELS, Info, Reading, Source, open_source
from pixgrep.sources.folder import Unreadable, Walk


class Options(TypedDict, total=False):
    """The keyword arguments of every function, see `compile`."""

    within: float
    metric: str
    channels: ChannelOrder
    region: Sequence[int] | None
    backend: str
    threads: int | None
    upright: bool
    max_pixels: int


@dataclass(frozen=True)
class Search:
    """
    A question and how to ask it; made by `compile`, used on any number of pictures.

    Hashable and picklable. Programs for the pixel formats it meets are compiled once and kept.
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
        with _Task(self, image) as task:
            return Matches(task.bits(), self.names, task.region, task.source.name, self.reading)

    def count(self, image: Any) -> Count:
        """Return how many pixels of a picture match, see `pixgrep.count`."""
        with _Task(self, image) as task:
            if task.is_excluded:
                return Count(0, (0,) * len(self.queries))
            pixels = task.pixels()
            return Count(*local.count(pixels, task.program, task.plan(pixels, keeps_bits=False)))

    def first(self, image: Any) -> Match | None:
        """Return the first matching pixel of a picture, see `pixgrep.first`."""
        with _Task(self, image) as task:
            if task.is_excluded:
                return None
            pixels = task.pixels()
            found = local.first(pixels, task.program, task.plan(pixels, keeps_bits=False))
        if found is None:
            return None
        position, color = found
        y, x = divmod(position, task.region.width)
        return Match(x + task.region.x, y + task.region.y, self.names[color])

    def explain(self, image: Any) -> str:
        """Return how a picture would be searched, and why; its pixels are not decoded."""
        with _Task(self, image) as task:
            header = f"picture  {task.source.name}: {task.info.width} x {task.info.height}, {task.info.format}"
            if task.is_excluded:
                return f"{header}\nresult   no match: the header rules out every colour; nothing will be decoded"
            return f"{header}\n{task.plan().explain()}"

    def with_threads(self, threads: int) -> "Search":
        """Return the same search on another number of threads."""
        return replace(self, threads=threads)


class _Task:
    """One search of one picture: the source, its facts, and what they make of the query."""

    def __init__(self, search: Search, image: Any) -> None:
        self._search = search
        self.source: Source = open_source(image, search.reading)

    def __enter__(self) -> Self:
        try:
            self._prepare()
        except BaseException:
            self.source.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()

    def _prepare(self) -> None:
        search = self._search
        self.info: Info = self.source.info
        if self.info.frames > 1:
            import warnings

            message = f"{self.source.name}: the first of {self.info.frames} frames or pages is searched"
            warnings.warn(message, PixgrepWarning, stacklevel=5)
        self.region = _region_inside(search.region, self.info, self.source.name)
        self.program: Program = compile_program(search.queries, self.info.format)

    @property
    def is_excluded(self) -> bool:
        """Whether the header alone says that nothing can match."""
        return self.info.palette is not None and not local.matches_any(self.info.palette, self.program)

    def pixels(self) -> Pixels:
        """Decode, and return the pixels of the region."""
        x, y, width, height = self.region
        return self.source.read()[y : y + height, x : x + width]

    def plan(self, pixels: Pixels | None = None, *, keeps_bits: bool = True) -> Plan:
        """Return the plan; files are decoded side by side, unless a region is cut out of them."""
        is_contiguous = pixels.flags.c_contiguous if pixels is not None else self._search.region is None
        return make_plan(
            self.program,
            self.region.width * self.region.height,
            this_machine(local.WorkDone.total),
            backend=self._search.backend,
            threads=self._search.threads,
            is_contiguous=is_contiguous,
            keeps_bits=keeps_bits,
        )

    def bits(self) -> Bits:
        """Search."""
        if self.is_excluded:
            return Bits.zeros(len(self.program.colors), (self.region.height, self.region.width))
        pixels = self.pixels()
        return local.search(pixels, self.program, self.plan(pixels))


def _region_inside(region: Box | None, info: Info, name: str) -> Box:
    if region is None:
        return Box(0, 0, info.width, info.height)
    if region.x + region.width > info.width or region.y + region.height > info.height:
        raise PictureError(
            f"{name}: the region {tuple(region)} reaches beyond the picture of {info.width} x {info.height} pixels; "
            "give (x, y, width, height) inside it"
        )
    return region


def _to_region(region: Sequence[int] | None) -> Box | None:
    if region is None:
        return None
    try:
        values = tuple(region)
        whole = tuple(int(value) for value in values)
    except (TypeError, ValueError, OverflowError):
        values = whole = ()
    if len(whole) != 4 or whole != values or min(whole) < 0:
        raise PictureError(f"the region is {region!r}; give (x, y, width, height) as whole numbers from 0 on")
    return Box(*whole)


def compile(
    colors: Any,
    *,
    within: float = 0.0,
    metric: str = "channel",
    channels: ChannelOrder = "rgb",
    region: Sequence[int] | None = None,
    backend: str = "auto",
    threads: int | None = None,
    upright: bool = False,
    max_pixels: int = MOST_PIXELS,
) -> Search:
    """
    Prepare a search, to use it on many pictures.

    Parameters
    ----------
    colors : color, Query, or sequence of them
        CSS text, bare hex, (red, green, blue) or (red, green, blue, alpha) with 0..255, or queries such as
        ``near("white", 3) | near("red")``. Every member of a sequence gets an answer of its own.
    within : float
        The largest difference that still matches, in the unit of the metric; for colours that are no queries yet.
    metric : str
        ``"channel"``: the largest difference of any channel; ``"rgb"``: Euclidean. In 8-bit steps, 0 to 255, whatever
        the depth of the picture.
    channels : {"rgb", "bgr"}
        The order of the channels of arrays (``"bgr"`` for OpenCV); files and PIL images are always RGB.
    region : (x, y, width, height), optional
        Search only there. Coordinates in the answer remain those of the whole picture.
    backend : str
        ``"auto"``, ``"numpy"``, ``"cpu"`` or ``"reference"``; the answer is the same.
    threads : int, optional
        How many threads; the answer is the same.
    upright : bool
        Whether files are turned as their EXIF orientation says; otherwise coordinates are those of the stored pixels.
    max_pixels : int
        Files with more pixels are refused before memory is taken.

    Returns
    -------
    Search
        With methods `find`, `count`, `first` and `explain`.

    Raises
    ------
    ColorError
        A colour, a tolerance or a metric cannot be understood.
    PictureError
        The region is not four whole numbers.

    Examples
    --------
    >>> import numpy as np
    >>> search = compile(["red", "#00ff00"], within=10)
    >>> search.count(np.full((4, 4, 3), (250, 3, 0), np.uint8))
    Count(16, counts=(16, 0))
    """
    if channels not in ("rgb", "bgr"):
        raise PictureError(f"channels is {channels!r}; give 'rgb' or 'bgr'")
    if isinstance(max_pixels, bool) or not isinstance(max_pixels, int) or max_pixels < 1:
        raise PictureError(f"max_pixels is {max_pixels!r}; give a whole number from 1 on")
    check_threads(threads)
    return Search(
        to_queries(colors, within, metric),
        Reading(channels, bool(upright), max_pixels),
        _to_region(region),
        backend,
        threads,
    )


def find(image: Any, colors: Any, **options: Unpack[Options]) -> Matches:
    """
    Find all pixels of the given colours.

    Parameters
    ----------
    image : picture
        NumPy array or anything with an array interface or DLPack on the CPU, of shape (height, width) or (height,
        width, 1..4), uint8, uint16, float32 or float64 (floats span 0 to 1); a PIL image; a path; a binary file.
    colors, **options
        See `compile`.

    Returns
    -------
    Matches

    Raises
    ------
    ColorError, PictureError, DecodeError
        See `pixgrep.errors`.

    Examples
    --------
    >>> import numpy as np
    >>> image = np.zeros((30, 40, 3), np.uint8)
    >>> image[10, 20] = (255, 136, 0)
    >>> find(image, "#ff8800").xy
    array([[20, 10]], dtype=int32)
    """
    return compile(colors, **options).find(image)


def count(image: Any, colors: Any, **options: Unpack[Options]) -> Count:
    """
    Count the pixels of the given colours; no coordinates are made, and memory stays small whatever the picture.

    Parameters
    ----------
    image
        See `find`.
    colors, **options
        See `compile`.

    Returns
    -------
    Count
        An int, each pixel counted once; its attribute ``counts`` has one number a colour.

    Examples
    --------
    >>> import numpy as np
    >>> count(np.zeros((30, 40), np.uint8), ["black", "white"])
    Count(1200, counts=(1200, 0))
    """
    return compile(colors, **options).count(image)


def first(image: Any, colors: Any, **options: Unpack[Options]) -> Match | None:
    """
    Return the first pixel in reading order that has one of the colours, or None; the search stops there.

    Parameters
    ----------
    image
        See `find`.
    colors, **options
        See `compile`.

    Examples
    --------
    >>> import numpy as np
    >>> first(np.zeros((30, 40), np.uint8), "black")
    Match(x=0, y=0, color='black')
    """
    return compile(colors, **options).first(image)


def scan(
    paths: Any,
    colors: Any,
    *,
    hidden: bool = False,
    ignore: bool = True,
    globs: Iterable[str] = (),
    **options: Unpack[Options],
) -> Iterator[Matches | Failed]:
    """
    Search many files and folders; many at the same time, results in the order of the files.

    Parameters
    ----------
    paths : path, or sequence of paths
        Files are searched whatever they are called; of folders, all pictures below, sorted by name.
    colors, **options
        See `compile`.
    hidden, ignore, globs
        See `pixgrep.sources.folder.Walk`.

    Yields
    ------
    Matches or Failed
        One a file. A file that cannot be searched does not stop the others.

    Examples
    --------
    >>> [type(result).__name__ for result in scan(["missing.png"], "red")]
    ['Failed']
    """
    search = compile(colors, **options)
    roots = [paths] if isinstance(paths, (str, bytes, os.PathLike)) else paths
    walk = Walk(hidden, ignore, tuple(globs))
    return run_scan(search, walk.files(map(os.fsdecode, roots)))


def run_scan(search: Search, files: Iterable[Any]) -> Iterator[Matches | Failed]:
    """Search files, paths or open ones, in parallel; yield results in order."""
    iterator = iter(files)
    start = list(islice(iterator, 2))
    threads = search.threads or this_machine().cores
    one_file = search if len(start) < 2 else search.with_threads(1)

    def search_file(file: Any) -> Matches | Failed:
        if isinstance(file, Unreadable):
            return Failed(file.path, DecodeError(f"{file.path}: {file.reason}"))
        try:
            return one_file.find(file)
        except PixgrepError as error:
            return Failed(str(getattr(file, "name", file)), error)

    for _, result in local.in_order(search_file, chain(start, iterator), threads, purpose="files"):
        yield result
