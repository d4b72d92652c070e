"""Libraries with arrays on GPUs, as far as pixgrep knows them: made of Python, on the device of the tests."""

import ctypes
import sys
import threading
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.components import Rule
from pixgrep.errors import DeviceError, PictureError
from pixgrep.gpu import dlpack, driver
from pixgrep.gpu.array import DeviceArray
from pixgrep.gpu.device import get_device, use_device
from pixgrep.gpu.dlpack import to_capsule
from pixgrep.gpu.libraries import LIBRARIES, library_of, to_host
from tests.backends.cuda.check import picture
from tests.gpu.fake_libraries import Array, Streams, fake_cupy, fake_torch
from tests.simt.gpu import EngineDevice
from tests.sources.test_device import Tensor, fresh

BASE = fresh(picture(640, 0.3, 3))
COLORS = [(1, 2, 3), (3, 2, 1)]
EXPECTED = pg.find(BASE, COLORS, backend="numpy")


FAKES = {"torch": fake_torch, "cupy": fake_cupy}


@pytest.fixture
def device():
    kept, made = get_device(), EngineDevice(races=False)
    use_device(made)
    yield made
    use_device(kept)


@pytest.mark.parametrize("later", [0, 2, 5, 77])
@pytest.mark.parametrize("handle", [0, 1, 77])
@pytest.mark.parametrize("name", FAKES)
def test_the_answer_is_of_the_caller_s_library_and_on_the_caller_s_stream(device, monkeypatch, name, handle, later):
    made: list[Any] = []
    streams = Streams(handle)
    library = FAKES[name](streams, made)
    monkeypatch.setitem(sys.modules, name, library)
    kind = library.Tensor if name == "torch" else library.ndarray
    tensor = kind(BASE)
    pg.find(tensor, COLORS)  # brings the program there
    made.clear()
    device.log.clear()
    hits = pg.find(tensor, COLORS)
    assert [what for _, what in device.log if what.startswith("wait")] == [], "nothing is waited for"
    streams.handle = later  # the caller goes on with another stream, and reads the answer there
    mask, answers = hits.mask, {"xy": hits.xy, "colors": hits.colors, "masks": hits.masks}
    assert [stream for stream, *_ in made] == [later] * 4, "memory belongs to the stream on which it will be read"
    for what, array in {"mask": mask, **answers}.items():
        assert type(array) is kind
        np.testing.assert_array_equal(to_host(array), getattr(EXPECTED, what))
    assert {stream for stream, _ in device.log} <= {max(handle, 1), later if later > 2 else 1, 1}
    assert hits.counts.tolist() == EXPECTED.counts.tolist()


@pytest.mark.parametrize("is_pooled", [False, True])
@pytest.mark.parametrize("name", FAKES)
def test_labels_are_of_the_caller_s_library_and_on_the_caller_s_stream(monkeypatch, name, is_pooled):
    kept, device = get_device(), EngineDevice(races=False, is_pooled=is_pooled)
    use_device(device)
    try:
        made: list[Any] = []
        streams = Streams(77)
        library = FAKES[name](streams, made)
        monkeypatch.setitem(sys.modules, name, library)
        kind, expected = library.Tensor if name == "torch" else library.ndarray, EXPECTED.bits.host
        bits = pg.find(kind(BASE), COLORS).bits
        made.clear()
        streams.handle = 5
        np.testing.assert_array_equal(bits.components(None, Rule(4)), expected.components(None, Rule(4)))
        labels = [1 + np.arange(len(expected.components(color, Rule(4)))) for color in (0, 1)]
        drawn = bits.label_map(Rule(4), labels)
        assert type(drawn) is kind
        assert [stream for stream, *_ in made] == [5]
        np.testing.assert_array_equal(to_host(drawn), expected.label_map(Rule(4), labels))
    finally:
        use_device(kept)


