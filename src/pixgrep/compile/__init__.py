"""
Turn queries into programs: metrics are spent here, on colours, and never reach a pixel.

A query becomes a `ColorSet` in the unit of the pixels (`resolve`), and that becomes terms: boxes where it is one, a box
refined by a table of all 8-bit colours where it is not, a box refined by the set's own formula where pixels are deeper.
"""

from functools import lru_cache

import numpy as np

from pixgrep.colorset import BoxSet, resolve
from pixgrep.compile.terms import MOST_TERMS, compile_query, nothing
from pixgrep.errors import ColorError
from pixgrep.model import PixelFormat, Pixels, Program, Term
from pixgrep.query import Query

MOST_TABLE_BYTES = 1 << 30
"""Tables of one program: 512 of the whole cube, some thousands of small sets."""


@lru_cache(maxsize=16)
def compile_program(queries: tuple[Query, ...], format: PixelFormat) -> Program:
    """
    Compile queries for one pixel format.

    Parameters
    ----------
    queries : tuple of Query
        One for each colour.
    format : PixelFormat
        The pixels that the program will see.

    Returns
    -------
    Program
        The same object for the same question: the last ones are kept.

    Raises
    ------
    ColorError
        More tables would be needed than memory should be spent on.
    """
    colors, tables = [], 0
    for query in queries:
        colors.append(compile_query(query, format))
        tables += sum(len(term.table or b"") for term in colors[-1])
        if tables > MOST_TABLE_BYTES:
            raise ColorError(
                f"{len(queries)} colours would need tables of more than a gigabyte; "
                "join those that need no answer of their own with any_of(), or ask for less with `within`"
            )
    return Program(format, tuple(colors))


def judge(queries: tuple[Query, ...], format: PixelFormat, colors: Pixels) -> Program | None:
    """
    Compile queries for a picture of few colours, all known: the formulas see these, and no others.

    Parameters
    ----------
    queries : tuple of Query
        One for each colour asked for.
    format : PixelFormat
        Of the picture, with 8 bits a channel.
    colors : ndarray, shape (n, channels)
        All colours that the picture can have, each once.

    Returns
    -------
    Program or None
        For this picture only; None where queries have more than 8 of its colours, and boxes would be slow.
    """
    columns = format.columns(colors)
    asked = []
    for query in queries:
        wanted = resolve(query, format)
        if isinstance(wanted, BoxSet):
            asked.append(compile_query(query, format))
            continue
        found = colors[np.broadcast_to(wanted.contains(*columns), len(colors))].tolist()
        if len(found) > MOST_TERMS:
            return None
        asked.append(tuple(Term(tuple(color), tuple(color)) for color in found) or (nothing(format),))
    return Program(format, tuple(asked))


@lru_cache(maxsize=64)
def has_formulas(queries: tuple[Query, ...], format: PixelFormat) -> bool:
    """Return whether compiling evaluates formulas, which takes milliseconds, or only writes down boxes."""
    return any(resolve(query, format).has_formula for query in queries)
