"""
The command ``pixgrep``: its commands, how it ends, and what it answers to signals.

Exit status: 0 something matched; 1 nothing matched; 2 wrong usage, or nothing could be searched; 3 finished, but some
inputs failed; 4 an output could not be written. A reader that goes away is a quiet end.
"""

import os
import signal
import sys
import threading
import traceback
from types import FrameType
from typing import NoReturn

import click
from click.exceptions import Exit

from pixgrep.errors import OutputError, PixgrepError, one_line

MATCHED, NOTHING_MATCHED, USAGE, SOME_FAILED, OUTPUT_FAILED = range(5)

SECONDS_TO_STOP = 0.7


class StoppedBySignal(BaseException):
    """A signal asked the program to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class DefaultsToFind(click.Group):
    """A group of commands in which ``pixgrep COLOR PATH`` is short for ``pixgrep find COLOR PATH``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``find`` in front of what begins with no command."""
        if not args or (args[0] not in self.commands and args[0] != "--version"):
            args = ["find", *args]
        return super().parse_args(ctx, args)


@click.group(cls=DefaultsToFind, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pixgrep")
def pixgrep() -> None:
    """Find colours in pictures."""


def stop(number: int, _frame: FrameType | None) -> NoReturn:
    """
    End what runs, in order; a second signal of the kind ends the process at once.

    The signal comes again by itself: an exception raised here can get lost in a library that catches everything (seen
    while Numba was being imported).
    """
    signal.signal(number, signal.SIG_DFL)
    again = threading.Timer(SECONDS_TO_STOP, os.kill, (os.getpid(), number))
    again.daemon = True
    again.start()
    raise StoppedBySignal(number)


def main() -> None:
    """Run the command line."""
    from pixgrep.cli import commands

    for command in commands.COMMANDS:
        pixgrep.add_command(command)
    for number in (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup and background jobs stay as they are
            signal.signal(number, stop)
    try:
        status = pixgrep.main(prog_name="pixgrep", standalone_mode=False) or 0
    except Exit as done:
        status = done.exit_code
    except click.ClickException as error:
        error.show()
        status = USAGE
    except BrokenPipeError:  # the reader has seen enough
        status = MATCHED
    except OutputError as error:
        status = complain(error, OUTPUT_FAILED)
    except PixgrepError as error:
        status = complain(error, USAGE)
    except Exception as error:  # never a traceback, and never the status of an answer
        status = complain(PixgrepError(f"internal error, please report it: {_place(error)}{error!r}"), USAGE)
    except StoppedBySignal as stopped:
        flush()
        remove_unfinished()
        signal.signal(stopped.number, signal.SIG_DFL)
        os.kill(os.getpid(), stopped.number)
        raise
    flush()
    remove_unfinished()
    os._exit(status)  # threads may still decode pictures whose answer nobody waits for


def remove_unfinished() -> None:
    """Leave nothing half written behind, whatever threads are doing."""
    output = sys.modules.get("pixgrep.sinks.output")
    if output is not None:
        output.unfinished.remove()


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}: " if frames else ""


def complain(error: BaseException, status: int) -> int:
    """Say on standard error what went wrong, in one line, and return the status."""
    say(one_line(error))
    return status


def put(text: str) -> None:
    """
    Write lines to standard output.

    Raises
    ------
    OutputError
        It is closed, or full.
    """
    from pixgrep.sinks.output import StandardOutput

    output = StandardOutput()
    output.open()
    output.write(f"{text}\n".encode("utf-8", "replace"))


def say(message: str) -> None:
    """Write a line to standard error, harmless on any terminal; nobody can be told when that fails."""
    from pixgrep.sinks.names import printable

    try:
        print(f"pixgrep: {printable(message)}", file=sys.stderr, flush=True)
    except (OSError, ValueError, AttributeError):
        return


def flush() -> None:
    """Hand over what is still buffered, as far as anybody takes it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue
