"""
The library as users call it: input, query, plan, run, matches.

All functions take the keyword arguments of `compile`.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import Any, TypedDict, Unpack

from pixgrep.backends import check_backend
from pixgrep.errors import DecodeError, PictureError, PixgrepError
from pixgrep.matches import Count, Failed, Matches
from pixgrep.model import Box, ChannelOrder, Match
from pixgrep.plan import this_machine
from pixgrep.query import to_queries
from pixgrep.run import local
from pixgrep.search import Search, warn_of
from pixgrep.sources import MOST_PIXELS, Reading
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
        ``"auto"``, ``"numpy"``, ``"cpu"``, ``"cuda"`` or ``"reference"``; the answer is the same.
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
        `channels`, `region` or `max_pixels` is none.
    PixgrepError
        There is no such backend, or `threads` is not a positive whole number.
    DeviceError, MissingExtraError
        While searching: ``backend="cuda"`` was asked for and there is no usable GPU, or no numba-cuda.

    Examples
    --------
    >>> import numpy as np
    >>> search = compile(["red", "#00ff00"], within=10)
    >>> search.count(np.full((4, 4, 3), (250, 3, 0), np.uint8))
    Count(16, counts=(16, 0))
    """
    if channels not in ("rgb", "bgr"):
        raise PictureError(f"channels is {channels!r}; give 'rgb' (also for RGBA) or 'bgr' (also for BGRA)")
    if isinstance(max_pixels, bool) or not isinstance(max_pixels, int) or max_pixels < 1:
        raise PictureError(f"max_pixels is {max_pixels!r}; give a whole number from 1 on")
    check_backend(backend)
    if threads is not None and (isinstance(threads, bool) or not isinstance(threads, int) or threads < 1):
        raise PixgrepError(f"threads is {threads!r}; give a whole number from 1 on, or None to decide here")
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
        NumPy array, anything with an array interface or DLPack on the CPU, or with the CUDA Array Interface (CuPy,
        PyTorch on a GPU), of shape (height, width) or (height, width, 1..4), uint8, uint16, float32 or float64 (floats
        span 0 to 1); a PIL image; a path; a binary file or its bytes.
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
    Count the pixels of the given colours; no coordinates are made, and an array takes no more memory than it has.

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

    Raises
    ------
    ColorError, PictureError, DecodeError
        See `pixgrep.errors`.

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

    Raises
    ------
    ColorError, PictureError, DecodeError
        See `pixgrep.errors`.

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
    hidden, ignore : bool
        Whether to search hidden files, and to respect ``.gitignore`` and ``.ignore``.
    globs : iterable of str
        Patterns of the files wanted; after ``!``, of those that are not.

    Yields
    ------
    Matches or Failed
        One a file. A file that cannot be searched does not stop the others.

    Raises
    ------
    ColorError, PictureError
        Before the first picture; what is wrong with a file is a `Failed`.

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
    """Search `files` (paths, open files, or folders that could not be listed) in parallel; yield results in order."""
    iterator = iter(files)
    start = list(islice(iterator, 2))
    threads = search.threads or this_machine().cores
    per_file = search if len(start) < 2 else replace(search, threads=1)

    def search_file(file: Any) -> Matches | Failed:
        if isinstance(file, Unreadable):
            return Failed(file.path, DecodeError(f"{file.path}: {file.reason}"))
        name = str(getattr(file, "name", file))
        try:
            return per_file.find_quietly(file)
        except PixgrepError as error:
            return Failed(name, error)
        except MemoryError:
            return Failed(name, PictureError(f"{name}: not enough memory to search it; use fewer --threads"))

    for _, result in local.in_order(search_file, chain(start, iterator), threads, purpose="files"):
        if isinstance(result, Matches):
            warn_of(result.notes, result.source)
        yield result
