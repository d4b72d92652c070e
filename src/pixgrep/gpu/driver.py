"""The GPU as numba-cuda drives it; the only place that talks to the driver."""

import os
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.errors import DeviceError, one_line
from pixgrep.gpu.device import Event, Memory, PinnedMemory, lose_device
from pixgrep.gpu.faults import LostDeviceError, OutOfMemoryError, translated
from pixgrep.gpu.pool import Pool
from pixgrep.gpu.toolchain import load_numba_cuda, without_hints
from pixgrep.model import DEFAULT_STREAM, Stream

LEAST_DRIVER = (12, 0)
"""The oldest CUDA that a driver must support."""
LEAST_CAPABILITY = (7, 5)
"""The oldest GPUs that kernels are compiled for: Turing, 2018."""
MOST_KEPT = 1 << 30
"""Bytes of the GPU that are kept though nobody uses them."""
MOST_PINNED = 1 << 28
"""Bytes of pinned memory that are kept though nobody uses them."""
NON_BLOCKING = 1
"""CU_STREAM_NON_BLOCKING: the stream and the default stream do not wait for each other."""
HOST_MEMORY = 1
"""CU_MEMORYTYPE_HOST."""


class NumbaDevice:
    """
    The current device of numba-cuda, working on one of its streams: the default stream at first.

    Attributes
    ----------
    number : int
        Which of the GPUs that the process sees.
    stream : Stream
        What it works on.
    name : str
    capability : tuple of int
        Of computing: major and minor version.

    Raises
    ------
    DeviceError
        There is no driver, no device, or one too old; the message says which and what to do.
    """

    def __init__(self) -> None:
        self._cuda = load_numba_cuda()
        self._process = os.getpid()
        try:
            self._check_driver()
            device = self._cuda.get_current_device()
        except DeviceError:
            raise
        except Exception as error:
            raise _not_opened(error) from error
        self.number = int(device.id)
        self.name = device.name if isinstance(device.name, str) else device.name.decode()
        self.capability: tuple[int, int] = tuple(device.compute_capability)
        if self.capability < LEAST_CAPABILITY:
            raise DeviceError(
                f"the GPU {self.name} has compute capability {_dotted(self.capability)}; "
                f"{_dotted(LEAST_CAPABILITY)} or newer (Turing, 2018) is needed; use the backend 'cpu'"
            )
        self.stream = DEFAULT_STREAM
        self._queue: Any = 0  # the stream as numba-cuda wants it
        self._queues: dict[int, Any] = {}  # a launch with one that is new to numba-cuda takes longer
        self._memory = Pool(self._make_memory, MOST_KEPT)
        self._pinned = Pool(self._make_pinned, MOST_PINNED)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NumbaDevice) and self._memory is other._memory

    def __hash__(self) -> int:
        return id(self._memory)

    def _check_driver(self) -> None:
        driver, toolkit = self.versions()
        if driver < LEAST_DRIVER or driver[0] < toolkit[0]:
            raise DeviceError(
                f"the NVIDIA driver supports CUDA {_dotted(driver)}, installed is numba-cuda for CUDA "
                f"{_dotted(toolkit)}; update the driver, or give pip install 'pixgrep[cuda12]' for a driver of CUDA 12"
            )

    def versions(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the newest CUDA that the driver supports, and that of the installed compiler."""
        driver = self._cuda.cudadrv.driver.driver.get_version()
        major, minor = self._cuda.runtime.get_version()[:2]
        return driver, (major, minor)

    def describe(self) -> tuple[str, ...]:
        """Return what it is, for people, a line each."""
        with self._errors():
            free, total = self._cuda.current_context().get_memory_info()
            driver, toolkit = self.versions()
        return (
            f"{self.name}, capability {_dotted(self.capability)}, {free / 1e9:.1f} of {total / 1e9:.1f} GB free",
            f"driver for CUDA {_dotted(driver)}, compiler of CUDA {_dotted(toolkit)}",
        )

    @contextmanager
    def _errors(self, *, is_launch: bool = False) -> Iterator[None]:
        """Use this device, whichever is current in the thread; turn what goes wrong into errors of ours."""
        if os.getpid() != self._process:
            raise DeviceError(
                "a process that was forked cannot use the GPU of its parent; start it by "
                "multiprocessing.get_context('spawn'), or use the backend 'cpu' there"
            )
        try:
            with self._cuda.gpus[self.number]:
                yield
        except Exception as error:
            meaning = translated(error, is_launch=is_launch)
            if isinstance(meaning, LostDeviceError):
                lose_device(meaning)
            if meaning is error:
                raise
            raise meaning from error

    def on(self, stream: Stream) -> "NumbaDevice":
        """Return the same device, working on another stream."""
        other = copy(self)
        other.stream, other._queue = stream, 0
        if stream != DEFAULT_STREAM:
            if stream.handle not in self._queues:
                with self._errors():
                    self._queues[stream.handle] = self._cuda.external_stream(stream.handle)
            other._queue = self._queues[stream.handle]
        return other

    def fork(self) -> "NumbaDevice":
        """Return the same device, working on a new stream, which waits for no other."""
        with self._errors():
            handle = int(self._driver.driver.cuStreamCreate(NON_BLOCKING))
        return self.on(Stream(handle, self._owner(_destroy, self._driver, handle)))

    def _owner(self, let_go: Callable[..., None], *what: Any) -> "_Owner":
        """Return an owner of something of the driver's, which is let go of when nobody holds the owner any more."""
        owner = _Owner()
        weakref.finalize(owner, let_go, self._cuda.gpus, self.number, *what).atexit = False
        return owner

    @property
    def _driver(self) -> Any:
        return self._cuda.cudadrv.driver

    def allocate(self, size: int) -> Memory:
        """Return memory of any content, to be used on this stream first."""
        try:
            lease = self._memory.take(size, self.stream)
        except OutOfMemoryError:
            self.release()
            lease = self._memory.take(size, self.stream)
        return Memory(lease.content.address, size, lease)

    def _make_memory(self, size: int) -> Memory:
        with self._errors():
            array = self._cuda.device_array(size, np.uint8)
        return Memory(array.__cuda_array_interface__["data"][0], size, self._owner(_free, [array]))

    def pin(self, size: int) -> PinnedMemory:
        """Return memory of the host."""
        lease = self._pinned.take(size)
        return PinnedMemory(lease.content.bytes[:size], lease)

    def _make_pinned(self, size: int) -> PinnedMemory:
        with self._errors():
            array = self._cuda.pinned_array(size, np.uint8)
        return PinnedMemory(array, self._owner(_free, [array]))

    def release(self) -> None:
        """Give memory that nobody uses back to the driver."""
        self._memory.clear()
        self._pinned.clear()
        with self._errors(), suppress(AttributeError):  # numba-cuda puts freeing off; other managers of memory do not
            self._cuda.current_context().memory_manager.deallocations.clear()

    def is_pinned(self, data: NDArray[Any]) -> bool:
        """Return whether an array lies in memory of the host that the GPU reads by itself, whoever made it."""
        return self._attribute_of(data.ctypes.data, "CU_POINTER_ATTRIBUTE_MEMORY_TYPE") == HOST_MEMORY

    def owner_of(self, address: int) -> int:
        """Return the number of the GPU whose memory is at an address; this one where the driver does not say."""
        number = self._attribute_of(address, "CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL")
        return self.number if number is None else number

    def _attribute_of(self, address: int, name: str) -> int | None:
        binding = self._driver.binding
        with self._errors():
            error, value = binding.cuPointerGetAttribute(getattr(binding.CUpointer_attribute, name), address)
        return None if int(error) else int(value)

    def upload(self, memory: Memory, data: NDArray[Any]) -> None:
        """Copy a contiguous array to the beginning of memory; it is there for all streams when this returns."""
        self.begin_upload(memory, data)
        self.wait()

    def download(self, memory: Memory, data: NDArray[Any]) -> None:
        """Fill a contiguous array from the beginning of memory."""
        self.begin_download(memory, data)
        self.wait()

    def begin_upload(self, memory: Memory, data: NDArray[Any]) -> None:
        """Begin to copy pinned bytes, which must stay as they are until an event after it."""
        if data.size:
            with self._errors():
                there = self._bytes_at(memory, data.nbytes)
                self._driver.host_to_device(there, data.reshape(-1).view(np.uint8), data.nbytes, self._queue)

    def begin_download(self, memory: Memory, data: NDArray[Any]) -> None:
        """Begin to fill pinned bytes, which must not be read until an event after it."""
        if data.size:
            with self._errors():
                there = self._bytes_at(memory, data.nbytes)
                self._driver.device_to_host(data.reshape(-1).view(np.uint8), there, data.nbytes, self._queue)

    def clear(self, memory: Memory) -> None:
        """Begin to set all bytes to 0."""
        if memory.size:
            with self._errors():
                self._driver.device_memset(self._bytes_at(memory, memory.size), 0, memory.size, self._queue)

    def _bytes_at(self, memory: Memory, size: int) -> Any:
        interface = {"shape": (size,), "typestr": "|u1", "data": (memory.address, False), "version": 3}
        return self._cuda.from_cuda_array_interface(interface, owner=memory.owner, sync=False)

    def launch(self, kernel: Any, blocks: int, threads: int, *arguments: Any) -> None:
        """Begin to run a kernel; arguments are NumPy integers."""
        with self._errors(is_launch=True):
            with without_hints():
                configured = kernel[blocks, threads, self._queue]
            configured(*arguments)

    def event(self) -> Event:
        """Return an event that marks nothing yet."""
        with self._errors():
            return _Event(self, self._cuda.event(timing=False))

    def record(self, event: Event) -> None:
        """Let an event mark all that was begun on this stream."""
        assert isinstance(event, _Event)
        with self._errors():
            event.event.record(self._queue)

    def follow(self, event: Event) -> None:
        """Let all that begins from now on wait for an event of another stream; the processor waits for nothing."""
        assert isinstance(event, _Event)
        with self._errors():
            event.event.wait(self._queue)

    def wait(self) -> None:
        """Wait for all that was begun on this stream."""
        with self._errors():
            (self._queue or self._cuda.default_stream()).synchronize()


@dataclass(frozen=True)
class _Event:
    device: NumbaDevice
    event: Any

    def wait(self) -> None:
        """Wait until everything before it is done."""
        with self.device._errors():
            self.event.synchronize()


class _Owner:
    """What memory, or a stream, belongs to: when nobody holds it any more, the memory is freed."""


def _free(gpus: Any, number: int, array: list[Any]) -> None:
    """Free an array; garbage is collected in any thread, and the driver wants its device to be current."""
    with suppress(Exception), gpus[number]:
        array.clear()


def _destroy(gpus: Any, number: int, driver: Any, stream: int) -> None:
    with suppress(Exception), gpus[number]:
        driver.driver.cuStreamDestroy(stream)


def _not_opened(error: Exception) -> Exception:
    """Return why there is no device to be had; nothing is lost by that, and it may be otherwise later."""
    meaning, text = translated(error), one_line(error).rstrip(".: ")
    if isinstance(meaning, OutOfMemoryError):
        return DeviceError(f"the GPU has no memory free at all ({text}); use the backend 'cpu'")
    if meaning is error:
        return error
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if "NO_DEVICE" in text or visible in ("", "-1"):
        return DeviceError(
            f"there is no NVIDIA GPU to be seen ({text}); CUDA_VISIBLE_DEVICES is {visible!r}; see what nvidia-smi "
            "says, or use the backend 'cpu'"
        )
    return DeviceError(f"no NVIDIA driver can be used: {text}; install or update it, or use the backend 'cpu'")


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
