"""numba-cuda as `NumbaDevice` sees it: a module that answers as it does, faults and all."""

import ctypes
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import numpy as np


class CudaAPIError(Exception):
    """Has the name of the driver's error; others are told by their names, too."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"[{code}] {message}")
        self.code = code


class CudaSupportError(ImportError):
    """As numba-cuda raises it where the driver cannot be used."""


class CUDAError(Exception):
    """As cuda.core raises it at launches."""


class NvvmSupportError(ImportError):
    """As numba-cuda raises it where a library is missing."""


class FakeCuda:
    """What `NumbaDevice` uses of numba-cuda, on memory of the processor."""

    def __init__(self, **facts: Any) -> None:
        self.fault: Exception | None = facts.get("fault")
        self.runtime = SimpleNamespace(get_version=lambda: facts.get("toolkit", (13, 0)))
        self.versions = facts.get("driver", (13, 0))
        self.cudadrv = SimpleNamespace(driver=SimpleNamespace(driver=SimpleNamespace(get_version=self.version)))
        self.gpus: dict[int, Any] = {0: nullcontext()}
        self.device = SimpleNamespace(
            id=0, name=facts.get("name", b"Fake 100"), compute_capability=facts.get("capability", (9, 0))
        )
        self.streams: list[int] = []

    def version(self) -> Any:
        self._fail()
        return self.versions

    def get_current_device(self) -> Any:
        self._fail()
        return self.device

    def current_context(self) -> Any:
        return SimpleNamespace(get_memory_info=lambda: (60e9, 80e9))

    def device_array(self, size: int, dtype: Any) -> Any:
        self._fail()
        array = np.empty(size, dtype)
        return SimpleNamespace(array=array, __cuda_array_interface__={"data": (array.ctypes.data, False)})

    def from_cuda_array_interface(self, interface: Any, owner: Any, sync: bool) -> Any:
        assert owner is not None
        assert sync is False
        address = (ctypes.c_uint8 * interface["shape"][0]).from_address(interface["data"][0])
        there = np.frombuffer(address, np.uint8)

        def copy_to_device(data: np.ndarray) -> None:
            self._fail()
            there[:] = data

        def copy_to_host(data: np.ndarray) -> None:
            self._fail()
            data[:] = there

        return SimpleNamespace(copy_to_device=copy_to_device, copy_to_host=copy_to_host)

    def external_stream(self, stream: int) -> Any:
        return SimpleNamespace(synchronize=lambda: self.streams.append(stream))

    def default_stream(self) -> Any:
        self._fail()
        return self.external_stream(0)

    def kernel(self, calls: list[Any]) -> Any:
        def launch(*arguments: Any) -> None:
            self._fail()
            calls.append(arguments)

        class Kernel:
            def __getitem__(self, configuration: tuple[int, int]) -> Any:
                calls.append(configuration)
                return launch

        return Kernel()

    def _fail(self) -> None:
        if self.fault is not None:
            raise self.fault
