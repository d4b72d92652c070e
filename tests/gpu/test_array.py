"""Arrays on the device, as other libraries take them."""

import ctypes
import gc
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pixgrep.gpu import dlpack
from pixgrep.gpu.array import DeviceArray
from pixgrep.gpu.device import get_device
from tests.simt import OutOfBounds

ROOT = Path(__file__).parents[2]
DTYPES = [np.int32, np.int64, np.bool_]


def make(data: np.ndarray) -> DeviceArray:
    device = get_device()
    memory = device.allocate(data.nbytes)
    device.upload(memory, data)
    return DeviceArray(device, memory, data.shape, data.dtype)


@pytest.mark.parametrize("dtype", DTYPES)
def test_it_comes_to_the_host_whole(dtype):
    data = np.arange(12).reshape(6, 2).astype(dtype)
    array = make(data)
    np.testing.assert_array_equal(array.to_host(), data)
    np.testing.assert_array_equal(np.asarray(array), data)
    assert np.asarray(array, dtype=float).dtype == float
    assert (array.shape, array.dtype, array.ndim, array.size, len(array)) == ((6, 2), data.dtype, 2, 12, 6)
    assert str(data.dtype) in repr(array)
    with pytest.raises(ValueError, match="without a copy"):
        np.asarray(array, copy=False)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_cuda_array_interface_says_what_it_is(dtype):
    array = make(np.zeros((3, 2), dtype))
    interface = array.__cuda_array_interface__
    assert interface["shape"] == (3, 2)
    assert np.dtype(interface["typestr"]) == dtype
    assert interface["data"] == (array.address, False)
    assert (interface["strides"], interface["stream"], interface["version"]) == (None, None, 3)
    assert make(np.zeros((0, 2), dtype)).__cuda_array_interface__["data"][0] == 0


def tensor_of(capsule, name=b"dltensor"):
    pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
        ("PyCapsule_GetPointer", ctypes.pythonapi)
    )
    return dlpack.Tensor.from_address(pointer(capsule, name))


@pytest.mark.parametrize(("dtype", "code", "bits"), [(np.int32, 0, 32), (np.int64, 0, 64), (np.bool_, 6, 8)])
def test_a_dlpack_capsule_holds_its_tensor(dtype, code, bits):
    array = make(np.zeros((5, 2), dtype))
    capsule = array.__dlpack__(stream=1, max_version=(1, 0))
    tensor = tensor_of(capsule)
    assert (tensor.data, tensor.device_type, tensor.device_id) == (array.address, 2, 0)
    assert (tensor.ndim, tensor.shape[0], tensor.shape[1]) == (2, 5, 2)
    assert (tensor.code, tensor.bits, tensor.lanes, tensor.byte_offset) == (code, bits, 1, 0)
    assert not tensor.strides
    assert array.__dlpack_device__() == (2, 0)


def test_an_unused_capsule_is_let_go_of_at_the_next_one():
    device = get_device()
    array = make(np.zeros(3, np.int32))
    address = array.address
    first = array.__dlpack__()
    second = make(np.zeros(3, np.int32)).__dlpack__()
    assert tensor_of(first).data == address, "held, so it is kept"
    before = len(dlpack._lent)
    del first, array
    third = make(np.zeros(3, np.int32)).__dlpack__()
    assert len(dlpack._lent) == before, "one less, and one more"
    device.allocate(1)
    with pytest.raises(OutOfBounds):
        device.engine.memory.read(address, 12)  # type: ignore[attr-defined]
    del second, third


def test_a_consumer_that_refuses_leaves_its_own_error():
    with pytest.raises(BufferError, match="to_host"):
        np.from_dlpack(make(np.zeros(3, np.int32)), device="cpu")
    with pytest.raises((BufferError, RuntimeError)):
        np.from_dlpack(make(np.zeros(3, np.int32)))


def test_tensors_that_outlive_python_call_nobody():
    code = """
import numpy as np
from pixgrep.gpu import dlpack
from pixgrep.gpu.array import DeviceArray
from pixgrep.gpu.device import get_device, use_device
from tests.simt.gpu import EngineDevice
device = EngineDevice()
capsule = DeviceArray(device, device.allocate(12), (3,), np.int32).__dlpack__()
tensor = next(iter(dlpack._lent.values()))[0]
dlpack._never_call_back()
print(bool(tensor.deleter))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr


def test_it_is_not_pickled():
    with pytest.raises(TypeError, match="to_host"):
        pickle.dumps(make(np.zeros(3, np.int32)))


def test_the_array_lives_as_long_as_its_capsule():
    device = get_device()
    array = make(np.arange(3, dtype=np.int32))
    address, capsule = array.address, array.__dlpack__()
    del array
    gc.collect()
    kept = device.allocate(1)  # what nobody holds is freed before anything else is taken
    assert device.engine.memory.read(address, 12).view(np.int32).tolist() == [0, 1, 2]  # type: ignore[attr-defined]
    del capsule, kept


def test_a_consumer_lets_go_of_the_array_when_it_is_done():
    """What every consumer does: it renames the capsule, keeps the tensor, and calls its deleter in the end."""
    capsule = make(np.zeros(3, np.int32)).__dlpack__()
    tensor = tensor_of(capsule)
    rename = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_char_p)(("PyCapsule_SetName", ctypes.pythonapi))
    assert rename(capsule, b"used_dltensor") == 0
    del capsule
    gc.collect()
    assert ctypes.addressof(tensor) in dlpack._lent, "nobody has the capsule, the consumer still has the tensor"
    make(np.zeros(3, np.int32)).__dlpack__()
    assert ctypes.addressof(tensor) in dlpack._lent
    tensor.deleter(ctypes.byref(tensor))
    assert ctypes.addressof(tensor) not in dlpack._lent


@pytest.mark.parametrize("options", [{"copy": True}, {"dl_device": (1, 0)}])
def test_a_copy_or_another_device_is_refused(options):
    with pytest.raises(BufferError, match="to_host"):
        make(np.zeros(3, np.int32)).__dlpack__(**options)
