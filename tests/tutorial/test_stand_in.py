"""The stand-in has the habits of Numba that readers rely on, and none of the mercy."""

import inspect
import sys

import numpy as np
import pytest

pytest.importorskip("numba_cuda")

import numba

from tests.simt import OutOfBounds, Race, Uninitialised
from tests.tutorial.stand_in import stand_in
from tests.tutorial.stand_in.arrays import DeviceArray
from tests.tutorial.stand_in.host import Host


@pytest.fixture
def cuda():
    with stand_in():
        from numba import cuda

        yield cuda


@pytest.fixture
def add(cuda):
    @cuda.jit
    def add(array, number):
        place = cuda.grid(1)
        if place < array.size:
            array[place] += number

    return add


def test_it_is_imported_as_numba_cuda_and_goes_away_again():
    before = numba.cuda
    with stand_in():
        from numba.cuda.extending import intrinsic

        assert not numba.cuda.is_available()
        assert intrinsic is not before.extending.intrinsic
        assert sys.modules["numba.cuda"] is numba.cuda is not before
    assert sys.modules["numba.cuda"] is numba.cuda is before


def test_its_names_are_those_of_numba():
    with stand_in():
        ours = numba.cuda
    pairs = [(getattr(ours, name), getattr(numba.cuda, name)) for name in Host.NAMES if name != "jit"]
    real = numba.cuda.cudadrv.devicearray.DeviceNDArray
    pairs += [(getattr(DeviceArray, name), getattr(real, name)) for name in ("copy_to_host", "copy_to_device", "view")]
    for mine, theirs in pairs:
        known = list(inspect.signature(mine).parameters)
        assert known == list(inspect.signature(theirs).parameters)[: len(known)], mine


def test_arrays_of_the_host_go_there_and_come_back(add):
    array = np.arange(5, dtype=np.uint8)
    add[1, 8](array, 255)
    assert array.tolist() == [255, 0, 1, 2, 3]


def test_arrays_of_the_device_are_parts_and_views_of_the_same_memory(cuda, add):
    there = cuda.to_device(np.zeros((4, 2), np.uint32))
    part = there[1:3].reshape(4)
    add[1, 4](part, 7)
    assert there.copy_to_host().tolist() == [[0, 0], [7, 7], [7, 7], [0, 0]]
    assert there.view(np.uint8).shape == (4, 8)
    assert (len(part), part.dtype, part.nbytes) == (4, np.uint32, 16)
    assert np.array_equal(there.view(np.uint8).copy_to_host(), there.copy_to_host().view(np.uint8))


def test_what_does_not_fit_is_refused(cuda):
    there = cuda.device_array(4, np.int32)
    for wrong in (np.zeros(5, np.int32), np.zeros(4, np.int64)):
        with pytest.raises(ValueError, match="does not fit"):
            there.copy_to_device(wrong)
        with pytest.raises(ValueError, match="does not fit"):
            there.copy_to_host(wrong)
    with pytest.raises(ValueError, match="non-contiguous"):
        cuda.to_device(np.zeros((4, 4))[:, :2])
    with pytest.raises(NotImplementedError, match="signatures"):
        cuda.jit("void(int32[:])")
    with pytest.raises(TypeError, match="takes a"):
        cuda.jit(lambda a: None)[1, 1](there, there)


def test_each_access_is_checked(cuda, add):
    with pytest.raises(Uninitialised, match=r"nobody has written array\[\d\]"):
        add[1, 4](cuda.device_array(4, np.int32), 1)

    @cuda.jit
    def write(array):
        array[cuda.grid(1) // cuda.blockDim.x] = 1

    with pytest.raises(Race, match=r"race at array\[0\]: written here, written by"):
        write[1, 2](cuda.device_array(4, np.int32))
    with pytest.raises(OutOfBounds, match=r"array\[4\] has shape \(4,\)"):
        write[5, 1](cuda.device_array(4, np.int32))


def test_launches_are_ordered(cuda, add):
    there = cuda.to_device(np.zeros(4, np.int32))
    for _ in range(3):
        add[4, 1](there, 1)
    assert there.copy_to_host().tolist() == [3] * 4


def test_numbers_are_computed_with_64_bits_as_compiled_code_does(cuda):
    @cuda.jit
    def shift(array, out):
        out[0] = array[0] << 16 | array[1]

    out = np.zeros(1, np.uint32)
    shift[1, 1](np.array([255, 1], np.uint8), out)
    assert out[0] == 255 << 16 | 1


def test_work_on_a_stream_is_done_when_somebody_waits(cuda, add):
    stream, there = cuda.stream(), cuda.to_device(np.zeros(4, np.int32))
    pinned = cuda.pinned_array(4, np.int32)
    pinned[:] = 0
    add[1, 4, stream](there, 5)
    there.copy_to_host(pinned, stream)
    assert pinned.tolist() == [0] * 4
    stream.synchronize()
    assert pinned.tolist() == [5] * 4


@pytest.mark.parametrize("wait", ["synchronize", "default stream", "ordinary memory"])
def test_these_wait_too(cuda, add, wait):
    stream, there = cuda.stream(), cuda.to_device(np.zeros(4, np.int32))
    add[1, 4, stream](there, 5)
    if wait == "synchronize":
        cuda.synchronize()
    result = there.copy_to_host(stream=stream if wait == "ordinary memory" else 0)
    assert result.tolist() == [5] * 4


def test_pinned_memory_is_read_late_and_ordinary_memory_at_once(cuda):
    stream, there = cuda.stream(), cuda.device_array(2, np.int32)
    for make, expected in ((np.empty, 1), (cuda.pinned_array, 2)):
        source = make(2, np.int32)
        source[:] = 1
        there.copy_to_device(source, stream)
        source[:] = 2
        stream.synchronize()
        assert there.copy_to_host().tolist() == [expected] * 2


def test_an_event_is_passed_when_all_before_it_is_done_and_nothing_more(cuda, add):
    stream, event, there = cuda.stream(), cuda.event(), cuda.to_device(np.zeros(4, np.int32))
    pinned = cuda.pinned_array(4, np.int32)
    pinned[:] = 0
    add[1, 4, stream](there, 1)
    event.record(stream)
    there.copy_to_host(pinned, stream)
    assert not event.query()
    event.synchronize()
    assert event.query()
    assert pinned.tolist() == [0] * 4


def test_a_stream_waits_for_an_event_of_another(cuda, add):
    first, second, event = cuda.stream(), cuda.stream(), cuda.event()
    there, pinned = cuda.to_device(np.zeros(4, np.int32)), cuda.pinned_array(4, np.int32)
    add[1, 4, first](there, 1)
    event.record(first)
    event.wait(second)
    there.copy_to_host(pinned, second)
    second.synchronize()
    assert pinned.tolist() == [1] * 4


def test_an_intrinsic_that_it_does_not_know_is_refused():
    with stand_in():
        from numba.cuda.extending import intrinsic

        with pytest.raises(NotImplementedError, match="load_four and no other: not store_four"):

            @intrinsic
            def store_four(typing_context, words, number):
                pass
