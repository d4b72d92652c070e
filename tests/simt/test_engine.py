"""Errors name their lane and leave the engine usable; the schedules are what they are called."""

import numpy as np
import pytest
from numba import cuda

from tests.simt import Engine, EngineError, KernelFailed
from tests.simt.support import FULL, line, require_right_sums
from tests.simt.test_memory import load_at, use_shared
from tests.simt.test_races import rotate
from tests.simt.test_waits import collect, half_barrier


@cuda.jit
def fail(out):
    cuda.syncthreads()
    if cuda.threadIdx.x == 40:
        raise ValueError("as planned")  # planned
    cuda.syncthreads()


def test_an_exception_names_its_lane_and_keeps_its_cause(engine):
    with pytest.raises(KernelFailed, match="ValueError: as planned") as caught:
        engine.launch(fail, 1, 64, 0)
    assert "block (0, 0, 0) thread (40, 0, 0)" in str(caught.value)
    assert line("# planned") in str(caught.value)
    assert isinstance(caught.value.__cause__, ValueError)


@cuda.jit
def interrupt(out):
    cuda.syncthreads()
    if cuda.threadIdx.x == 40:
        raise KeyboardInterrupt
    cuda.syncthreads()


def test_an_interrupt_passes_through(engine):
    with pytest.raises(KeyboardInterrupt):
        engine.launch(interrupt, 2, 64, 0)
    require_right_sums(engine)


WRONG = [
    (load_at, (np.uint64(3), 0)),
    (use_shared, (0, 99)),
    (use_shared, (4, 3)),
    (rotate, (0, 64)),
    (half_barrier, ("exit",)),
    (half_barrier, ("collective",)),
    (collect, (FULL ^ 4, -1, 0, np.int32(1))),
    (collect, (FULL, 5, 0, np.int32(1))),
    (collect, (FULL, -1, 0, np.uint32(1))),
    (fail, (0,)),
]


@pytest.mark.parametrize(("kernel", "arguments"), WRONG)
def test_the_engine_stays_usable_after_an_error(engine, kernel, arguments):
    for _ in range(2):
        with pytest.raises(EngineError):
            engine.launch(kernel, 3, 64, *arguments)
    require_right_sums(engine)


@cuda.jit
def wait_for_ever(left):
    try:
        cuda.syncthreads()
        if cuda.threadIdx.x > 3:
            cuda.syncthreads()
    finally:
        left.append(cuda.warpsize)


def test_no_lane_is_left_after_an_error(engine):
    left: list[int] = []
    with pytest.raises(EngineError):
        engine.launch(wait_for_ever, 1, 64, left)
    assert len(left) == 64


@cuda.jit
def note_warps(order):
    for _ in range(3):
        order.append(cuda.threadIdx.x // 32)
        cuda.syncwarp()


def test_the_greedy_schedule_runs_one_warp_to_its_end_before_the_next(schedule):
    order: list[int] = []
    Engine(4, schedule).launch(note_warps, 1, 96, order)
    is_whole = all(len(set(order[first : first + 96])) == 1 for first in range(0, 288, 96))
    assert is_whole == (schedule == "greedy")


@cuda.jit
def note_order(order):
    order.append((cuda.blockIdx.x, cuda.threadIdx.x))
    cuda.syncthreads()


def order_of(seed, schedule):
    order: list[tuple[int, int]] = []
    Engine(seed, schedule, resident=2).launch(note_order, 4, 64, order)
    return order


def test_the_same_seed_gives_the_same_order(schedule):
    assert order_of(5, schedule) == order_of(5, schedule)
    assert (order_of(5, schedule) == order_of(6, schedule)) == (schedule == "reversed")
    assert sorted(order_of(5, schedule)) == [(block, thread) for block in range(4) for thread in range(64)]


def test_schedules_are_what_they_are_called(schedule):
    block = [thread for block, thread in order_of(1, schedule) if block == 0]
    warps = [thread // 32 for thread in block]
    is_whole = len(set(warps[:32])) == 1
    assert is_whole == (schedule != "fair")
    assert (block == list(range(64))[::-1]) == (schedule == "reversed")


@pytest.mark.parametrize(("grid", "block"), [(0, 32), (1, 1025), ((1, 1, 1, 1), 1), (1, ())])
def test_launches_of_impossible_sizes_are_refused(schedule, grid, block):
    with pytest.raises(ValueError, match=r"size|up to"):
        Engine(0, schedule).launch(note_order, grid, block, [])
