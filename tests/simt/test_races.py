"""Accesses that nothing orders are races, and no others."""

import numpy as np
import pytest
from numba import cuda

from tests.simt import Engine, Race
from tests.simt.support import add_u64, line, load_four, load_u8, place, store_u8, store_u64


@cuda.jit
def rotate(is_ordered, width):
    part = cuda.shared.array(64, np.uint32)
    me = cuda.threadIdx.x
    part[me] = 0
    cuda.syncthreads()
    part[me] = me  # written
    if is_ordered == 1:
        cuda.syncthreads()
    if is_ordered == 2:
        cuda.syncwarp()
    part[me // width * width + (me + 1) % width]  # read


def test_a_read_of_what_another_lane_wrote_needs_a_barrier(engine):
    engine.launch(rotate, 2, 64, 1, 64)
    with pytest.raises(Race) as caught:
        engine.launch(rotate, 2, 64, 0, 64)
    for text in ("block", "thread", "element", line("# written"), line("# read")):
        assert text in str(caught.value)


def test_a_collective_orders_a_warp_and_no_more(engine):
    engine.launch(rotate, 2, 64, 2, 32)
    with pytest.raises(Race):
        engine.launch(rotate, 2, 64, 2, 64)
    with pytest.raises(Race):
        engine.launch(rotate, 2, 64, 0, 32)


@cuda.jit
def pass_on(mask, second):
    part = cuda.shared.array(1, np.uint32)
    lane = cuda.laneid
    if lane == 0:
        part[0] = 1
    if lane < 2:
        cuda.syncwarp(0b11)
    if 0 < lane < 3:
        cuda.syncwarp(second)
    if mask >> lane & 1:
        part[0] = 2


def test_order_passes_through_a_third_lane(engine):
    engine.launch(pass_on, 1, 32, 0b100, 0b110)


def test_lanes_outside_of_the_mask_are_not_ordered(engine):
    with pytest.raises(Race):
        engine.launch(pass_on, 1, 32, 0b1000, 0b110)
    with pytest.raises(Race):
        engine.launch(pass_on, 1, 32, 0b110, 0b110)


@cuda.jit
def overwrite(out):
    part = cuda.shared.array(1, np.uint32)
    if cuda.threadIdx.x == 0:
        part[0] = 1
    cuda.syncthreads()
    part[0]
    if cuda.threadIdx.x == 5:
        part[0] = 2


def test_a_write_after_reads_of_others_needs_a_barrier(engine):
    with pytest.raises(Race):
        engine.launch(overwrite, 1, 64, 0)


@cuda.jit
def zero_late(out):
    part = cuda.shared.array(1, np.uint32)
    part[0] = 0
    cuda.syncwarp()
    cuda.atomic.add(part, 0, 1)


def test_an_atomic_does_not_excuse_a_plain_write(engine):
    with pytest.raises(Race):
        engine.launch(zero_late, 1, 64, 0)


@cuda.jit
def touch_from_blocks(address, kinds, step):
    if cuda.threadIdx.x == 0:
        kind = kinds[cuda.blockIdx.x]
        place = address + np.uint64(step * cuda.blockIdx.x)
        if kind == "byte":
            store_u8(place, 7)
        if kind == "word":
            store_u64(place, 7)
        if kind == "four":
            load_four(address)
        if kind == "read":
            load_u8(place)
        if kind == "add":
            add_u64(place, 1)


@pytest.mark.parametrize(
    "kinds", [("byte", "byte"), ("byte", "read"), ("word", "read"), ("four", "byte"), ("add", "read"), ("word", "add")]
)
def test_two_blocks_that_touch_one_byte_race(engine, kinds):
    start = place(engine, np.zeros(16, np.uint8))
    for order in (kinds, kinds[::-1]):
        with pytest.raises(Race, match=r"block \(1, 0, 0\)"):
            engine.launch(touch_from_blocks, 2, 32, start, order, 0)


def test_a_read_by_many_blocks_races_with_one_write(engine):
    start = place(engine, np.zeros(16, np.uint8))
    for writer in range(6):
        kinds = ["read"] * 6
        kinds[writer] = "byte"
        with pytest.raises(Race):
            engine.launch(touch_from_blocks, 6, 32, start, kinds, 0)


@pytest.mark.parametrize(("kind", "step"), [("byte", 1), ("word", 8), ("four", 0), ("read", 0), ("add", 0)])
def test_blocks_may_read_together_add_together_and_write_apart(engine, kind, step):
    start = place(engine, np.zeros(64, np.uint8))
    engine.launch(touch_from_blocks, 6, 32, start, [kind] * 6, step)


def test_launches_are_ordered(engine):
    start = place(engine, np.zeros(16, np.uint8))
    for kind in ("byte", "read", "byte"):
        engine.launch(touch_from_blocks, 1, 32, start, [kind], 0)


def test_races_can_be_left_out(schedule):
    engine = Engine(0, schedule, races=False)
    start = place(engine, np.zeros(16, np.uint8))
    engine.launch(touch_from_blocks, 2, 32, start, ("byte", "byte"), 0)
    engine.launch(rotate, 1, 64, 0, 64)
