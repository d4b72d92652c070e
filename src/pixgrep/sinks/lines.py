"""Millions of rows as text, a line each, without a loop over them in Python."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from numpy.typing import NDArray

from pixgrep.matches import Matches

LINES_AT_A_TIME = 1 << 16


def match_lines(matches: Matches, templates: Sequence[bytes], limit: int | None = None) -> Iterator[bytes]:
    """
    Yield a line for each match, thousands at a time.

    One ``%`` over a template repeated thousands of times takes 0.13 microseconds a line; the same with f-strings takes
    0.5, and a matrix of digits, cut by a mask, 0.17.

    Parameters
    ----------
    matches : Matches
        What was found.
    templates : sequence of bytes
        For each colour a line with ``%d`` for x and ``%d`` for y; any other ``%`` doubled.
    limit : int, optional
        How many lines at most.
    """
    xy = matches.xy[:limit]
    for start in range(0, len(xy), LINES_AT_A_TIME):
        part = xy[start : start + LINES_AT_A_TIME]
        if len(templates) == 1:
            template = templates[0] * len(part)
        else:
            colors = matches.colors[start : start + len(part)]
            template = b"".join([templates[color] for color in colors.tolist()])
        yield template % tuple(part.ravel().tolist())


def row_lines(columns: Sequence[NDArray[Any]], template: bytes) -> Iterator[bytes]:
    r"""
    Yield a line for each row of some columns, thousands at a time.

    Parameters
    ----------
    columns : sequence of ndarray
        What to write, all of one length: numbers, or bytes.
    template : bytes
        A line with a place for each column, any other ``%`` doubled.

    Examples
    --------
    >>> import numpy as np
    >>> list(row_lines([np.array([b"#ff8800", b"#000000"]), np.array([3, 1])], b"%s\t%d\n"))
    [b'#ff8800\t3\n#000000\t1\n']
    """
    for start in range(0, len(columns[0]), LINES_AT_A_TIME):
        values = [column[start : start + LINES_AT_A_TIME].tolist() for column in columns]
        yield template * len(values[0]) % tuple(chain.from_iterable(zip(*values, strict=True)))


def verbatim(text: str | bytes) -> bytes:
    """
    Return text for use in a template.

    Examples
    --------
    >>> verbatim("100%.png")
    b'100%%.png'
    """
    content = text.encode(errors="surrogateescape") if isinstance(text, str) else text
    return content.replace(b"%", b"%%")
