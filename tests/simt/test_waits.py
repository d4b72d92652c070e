"""Lanes that wait for ever, and collectives that the device leaves undefined, are caught."""

import numpy as np
import pytest
from numba import cuda

from tests.simt import BadCollective, Deadlock, DivergentBarrier, Engine, KernelFailed
from tests.simt.support import FULL, load_u32, numbers, place, store_u32


def test_a_spin_between_resident_blocks_ends(schedule):
    engine = Engine(3, schedule, races=False)
    flag = place(engine, np.zeros(1, np.uint32))
    engine.launch(wait_for_last_block, 4, 32, flag)
    assert numbers(engine, flag, np.uint32, 1)[0] == 1


@cuda.jit
def wait_for_last_block(flag):
    if cuda.blockIdx.x == cuda.gridDim.x - 1:
        store_u32(flag, 1)
        cuda.threadfence()
    while load_u32(flag) == 0:
        cuda.nanosleep(20)


def test_a_spin_for_a_block_that_never_starts_is_a_deadlock(schedule):
    engine = Engine(3, schedule, resident=3, races=False)
    with pytest.raises(Deadlock, match=r"block \(0, 0, 0\): 32 of 32 lanes wait at nanosleep"):
        engine.launch(wait_for_last_block, 4, 32, place(engine, np.zeros(1, np.uint32)))


@cuda.jit
def half_barrier(others):
    if cuda.threadIdx.x < 48:
        cuda.syncthreads()
    elif others == "collective":
        cuda.syncwarp()
    elif others == "elsewhere":
        cuda.syncthreads()


@pytest.mark.parametrize(
    ("others", "says"), [("exit", "16 exited"), ("elsewhere", "16 of 64 lanes wait at syncthreads")]
)
def test_a_barrier_that_some_lanes_do_not_reach_is_divergent(engine, others, says):
    with pytest.raises(DivergentBarrier, match=rf"block \(\d, 0, 0\): .*{says}") as caught:
        engine.launch(half_barrier, 2, 64, others)
    assert "48 of 64 lanes wait at syncthreads" in str(caught.value)


def test_lanes_at_a_barrier_and_lanes_at_a_collective_are_a_deadlock(engine):
    with pytest.raises(Deadlock) as caught:
        engine.launch(half_barrier, 2, 64, "collective")
    for text in ("48 of 64 lanes wait at syncthreads", "16 of 64 lanes wait at syncwarp", "block (", "test_waits.py"):
        assert text in str(caught.value)
    assert str(caught.value).startswith("deadlock: block"), "at once, not when all have slept for long"


@cuda.jit
def collect(mask, leaver, source, value):
    if cuda.laneid != leaver:
        cuda.shfl_sync(mask, value, source)


def test_a_lane_outside_of_its_own_mask_is_caught(engine):
    with pytest.raises(BadCollective, match="not in its own mask"):
        engine.launch(collect, 1, 32, FULL ^ 4, -1, 0, np.int32(1))


def test_a_mask_that_names_a_lane_that_exited_is_caught(engine):
    with pytest.raises(BadCollective, match="0x20 of mask 0xffffffff exited"):
        engine.launch(collect, 1, 64, FULL, 5, 0, np.int32(1))


@cuda.jit
def leave_late(mask):
    if cuda.laneid == 5:
        cuda.nanosleep(100)
    else:
        cuda.syncwarp(mask)


def test_a_lane_that_others_wait_for_must_not_exit(engine):
    with pytest.raises(BadCollective, match="0x20 of mask"):
        engine.launch(leave_late, 1, 64, FULL)


def test_a_shuffle_from_outside_of_the_mask_is_caught(engine):
    with pytest.raises(BadCollective, match="reads lane 5"):
        engine.launch(collect, 1, 32, FULL ^ 32, 5, 5, np.int32(1))
    with pytest.raises(BadCollective, match="reads lane 20"):
        engine.launch(collect, 1, 20, FULL, -1, 20, np.int32(1))
    with pytest.raises(BadCollective, match="32 is not in"):
        engine.launch(collect, 1, 32, FULL, -1, 32, np.int32(1))


@pytest.mark.parametrize("value", [np.uint32(1), np.uint64(1), np.int16(1), np.bool_(1)])
def test_a_shuffle_of_what_numba_refuses_is_refused(engine, value):
    with pytest.raises(KernelFailed, match="TypeError"):
        engine.launch(collect, 1, 32, FULL, -1, 0, value)
