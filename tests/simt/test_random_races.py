"""The engine finds a race in exactly those random programs in which nothing orders two accesses, in every order."""

from dataclasses import dataclass, field
from random import Random

import numpy as np
from numba import cuda

from tests.simt import Engine, Race
from tests.simt.support import (
    add_u64,
    load_four,
    load_u8,
    load_u16,
    load_u32,
    load_u64,
    place,
    store_four,
    store_u8,
    store_u16,
    store_u32,
    store_u64,
)

PROGRAMS = 1500
BLOCKS = 2
THREADS = 34
BUSY = (0, 1, 2, 3, 32, 33)
"""The lanes that touch memory: some of both warps."""
MASKS = (0b0011, 0b0110, 0b0101, 0b1100, 0b0111, 0b1111)
ALL_KINDS = ("read", "read", "read", "write", "add")
SHARED = 2
SIZE = 32


@cuda.jit
def run(program, memory):
    shared = cuda.shared.array(SHARED, np.uint32)
    if cuda.threadIdx.x < SHARED:
        shared[cuda.threadIdx.x] = 0
    cuda.syncthreads()
    for step in program:
        if step[0] == "barrier":
            cuda.syncthreads()
        elif step[0] == "collective":
            if step[1] == cuda.blockIdx.x and cuda.threadIdx.x < 32 and step[2] >> cuda.laneid & 1:
                cuda.syncwarp(step[2])
        elif (step[1], step[2]) == (cuda.blockIdx.x, cuda.threadIdx.x):
            touch(step, memory, shared)


@cuda.jit(device=True)
def touch(step, memory, shared):
    where, _, _, kind, offset, width = step
    address = memory + np.uint64(offset)
    if where == "shared":
        if kind == "read":
            shared[offset]
        elif kind == "write":
            shared[offset] = 1
        else:
            cuda.atomic.add(shared, offset, 1)
    elif kind == "add":
        add_u64(address, 1)
    elif width == 16:
        load_four(address) if kind == "read" else store_four(address, 1, 2, 3, 4)
    elif kind == "read":
        load = {1: load_u8, 2: load_u16, 4: load_u32, 8: load_u64}[width]
        load(address)
    else:
        store = {1: store_u8, 2: store_u16, 4: store_u32, 8: store_u64}[width]
        store(address, 1)


def random_program(random):
    """Return steps: of all kinds, or many reads of one place and then a write, as one race hides all later ones."""
    widths = random.choice([(1,), (4,), (8,), (1, 16), (4, 8), (1, 2, 4, 8, 16)])
    where = random.choice(["shared", "global"])
    if random.random() < 0.7:
        return [random_step(random, where, widths, ALL_KINDS, 0.35) for _ in range(random.randint(2, 14))]
    block = random.randrange(BLOCKS + 1)
    kind = random.choice(["read", "add"])
    steps = [random_step(random, where, widths, (kind,), 0.5, block) for _ in range(random.randint(2, 9))]
    return [*steps, random_step(random, where, widths, ("write",), 0, block)]


def random_step(random, where, widths, kinds, order, one_place=None):
    """Return a step, of which `order` is the share that orders; with `one_place` all touch one, from a block or all."""
    block = one_place if one_place in range(BLOCKS) else random.randrange(BLOCKS)
    if random.random() < order:
        return ("collective", block, random.choice(MASKS)) if random.random() < 0.8 else ("barrier",)
    kind, lane = random.choice(kinds), random.choice(BUSY[:4] if random.random() < 0.5 else BUSY)
    width = 1 if where == "shared" else 8 if kind == "add" else random.choice(widths)
    offset = 0 if one_place is not None else random.randrange(0, SHARED if where == "shared" else SIZE, width)
    return where, block, lane, kind, offset, width


@dataclass
class Order:
    """Which accesses are over, as each lane knows: slow, and simple."""

    known: dict[tuple[int, int], set[int]] = field(default_factory=dict)

    def join(self, lanes):
        all_known = set().union(*(self.known.get(lane, set()) for lane in lanes))
        for lane in lanes:
            self.known[lane] = set(all_known)

    def has_race(self, program):
        """Return whether two accesses that nothing orders are at one byte, one writes, and not both are atomic."""
        for number, step in enumerate(program):
            if step[0] == "barrier":
                for block in range(BLOCKS):
                    self.join([(block, thread) for thread in BUSY])
            elif step[0] == "collective":
                self.join([(step[1], lane) for lane in range(4) if step[2] >> lane & 1])
            else:
                known = self.known.setdefault(step[1:3], set())
                before = (earlier for earlier in range(number) if earlier not in known)
                if any(clash(program[earlier], step) for earlier in before):
                    return True
                known.add(number)
        return False


def clash(one, other):
    if one[0] in ("barrier", "collective") or {one[3], other[3]} in ({"read"}, {"add"}):
        return False
    if one[0] == "shared" and one[1] != other[1]:
        return False
    return one[4] < other[4] + other[5] and other[4] < one[4] + one[5]


def test_random_programs_race_where_nothing_orders_two_accesses(schedule):
    random = Random(schedule)
    races = 0
    for number in range(PROGRAMS):
        program = random_program(random)
        engine = Engine(number, schedule)
        try:
            engine.launch(run, BLOCKS, THREADS, program, place(engine, np.zeros(SIZE, np.uint8)))
            found = False
        except Race:
            found = True
        assert found == Order().has_race(program), program
        races += found
    assert PROGRAMS // 5 < races < PROGRAMS * 4 // 5
