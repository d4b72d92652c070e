"""Pictures of the host on their way through the device: in which order, with what memory, and what is waited for."""

import gc
import threading
import warnings
import weakref
from typing import Any

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.backends import cuda
from pixgrep.backends.cuda import pipeline
from pixgrep.backends.cuda.blocks import BLOCK_PIXELS
from pixgrep.backends.reference import match
from pixgrep.bits import Bits
from pixgrep.compile import compile_program
from pixgrep.expressions import to_queries
from pixgrep.gpu.device import Memory, get_device, use_device
from pixgrep.gpu.faults import OutOfMemoryError
from pixgrep.model import PixelFormat, Program
from tests.backends.cuda.check import picture
from tests.simt.gpu import EngineDevice

COLORS = [(1, 2, 3), (3, 2, 1)]
BANDS = 5
PIXELS = (BANDS - 1) * BLOCK_PIXELS + 300


def program(channels: int = 3, dtype: str = "uint8", colors: int = 2) -> Program:
    return compile_program(to_queries(COLORS[:colors]), PixelFormat(dtype, channels))


@pytest.fixture(autouse=True)
def _small_bands(monkeypatch):
    monkeypatch.setattr(pipeline, "BAND_BYTES", 1)  # a block each
    kept = get_device()
    yield
    use_device(kept)
    cuda.release()


@pytest.fixture
def device():
    made = EngineDevice(is_pooled=True, races=False)
    use_device(made)
    return made


def search(pixels: np.ndarray, has_room: bool = True, colors: int = 2) -> Bits:
    """Search, hold the answer against `reference`, and return it."""
    asked = program(pixels.shape[2], str(pixels.dtype), colors)
    into = Bits.empty(colors, pixels.shape[:2]) if has_room else None
    if into is not None:
        into.words[:] = into.union[:] = 2**64 - 1
    found, expected = cuda.match(pixels, asked, into), match(pixels, asked)
    np.testing.assert_array_equal(found.counts(), expected.counts())
    assert found.total() == expected.total()
    np.testing.assert_array_equal(found.host.words, expected.words)
    np.testing.assert_array_equal(found.host.union, expected.union)
    return found.host


@pytest.mark.parametrize("has_room", [True, False])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_bands_give_the_answer_of_the_whole(device, channels, has_room):
    search(picture(PIXELS, 0.3, channels), has_room)
    assert len(device.launches) == BANDS


@pytest.mark.parametrize("dtype", ["uint16", "float32", "float64"])
def test_deep_pictures_go_the_same_way(device, dtype):
    search(picture(2 * BLOCK_PIXELS + 77, 0.3, 3, dtype))
    assert device.launches.count("match_pixels") == 3


@pytest.mark.parametrize("count", [0, 1, 63, BLOCK_PIXELS - 1, BLOCK_PIXELS, BLOCK_PIXELS + 1])
def test_odd_sizes(device, count):
    search(picture(count, 0.3) if count else np.zeros((0, 7, 3), np.uint8))


def test_the_next_band_is_on_its_way_while_one_is_searched(device):
    """Nothing of band k is waited for before bands k + 1 and k + 2 were begun; each stream has its own order."""
    search(picture(PIXELS, 0.3))  # the program is there
    device.log.clear()
    search(picture(PIXELS, 0.3))
    copying, searching = (pipe := cuda.pipeline._idle[device][0])._copying, pipe._searching
    names = {copying.stream.handle: "copying", searching.stream.handle: "searching"}
    events = [(names[handle], what) for handle, what in device.log if handle in names]
    follow = f"follow {copying.stream.handle}"
    band = [
        *(("copying", "upload"), ("copying", "record"), ("searching", follow), ("searching", "match_exact")),
        *[("searching", "download")] * 3,
        ("searching", "record"),
    ]
    wait = ("searching", "wait for an event")
    assert events[0] == ("searching", "clear")
    expected = band * 3 + [wait, *band] * 2 + [wait] * 3 + [("copying", "wait"), ("searching", "wait")]
    assert events[1 : 1 + len(expected)] == expected


def test_counting_brings_nothing_back_but_the_totals(device):
    asked = program()
    cuda.match(picture(PIXELS, 0.3), asked)
    device.log.clear()
    cuda.match(picture(PIXELS, 0.3), asked)
    assert sum(what == "download" for _, what in device.log) == 1


@pytest.mark.parametrize("has_room", [True, False])
@pytest.mark.parametrize("colors", [1, 2])
def test_frames_in_a_loop_take_no_memory(device, has_room, colors):
    frames = [picture(PIXELS, density) for density in (0, 0.1, 0.9, 1)]
    search(frames[1], has_room, colors)
    device.made.clear()
    for frame in frames:
        search(frame, has_room, colors)
    assert device.made == []


