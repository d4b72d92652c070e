"""Addresses and indices that are wrong, and reads of what nobody wrote, are caught."""

import numpy as np
import pytest
from numba import cuda

from tests.simt import KernelFailed, Misaligned, OutOfBounds, Uninitialised
from tests.simt.support import (
    load_four,
    load_u8,
    load_u16,
    load_u32,
    load_u64,
    place,
    room,
    store_four,
    store_u8,
    store_u16,
    store_u32,
    store_u64,
)


@cuda.jit
def copy_all_widths(source, target):
    a, b, c, d = load_four(source)
    store_four(target, a, b, c, d)
    store_u64(target + np.uint64(16), load_u64(source + np.uint64(16)))
    store_u32(target + np.uint64(24), load_u32(source + np.uint64(24)))
    store_u16(target + np.uint64(28), load_u16(source + np.uint64(28)))
    store_u8(target + np.uint64(30), load_u8(source + np.uint64(30)))
    store_u8(target + np.uint64(31), 0x1FF)


def test_all_widths_keep_their_bytes_and_stores_only_the_low_ones(engine):
    values = np.arange(100, 132, dtype=np.uint8)
    target = room(engine, 32)
    engine.launch(copy_all_widths, 1, 1, place(engine, values), target)
    assert engine.memory.read(int(target), 32).tolist() == [*values[:31].tolist(), 255]


@cuda.jit
def note_types(source, types):
    types.extend(type(load(source)) for load in (load_u8, load_u16, load_u32, load_u64))
    types.extend(type(value) for value in load_four(source))


def test_loads_give_numbers_of_their_width(engine):
    types: list[type] = []
    engine.launch(note_types, 1, 1, place(engine, np.zeros(16, np.uint8)), types)
    assert types == [np.uint8, np.uint16, np.uint32, np.uint64, *[np.uint32] * 4]


@cuda.jit
def load_at(address, tally):
    if cuda.grid(1) == 33:
        load_u32(address)


@pytest.mark.parametrize("offset", [-4, 40, 36 + 4096, 1 << 30, 1 << 40])
def test_an_address_outside_is_caught_with_all_that_is_known(engine, offset):
    start = place(engine, np.zeros(40, np.uint8))
    with pytest.raises(OutOfBounds) as caught:
        engine.launch(load_at, 3, 32, np.uint64(int(start) + offset), 0)
    known = ["block (1, 0, 0) thread (1, 0, 0)", f"{int(start) + offset:#x}", f"40 bytes at {start:#x}"]
    known.append(f"offset {offset}")
    assert all(text in str(caught.value) for text in known)


def test_an_access_across_the_end_is_outside(engine):
    start = place(engine, np.zeros(42, np.uint8))
    with pytest.raises(OutOfBounds):
        engine.launch(load_at, 2, 32, start + np.uint64(40), 0)


def test_freed_memory_is_outside(engine):
    start = place(engine, np.zeros(40, np.uint8))
    engine.memory.free(int(start))
    with pytest.raises(OutOfBounds, match="freed"):
        engine.launch(load_at, 2, 32, start, 0)
    with pytest.raises(OutOfBounds):
        engine.memory.free(int(start))


def test_a_load_between_words_is_misaligned(engine):
    start = place(engine, np.zeros(40, np.uint8))
    with pytest.raises(Misaligned, match=r"block \(1, 0, 0\) thread \(1, 0, 0\).*byte 6"):
        engine.launch(load_at, 2, 32, start + np.uint64(6), 0)


@cuda.jit
def load_wide(address):
    load_four(address)


def test_four_words_need_sixteen_bytes(engine):
    start = place(engine, np.zeros(64, np.uint8))
    with pytest.raises(Misaligned):
        engine.launch(load_wide, 1, 1, start + np.uint64(8))


@pytest.mark.parametrize("kernel", [load_at, load_wide])
def test_a_read_of_memory_that_nobody_wrote_is_caught(engine, kernel):
    start = room(engine, 16)
    engine.memory.fill(int(start), 3, 0)
    with pytest.raises(Uninitialised, match="byte 3 of the 16"):
        engine.launch(kernel, 2, 32, start, *([0] if kernel is load_at else []))


def test_fresh_memory_is_poisoned_and_starts_at_multiples_of_256_only(engine):
    starts = [engine.memory.allocate(size) for size in (1, 0, 1000)]
    assert {start % 256 for start in starts} == {0}
    assert set(engine.memory.read(starts[2], 1000)) == {0xA5}
    assert min(abs(a - b) for a in starts for b in starts if a != b) > 1 << 32


@cuda.jit
def use_shared(read, write):
    part = cuda.shared.array(32, np.uint32)
    if cuda.laneid == 9:
        part[write] = 1
        part[read]


@pytest.mark.parametrize("index", [-1, 32])
def test_an_index_outside_of_a_shared_array_is_caught(engine, index):
    for places in ((index, 0), (0, index)):
        with pytest.raises(OutOfBounds, match=rf"thread \(9, 0, 0\).*index {index} "):
            engine.launch(use_shared, 1, 32, *places)


def test_an_index_that_is_no_integer_is_refused(engine):
    with pytest.raises(KernelFailed, match="TypeError"):
        engine.launch(use_shared, 1, 32, 0, 1.0)


def test_a_read_of_a_shared_element_that_nobody_wrote_is_caught(engine):
    with pytest.raises(Uninitialised, match="element"):
        engine.launch(use_shared, 1, 32, 4, 3)