def test_programs_that_are_dropped_are_not_overwritten_while_a_stream_reads_them(monkeypatch):
    kept, device = get_device(), EngineDevice(races=False, is_pooled=True)
    use_device(device)
    try:
        library = fake_torch(Streams(77), [])
        monkeypatch.setitem(sys.modules, "torch", library)
        tensor = library.Tensor(BASE)
        asked = [[(1, 2, 3 + number), (3, 2, 1)] for number in range(9)]  # more than are kept
        hits = [pg.find(tensor, colors) for colors in asked]
        for found, colors in zip(hits, asked, strict=True):
            assert found.counts.tolist() == pg.find(BASE, colors, backend="numpy").counts.tolist()
    finally:
        use_device(kept)


class OutOfMemoryError(RuntimeError):
    """As PyTorch and CuPy call theirs."""


@pytest.mark.parametrize("times", [1, 2])
def test_where_the_library_has_no_memory_ours_is_given_back_first(device, monkeypatch, times):
    library = fake_torch(Streams(0), [])
    monkeypatch.setitem(sys.modules, "torch", library)
    released: list[int] = []
    hits, empty = pg.find(library.Tensor(BASE), COLORS), library.empty

    def full(*arguments: Any, **options: Any) -> Any:
        if len(released) < times:
            raise OutOfMemoryError("Tried to allocate 2 GiB")
        return empty(*arguments, **options)

    library.empty = full
    monkeypatch.setattr(EngineDevice, "release", lambda self: released.append(1))
    if times == 1:
        np.testing.assert_array_equal(to_host(hits.mask), EXPECTED.mask)
    else:
        with pytest.raises(DeviceError, match=r"not enough memory.*2 GiB.*`host`"):
            _ = hits.mask


def test_a_gpu_that_nobody_uses_is_not_opened_to_release_it(monkeypatch):
    kept = get_device()
    use_device(None)
    monkeypatch.setattr(driver, "NumbaDevice", lambda: pytest.fail("it was opened"))
    try:
        with pg.compile("red") as search:
            search.count(BASE)
    finally:
        use_device(kept)


@pytest.mark.parametrize("name", FAKES)
def test_frames_of_a_library_take_no_memory_and_wait_for_nothing_but_the_count(monkeypatch, name):
    kept, device = get_device(), EngineDevice(races=False, is_pooled=True)
    use_device(device)
    try:
        made: list[Any] = []
        library = FAKES[name](Streams(9), made)
        monkeypatch.setitem(sys.modules, name, library)
        tensor = (library.Tensor if name == "torch" else library.ndarray)(BASE)
        for _ in range(2):  # the last answer is let go of when the next is there
            hits = pg.find(tensor, COLORS)
            assert len(hits.mask) == len(BASE)
        device.made.clear()
        device.log.clear()
        for _ in range(3):
            hits = pg.find(tensor, COLORS)
            assert hits.mask is not None
            assert not any("wait" in what or what == "download" for _, what in device.log)
            assert hits.counts.tolist() == EXPECTED.counts.tolist()
            device.log.clear()
        assert device.made == []
    finally:
        use_device(kept)


def test_labels_are_of_the_library_too(device, monkeypatch):
    library = fake_torch(Streams(0), [])
    monkeypatch.setitem(sys.modules, "torch", library)
    labels = pg.label(library.Tensor(BASE), {"one": "#010203", "two": "#030201"}).ids
    assert type(labels) is library.Tensor
    get_device().wait()
    expected = pg.label(BASE, {"one": "#010203", "two": "#030201"}, backend="numpy").ids
    np.testing.assert_array_equal(to_host(labels), expected)
    found = pg.label(library.Tensor(BASE), {"one": "#010203", "two": "#030201"})
    np.testing.assert_array_equal(found.host.ids, expected)


