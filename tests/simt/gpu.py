"""A GPU that is made of Python: what `pixgrep.gpu.device.Device` asks of one, with kernels run in the engine."""

import threading
import weakref
from collections.abc import Callable
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.gpu.device import Event, Memory, PinnedMemory
from pixgrep.gpu.pool import Pool
from pixgrep.model import DEFAULT_STREAM, Stream
from tests.simt.engine import Engine

POISON = 0xA5
"""What fresh pinned memory is filled with."""


class EngineDevice:
    """
    A device whose kernels run in the engine, lane by lane, addresses checked.

    Its streams are as lazy as can be: what is begun happens when somebody waits for it, and not before, and nothing of
    one stream happens because somebody waits for another, unless that follows an event. So whoever reads too early, or
    writes again too early what is still to be read, finds out.

    Parameters
    ----------
    is_pooled : bool
        Whether memory is kept and handed on, as the real device does; without that, use after it was let go of is seen.
    **options
        See `Engine`.

    Attributes
    ----------
    engine : Engine
        What runs the kernels.
    launches : list of str
        The names of the kernels that were launched, on whatever stream.
    log : list of tuple
        Everything that was begun, and waited for: the handle of the stream, and what.
    made : list of tuple
        What was taken from the driver: "memory", "pinned", "stream" or "event", and how much.
    pinned, elsewhere
        Arrays of the host that are pinned; addresses of memory of other devices, with their numbers.
    number, name
        Which of the machine's GPUs it is; what it calls itself.
    stream : Stream
        What it works on.
    """

    number = 0
    name = "an engine made of Python"

    def __init__(self, *, is_pooled: bool = False, **options: Any) -> None:
        self.engine = Engine(**options)
        self.stream = DEFAULT_STREAM
        self.launches: list[str] = []
        self.log: list[tuple[int, str]] = []
        self.made: list[tuple[str, int]] = []
        self.pinned: list[NDArray[np.uint8]] = []
        self.elsewhere: dict[int, int] = {}
        self._queues: dict[int, list[Callable[[], None]]] = {}
        self._dropped: list[int] = []
        self._lock = threading.RLock()  # the engine takes one thing after the other
        most = 1 << 30 if is_pooled else 0
        self._memory, self._pins = Pool(self._make_memory, most), Pool(self._make_pinned, most)
        self._is_pooled = is_pooled

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EngineDevice) and self.engine is other.engine

    def __hash__(self) -> int:
        return id(self.engine)

    def describe(self) -> tuple[str, ...]:
        """Return what it is, for people, a line each."""
        return (self.name,)

    def on(self, stream: Stream) -> "EngineDevice":
        """Return the same device, working on another stream."""
        other = copy(self)
        other.stream = stream
        return other

    def call(self) -> None:
        """Do nothing: every call of the driver comes here, so that it can fail."""

    def fork(self) -> "EngineDevice":
        """Return the same device, working on a new stream."""
        self.call()
        self.made.append(("stream", 1))
        return self.on(Stream(1000 + len(self.made)))

    @property
    def queue(self) -> list[Callable[[], None]]:
        """What was begun on this stream and has not happened."""
        return self._queues.setdefault(self.stream.handle, [])

    def allocate(self, size: int) -> Memory:
        """Return memory, of exactly that size where nothing is pooled."""
        if not self._is_pooled:
            return self._make_memory(size)
        lease = self._memory.take(size, self.stream)
        return Memory(lease.content.address, size, lease)

    def _make_memory(self, size: int) -> Memory:
        self.call()
        with self._lock:
            if self._dropped:  # not at once: garbage is collected at any moment
                self._finish_everything()  # as the driver does
            while self._dropped:
                self.engine.memory.free(self._dropped.pop())
            address = self.engine.memory.allocate(max(size, 1))
            self.made.append(("memory", size))
        owner = _Owner()
        weakref.finalize(owner, self._dropped.append, address)
        return Memory(address, size, owner)

    def pin(self, size: int) -> PinnedMemory:
        """Return memory of the host."""
        lease = self._pins.take(size)
        return PinnedMemory(lease.content.bytes[:size], lease)

    def _make_pinned(self, size: int) -> PinnedMemory:
        self.call()
        self.made.append(("pinned", size))
        return PinnedMemory(np.full(size, POISON, np.uint8), _Owner())

    def is_pinned(self, data: NDArray[Any]) -> bool:
        """Return whether an array is one of those that a test calls pinned."""
        return any(np.shares_memory(data, pinned) for pinned in self.pinned)

    def release(self) -> None:
        """Free memory that nobody uses."""
        self._memory.clear()
        self._pins.clear()

    def upload(self, memory: Memory, data: NDArray[Any]) -> None:
        """Copy an array to the beginning of memory."""
        self.begin_upload(memory, data)
        self.wait()

    def download(self, memory: Memory, data: NDArray[Any]) -> None:
        """Fill an array from the beginning of memory."""
        self.begin_download(memory, data)
        self.wait()

    def begin_upload(self, memory: Memory, data: NDArray[Any]) -> None:
        """Begin to copy bytes."""
        assert data.nbytes <= memory.size
        address = memory.address  # a queue keeps no memory alive
        self._begin("upload", lambda: self.engine.memory.write(address, data))

    def begin_download(self, memory: Memory, data: NDArray[Any]) -> None:
        """Begin to fill bytes."""
        assert data.nbytes <= memory.size
        address = memory.address

        def fill() -> None:
            data.reshape(-1).view(np.uint8)[:] = self.engine.memory.read(address, data.nbytes)

        self._begin("download", fill)

    def clear(self, memory: Memory) -> None:
        """Begin to set all bytes to 0."""
        address, nothing = memory.address, np.zeros(memory.size, np.uint8)
        self._begin("clear", lambda: self.engine.memory.write(address, nothing))

    def launch(self, kernel: Any, blocks: int, threads: int, *arguments: Any) -> None:
        """Begin to run a kernel."""
        assert all(isinstance(argument, np.integer) for argument in arguments), "kernels take NumPy integers"
        self.launches.append(kernel.py_func.__name__)
        self._begin(self.launches[-1], lambda: self.engine.launch(kernel, blocks, threads, *arguments))

    def owner_of(self, address: int) -> int:
        """Return the number of this device, unless a test says that memory is elsewhere."""
        return self.elsewhere.get(address, self.number)

    def event(self) -> "EngineEvent":
        """Return an event that marks nothing yet."""
        self.call()
        self.made.append(("event", 1))
        return EngineEvent(self)

    def record(self, event: Event) -> None:
        """Let an event mark all that was begun on this stream."""
        assert isinstance(event, EngineEvent)
        event.device, mark = self, [False]
        event.mark = mark
        self._begin("record", lambda: mark.__setitem__(0, True))

    def follow(self, event: Event) -> None:
        """Let all that begins from now on wait for what an event marks now."""
        assert isinstance(event, EngineEvent)
        device, mark = event.device, event.mark
        self._begin(f"follow {device.stream.handle}", lambda: device.finish(lambda: mark[0]))

    def wait(self) -> None:
        """Do what was begun on this stream."""
        self.call()
        self.log.append((self.stream.handle, "wait"))
        self.finish(lambda: False)

    def finish(self, is_enough: Callable[[], bool]) -> None:
        """Do what was begun on this stream, one thing after the other, until it is enough."""
        with self._lock:
            queue = self.queue
            while queue and not is_enough():
                queue.pop(0)()

    def _finish_everything(self) -> None:
        for handle in list(self._queues):
            self.on(Stream(handle)).finish(lambda: False)

    def _begin(self, what: str, work: Callable[[], None]) -> None:
        self.call()
        with self._lock:
            self.log.append((self.stream.handle, what))
            self.queue.append(work)


class EngineEvent:
    """A place in a stream of an engine."""

    def __init__(self, device: EngineDevice) -> None:
        self.device = device
        self.mark = [True]
        """Whether what it marks is done; another list each time."""

    def wait(self) -> None:
        """Do everything before it."""
        self.device.call()
        self.device.log.append((self.device.stream.handle, "wait for an event"))
        self.device.finish(lambda: self.mark[0])


class _Owner:
    """What memory belongs to."""
