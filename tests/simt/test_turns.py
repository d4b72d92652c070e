"""Atomic accesses, with other lanes between them: what was read a moment ago may be wrong."""

import numpy as np
import pytest
from numba import cuda

from tests.simt import Deadlock, Engine, Race
from tests.simt.support import (
    load_strong_u64,
    max_u64,
    min_u64,
    numbers,
    place,
    store_strong_u64,
    store_u64,
    swap_u64,
)

LANES = 2 * 40


@cuda.jit
def add_in_two_steps(total):
    store_strong_u64(total, load_strong_u64(total) + np.uint64(1))


@cuda.jit
def add_until_nobody_was_faster(total):
    seen = load_strong_u64(total)
    while True:
        found = swap_u64(total, seen, seen + np.uint64(1))
        if found == seen:
            return
        seen = found


@cuda.jit
def lower_and_raise(places):
    min_u64(places, np.uint64(cuda.grid(1)))
    max_u64(places + np.uint64(8), np.uint64(cuda.grid(1)))


@cuda.jit
def wait_for_nobody(flag):
    while load_strong_u64(flag) == 0:
        pass


@cuda.jit
def read_while_it_is_written(flag):
    if cuda.grid(1) == 0:
        store_u64(flag, np.uint64(1))
    else:
        load_strong_u64(flag)


def run(kernel, schedule, turns, start=(0,)):
    engine = Engine(1, schedule, turns=turns)
    address = place(engine, np.array(start, np.uint64))
    engine.launch(kernel, 2, LANES // 2, address)
    return numbers(engine, address, np.uint64, len(start)).tolist()


def test_without_turns_lanes_are_alone(schedule):
    assert run(add_in_two_steps, schedule, False) == [LANES]


def test_with_turns_an_update_is_lost(schedule):
    assert run(add_in_two_steps, schedule, True)[0] < LANES


@pytest.mark.parametrize("turns", [False, True])
def test_a_swap_happens_only_where_nobody_was_faster(schedule, turns):
    assert run(add_until_nobody_was_faster, schedule, turns) == [LANES]


@pytest.mark.parametrize("turns", [False, True])
def test_lowest_and_highest(schedule, turns):
    assert run(lower_and_raise, schedule, turns, (70, 7)) == [0, LANES - 1]


def test_waiting_for_what_never_comes_is_reported(schedule):
    with pytest.raises(Deadlock, match="an atomic access"):
        run(wait_for_nobody, schedule, True)


def test_a_plain_write_beside_an_atomic_read_is_a_race(schedule):
    with pytest.raises(Race):
        run(read_while_it_is_written, schedule, False)
