"""What the device cannot do, the processor does: every call of the driver fails once, or from then on."""

import warnings
from dataclasses import dataclass

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.backends import cuda
from pixgrep.backends.reference import match
from pixgrep.bits import Bits
from pixgrep.compile import compile_program
from pixgrep.errors import DeviceError, PixgrepWarning
from pixgrep.expressions import to_queries
from pixgrep.gpu.device import Memory, get_device, lose_device, use_device
from pixgrep.gpu.faults import LostDeviceError, OutOfMemoryError
from pixgrep.model import PixelFormat
from tests.backends.cuda.check import picture, put
from tests.simt.gpu import EngineDevice
from tests.sources.test_device import Tensor

QUERIES = to_queries([(1, 2, 3), pg.near((1, 2, 3), 1, "rgb")])
PROGRAM = compile_program(QUERIES, PixelFormat("uint8", 3))


@dataclass
class Faults:
    """
    What goes wrong: call number `at`, and all after it where `forever` is set; and more than `most` bytes at once.

    Attributes
    ----------
    calls : int
        How many calls there were, on all streams.
    """

    error: Exception
    at: int
    forever: bool = False
    most: int = 1 << 40
    calls: int = 0


class FaultyDevice(EngineDevice):
    """A device with faults."""

    def __init__(self, error: Exception, at: int, forever: bool = False, most: int = 1 << 40) -> None:
        super().__init__(races=False)
        self.faults = Faults(error, at, forever, most)

    def fail_from(self, at: int, error: Exception) -> None:
        """Let call number `at` from now on fail, and all after it, on all streams."""
        self.faults.calls, self.faults.at, self.faults.error, self.faults.forever = 0, at, error, True

    def call(self) -> None:
        faults = self.faults
        faults.calls += 1
        if faults.calls == faults.at or (faults.forever and faults.calls > faults.at):
            if isinstance(faults.error, LostDeviceError):
                lose_device(faults.error)
            raise faults.error

    def allocate(self, size: int) -> Memory:
        if size > self.faults.most:
            raise OutOfMemoryError(f"no room for {size} bytes")
        return super().allocate(size)


@pytest.fixture(autouse=True)
def _bring_the_device_back(monkeypatch):
    monkeypatch.setattr(cuda, "LEAST_HALF", 256)
    kept = get_device()
    yield
    cuda._prepared.cache_clear()
    use_device(kept)


def search(device, pixels, into=None):
    """Search on a device; return the answer and what was warned of."""
    use_device(device)
    cuda._prepared.cache_clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = cuda.match(pixels, PROGRAM, into)
    assert all(warning.category is PixgrepWarning for warning in caught)
    return found, [str(warning.message) for warning in caught]


def assert_right(found, pixels):
    expected = match(pixels, PROGRAM)
    np.testing.assert_array_equal(found.counts(), expected.counts())
    np.testing.assert_array_equal(found.host.words, expected.words)
    np.testing.assert_array_equal(found.host.union, expected.union)


def calls_of_a_good_search(pixels, into):
    device = FaultyDevice(RuntimeError(), at=0)
    search(device, pixels, into)
    return device.faults.calls


@pytest.mark.parametrize("has_room", [False, True])
@pytest.mark.parametrize("error", [OutOfMemoryError("full"), LostDeviceError("the GPU failed: gone")])
@pytest.mark.parametrize("forever", [False, True])
def test_whichever_call_fails_the_answer_is_right(has_room, error, forever):
    pixels = picture(1500, 0.3)
    room = Bits.empty(2, pixels.shape[:2]) if has_room else None
    total = calls_of_a_good_search(pixels, room)
    assert total >= 8
    for at in range(1, total + 1):
        if room is not None:
            room.words[:] = room.union[:] = 2**64 - 1
        found, warned = search(FaultyDevice(error, at, forever), pixels, room)
        assert_right(found, pixels)
        is_lost = isinstance(error, LostDeviceError)
        assert len(warned) >= (is_lost or forever), at
        assert all("processor" in text for text in warned)


