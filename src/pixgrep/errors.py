"""
Every error pixgrep raises on purpose.

::

    PixgrepError
    ├── ColorError      a colour, a tolerance or a metric cannot be understood   (also ValueError)
    ├── PictureError    a picture, an array or a region is not usable            (also ValueError)
    │   └── DecodeError     a file is damaged, unknown, too large or unreadable
    ├── OutputError     a result could not be written                            (also OSError)
    ├── DeviceError     a GPU cannot be used, or failed
    └── MissingExtraError   an optional package is not installed                     (also ImportError)

Messages say what was given, what is allowed and what to do next, in one line.
"""

import sys
import warnings
from collections.abc import Iterable


class PixgrepError(Exception):
    """The root of all errors that pixgrep raises on purpose."""


class ColorError(PixgrepError, ValueError):
    """A colour, a tolerance or a metric cannot be understood."""


class PictureError(PixgrepError, ValueError):
    """A picture, an array or a region is not usable."""


class DecodeError(PictureError):
    """A file is damaged, of an unknown kind, too large, or cannot be read."""


class OutputError(PixgrepError, OSError):
    """A result could not be written."""


class DeviceError(PixgrepError):
    """A GPU cannot be used, or failed."""


class MissingExtraError(PixgrepError, ImportError):
    """An optional package is not installed."""


class PixgrepWarning(UserWarning):
    """Something that the user should know, and that stops nothing."""


def warn(message: str) -> None:
    """Warn the user, by a PixgrepWarning that points to the line which called pixgrep."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "pixgrep":
        frame, level = frame.f_back, level + 1
    warnings.warn(message, PixgrepWarning, stacklevel=level)


class Remark(str):
    """A note that goes with a result, and warns of nothing: it says what became of something that was asked for."""


def warn_of(notes: Iterable[str], source: str) -> None:
    """Warn the user of what is to be known of a picture, but for remarks."""
    for note in notes:
        if not isinstance(note, Remark):
            warn(f"{source}: {note}")


def one_line(error: BaseException) -> str:
    r"""
    Return the message of an error as one line; its type where it has no message.

    Examples
    --------
    >>> one_line(ValueError("first\n  second"))
    'first second'
    >>> one_line(KeyError())
    'KeyError'
    """
    return " ".join(str(error).split()) or type(error).__name__
