import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import pixgrep as pg
from pixgrep.backends import BACKENDS, get_backend
from pixgrep.compile import compile_program
from pixgrep.errors import DeviceError
from pixgrep.expressions import to_queries
from pixgrep.gpu.device import get_device
from pixgrep.model import PixelFormat
from pixgrep.plan import Plan
from pixgrep.rates import kept
from pixgrep.rates.choosing import Cost
from pixgrep.run import local
from pixgrep.sources.still import StillSource
from tests.rates.samples import FAST_GPU, rates

COLORS = to_queries(["red", "white", pg.near((9, 9, 9), 2, "rgb")])
PROGRAM = compile_program(COLORS, PixelFormat("uint8", 3))
PROCESSORS = [name for name in BACKENDS if name != "cuda"]
"""The engine in which tests run kernels takes 10 ms a tile; for it, tiles are cut in tests/backends/cuda."""
PALETTE = np.array([[255, 0, 0], [255, 255, 255], [9, 9, 9], [9, 11, 9], [9, 12, 9], [0, 0, 0], [1, 1, 1]], np.uint8)


def expected_masks(pixels):
    red = (pixels == (255, 0, 0)).all(axis=2)
    white = (pixels == 255).all(axis=2)
    near = ((pixels.astype(int) - 9) ** 2).sum(axis=2) <= 4
    return np.stack([red, white, near])


def check(pixels, plan):
    masks = expected_masks(pixels)
    union = masks.any(axis=0)
    bits = local.search(pixels, PROGRAM, plan).host
    assert bits.shape == pixels.shape[:2]
    for words, mask in zip((*bits.words, bits.union), (*masks, union), strict=True):
        octets = np.packbits(mask.ravel(), bitorder="little")
        np.testing.assert_array_equal(words, np.pad(octets, (0, -len(octets) % 8)).view("<u8"))
    assert local.count(pixels, PROGRAM, plan) == (union.sum(), tuple(masks.sum(axis=(1, 2))))
    where = np.flatnonzero(union)
    first = (int(where[0]), int(masks.reshape(3, -1)[:, where[0]].argmax())) if len(where) else None
    assert local.first(pixels, PROGRAM, plan) == first


@given(
    st.integers(0, 40),
    st.integers(0, 300),
    st.integers(1, 30),
    st.integers(1, 5),
    st.sampled_from(PROCESSORS),
    st.sampled_from([0.0, 0.002, 0.7]),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_tiling_on_any_number_of_threads_gives_the_same_answer(
    height, width, blocks, threads, backend, density, seed
):
    rng = np.random.default_rng(seed)
    kinds = np.where(rng.random((height, width)) < density, rng.integers(0, 5, (height, width)), 5)
    check(PALETTE[kinds], Plan(backend, threads, blocks * 64))


@pytest.mark.parametrize("backend", PROCESSORS)
@pytest.mark.parametrize("shape", [(1, 100_001), (2, 70_003), (3, 9_999), (100_001, 1), (20_000, 3)])
@pytest.mark.parametrize("threads", [1, 4])
def test_very_wide_and_very_high_pictures(backend, shape, threads):
    rng = np.random.default_rng(0)
    check(PALETTE[rng.integers(0, 7, shape)], Plan(backend, threads, 1024))


def test_the_first_match_is_found_wherever_it_lies():
    plan = Plan("cpu", 1, 64)
    for position in range(0, 2000, 37):
        pixels = np.zeros((20, 100, 3), np.uint8)
        pixels.reshape(-1, 3)[position:] = 255
        assert local.first(pixels, PROGRAM, plan) == (position, 1)


def test_the_search_for_the_first_stops_there(monkeypatch):
    calls = []
    backend = get_backend("numpy")

    class Counting:
        @staticmethod
        def match(pixels, program, into=None):
            calls.append(len(pixels))
            return backend.match(pixels, program, into)

    monkeypatch.setattr(local, "get_backend", lambda name: Counting)
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[10, 0] = 255
    assert local.first(pixels, PROGRAM, Plan("numpy", 1, 64)) == (640, 1)
    assert len(calls) == 11


def test_results_come_in_order_and_memory_stays_bounded():
    taken = []
    gate = threading.Event()

    def items():
        for number in range(100):
            taken.append(number)
            yield number

    def work(number):
        if number == 0:
            gate.wait(10)
        return number * number

    results = local.in_order(work, items(), 3, purpose="test")
    gate.set()
    assert next(iter(results)) == (0, 0)
    assert len(taken) <= 3 * local.AHEAD + 1
    assert [item for item, _ in results] == list(range(1, 100))


def test_an_error_of_one_item_reaches_the_caller_and_the_pool_lives_on():
    def work(number):
        if number == 3:
            raise KeyError(number)
        return number

    with pytest.raises(KeyError):
        list(local.in_order(work, range(10), 2, purpose="test"))
    assert [result for _, result in local.in_order(work, range(3), 2, purpose="test")] == [0, 1, 2]


@pytest.mark.parametrize("backend", PROCESSORS)
def test_eight_threads_at_once_give_the_right_answers(backend):
    rng = np.random.default_rng(1)
    pictures = [PALETTE[rng.integers(0, 7, (101, 97 + number))] for number in range(8)]
    expected = [int(expected_masks(pixels).any(axis=0).sum()) for pixels in pictures]
    search = pg.compile(list(COLORS), backend=backend, threads=2)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(search.count, pictures * 10))
    assert found == expected * 10


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Python 3.12 on: fork beside threads
def test_a_forked_child_has_threads_of_its_own():
    """Threads do not survive a fork: a pool taken over from the parent would wait for ever."""
    import multiprocessing

    pixels = np.full((512, 512, 3), 255, np.uint8)
    search = pg.compile("white", backend="numpy", threads=2)
    assert search.count(pixels) == 512 * 512
    receiving, sending = multiprocessing.Pipe(duplex=False)

    def child():
        sending.send(int(search.count(pixels)))

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    try:
        assert receiving.poll(60)
        assert receiving.recv() == 512 * 512
    finally:
        process.join(10)
        process.kill()


