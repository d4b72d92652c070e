"""Tables that took long to make are kept on disk, by the content of the set and of the sources that make them."""

import hashlib
import json
import platform
import time
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

import pixgrep.colors
from pixgrep.colorset import ColorSet
from pixgrep.model import PixelFormat, Term
from pixgrep.storage import keep_newest, load, private_folder, remove, save, source_stamp

FOLDER = "queries"
MOST_KEPT = 512
"""Files; most have some kilobytes, none more than a megabyte or two."""
LONG_SECONDS = 0.015
"""What was made faster is not kept: reading it back would take a millisecond, too."""


def kept(
    wanted: ColorSet, format: PixelFormat, make: Callable[[ColorSet, PixelFormat], tuple[Term, ...]]
) -> tuple[Term, ...]:
    """
    Return the terms of a set, read back from disk or made.

    Parameters
    ----------
    wanted : ColorSet
        What they stand for; its representation names all of it.
    format : PixelFormat
        The pixels they are for.
    make : callable
        ``make(wanted, format)``: does the work.
    """
    folder = private_folder(FOLDER)
    path = folder and folder / hashlib.sha256(_stamp() + repr((wanted, format)).encode()).hexdigest()[:32]
    if path and (content := load(path)) is not None:
        try:
            return unpacked(content)
        except (ValueError, KeyError, TypeError, zlib.error):  # not written by this version: made again
            remove(path)
    start = time.perf_counter()
    terms = make(wanted, format)
    if path and time.perf_counter() - start > LONG_SECONDS:
        save(path, packed(terms))
        keep_newest(path.parent, MOST_KEPT)
    return terms


@cache
def _stamp() -> bytes:
    colors = Path(pixgrep.colors.__file__).parent
    sources = (*colors.glob("**/*.py"), colors.parent / "colorset.py", *Path(__file__).parent.glob("*.py"))
    return source_stamp(sources, f"{np.__version__} {platform.machine()}")


def packed(terms: tuple[Term, ...]) -> bytes:
    """Return terms as bytes: a line of JSON, then all tables, compressed."""
    facts = [
        {"low": term.low, "high": term.high, "invert": term.invert, "table": term.table and len(term.table)}
        for term in terms
    ]
    return json.dumps(facts).encode() + b"\n" + zlib.compress(b"".join(term.table or b"" for term in terms), 1)


def unpacked(content: bytes) -> tuple[Term, ...]:
    """Return what `packed` made bytes of."""
    head, _, body = content.partition(b"\n")
    tables = zlib.decompress(body)
    terms, start = [], 0
    for facts in json.loads(head):
        stop = start + (facts["table"] or 0)
        table = tables[start:stop] if facts["table"] else None
        terms.append(Term(tuple(facts["low"]), tuple(facts["high"]), table, invert=facts["invert"]))
        start = stop
    return tuple(terms)
