"""
The library as users call it: input, query, plan, run, matches.

Functions take those keyword arguments of `compile` that concern them.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Unpack, overload

from pixgrep.batch import Batch
from pixgrep.census import Census
from pixgrep.constellation import Constellation, queries_of
from pixgrep.counting import Counting
from pixgrep.errors import warn_of
from pixgrep.expressions import to_questions
from pixgrep.matches import Count, Failed, Matches
from pixgrep.model import BatchLayout, ChannelOrder, Layout, Match, OneLayout
from pixgrep.run.files import in_files
from pixgrep.run.options import Options, OptionsButLayout, check_run, to_region
from pixgrep.search import Search
from pixgrep.sources import MOST_PIXELS, DecoderName, to_reading
from pixgrep.sources.folder import Walk


@overload
def compile(colors: Any, *, layout: OneLayout = "hwc", **options: Unpack[OptionsButLayout]) -> Search[Matches]: ...
@overload
def compile(colors: Any, *, layout: BatchLayout, **options: Unpack[OptionsButLayout]) -> Search[Batch]: ...
@overload
def compile(colors: Any, *, layout: Layout = "hwc", **options: Unpack[OptionsButLayout]) -> Search[Any]: ...
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
    layout: Layout = "hwc",
    decoder: DecoderName = "cpu",
) -> Search[Any]:
    """
    Prepare a search, to use it on many pictures.

    Parameters
    ----------
    colors : color, Query, Constellation, or sequence of them
        CSS text, bare hex, (red, green, blue) or (red, green, blue, alpha) with 0..255, or queries, as text such as
        ``"red | white within 3"`` (see `parse_query`) or as ``near("red") | near("white", 3)``; or several at fixed
        distances, by `constellation`. Every member of a sequence gets an answer of its own.
    within : float
        The largest difference that still matches, in the unit of the metric; for colours that have none of their own.
    metric : str
        ``"channel"``: the largest difference of any channel, in 8-bit steps whatever the depth of the picture; others
        see `near`.
    channels : {"rgb", "bgr"}
        The order of the channels of arrays (``"bgr"`` for OpenCV); files and PIL images are always RGB.
    region : (x, y, width, height), optional
        Search only there, in each picture of a batch. Coordinates in the answer remain those of the whole picture.
    backend : str
        ``"auto"``, ``"numpy"``, ``"cpu"``, ``"cuda"`` or ``"reference"``; the answer is the same.
    threads : int, optional
        How many threads; the answer is the same.
    upright : bool
        Whether files are turned as their EXIF orientation says; otherwise coordinates are those of the stored pixels.
    max_pixels : int
        Files with more pixels are refused before memory is taken.
    layout : {"hwc", "chw", "nhwc", "nchw"}
        The order of the axes of arrays: height, width and channels; or planes, as PyTorch has them. With ``"n"`` they
        are batches, many pictures of one size that are searched at once: `find` returns a `Batch`. For arrays only.
    decoder : {"cpu", "cuda"}
        What decodes files: with ``"cuda"`` plain JPEG and TIFF are decoded on the GPU by nvImageCodec, and searched
        there; values of a JPEG may differ a little from those of the processor. Notes say what decoded each file.

    Returns
    -------
    Search
        With methods `find`, `count`, `first` and `explain`.

    Raises
    ------
    ColorError
        A colour, a tolerance or a metric cannot be understood.
    PictureError
        `channels`, `region`, `max_pixels`, `layout` or `decoder` is none.
    PixgrepError
        There is no such backend, or `threads` is not a positive whole number.
    DeviceError, MissingExtraError
        While searching: ``backend="cuda"`` or ``decoder="cuda"`` was asked for and there is no usable GPU, or no
        numba-cuda or nvImageCodec.

    Examples
    --------
    >>> import numpy as np
    >>> search = compile(["red", "#00ff00"], within=10)
    >>> search.count(np.full((4, 4, 3), (250, 3, 0), np.uint8))
    Count(16, counts=(16, 0))
    """
    reading = to_reading(channels, upright, max_pixels, layout, decoder)
    check_run(backend, threads)
    questions = to_questions(colors, within, metric, Constellation)
    return Search(questions, queries_of(questions), reading, to_region(region), backend, threads)


@overload
def find(image: Any, colors: Any, *, layout: OneLayout = "hwc", **options: Unpack[OptionsButLayout]) -> Matches: ...
@overload
def find(image: Any, colors: Any, *, layout: BatchLayout, **options: Unpack[OptionsButLayout]) -> Batch: ...
@overload
def find(image: Any, colors: Any, *, layout: Layout = "hwc", **options: Unpack[OptionsButLayout]) -> Any: ...
def find(image: Any, colors: Any, **options: Any) -> Any:
    """
    Find all pixels of the given colours.

    Parameters
    ----------
    image : picture
        NumPy array, anything with an array interface or DLPack on the CPU, or with the CUDA Array Interface (CuPy,
        PyTorch on a GPU), of shape (height, width) or (height, width, 1..4), or as `layout` says; uint8, uint16,
        float32 or float64 (floats span 0 to 1); a PIL image; a path; a binary file or its bytes.
    colors, **options
        See `compile`.

    Returns
    -------
    Matches
        Of one picture; where `layout` says that there are many, a `Batch`.

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
    >>> find(np.stack([image, image]), "#ff8800", layout="nhwc").counts.tolist()
    [[1], [1]]
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
        An int, each pixel counted once; its attribute ``counts`` has one number a colour. The pictures of a batch are
        counted together; ``find(...).counts`` has the numbers of each.

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
        See `pixgrep.errors`; a PictureError also for batches.

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