@pytest.mark.parametrize("backend", ["cpu"])
def test_pictures_beyond_two_to_the_31_elements_are_counted_right(backend):
    row = np.zeros((1, 60_000, 3), np.uint8)
    row[0, -1] = 255
    huge = np.broadcast_to(row, (12_000, 60_000, 3))
    assert huge.size > 2**31
    assert pg.count(huge, "white", backend=backend) == 12_000


def test_a_single_row_beyond_two_to_the_31_pixels_is_counted_right():
    """Memory of zeros that nobody wrote takes no room."""
    row = np.zeros((1, 2**31 + 100), np.uint8)
    row[0, -1] = 255
    row[0, 5] = 255
    assert pg.count(row, "white", backend="cpu") == 2
    row[0, 5] = 0
    assert pg.first(row, "white", backend="cpu") == (2**31 + 99, 0, "white")


def test_threads_decode_at_the_same_time(tmp_path, monkeypatch):
    """Two files wait for each other: a lock around decoding would hold both up for ever."""
    meeting = threading.Barrier(2, timeout=20)
    decode = StillSource.read

    def meet(self):
        meeting.wait()
        return decode(self)

    monkeypatch.setattr(StillSource, "read", meet)
    for name in ("a.png", "b.png"):
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    found = pg.scan(tmp_path, "black", threads=2)
    assert [len(each) for each in found if isinstance(each, pg.Matches)] == [64, 64]


class TestMoved:
    """A picture that nobody asked to move to the GPU, which then refuses."""

    PLAN = Plan("cuda", 1, 4096, is_free=True, costs=(Cost("numpy", 2.0), Cost("cpu", 1.0), Cost("cuda", 0.1)))

    @pytest.fixture(autouse=True)
    def _gpu(self, monkeypatch):
        def refuse(*_: object) -> None:
            raise DeviceError("kernels cannot be made for the GPU: libNVVM is missing")

        pytest.importorskip("numba_cuda")
        monkeypatch.setattr(type(get_device()), "launch", refuse)
        monkeypatch.setattr(kept._Known, "rates", rates(FAST_GPU))

    @pytest.mark.parametrize("run", [local.search, local.count])
    def test_the_processor_goes_on_with_it_and_with_all_to_come(self, run):
        pixels = np.tile(np.arange(120, dtype=np.uint8).reshape(8, 5, 3), (900, 4, 1))
        program = compile_program(to_queries((30, 31, 32)), PixelFormat("uint8", 3))
        assert self.PLAN.is_moved
        with pytest.warns(pg.PixgrepWarning, match="searching on the processor.*libNVVM") as warned:
            found = run(pixels, program, self.PLAN)
        assert len(warned) == 1, "though it has many tiles"
        assert (found[0] if run is local.count else found.total()) == 900 * 4
        assert kept.known_rates().gpu is None

    def test_whoever_asked_for_it_is_told(self):
        pixels = np.zeros((8, 8, 3), np.uint8)
        program = compile_program(to_queries("black"), PixelFormat("uint8", 3))
        with pytest.raises(DeviceError, match="libNVVM"):
            local.search(pixels, program, Plan("cuda", 1, 4096))
