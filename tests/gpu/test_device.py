"""The one device of the process: opened, lost, never tried again; and pictures copied from it."""

import gc
import weakref

import numpy as np
import pytest

from pixgrep.errors import DeviceError, MissingExtraError
from pixgrep.gpu import device as room
from pixgrep.gpu import driver
from pixgrep.gpu.device import copy_to_host, get_device
from pixgrep.gpu.driver import NumbaDevice
from pixgrep.gpu.faults import LostDeviceError
from pixgrep.model import DevicePixels
from tests.gpu.fake_cuda import CudaAPIError


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
