"""The GPU as numba-cuda drives it; the only place that talks to the driver."""

import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.errors import DeviceError, one_line
from pixgrep.gpu.device import Memory, lose_device
from pixgrep.gpu.faults import LostDeviceError, OutOfMemoryError, translated
from pixgrep.gpu.toolchain import load_numba_cuda, without_hints

LEAST_DRIVER = (12, 0)
"""The oldest CUDA that a driver must support."""
LEAST_CAPABILITY = (7, 5)
"""The oldest GPUs that kernels are compiled for: Turing, 2018."""


class NumbaDevice:
    """
    The current device of numba-cuda; everything happens on its default stream, one thing after the other.

    Attributes
    ----------
    number : int
        Which of the GPUs that the process sees.
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

    def allocate(self, size: int) -> Memory:
        """Return fresh memory of any content."""
        with self._errors():
            array = self._cuda.device_array(max(size, 1), np.uint8)
        owner = _Owner()
        weakref.finalize(owner, _free, self._cuda.gpus, self.number, [array]).atexit = False
        return Memory(array.__cuda_array_interface__["data"][0], size, owner)

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
        with self._errors(is_launch=True):
            with without_hints():
                configured = kernel[blocks, threads]
            configured(*arguments)

    def wait(self, stream: int | None = None) -> None:
        """Wait for all that was launched; or for somebody else's stream, whose number is its handle."""
        with self._errors():
            waited_for = self._cuda.default_stream() if stream is None else self._cuda.external_stream(stream)
            waited_for.synchronize()


class _Owner:
    """What memory belongs to: when nobody holds it any more, the memory is freed."""


def _free(gpus: Any, number: int, array: list[Any]) -> None:
    """Free an array; garbage is collected in any thread, and the driver wants its device to be current."""
    with suppress(Exception), gpus[number]:
        array.clear()


def _not_opened(error: Exception) -> Exception:
    """Return why there is no device to be had; nothing is lost by that, and it may be otherwise later."""
    meaning, text = translated(error), one_line(error).rstrip(".:")
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
