"""
Memory that was let go of, kept for whoever wants as much next: pictures in a loop take none from the driver.

Taking memory of a GPU from the driver, and giving it back, waits for everything that the GPU does.
"""

import threading
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pixgrep.model import DEFAULT_STREAM, Stream

LEAST_STEP = 512
"""Sizes are rounded up to a multiple of so many bytes, and of an eighth of themselves: few sizes, little waste."""

Content = TypeVar("Content")


@dataclass
class _Entry(Generic[Content]):
    """Some memory; its stream is kept alive with it, or another of the same handle would be taken for it."""

    key: tuple[int, Stream]
    content: Content


class Lease(Generic[Content]):
    """
    The right to use some memory of a pool; the pool has it again when nobody holds the lease.

    Attributes
    ----------
    content : object
        The memory.
    """

    def __init__(self, entry: _Entry[Content], returned: "deque[_Entry[Content]]") -> None:
        self.content = entry.content
        self._giving_back = weakref.finalize(self, returned.append, entry)  # of garbage, anywhere: no lock, no call
        self._giving_back.atexit = False

    def leave(self) -> None:
        """Free the memory in the end, instead of keeping it: somebody has it whose streams are not known."""
        self._giving_back.detach()


class Pool(Generic[Content]):
    """
    Memory of one kind.

    What was let go of by somebody who worked on a stream is taken again only by those who work on the same: whatever
    the first began there is done before anything that the second begins.

    Parameters
    ----------
    make : callable
        Returns fresh memory of a size in bytes, which is freed when nobody holds it.
    most_bytes : int
        Of memory that nobody uses; what was let go of first is freed.
    """

    def __init__(self, make: Callable[[int], Content], most_bytes: int) -> None:
        self._make = make
        self._most_bytes = most_bytes
        self._returned: deque[_Entry[Content]] = deque()
        self._kept: dict[int, _Entry[Content]] = {}
        self._by_key: dict[tuple[int, Stream], deque[_Entry[Content]]] = {}
        self._kept_bytes = 0
        self._lock = threading.Lock()

    def take(self, size: int, stream: Stream = DEFAULT_STREAM) -> Lease[Content]:
        """
        Return memory of at least so many bytes, of any content.

        Parameters
        ----------
        size : int
            In bytes.
        stream : Stream
            The stream it will be used on.
        """
        key = rounded(size), stream
        with self._lock:
            self._take_back()
            entry = self._remove(key, newest=True) if key in self._by_key else None
        entry = entry or _Entry(key, self._make(key[0]))
        lease = Lease(entry, self._returned)
        if key[0] > self._most_bytes:
            lease.leave()
        return lease

    def clear(self) -> None:
        """Free all that nobody uses."""
        with self._lock:
            self._take_back()
            self._kept.clear()
            self._by_key.clear()
            self._kept_bytes = 0

    def _take_back(self) -> None:
        """Keep what was let go of, and free the oldest where that is too much."""
        while self._returned:
            entry = self._returned.popleft()
            self._kept[id(entry)] = entry
            self._by_key.setdefault(entry.key, deque()).append(entry)
            self._kept_bytes += entry.key[0]
        while self._kept_bytes > self._most_bytes:
            self._remove(next(iter(self._kept.values())).key, newest=False)

    def _remove(self, key: tuple[int, Stream], *, newest: bool) -> _Entry[Content]:
        entries = self._by_key[key]
        entry = entries.pop() if newest else entries.popleft()
        if not entries:
            del self._by_key[key]
        del self._kept[id(entry)]
        self._kept_bytes -= key[0]
        return entry


def rounded(size: int) -> int:
    """
    Return the size of memory that is taken for so many bytes.

    Examples
    --------
    >>> rounded(1), rounded(5000), rounded(1_000_001)
    (512, 5120, 1048576)
    """
    step = max(LEAST_STEP, 1 << max(size.bit_length() - 4, 0))
    return max(-(-size // step), 1) * step
