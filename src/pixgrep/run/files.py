"""Many files at a time, results in the order of the files; one bad file stops nothing."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any, TypeVar

from pixgrep.errors import DecodeError, PictureError, PixgrepError
from pixgrep.matches import Failed
from pixgrep.plan import this_machine
from pixgrep.run.local import in_order
from pixgrep.sources.folder import Unreadable

Result = TypeVar("Result")
Work = Callable[[Any], Result]


def in_files(alone: Work[Result], among: Work[Result], files: Iterable[Any], threads: int | None) -> Iterator[Any]:
    """
    Yield what was made of each file, or why it failed.

    Parameters
    ----------
    alone : callable
        What to do with a file if it is the only one: by as many threads as it likes.
    among : callable
        What to do with each of several files: by one thread, as the files are shared out among threads.
    files : iterable
        Paths, open files, or folders that could not be listed.
    threads : int, optional
        How many; as many as there are processors, where it is not said.

    Yields
    ------
    Result or Failed
    """
    iterator = iter(files)
    start = list(islice(iterator, 2))
    work = alone if len(start) < 2 else among

    def work_on(file: Any) -> Result | Failed:
        if isinstance(file, Unreadable):
            return Failed(file.path, DecodeError(f"{file.path}: {file.reason}"))
        name = str(getattr(file, "name", file))
        try:
            return work(file)
        except PixgrepError as error:
            return Failed(name, error)
        except MemoryError:
            return Failed(name, PictureError(f"{name}: not enough memory for it; use fewer --threads"))

    wanted = threads or this_machine().cores
    return (result for _, result in in_order(work_on, chain(start, iterator), wanted, purpose="files"))
