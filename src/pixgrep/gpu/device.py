"""
The GPU of this process: its memory, copies to and fro, launches; the only place that talks to the driver.

Whatever goes wrong there is one of three errors: `OutOfMemoryError`, after which the device works on;
`LostDeviceError`, after which it is not used any more for as long as the process lives (many errors of CUDA are
"sticky": every later call fails with them, and only a new process gets a working context); any other `DeviceError` says
what is missing.
"""

import os
import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pixgrep.errors import DeviceError, one_line
from pixgrep.gpu.toolchain import INSTALL, load_numba_cuda, without_hints
from pixgrep.model import DevicePixels, Pixels

LEAST_DRIVER = (12, 0)
"""The oldest CUDA that a driver must support."""
LEAST_CAPABILITY = (7, 5)
"""The oldest GPUs that kernels are compiled for: Turing, 2018."""
DRIVER_ERRORS = (
    "CudaAPIError",
    "CudaDriverError",
    "CudaSupportError",
    "CudaRuntimeError",
    "CUDAError",
    "DeadMemoryError",
)
TOOL_ERRORS = (
    *("NvvmError", "NvvmSupportError", "NvrtcError", "NvrtcSupportError", "NVRTCError", "LinkerError"),
    *("nvJitLinkError", "DynamicLibNotFoundError", "CCSupportError"),
)
OUT_OF_MEMORY = "OUT_OF_MEMORY"


class LostDeviceError(DeviceError):
    """The device failed, and cannot be used any more in this process."""


class OutOfMemoryError(Exception):
    """The device has not enough free memory; it works on, and something smaller may fit."""


@dataclass(frozen=True)
class Memory:
    """
    Some memory of a device, freed when nobody holds it any more.

    Attributes
    ----------
    address : int
        A multiple of 256, or whatever its maker gave.
    size : int
        In bytes.
    owner : object
        What keeps it alive.
    """

    address: int
    size: int
    owner: Any


class Device(Hashable, Protocol):
    """
    What searching needs of a GPU; tests have one that is made of Python.

    Every call may raise OutOfMemoryError, or, after `lose_device`, LostDeviceError.
    """

    def describe(self) -> tuple[str, ...]:
        """Return what it is, for people, a line each."""

    def allocate(self, size: int) -> Memory:
        """Return fresh memory of any content."""

    def upload(self, memory: Memory, data: NDArray[Any]) -> None:
        """Copy a contiguous array to the beginning of memory."""

    def download(self, memory: Memory, data: NDArray[Any]) -> None:
        """Fill a contiguous array from the beginning of memory, after all that was launched before."""

    def launch(self, kernel: Any, blocks: int, threads: int, *arguments: Any) -> None:
        """Begin to run a kernel; arguments are NumPy integers."""

    def wait(self, stream: int | None = None) -> None:
        """Wait for all that was launched; or for somebody else's stream, whose number is its handle."""