def run_scan(search: Search[Matches], files: Iterable[Any]) -> Iterator[Matches | Failed]:
    """Search `files` (paths, open files, or folders that could not be listed) in parallel; yield results in order."""
    among = replace(search, threads=1)
    for result in in_files(search.find_quietly, among.find_quietly, files, search.threads):
        if isinstance(result, Matches):
            warn_of(result.notes, result.source)
        yield result


def census(
    image: Any,
    *,
    channels: ChannelOrder = "rgb",
    region: Sequence[int] | None = None,
    backend: str = "auto",
    threads: int | None = None,
    upright: bool = False,
    max_pixels: int = MOST_PIXELS,
    layout: Layout = "hwc",
    decoder: DecoderName = "cpu",
) -> Census:
    """
    Count every distinct colour of a picture, exactly.

    Parameters
    ----------
    image : picture
        See `find`; uint8 or uint16. The pictures of a batch are counted together.
    channels, region, backend, threads, upright, max_pixels, layout, decoder
        See `compile`.

    Returns
    -------
    Census
        Colours and their counts; alpha tells colours apart, too. Those of several pictures are added by ``+``.

    Raises
    ------
    PictureError, DecodeError
        See `pixgrep.errors`; also for float pictures, in which hardly two pixels are equal.

    Examples
    --------
    >>> import numpy as np
    >>> census(np.array([[7, 7, 9]], np.uint8)).top(1)
    (ColorCount(color='#070707', count=2, share=0.6666666666666666),)
    """
    return to_counting(channels, region, backend, threads, upright, max_pixels, layout, decoder).census(image)


def to_counting(
    channels: ChannelOrder = "rgb",
    region: Sequence[int] | None = None,
    backend: str = "auto",
    threads: int | None = None,
    upright: bool = False,
    max_pixels: int = MOST_PIXELS,
    layout: Layout = "hwc",
    decoder: DecoderName = "cpu",
) -> Counting:
    """Return how to take censuses of many pictures; the parameters are those of `census`."""
    check_run(backend, threads)
    return Counting(to_reading(channels, upright, max_pixels, layout, decoder), to_region(region), backend, threads)


def run_censuses(counting: Counting, files: Iterable[Any]) -> Iterator[Census | Failed]:
    """Take the census of each of `files`, see `run_scan`."""
    among = replace(counting, threads=1)
    for result in in_files(counting.census_quietly, among.census_quietly, files, counting.threads):
        if isinstance(result, Census):
            warn_of(result.notes, result.source)
        yield result