def test_frames_of_the_interface_take_no_memory(device):
    frames = [picture(PIXELS, density) for density in (0.2, 0, 0.9, 1)]
    with pg.compile(COLORS, backend="cuda") as search:
        search.find(frames[0]), search.count(frames[0])
        device.made.clear()
        for frame in frames:
            expected = pg.find(frame, COLORS, backend="numpy")
            assert search.count(frame).counts == tuple(expected.counts)
            np.testing.assert_array_equal(search.find(frame).xy, expected.xy)
        assert device.made == []
    assert pipeline._idle == {}
    search.count(frames[0])
    assert device.made, "all was given back"


def test_a_pinned_picture_is_not_copied_by_the_processor(device):
    pixels = picture(PIXELS, 0.3)
    device.pinned.append(pixels)
    search(pixels, has_room=False)
    assert not any(name == "pinned" for name, _ in device.made)


def test_threads_have_streams_of_their_own(device):
    frames = [picture(PIXELS, density) for density in (0.2, 0.5, 0.8)]
    failed: list[BaseException] = []

    def work(frame: np.ndarray) -> None:
        try:
            search(frame)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(frame,)) for frame in frames]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert sum(name == "stream" for name, _ in device.made) <= 2 * len(frames)


def test_what_did_not_fit_is_let_go_of_before_the_halves_are_searched(monkeypatch):
    monkeypatch.setattr(cuda, "LEAST_HALF", 64)
    device = EngineDevice(races=False)
    use_device(device)
    pixels, taken = picture(2 * BLOCK_PIXELS, 0.3), []
    allocate, alive = EngineDevice._make_memory, weakref.WeakSet[Any]()

    def limited(self: EngineDevice, size: int) -> Memory:
        used = sum(owner.size for owner in alive)
        taken.append(size)
        if used + size > 4 * pixels.nbytes // 5:
            raise OutOfMemoryError(f"no room for {size} bytes beside {used}")
        memory = allocate(self, size)
        memory.owner.size = size
        alive.add(memory.owner)
        return memory

    monkeypatch.setattr(EngineDevice, "_make_memory", limited)
    monkeypatch.setattr(pipeline, "BAND_BYTES", 1 << 30)
    assert not alive
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the processor is not needed
        search(pixels)
    assert device.launches == ["match_exact"] * 2


FORGOTTEN = {
    "that a band is there": (EngineDevice, "follow", lambda self, event: None),
    "that a band was searched": (pipeline._Passage, "_finish", lambda self, slot: None),
}


@pytest.mark.parametrize("name", FORGOTTEN)
def test_whoever_forgets_to_wait_is_found_out(device, monkeypatch, name):
    monkeypatch.setattr(*FORGOTTEN[name])
    with pytest.raises(Exception):  # noqa: B017, PT011  # memory that nobody wrote, or a wrong answer
        search(picture(PIXELS, 0.3))


def test_a_band_that_is_overwritten_too_early_is_found_out(device, monkeypatch):
    finish = pipeline._Passage._finish

    def too_late(self: pipeline._Passage, slot: pipeline._Slot) -> None:
        if slot.end_word * 64 > PIXELS - BLOCK_PIXELS:
            finish(self, slot)

    monkeypatch.setattr(pipeline._Passage, "_finish", too_late)
    with pytest.raises(AssertionError):
        search(picture(PIXELS, 0.3))


def test_after_an_error_nothing_is_used_again_that_is_still_at_work(device, monkeypatch):
    begin, calls = pipeline._Passage._begin, []

    def fail(self: pipeline._Passage, slot: pipeline._Slot, start: int, stop: int) -> None:
        calls.append(start)
        if len(calls) == 3:
            raise KeyboardInterrupt
        begin(self, slot, start, stop)

    monkeypatch.setattr(pipeline._Passage, "_begin", fail)
    with pytest.raises(KeyboardInterrupt):
        search(picture(PIXELS, 0.3))
    assert all(not queue for handle, queue in device._queues.items() if handle > 1)
    monkeypatch.setattr(pipeline._Passage, "_begin", begin)
    search(picture(PIXELS, 0.3))


def test_memory_is_let_go_of_with_the_pipeline(device):
    search(picture(PIXELS, 0.3))
    cuda.release()
    gc.collect()
    device.allocate(1)  # frees what was dropped
    assert device._memory._kept == {}
