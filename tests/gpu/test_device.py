"""The driver as `NumbaDevice` sees it: a module that answers as numba-cuda does, faults and all."""

import ctypes
import gc
import os
import subprocess
import sys
import threading
import weakref
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numba.cuda.core import config

from pixgrep.backends.cuda import collecting
from pixgrep.errors import DeviceError, MissingExtraError
from pixgrep.gpu import device as room
from pixgrep.gpu import driver, toolchain
from pixgrep.gpu.device import copy_to_host, get_device, use_device
from pixgrep.gpu.driver import NumbaDevice
from pixgrep.gpu.faults import LostDeviceError, OutOfMemoryError
from pixgrep.model import DevicePixels

PICTURE = "np.zeros((9, 9, 3), 'u1')"


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


@pytest.fixture
def cuda(monkeypatch):
    def make(**facts: Any) -> FakeCuda:
        fake = FakeCuda(**facts)
        monkeypatch.setattr(driver, "load_numba_cuda", lambda: fake)
        return fake

    return make


@pytest.fixture(autouse=True)
def _bring_the_device_back():
    kept = get_device()
    yield
    use_device(kept)


@pytest.fixture
def no_device():
    """Forget the device of the tests."""
    use_device(None)


@pytest.mark.parametrize("data", [np.arange(24, dtype=np.uint16).reshape(4, 6), np.zeros((0, 3)), np.full((1, 1), 1.5)])
def test_what_was_copied_there_comes_back(cuda, data):
    cuda()
    device = NumbaDevice()
    memory = device.allocate(data.nbytes)
    device.upload(memory, data)
    back = np.empty_like(data)
    device.download(memory, back)
    np.testing.assert_array_equal(back, data)


def test_it_describes_itself(cuda):
    cuda(driver=(13, 2))
    first, second = NumbaDevice().describe()
    assert first == "Fake 100, capability 9.0, 60.0 of 80.0 GB free"
    assert second == "driver for CUDA 13.2, compiler of CUDA 13.0"


def test_kernels_are_launched_with_their_arguments_and_streams_waited_for(cuda):
    fake = cuda()
    calls: list[Any] = []
    device = NumbaDevice()
    device.launch(fake.kernel(calls), 3, 256, np.uint64(7), np.uint32(8))
    device.wait()
    device.wait(5)
    assert calls == [(3, 256), (7, 8)]
    assert fake.streams == [0, 5]


def test_a_small_grid_is_no_reason_to_warn_and_the_setting_stays():
    config.CUDA_LOW_OCCUPANCY_WARNINGS, kept = 1, config.CUDA_LOW_OCCUPANCY_WARNINGS
    try:
        with toolchain.without_hints():
            configured = collecting.scan_counts[1, 1024]  # pytest makes errors of warnings
        assert configured.griddim == (1, 1, 1)
        assert config.CUDA_LOW_OCCUPANCY_WARNINGS == 1
    finally:
        config.CUDA_LOW_OCCUPANCY_WARNINGS = kept


