"""Kernels that only the benchmark needs: nothing at all, reading and no more, keeping the device busy."""

import numpy as np

from pixgrep.backends.cuda.access import load_four, store_u32
from pixgrep.backends.cuda.blocks import THREADS, thread_number, warp_sum
from pixgrep.backends.cuda.jit import cuda, device, kernel

u32, u64 = np.uint32, np.uint64

DENSE_BYTES, GROUP_BYTES = 16, 48


@device
def store_partial(total, here, partials):
    """Write the sum over a warp; `here` is the number of the thread, and all lanes must call it."""
    found = warp_sum(np.int32(total))
    if u32(u32(here) & u32(31)) == u32(0):
        store_u32(u64(partials + u64(u64(here >> u64(5)) * u64(4))), u32(found))


@kernel
def do_nothing():
    """Do nothing."""


@kernel
def take_arguments(a, b, c, d, e, f, g, h, i, j, k):
    """Do nothing with eleven integers."""


@kernel
def sum_words(words, count, partials):
    """
    Add up 32-bit words, 16 bytes a load, neighbours side by side: how fast memory can be read at all.

    Parameters
    ----------
    words : uint64
        Address of the words, a multiple of 16.
    count : uint64
        How many times 16 bytes.
    partials : uint64
        Address of a uint32 for each warp of the grid.
    """
    here = thread_number()
    step = u64(u64(cuda.gridDim.x) * u64(THREADS))
    index, total = here, u32(0)
    while index < count:
        a, b, c, d = load_four(u64(words + u64(index * u64(16))))
        total = u32(total + u32(u32(a + b) + u32(c + d)))
        index = u64(index + step)
    store_partial(total, here, partials)


@kernel
def sum_groups(words, count, partials):
    """
    Add up 32-bit words, 48 bytes a thread as the kernels that match 16 pixels of RGB read them.

    Parameters
    ----------
    words, partials
        See `sum_words`.
    count : uint64
        How many times 48 bytes.
    """
    here = thread_number()
    total = u32(0)
    if here < count:
        address = u64(words + u64(here * u64(48)))
        a, b, c, d = load_four(address)
        total = u32(u32(a + b) + u32(c + d))
        a, b, c, d = load_four(u64(address + u64(16)))
        total = u32(total + u32(u32(a + b) + u32(c + d)))
        a, b, c, d = load_four(u64(address + u64(32)))
        total = u32(total + u32(u32(a + b) + u32(c + d)))
    store_partial(total, here, partials)


@kernel
def keep_busy(rounds, address):
    """
    Pass the time, one thread, so that the host can queue up what is to be timed: then no gap is timed with it.

    Parameters
    ----------
    rounds : uint32
        How long.
    address : uint64
        Of a uint32 that is never written, only nobody but us knows that.
    """
    value, number = u32(1), u32(0)
    while number < rounds:
        value = u32(value ^ u32(value << u32(13)))
        value = u32(value ^ u32(value >> u32(17)))
        value = u32(value ^ u32(value << u32(5)))
        number = u32(number + u32(1))
    if value == u32(0):
        store_u32(address, value)
