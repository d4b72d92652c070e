"""The device as numba-cuda drives it: memory, launches, and every fault told apart."""

import gc
import os
import threading
from typing import Any

import numpy as np
import pytest

from pixgrep.errors import DeviceError
from pixgrep.gpu.device import Memory, get_device
from pixgrep.gpu.driver import NumbaDevice
from pixgrep.gpu.faults import LostDeviceError, OutOfMemoryError
from pixgrep.model import DEFAULT_STREAM, Stream
from tests.gpu.fake_cuda import CudaAPIError, CUDAError, CudaSupportError, NvvmSupportError


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
    device = NumbaDevice()
    device.launch(fake.kernel(), 3, 256, np.uint64(7), np.uint32(8))
    device.wait()
    device.on(Stream(5)).launch(fake.kernel(), 3, 256, np.uint64(7))
    device.on(Stream(5)).wait()
    assert fake.calls == [(3, 256, 0), (7, 8), ("wait", 0), (3, 256, 5), (7,), ("wait", 5)]


def test_everything_is_begun_on_its_stream(cuda):
    fake = cuda()
    device = NumbaDevice().fork()
    handle = device.stream.handle
    memory, pinned = device.allocate(1000), device.pin(1000)
    fake.calls.clear()
    pinned.bytes[:] = 7
    device.begin_upload(memory, pinned.bytes)
    device.clear(Memory(memory.address, 10, memory))
    device.begin_download(memory, pinned.bytes)
    event = device.event()
    device.record(event)
    device.on(Stream(9)).follow(event)
    event.wait()
    assert fake.calls == [
        *(("upload", handle), ("memset", handle), ("download", handle), ("record", handle)),
        *(("follow", 9), ("wait for an event", 0)),
    ]
    assert pinned.bytes.tolist() == [0] * 10 + [7] * 990


def test_a_stream_lives_as_long_as_somebody_works_on_it(cuda):
    fake = cuda()
    device = NumbaDevice().fork()
    handle, other = device.stream.handle, device.on(device.stream)
    del device
    gc.collect()
    assert fake.destroyed == []
    del other
    gc.collect()
    assert fake.destroyed == [handle]


def test_memory_is_taken_from_the_driver_once(cuda):
    fake = cuda()
    device = NumbaDevice()
    for _ in range(5):
        device.allocate(10_000), device.pin(10_000)
    assert [name for name, _ in fake.calls] == ["allocate", "pin"]
    held = device.allocate(10_000)
    assert device.allocate(10_000).address != held.address
    device.on(Stream(5)).allocate(10_000)
    assert [name for name, _ in fake.calls].count("allocate") == 3, "another stream may still be reading what this did"
    device.release()
    device.allocate(10_000)
    assert [name for name, _ in fake.calls].count("allocate") == 4


def test_what_is_kept_is_given_back_where_memory_is_short(cuda):
    fake = cuda()
    device = NumbaDevice()
    device.allocate(1 << 20)
    make, full = fake.device_array, [1]

    def only_when_empty(size: int, dtype: Any) -> Any:
        if full:
            full.pop()
            raise CudaAPIError(2, "CUDA_ERROR_OUT_OF_MEMORY")
        return make(size, dtype)

    fake.device_array = only_when_empty
    device.allocate(1 << 21)
    device.allocate(1 << 20)
    assert [size for name, size in fake.calls if name == "allocate"] == [1 << 20, 1 << 21, 1 << 20]


def test_the_gpu_of_memory_is_known(cuda):
    fake = cuda()
    device = NumbaDevice()
    fake.elsewhere[4096] = 3
    assert device.owner_of(4096) == 3
    assert device.owner_of(0) == 0


def test_what_is_released_is_freed_at_once(cuda):
    fake = cuda()
    device = NumbaDevice()
    device.release()
    assert fake.calls == [("free what is pending", 0)]


def test_streams_are_made_for_numba_once(cuda):
    fake = cuda()
    device = NumbaDevice()
    assert device.on(Stream(5))._queue is device.on(Stream(5)).on(Stream(5))._queue
    assert device.on(Stream(5)).on(DEFAULT_STREAM)._queue == 0
    del fake


def test_pinned_memory_is_known_whoever_made_it(cuda):
    fake = cuda()
    device = NumbaDevice()
    assert device.is_pinned(device.pin(100).bytes)
    theirs = fake.pinned_array(100, np.uint8)
    assert device.is_pinned(theirs[10:].reshape(9, 10))
    assert not device.is_pinned(np.zeros(100))


def test_devices_are_equal_where_they_are_the_same_gpu(cuda):
    cuda()
    device = NumbaDevice()
    assert device == device.fork()
    assert hash(device) == hash(device.on(Stream(5)))
    assert device != NumbaDevice()


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
    event = device.event()
    fake.fault = fault
    data = np.zeros(8, np.uint8)
    for work in (
        lambda: device.allocate(800),
        lambda: device.upload(memory, data),
        lambda: device.download(memory, data),
        lambda: device.launch(fake.kernel(), 1, 1),
        lambda: device.fork(),
        lambda: device.pin(8),
        lambda: device.clear(memory),
        lambda: device.event(),
        lambda: device.record(event),
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
        device.launch(fake.kernel(), 1, 1)
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
    device = NumbaDevice()
    device.allocate(8)
    entered.clear()
    thread = threading.Thread(target=device.release)
    thread.start()
    thread.join()
    assert len(entered) == 2, "the memory, and what is pending"
    assert threading.get_ident() not in entered


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
