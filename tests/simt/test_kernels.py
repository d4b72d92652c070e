"""Kernels that are right give the right answer in every order."""

from types import ModuleType

import numpy as np
import pytest
from numba import cuda

from tests.simt.support import (
    FULL,
    add_u64,
    address_of,
    load_u8,
    load_u32,
    numbers,
    place,
    require_right_sums,
    room,
    store_four,
    store_u8,
    store_u32,
    store_u64,
)


def test_a_reduction_of_blocks_gives_their_sums(engine):
    require_right_sums(engine)


@cuda.jit
def scan_warps(values, sums):
    place = cuda.grid(1)
    total = np.int32(load_u32(address_of(values, place)))
    for step in (1, 2, 4, 8, 16):
        other = cuda.shfl_up_sync(FULL, total, step)
        if cuda.laneid >= step:
            total += other
    store_u32(address_of(sums, place), total)


def test_a_scan_of_warps_gives_running_sums(engine):
    values = np.arange(192, dtype=np.uint32)
    sums = room(engine, values.nbytes)
    engine.launch(scan_warps, 2, 96, place(engine, values), sums)
    assert numbers(engine, sums, np.uint32, 192).tolist() == values.reshape(-1, 32).cumsum(axis=1).ravel().tolist()


@cuda.jit
def vote(out):
    lane = cuda.laneid
    odd = cuda.ballot_sync(FULL, lane & 1)
    below = cuda.popc(np.uint32(odd) & cuda.lanemask_lt())
    same = cuda.match_any_sync(FULL, np.int32(lane // 8))
    every, is_same = cuda.match_all_sync(FULL, np.int32(7))
    kinds = cuda.any_sync(FULL, lane == 3), cuda.all_sync(FULL, lane < 31), cuda.eq_sync(FULL, lane >= 0)
    if type(odd) is not np.int32 or type(same) is not np.int32 or type(every) is not np.int32:
        raise TypeError("Numba has these masks signed")
    start = out + np.uint64(64 * cuda.grid(1))
    store_four(start, odd, below, same, every)
    store_four(start + np.uint64(16), is_same, kinds[0], kinds[1], kinds[2])
    store_u32(start + np.uint64(32), cuda.shfl_sync(FULL, np.int32(lane), 5))
    store_u32(start + np.uint64(36), cuda.shfl_down_sync(FULL, np.int32(lane), 4))
    store_u32(start + np.uint64(40), cuda.shfl_xor_sync(FULL, np.int32(lane), 3))


def test_votes_matches_and_shuffles_are_those_of_a_warp(engine):
    out = room(engine, 64 * 64)
    engine.launch(vote, 1, 64, out)
    for number, row in enumerate(numbers(engine, out, np.uint32, 64 * 16).reshape(64, 16)):
        lane = number % 32
        expected = [0xAAAAAAAA, lane // 2, 0xFF << lane // 8 * 8, FULL, 1, 1, 0, 1]
        assert row[:11].tolist() == [*expected, 5, lane + 4 if lane < 28 else lane, lane ^ 3]


@cuda.jit
def count_at_barriers(out):
    me = cuda.threadIdx.x
    count = cuda.syncthreads_count(me % 3 == 0)
    some, every = cuda.syncthreads_or(me == 69), cuda.syncthreads_and(me < 69)
    store_four(out + np.uint64(16 * me), count, some, every, 0)


def test_barriers_count_and_join(engine):
    out = room(engine, 70 * 16)
    engine.launch(count_at_barriers, 1, 70, out)
    assert numbers(engine, out, np.uint32, 4 * 70).reshape(70, 4).tolist() == [[24, 1, 0, 0]] * 70


@cuda.jit
def note_places(out):
    x, y = cuda.grid(2)
    width, height = cuda.gridsize(2)
    place = (cuda.blockIdx.z * height + y) * width + x
    store_u64(out + np.uint64(8 * place), cuda.blockDim.x * 1000 + cuda.gridDim.y * 100 + cuda.threadIdx.y)


def test_places_have_three_dimensions(engine):
    out = room(engine, 2 * 9 * 8 * 8)
    engine.launch(note_places, (2, 3, 2), (4, 3), out)
    rows = numbers(engine, out, np.uint64, 2 * 9 * 8).reshape(2, 9, 8)
    assert (rows == 4300 + np.arange(9)[None, :, None] % 3).all()


@cuda.jit
def count_bins(values, totals):
    bins = cuda.shared.array((2, 4), np.int32)
    me = cuda.threadIdx.x
    if me < 8:
        bins[me // 4, me % 4] = 0
    cuda.syncthreads()
    value = load_u8(values + np.uint64(cuda.grid(1)))
    cuda.atomic.add(bins, (0, value & np.uint8(3)), 1)
    cuda.atomic.max(bins, (1, 0), value)
    cuda.atomic.min(bins, (1, 1), -np.int32(value))
    cuda.atomic.cas(bins, (1, 2), 0, 5)
    cuda.atomic.exch(bins, (1, 3), 9)
    cuda.syncthreads()
    if me < 8:
        add_u64(totals + np.uint64(8 * me), bins[me // 4, me % 4])


def test_atomics_neither_lose_anything_nor_race(engine):
    values = np.arange(128, dtype=np.uint8)
    totals = place(engine, np.zeros(8, np.int64))
    engine.launch(count_bins, 2, 64, place(engine, values), totals)
    assert numbers(engine, totals, np.int64, 8).tolist() == [32, 32, 32, 32, 63 + 127, -63 - 127, 10, 18]


@cuda.jit
def overflow(out):
    cuda.syncthreads()
    store_u64(out, np.uint64(1 << 63) * np.uint64(2) + np.uint64(7))


def test_integers_wrap_without_a_word(engine):
    out = room(engine, 8)
    engine.launch(overflow, 1, 1, out)
    assert numbers(engine, out, np.uint64, 1)[0] == 7


BITS = [
    (np.uint64(1 << 40), 1, 23, 41, 1 << 23),
    (np.uint64(0), 0, 64, 0, 0),
    (np.int64(-1), 64, 0, 1, (1 << 64) - 1),
    (np.uint32(6), 2, 29, 2, 0x60000000),
    (np.int32(-2), 31, 0, 2, 0x7FFFFFFF),
    (np.uint32(0), 0, 32, 0, 0),
]


@cuda.jit
def note_bits(value, found):
    found.append((cuda.popc(value), cuda.clz(value), cuda.ffs(value), cuda.brev(value)))
    found.append((type(cuda.popc(value)), cuda.selp(value > 0, 1, 2)))


@pytest.mark.parametrize(("value", "popc", "clz", "ffs", "brev"), BITS)
def test_functions_of_bits_know_32_from_64(engine, value, popc, clz, ffs, brev):
    found: list[tuple[object, ...]] = []
    engine.launch(note_bits, 1, 1, value, found)
    assert found == [(popc, clz, ffs, brev), (type(value), 1 if value > 0 else 2)]


@cuda.jit
def share_twice(out):
    first, second = cuda.shared.array(32, np.uint8), cuda.shared.array(32, np.uint8)
    first[cuda.laneid] = 1
    second[cuda.laneid] = 2
    store_u8(out + np.uint64(cuda.laneid), first[cuda.laneid])


def test_two_shared_arrays_on_one_line_are_two(engine):
    out = room(engine, 32)
    engine.launch(share_twice, 1, 32, out)
    assert set(engine.memory.read(int(out), 32)) == {1}


def maker(shift):
    @cuda.jit(device=True)
    def shifted(number):
        return number + shift if number == 0 else shifted(number - 1)

    @cuda.jit
    def kernel(out):
        store_u32(out, shifted(3))

    return kernel


def test_closures_and_functions_that_call_themselves_are_copied(engine):
    out = room(engine, 4)
    for shift in (5, 6):
        engine.launch(maker(shift), 1, 1, out)
        assert numbers(engine, out, np.uint32, 1)[0] == shift


SOURCE = """
import numpy as np
from numba import cuda
store_u32 = None
@cuda.jit(device=True)
def twice(number):
    return number * 2
@cuda.jit
def kernel(out):
    cuda.syncthreads()
    store_u32(out, twice(21))
"""


def test_kernels_of_changed_source_run(engine):
    out = room(engine, 4)
    for source, answer in ((SOURCE, 42), (SOURCE.replace("* 2", "* 3"), 63)):
        module = ModuleType("changed")
        exec(source, module.__dict__)
        engine.launch(module.kernel, 1, 1, out)
        assert numbers(engine, out, np.uint32, 1)[0] == answer


@cuda.jit
def use_local(out):
    mine = cuda.local.array((2, 2), np.int64)
    mine[1, 1] = cuda.grid(1)
    cuda.syncthreads()
    store_u64(out + np.uint64(8 * cuda.grid(1)), mine[1, 1])


def test_local_arrays_belong_to_one_lane(engine):
    out = room(engine, 128 * 8)
    engine.launch(use_local, 2, 64, out)
    assert numbers(engine, out, np.int64, 128).tolist() == list(range(128))