@pytest.mark.parametrize(
    ("facts", "texts"),
    [
        (
            {"fault": CudaSupportError("Error at driver init: CUDA driver library cannot be found.")},
            ["no NVIDIA driver", "cannot be found", "backend 'cpu'"],
        ),
        (
            {"fault": CudaSupportError("[100] Call to cuInit results in CUDA_ERROR_NO_DEVICE")},
            ["no NVIDIA GPU", "nvidia-smi"],
        ),
        ({"driver": (12, 8)}, ["supports CUDA 12.8", "CUDA 13.0", "update the driver", "pixgrep[cuda12]"]),
        ({"driver": (11, 8), "toolkit": (11, 8)}, ["supports CUDA 11.8", "update the driver"]),
        ({"capability": (7, 0), "name": "Old"}, ["Old has compute capability 7.0", "7.5 or newer", "backend 'cpu'"]),
    ],
)
def test_what_is_missing_is_said(cuda, facts, texts):
    cuda(**facts)
    with pytest.raises(DeviceError) as caught:
        NumbaDevice()
    assert all(text in str(caught.value) for text in texts), caught.value
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", ["", "-1"])
def test_a_hidden_gpu_is_named(cuda, monkeypatch, value):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", value)
    cuda(fault=CudaSupportError("initialisation failed"))
    with pytest.raises(DeviceError, match=f"CUDA_VISIBLE_DEVICES is '{value}'"):
        NumbaDevice()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (CudaAPIError(2, "Call to cuMemAlloc results in CUDA_ERROR_OUT_OF_MEMORY"), OutOfMemoryError),
        (CUDAError("CUDA_ERROR_OUT_OF_MEMORY: The API call failed"), OutOfMemoryError),
        (CudaAPIError(700, "Call to cuMemcpyDtoH results in CUDA_ERROR_ILLEGAL_ADDRESS"), LostDeviceError),
        (CUDAError("CUDA_ERROR_LAUNCH_FAILED"), LostDeviceError),
        (NvvmSupportError("libNVVM cannot be found"), DeviceError),
        (CudaAPIError(1, "Call to cuLaunchKernel results in CUDA_ERROR_INVALID_VALUE"), DeviceError),
        (CudaAPIError(209, "Call to cuModuleLoad results in CUDA_ERROR_NO_BINARY_FOR_GPU"), DeviceError),
        (KeyError("a mistake of ours"), KeyError),
    ],
)
def test_every_fault_is_told_apart(cuda, fault, kind):
    fake = cuda()
    device = NumbaDevice()
    memory = device.allocate(8)
    fake.fault = fault
    data = np.zeros(8, np.uint8)
    for work in (
        lambda: device.allocate(8),
        lambda: device.upload(memory, data),
        lambda: device.download(memory, data),
        lambda: device.launch(fake.kernel([]), 1, 1),
        lambda: device.wait(),
    ):
        with pytest.raises(kind) as caught:
            work()
        assert type(caught.value) is kind
    if kind is LostDeviceError:
        with pytest.raises(LostDeviceError):
            get_device()
    else:
        assert get_device() is not None


@pytest.mark.parametrize(
    "fault",
    [
        RuntimeError("Missing libdevice file. Please ensure you have a CUDA Toolkit 11.2 or higher."),
        ValueError("Can't use arch-specific compute_130a with PTX before 8.0"),
        OSError("libnvJitLink.so.13: cannot open shared object file"),
    ],
)
def test_a_plain_error_of_a_compiler_at_a_launch_says_so(cuda, fault):
    fake = cuda()
    device = NumbaDevice()
    fake.fault = fault
    with pytest.raises(DeviceError, match="kernels cannot be made"):
        device.launch(fake.kernel([]), 1, 1)
    with pytest.raises(type(fault)):
        device.wait()


def test_memory_is_freed_on_its_device_in_whatever_thread(cuda):
    fake = cuda()
    entered: list[int] = []

    class Gpu:
        def __enter__(self) -> None:
            entered.append(threading.get_ident())

        def __exit__(self, *_: object) -> None:
            pass

    fake.gpus = {0: Gpu()}
    kept = [NumbaDevice().allocate(8)]
    entered.clear()
    thread = threading.Thread(target=kept.clear)
    thread.start()
    thread.join()
    assert len(entered) == 1
    assert entered[0] != threading.get_ident()


def test_an_old_error_holds_no_picture(cuda):
    picture = np.zeros(8, np.uint8)
    alive = weakref.ref(picture)

    def search(picture: np.ndarray) -> None:
        room.lose_device(LostDeviceError("gone"))
        get_device()

    with pytest.raises(LostDeviceError):
        search(picture)
    del picture
    gc.collect()
    assert alive() is None
    with pytest.raises(LostDeviceError, match="gone"):
        get_device()


def test_a_missing_library_is_no_lost_device_and_says_what_to_install(cuda):
    fake = cuda()
    device = NumbaDevice()
    fake.fault = NvvmSupportError("libNVVM cannot be found")
    with pytest.raises(DeviceError, match=r"libNVVM cannot be found.*pip install 'pixgrep\[cuda\]'"):
        device.allocate(1)


def test_a_forked_process_is_told_to_spawn(cuda, monkeypatch):
    cuda()
    device = NumbaDevice()
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with pytest.raises(DeviceError, match="spawn"):
        device.allocate(1)


@pytest.mark.usefixtures("no_device")
def test_a_device_that_was_lost_is_not_tried_again(cuda):
    cuda()
    assert isinstance(get_device(), NumbaDevice)
    room.lose_device(LostDeviceError("it fell out"))
    for _ in range(2):
        with pytest.raises(LostDeviceError, match="it fell out"):
            get_device()