class NumbaDevice:
    """
    The current device of numba-cuda; everything happens on its default stream, one thing after the other.

    Raises
    ------
    DeviceError
        There is no driver, no device, or one too old; the message says which and what to do.
    """

    def __init__(self) -> None:
        self._cuda = load_numba_cuda()
        self._process = os.getpid()
        self._check_driver()
        with self._errors():
            device = self._cuda.get_current_device()
            self.name = device.name if isinstance(device.name, str) else device.name.decode()
            self.capability: tuple[int, int] = tuple(device.compute_capability)
        if self.capability < LEAST_CAPABILITY:
            raise DeviceError(
                f"the GPU {self.name} has compute capability {_dotted(self.capability)}; "
                f"{_dotted(LEAST_CAPABILITY)} or newer (Turing, 2018) is needed; use the backend 'cpu'"
            )

    def _check_driver(self) -> None:
        reason = self._cuda.cuda_error()
        if reason:
            text = one_line(Exception(reason)).rstrip(".:")
            if "NO_DEVICE" in text or os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
                raise DeviceError(
                    f"there is no NVIDIA GPU to be seen ({text}); CUDA_VISIBLE_DEVICES is "
                    f"{os.environ.get('CUDA_VISIBLE_DEVICES')!r}; see what nvidia-smi says, or use the backend 'cpu'"
                )
            raise DeviceError(f"no NVIDIA driver can be used: {text}; install or update it, or use the backend 'cpu'")
        with self._errors():
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
    def _errors(self) -> Iterator[None]:
        if os.getpid() != self._process:
            raise DeviceError(
                "a process that was forked cannot use the GPU of its parent; start it by "
                "multiprocessing.get_context('spawn'), or use the backend 'cpu' there"
            )
        try:
            yield
        except Exception as error:
            meaning = _translated(error)
            if isinstance(meaning, LostDeviceError):
                lose_device(meaning)
            if meaning is error:
                raise
            raise meaning from error

    def allocate(self, size: int) -> Memory:
        """Return fresh memory of any content."""
        with self._errors():
            array = self._cuda.device_array(max(size, 1), np.uint8)
            return Memory(array.__cuda_array_interface__["data"][0], size, array)

    def upload(self, memory: Memory, data: NDArray[Any]) -> None:
        """Copy a contiguous array to the beginning of memory."""
        if data.size:
            with self._errors():
                self._bytes_at(memory, data.nbytes).copy_to_device(data.reshape(-1).view(np.uint8))

    def download(self, memory: Memory, data: NDArray[Any]) -> None:
        """Fill a contiguous array from the beginning of memory, after all that was launched before."""
        if data.size:
            with self._errors():
                self._bytes_at(memory, data.nbytes).copy_to_host(data.reshape(-1).view(np.uint8))

    def _bytes_at(self, memory: Memory, size: int) -> Any:
        interface = {"shape": (size,), "typestr": "|u1", "data": (memory.address, False), "version": 3}
        return self._cuda.from_cuda_array_interface(interface, owner=memory.owner, sync=False)

    def launch(self, kernel: Any, blocks: int, threads: int, *arguments: Any) -> None:
        """Begin to run a kernel; arguments are NumPy integers."""
        with self._errors():
            with without_hints():
                configured = kernel[blocks, threads]
            configured(*arguments)

    def wait(self, stream: int | None = None) -> None:
        """Wait for all that was launched; or for somebody else's stream, whose number is its handle."""
        with self._errors():
            if stream is None:
                self._cuda.synchronize()
            else:
                self._cuda.external_stream(stream).synchronize()


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


def _translated(error: Exception) -> Exception:
    """Return what an error of the driver or of the tools means here; any other is a mistake of ours, and stays."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if names.isdisjoint(DRIVER_ERRORS + TOOL_ERRORS):
        return error
    text = one_line(error)
    if OUT_OF_MEMORY in text or getattr(error, "code", None) == 2:
        return OutOfMemoryError(text)
    if names.isdisjoint(TOOL_ERRORS):
        return LostDeviceError(f"the GPU failed: {text}")
    return DeviceError(f"kernels cannot be compiled for the GPU: {text}; a library is missing or too old, so {INSTALL}")


class _TheDevice:
    """The one device of the process, or why there is none."""

    lock = threading.Lock()
    device: Device | None = None
    reason: Exception | None = None


def get_device() -> Device:
    """
    Return the GPU of this process.

    Raises
    ------
    MissingExtraError
        numba-cuda is not installed.
    DeviceError
        There is no usable GPU, or it was lost.
    """
    with _TheDevice.lock:
        if _TheDevice.reason is not None:
            raise _TheDevice.reason.with_traceback(None)
        if _TheDevice.device is None:
            try:
                _TheDevice.device = NumbaDevice()
            except Exception as error:
                _TheDevice.reason = error
                raise
        return _TheDevice.device


def lose_device(error: LostDeviceError) -> None:
    """Never use the device again: it failed, and whatever it would answer cannot be trusted."""
    with _TheDevice.lock:
        _TheDevice.device, _TheDevice.reason = None, error


def use_device(device: Device | None) -> None:
    """Search on another device from now on; None looks for the GPU of this machine again."""
    with _TheDevice.lock:
        _TheDevice.device, _TheDevice.reason = device, None


def copy_to_host(pixels: Pixels | DevicePixels) -> Pixels:
    """Return a picture of the device as an array, of the same strides, in the memory of the CPU; any other as it is."""
    if not isinstance(pixels, DevicePixels):
        return pixels
    ends = [stride * (count - 1) for stride, count in zip(pixels.strides, pixels.shape, strict=True)]
    if 0 in pixels.shape:
        return np.empty(pixels.shape, pixels.dtype)
    before = sum(end for end in ends if end < 0)
    size = sum(map(abs, ends)) + np.dtype(pixels.dtype).itemsize
    data = np.empty(size, np.uint8)
    get_device().download(Memory(pixels.address + before, size, pixels.owner), data)
    return np.ndarray(pixels.shape, pixels.dtype, data, -before, pixels.strides)
