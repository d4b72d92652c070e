"""
Where bytes go: standard output, or a file that appears whole or not at all.

What goes wrong while writing is an `OutputError`; only a reader that went away stays a BrokenPipeError.
"""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from pixgrep.errors import OutputError


class Output(Protocol):
    """Something that takes bytes."""

    def open(self) -> None:
        """Make sure that writing can begin."""

    def write(self, content: bytes) -> None:
        """Take more bytes."""

    def close(self) -> None:
        """Make all that was written visible."""

    def abort(self) -> None:
        """Drop what can still be dropped."""


class Unfinished:
    """The temporary files of this process."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self._is_over = False

    def name(self, path: str) -> str:
        """Note a file that is going to be made, and return its name."""
        self.paths.add(path)
        if self._is_over:
            raise OutputError(f"{path}: the process ends")
        return path

    def remove(self) -> None:
        """Remove them, and let no thread make another: the process ends, and threads may be in the middle of one."""
        self._is_over = True
        for path in list(self.paths):
            with suppress(OSError):
                os.unlink(path)


unfinished = Unfinished()


@contextmanager
def output_errors(name: str) -> Iterator[None]:
    """Turn whatever the system says about an output into an OutputError that names it."""
    try:
        yield
    except (BrokenPipeError, OutputError):
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(f"{name}: cannot be written ({reason}); choose another place") from error


class StandardOutput:
    """Standard output, as bytes."""

    def open(self) -> None:
        """Raise where standard output was closed before the start."""
        if sys.stdout is None:
            raise OutputError("standard output: cannot be written (it is closed)")

    def write(self, content: bytes) -> None:
        """Write at once: whoever reads along sees every picture as it is done."""
        with output_errors("standard output"):
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()

    def close(self) -> None:
        """Do nothing: all is written."""

    def abort(self) -> None:
        """Do nothing: what is written is written."""


@dataclass
class OutputSink:
    """
    What all sinks have in common that write bytes to one output.

    Attributes
    ----------
    output : Output
        Where to.
    """

    output: Output

    def begin(self) -> None:
        """Open the output."""
        self.output.open()

    def finish(self) -> None:
        """Close the output."""
        self.output.close()

    def abort(self) -> None:
        """Drop the output."""
        self.output.abort()


def is_terminal(output: Output | None) -> bool:
    """Return whether people see an output as it is written."""
    return isinstance(output, StandardOutput) and sys.stdout is not None and sys.stdout.isatty()


class WholeFile:
    """
    A file that appears under its name when it is complete, or never.

    Parameters
    ----------
    path : str
        Where; the folder must exist.
    force : bool
        Whether it may replace another file.
    """

    def __init__(self, path: str, *, force: bool = False) -> None:
        self.path = path
        self.file: BinaryIO
        self._force = force
        self._temporary: str | None = None

    def open(self) -> None:
        """
        Begin a temporary file beside the final one.

        Raises
        ------
        OutputError
            The final one exists and may not be replaced, or the folder cannot be written to.
        """
        if os.path.lexists(self.path):
            if not self._force:
                raise self._exists()
            self.path = os.path.realpath(self.path)  # what a link points to is replaced, not the link
            if os.path.exists(self.path) and not os.path.isfile(self.path):
                raise OutputError(f"{self.path}: not a regular file, cannot be replaced; leave out -o, or name a file")
        with output_errors(self.path):
            folder, name = os.path.split(self.path)
            temporary = os.path.join(folder, f".{name[:40]}.{secrets.token_hex(8)}.tmp")
            self._temporary = unfinished.name(temporary)  # noted before it is there: a signal may come in between
            self.file = open(temporary, "xb", buffering=1 << 20)  # noqa: SIM115  # closed by `close` or `abort`

    def write(self, content: bytes) -> None:
        """Write to the temporary file."""
        with output_errors(self.path):
            self.file.write(content)

    def close(self) -> None:
        """Make the file safe on disk, then give it its name."""
        assert self._temporary is not None
        with output_errors(self.path):
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()
            if self._force:
                os.replace(self._temporary, self.path)
            else:
                self._name_without_replacing(self._temporary)
        unfinished.paths.discard(self._temporary)
        self._temporary = None

    def _name_without_replacing(self, temporary: str) -> None:
        try:
            os.link(temporary, self.path)  # unlike a rename, a link fails where another run was first
        except FileExistsError:
            raise self._exists() from None
        except OSError:  # a file system without hard links
            if os.path.lexists(self.path):
                raise self._exists() from None
            os.replace(temporary, self.path)
        else:
            os.unlink(temporary)

    def abort(self) -> None:
        """Remove the temporary file."""
        if self._temporary is not None:
            if hasattr(self, "file"):
                with suppress(OSError, ValueError):
                    self.file.close()
            with suppress(OSError):
                os.unlink(self._temporary)
            unfinished.paths.discard(self._temporary)
            self._temporary = None

    def _exists(self) -> OutputError:
        return OutputError(f"{self.path}: exists already; give another name, or --force to replace it")