@pytest.mark.usefixtures("no_device")
@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (CudaAPIError(46, "Call to cuCtxCreate results in CUDA_ERROR_DEVICE_UNAVAILABLE"), "DEVICE_UNAVAILABLE"),
        (CudaAPIError(2, "Call to cuCtxCreate results in CUDA_ERROR_OUT_OF_MEMORY"), "no memory free"),
    ],
)
def test_a_device_that_cannot_be_opened_is_an_error_and_may_be_tried_again(cuda, fault, text):
    fake = cuda()
    fake.fault = fault
    with pytest.raises(DeviceError, match=text):
        get_device()
    fake.fault = None
    assert isinstance(get_device(), NumbaDevice)


@pytest.mark.usefixtures("no_device")
def test_the_reason_why_there_is_no_device_is_kept(monkeypatch):
    calls = []

    def load():
        calls.append(1)
        raise MissingExtraError("not installed")

    monkeypatch.setattr(driver, "load_numba_cuda", load)
    for _ in range(3):
        with pytest.raises(MissingExtraError, match="not installed"):
            get_device()
    assert len(calls) == 1


@pytest.mark.parametrize("strides", [(60, 6, 2), (128, 6, 2), (-60, 6, 2), (60, -6, 2), (60, 6, -2), (0, 0, 2)])
def test_a_picture_of_any_strides_is_copied_to_the_host(strides):
    device = get_device()
    data = np.arange(4 * 128, dtype=np.uint16).reshape(-1)
    memory = device.allocate(data.nbytes)
    device.upload(memory, data)
    start = 400
    expected = np.ndarray((3, 10, 3), np.uint16, data, start, strides)
    pixels = DevicePixels(memory.address + start, (3, 10, 3), strides, "uint16", memory)
    np.testing.assert_array_equal(copy_to_host(pixels), expected)
    host = np.zeros((2, 2, 3))
    assert copy_to_host(host) is host


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"import numpy as np, pixgrep as pg\n{code}"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_without_a_driver_the_reason_is_said_and_auto_searches():
    done = run(f"print(pg.count({PICTURE}, 'black', backend='auto'))\npg.count({PICTURE}, 'black', backend='cuda')")
    assert done.stdout == "81\n"
    if "DeviceError" not in done.stderr:
        pytest.skip("this machine has a GPU")
    assert done.stderr.rstrip().splitlines()[-1].startswith("pixgrep.errors.DeviceError: ")
    assert "backend 'cpu'" in done.stderr


def test_without_numba_cuda_its_name_is_said():
    hide = "import sys; sys.modules['_numba_cuda_redirector'] = None\n"
    done = run(f"{hide}pg.count({PICTURE}, 'black', backend='cuda')")
    assert "MissingExtraError: searching on a GPU needs numba-cuda" in done.stderr
    assert "pip install 'pixgrep[cuda]'" in done.stderr


def test_importing_and_using_pixgrep_loads_no_compiler():
    loaded = "import sys; print({name.split('.')[0] for name in sys.modules} & {'numba', 'numba_cuda', 'llvmlite'})"
    assert run(loaded).stdout == run(f"pg.count({PICTURE}, 'black')\n{loaded}").stdout == "set()\n"


def test_the_old_target_of_numba_is_refused(monkeypatch):
    old = SimpleNamespace(__file__="/site-packages/numba/cuda/__init__.py")
    monkeypatch.setitem(sys.modules, "numba.cuda", old)
    monkeypatch.setattr("numba.cuda", old)
    with pytest.raises(DeviceError, match="old target"):
        toolchain.load_numba_cuda()


def test_numpy_without_row_stack_compiles():
    """NumPy 2.5 dropped it; numba-cuda looks it up at the first compilation."""
    code = """
del np.row_stack
from pixgrep.backends.cuda import collecting
from tests.backends.cuda import sass
import numba
print(sass.summary(collecting.count_blocks, (numba.uint64,) * 3, (9, 0))["barriers"])
"""
    done = run(code.replace("del np.row_stack", "if hasattr(np, 'row_stack'): del np.row_stack"))
    assert done.stdout.strip() == "1", done.stderr
