"""How names and numbers are shown: exact bytes to programs, harmless text to people."""

import base64
import os
import unicodedata
from typing import Any

UNPRINTABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode categories that move the cursor, reverse the text or are no text: control, format, surrogate, separators."""

MOST_LETTERS = 48
"""Letters of a name that tables for people show: its end, which tells it from others."""


def printable(name: str) -> str:
    r"""
    Return a name with everything escaped that could confuse a terminal or a reader.

    Examples
    --------
    >>> printable("red\x1b[2J.png"), printable("caf\u00e9.png"), printable("\u202egnp.exe")
    ('red\\x1b[2J.png', 'café.png', '\\u202egnp.exe')
    """
    if name.isascii() and name.isprintable():
        return name
    return "".join(_escaped(letter) if unicodedata.category(letter) in UNPRINTABLE else letter for letter in name)


def _escaped(letter: str) -> str:
    if "\udc80" <= letter <= "\udcff":  # a byte of a name that is not UTF-8
        return f"\\x{ord(letter) - 0xDC00:02x}"
    return letter.encode("unicode_escape").decode()


def shortened(name: str) -> str:
    """
    Return a name as tables for people show it: printable, and only its end where it is long.

    Examples
    --------
    >>> shortened("/home/ada/pictures/2026/11/23/screenshots/of/the/login.png")
    '…ictures/2026/11/23/screenshots/of/the/login.png'
    """
    shown = printable(name)
    return shown if len(shown) <= MOST_LETTERS else "…" + shown[1 - MOST_LETTERS :]


def counted(number: int, noun: str) -> str:
    """
    Return a number with its noun, in the plural where need be.

    Examples
    --------
    >>> counted(1, "picture"), counted(1200, "picture")
    ('1 picture', '1,200 pictures')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"


def percent(share: float) -> str:
    """
    Return a share, 0 to 1, in percent; what is small keeps a digit.

    Examples
    --------
    >>> percent(0.25), percent(0.0000123)
    ('25.00 %', '0.001 %')
    """
    return f"{100 * share:.2f} %" if share * 10_000 >= 1 else f"{100 * share:.1g} %"


def utf8(name: str) -> str:
    r"""
    Return a name as it is, or with odd bytes as ``\xNN`` where it is not UTF-8.

    Examples
    --------
    >>> utf8("caf\u00e9.png"), utf8("bad\udcff.png")
    ('café.png', 'bad\\xff.png')
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        return printable(name)
    return name


def json_name(name: str) -> dict[str, Any]:
    r"""
    Return a name for JSON: as text, or as base64 where it is not UTF-8.

    Examples
    --------
    >>> json_name("a.png"), json_name("bad\udcff.png")
    ({'path': 'a.png'}, {'path': None, 'path_bytes': 'YmFk/y5wbmc='})
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        return {"path": None, "path_bytes": base64.b64encode(os.fsencode(name)).decode()}
    return {"path": name}
