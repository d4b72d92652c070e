"""Streams and events that put work off for as long as they may, so that a forgotten wait shows."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from time import perf_counter

Work = Callable[[], object]


class Stream:
    """
    Work of the device that is done in order.

    Parameters
    ----------
    streams : Streams
        All of them.
    """

    def __init__(self, streams: "Streams") -> None:
        self._streams = streams
        self.queue: deque[Work] = deque()

    def submit(self, work: Work) -> None:
        """Let the device do something some time."""
        self.queue.append(work)

    def step(self) -> None:
        """Do the first thing that is waiting."""
        self.queue.popleft()()

    def synchronize(self) -> None:
        """Wait until all is done."""
        while self.queue:
            self.step()

    @contextmanager
    def auto_synchronize(self) -> Iterator["Stream"]:
        """Wait at the end of the block."""
        yield self
        self.synchronize()


class DefaultStream(Stream):
    """The stream of those who name none: it begins when all others are through, and here the host waits for it."""

    def submit(self, work: Work) -> None:
        """Do something when all that was asked for before is done."""
        self._streams.synchronize()
        work()


class Streams:
    """All streams of a device."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._all: list[Stream] = []
        self.default = DefaultStream(self)

    def of(self, stream: Stream | int) -> Stream:
        """Return a stream, or the default one for 0."""
        return stream if isinstance(stream, Stream) else self.default

    def make(self) -> Stream:
        """Return a new stream."""
        stream = Stream(self)
        self._all.append(stream)
        return stream

    def synchronize(self) -> None:
        """Wait for all; whose turn it is, is chance."""
        while busy := [stream for stream in self._all if stream.queue]:
            self._random.choice(busy).step()


class Event:
    """A mark in a stream."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._stream: Stream | None = None
        self._left = 0
        self.time = 0.0

    def record(self, stream: Stream | int = 0) -> None:
        """Put the mark behind all that the stream has to do."""
        self._stream = self._streams.of(stream)
        self._left += 1
        self._stream.submit(self._pass)

    def _pass(self) -> None:
        self._left -= 1
        self.time = perf_counter()

    def synchronize(self) -> None:
        """Wait until the device has come to the mark."""
        while self._left and self._stream is not None and self._stream.queue:
            self._stream.step()

    def wait(self, stream: Stream | int = 0) -> None:
        """Let another stream go on only when this mark is passed."""
        self._streams.of(stream).submit(self.synchronize)

    def query(self) -> bool:
        """Return whether the device has come to the mark."""
        return not self._left