def test_an_array_of_jax_is_waited_for_and_the_answer_is_one(device, monkeypatch):
    class JaxArray(Array):
        blocked = 0

        def block_until_ready(self) -> None:
            JaxArray.blocked += 1

    taken: list[DeviceArray] = []
    library = SimpleNamespace(Array=JaxArray, dlpack=SimpleNamespace(from_dlpack=lambda array: taken.append(array)))
    monkeypatch.setitem(sys.modules, "jax", library)
    hits = pg.find(JaxArray(BASE), COLORS)
    assert JaxArray.blocked == 1
    assert device.queue == [], "JAX does not know that the picture is being read"
    assert hits.xy is None
    assert device.queue == [], "it is told of no stream"
    np.testing.assert_array_equal(taken[0].to_host(), EXPECTED.xy)


def test_an_array_of_numba_is_searched_on_its_stream(device, monkeypatch):
    class NumbaArray(Array):
        stream: Any = 0

    handed: list[Any] = []
    module = SimpleNamespace(DeviceNDArray=NumbaArray)
    monkeypatch.setitem(sys.modules, "numba.cuda.cudadrv.devicearray", module)
    monkeypatch.setitem(
        sys.modules, "numba.cuda", SimpleNamespace(as_cuda_array=lambda array, sync: handed.append(array))
    )
    array = NumbaArray(BASE)
    assert LIBRARIES["numba"].stream_of(array, device).handle == 1
    array.stream = 55
    hits = pg.find(array, COLORS)
    assert {handle for handle, _ in device.log} >= {55}
    assert hits.xy is None
    np.testing.assert_array_equal(handed[0].to_host(), EXPECTED.xy)


class ByDLPack:
    """An array that knows nothing but DLPack."""

    def __init__(self, array: np.ndarray, device: tuple[int, int] = (2, 0)) -> None:
        self.tensor, self.array, self.where = Tensor(fresh(array)), array, device
        self.asked: list[int] = []

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.where

    def __dlpack__(self, *, stream: int) -> Any:
        self.asked.append(stream)
        address = self.tensor.memory.address
        return to_capsule(address, self.where, self.array.shape, self.array.dtype, self.tensor)


def test_an_array_that_has_only_dlpack_is_searched(device):
    array = ByDLPack(BASE)
    hits = pg.find(array, COLORS)
    np.testing.assert_array_equal(np.asarray(hits.xy), EXPECTED.xy)
    assert array.asked == [1]
    device.elsewhere[array.tensor.memory.address] = 3
    with pytest.raises(PictureError, match="on GPU 3"):
        pg.find(array, COLORS)


@pytest.mark.parametrize("bits", [24, 48, 7])
def test_a_capsule_of_elements_that_numpy_has_not_is_left_to_its_maker(bits):
    given_back: list[int] = []
    deleter = dlpack._Deleter(lambda _: given_back.append(1))
    shape = (ctypes.c_int64 * 2)(3, 4)
    tensor = dlpack.Tensor(4096, 2, 0, 2, 1, bits, 1, shape, None, 0, None, deleter)
    capsule = dlpack._new_capsule(ctypes.addressof(tensor), dlpack.UNUSED, None)
    with pytest.raises(ValueError, match=f"{bits} bits"):
        dlpack.take_capsule(capsule)
    assert dlpack._is_named(capsule, dlpack.UNUSED)


def test_capsules_are_made_by_many_threads():
    """Whatever another thread, or garbage that is collected, takes away meanwhile."""
    stop, failed = perf_counter() + 0.5, []

    def work() -> None:
        try:
            while perf_counter() < stop:
                capsules = [to_capsule(4096, (2, 0), (3,), np.dtype(np.int32), object()) for _ in range(5)]
                del capsules
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_whose_array_it_is_says_its_type(monkeypatch):
    assert library_of(BASE) == ""
    library = fake_cupy(Streams(0), [])
    monkeypatch.setitem(sys.modules, "cupy", library)
    assert library_of(library.ndarray(BASE)) == "cupy"
    assert library_of(type("Mine", (library.ndarray,), {})(BASE)) == "cupy", "of a class made of it, too"
