"""What the tests of the engine share: names for its intrinsics, and memory filled and read."""

import linecache
import sys

import numpy as np
from numba import cuda

SCHEDULES = ("greedy", "fair", "reversed")
FULL = 0xFFFFFFFF


def stand_in(*arguments):
    raise AssertionError("the engine puts its own function here")


load_u8 = load_u16 = load_u32 = load_u64 = load_four = stand_in
store_u8 = store_u16 = store_u32 = store_u64 = store_four = add_u64 = stand_in
load_strong_u64 = store_strong_u64 = swap_u64 = min_u64 = max_u64 = stand_in


def numbers(engine, address, dtype, count):
    """Return what stands in memory."""
    return engine.memory.read(int(address), count * np.dtype(dtype).itemsize).view(dtype)


def place(engine, values):
    """Return the address of a copy of an array, as a kernel takes it."""
    address = room(engine, values.nbytes)
    engine.memory.write(int(address), values)
    return address


def room(engine, size):
    """Return the address of memory that nobody wrote."""
    return np.uint64(engine.memory.allocate(size))


def line(text):
    """Return the line of the calling file that ends in a text, as messages name it."""
    file = sys._getframe(1).f_code.co_filename
    found = next(number for number, line in enumerate(linecache.getlines(file), 1) if line.endswith(text + "\n"))
    return f"{file.rpartition('/')[2]}:{found} in "


@cuda.jit(device=True)
def address_of(start, number):
    return start + np.uint64(4 * number)


@cuda.jit
def sum_blocks(values, sums):
    part = cuda.shared.array(64, np.uint32)
    me = cuda.threadIdx.x
    part[me] = load_u32(address_of(values, cuda.grid(1)))
    cuda.syncthreads()
    step = 32
    while step:
        if me < step:
            part[me] = part[me] + part[me + step]
        cuda.syncthreads()
        step //= 2
    if me == 0:
        store_u32(address_of(sums, cuda.blockIdx.x), part[0])


def require_right_sums(engine):
    """Run a kernel of which all is right."""
    values = np.arange(6 * 64, dtype=np.uint32)
    sums = room(engine, 6 * 4)
    engine.launch(sum_blocks, 6, 64, place(engine, values), sums)
    assert numbers(engine, sums, np.uint32, 6).tolist() == values.reshape(6, 64).sum(axis=1).tolist()