def test_a_picture_that_does_not_fit_is_halved_until_it_does():
    pixels = picture(5000, 0.3)
    device = FaultyDevice(RuntimeError(), at=0, most=2**21)
    use_device(device)
    device.faults.most = 2000 * 3
    table_free = compile_program(to_queries([(1, 2, 3), (3, 2, 1)]), PixelFormat("uint8", 3))
    found = cuda.match(pixels, table_free)
    expected = match(pixels, table_free)
    np.testing.assert_array_equal(found.host.words, expected.words)
    np.testing.assert_array_equal(found.host.union, expected.union)
    assert sum(name.startswith("match") for name in device.launches) == 4, "of 1216, 1280, 1216 and 1288 pixels"


@pytest.mark.parametrize("error", [OutOfMemoryError("full"), LostDeviceError("gone")])
def test_memory_of_programs_is_let_go_when_there_is_none_or_no_device(error):
    pixels = picture(600, 0.3)
    search(FaultyDevice(error, at=calls_of_a_good_search(pixels, None)), pixels)
    programs = cuda._prepared.cache_info()
    if isinstance(error, OutOfMemoryError):  # made anew for the first half, used again for the second
        assert (programs.misses, programs.hits) == (1, 1)
    else:
        assert programs.currsize == 0


def test_a_lost_device_is_not_used_for_the_next_picture():
    pixels = picture(600, 0.3)
    device = FaultyDevice(LostDeviceError("gone"), at=3)
    search(device, pixels)
    calls = device.faults.calls
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert_right(cuda.match(pixels, PROGRAM), pixels)
    assert device.faults.calls == calls


def test_a_picture_on_a_lost_device_is_lost_with_it():
    device = FaultyDevice(RuntimeError(), at=0)
    pixels = put(device, picture(600, 0.3))
    device.fail_from(2, LostDeviceError("the GPU failed: gone"))
    use_device(device)
    with pytest.raises(DeviceError, match="gone"):
        cuda.match(pixels, PROGRAM)


def test_a_picture_on_a_full_device_is_searched_by_the_processor():
    device = FaultyDevice(RuntimeError(), at=0)
    pixels = picture(600, 0.3)
    there = put(device, pixels)
    device.faults.most = 0
    found, warned = search(device, there)
    assert_right(found, pixels)
    assert warned
    assert all("not enough memory" in text for text in warned)


@pytest.mark.parametrize("attribute", ["xy", "mask", "masks", "colors"])
def test_an_array_that_does_not_fit_is_still_to_be_had_on_the_host(attribute):
    device = FaultyDevice(RuntimeError(), at=0)
    pixels = picture(600, 0.3)
    use_device(device)
    hits = pg.find(Tensor(pixels), (1, 2, 3))
    device.faults.most = 0
    with pytest.raises(DeviceError, match=r"not enough memory.*`host`"):
        getattr(hits, attribute)
    np.testing.assert_array_equal(getattr(hits.host, attribute), getattr(pg.find(pixels, (1, 2, 3)), attribute))


def test_a_mistake_of_ours_is_not_hidden():
    with pytest.raises(KeyError):
        search(FaultyDevice(KeyError("ours"), at=2), picture(100, 0.3))


def test_formulas_are_for_the_processor():
    device = EngineDevice()
    use_device(device)
    pixels = picture(300, 0.3, 3, "uint16")
    program = compile_program(QUERIES, PixelFormat("uint16", 3))
    assert any(term.formula for term in program.terms)
    np.testing.assert_array_equal(cuda.match(pixels, program).host.words, match(pixels, program).words)
    assert device.launches == []


def test_a_folder_goes_on_when_the_device_is_lost(tmp_path):
    from PIL import Image

    for number in range(3):
        Image.fromarray(picture(640, 0.2)).save(tmp_path / f"{number}.png")
    expected = [len(result) for result in pg.scan(tmp_path, (1, 2, 3), backend="cpu") if isinstance(result, pg.Matches)]
    use_device(FaultyDevice(LostDeviceError("gone"), at=12, forever=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [len(result) for result in pg.scan(tmp_path, (1, 2, 3), backend="cuda", threads=1)]  # type: ignore[arg-type]
    assert found == expected
