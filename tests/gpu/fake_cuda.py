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
    """
    What `NumbaDevice` uses of numba-cuda, on memory of the processor.

    Attributes
    ----------
    calls : list of tuple
        What was begun, and on which stream: 0, or the handle of one.
    """

    def __init__(self, **facts: Any) -> None:
        self.fault: Exception | None = facts.get("fault")
        self.runtime = SimpleNamespace(get_version=lambda: facts.get("toolkit", (13, 0)))
        self.versions = facts.get("driver", (13, 0))
        self.calls: list[tuple[Any, ...]] = []
        self.pinned: list[np.ndarray] = []
        self.made = 0
        self.destroyed: list[int] = []
        self.elsewhere: dict[int, int] = {}
        self.cudadrv = SimpleNamespace(driver=self._driver())
        self.gpus: dict[int, Any] = {0: nullcontext()}
        self.device = SimpleNamespace(
            id=0, name=facts.get("name", b"Fake 100"), compute_capability=facts.get("capability", (9, 0))
        )

    def _driver(self) -> Any:
        def stream_create(flags: int) -> int:
            self._fail()
            assert flags == 1, "the stream waits for no other"
            self.made += 1
            return 7000 + self.made

        attribute = SimpleNamespace(
            CU_POINTER_ATTRIBUTE_MEMORY_TYPE="memory type", CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL="device"
        )
        return SimpleNamespace(
            driver=SimpleNamespace(
                get_version=self.version, cuStreamCreate=stream_create, cuStreamDestroy=self.destroyed.append
            ),
            binding=SimpleNamespace(CUpointer_attribute=attribute, cuPointerGetAttribute=self._attribute),
            host_to_device=lambda there, data, size, stream: self._copy("upload", there.array, data, size, stream),
            device_to_host=lambda data, there, size, stream: self._copy("download", data, there.array, size, stream),
            device_memset=self._memset,
        )

    def _attribute(self, attribute: str, address: int) -> tuple[int, Any]:
        if attribute == "device":
            return (0, self.elsewhere[address]) if address in self.elsewhere else (1, None)
        assert attribute == "memory type"
        is_ours = any(0 <= address - array.ctypes.data < array.nbytes for array in self.pinned)
        return (0, 1) if is_ours else (1, None)

    def _copy(self, what: str, target: Any, source: Any, size: int, stream: Any) -> None:
        self._begin(what, stream)
        target[:size] = source[:size]

    def _memset(self, there: Any, value: int, size: int, stream: Any) -> None:
        self._begin("memset", stream)
        there.array[:size] = value

    def _begin(self, what: str, stream: Any) -> None:
        self._fail()
        self.calls.append((what, getattr(stream, "handle", stream)))

    def version(self) -> Any:
        self._fail()
        return self.versions

    def get_current_device(self) -> Any:
        self._fail()
        return self.device

    def current_context(self) -> Any:
        pending = SimpleNamespace(clear=lambda: self._begin("free what is pending", 0))
        manager = SimpleNamespace(deallocations=pending)
        return SimpleNamespace(get_memory_info=lambda: (60e9, 80e9), memory_manager=manager)

    def device_array(self, size: int, dtype: Any) -> Any:
        self._fail()
        array = np.empty(size, dtype)
        self.calls.append(("allocate", size))
        return SimpleNamespace(array=array, __cuda_array_interface__={"data": (array.ctypes.data, False)})

    def pinned_array(self, size: int, dtype: Any) -> Any:
        self._fail()
        self.pinned.append(np.empty(size, dtype))
        self.calls.append(("pin", size))
        return self.pinned[-1]

    def from_cuda_array_interface(self, interface: Any, owner: Any, sync: bool) -> Any:
        assert owner is not None
        assert sync is False
        address = (ctypes.c_uint8 * interface["shape"][0]).from_address(interface["data"][0])
        return SimpleNamespace(array=np.frombuffer(address, np.uint8))

    def external_stream(self, handle: int) -> Any:
        return SimpleNamespace(handle=handle, synchronize=lambda: self._begin("wait", handle))

    def default_stream(self) -> Any:
        self._fail()
        return self.external_stream(0)

    def event(self, timing: bool) -> Any:
        assert not timing
        self._fail()
        return SimpleNamespace(
            record=lambda stream: self._begin("record", stream),
            wait=lambda stream: self._begin("follow", stream),
            synchronize=lambda: self._begin("wait for an event", 0),
        )

    def kernel(self) -> Any:
        def launch(*arguments: Any) -> None:
            self._fail()
            self.calls.append(arguments)

        class Kernel:
            def __getitem__(kernel, configuration: tuple[int, int, Any]) -> Any:  # noqa: N805
                blocks, threads, stream = configuration
                self.calls.append((blocks, threads, getattr(stream, "handle", stream)))
                return launch

        return Kernel()

    def _fail(self) -> None:
        if self.fault is not None:
            raise self.fault
