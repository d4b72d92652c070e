"""The module `cuda` as kernels see it in the engine."""

import sys
from operator import index
from random import Random
from types import FrameType
from typing import Any

import numpy as np

from . import bitwise
from .arrays import Atomic, Local, Shared
from .collectives import BARRIERS, OPERATIONS, require_shuffle
from .errors import BadCollective, DivergentBarrier
from .lanes import EVERY_LANE, WARP, Block, Index, Lane, Now
from .races import pass_barrier, pass_collective

SLEEP = "nanosleep"
ATOMIC_ACCESS = "an atomic access"
ONE_MORE_TURN = 0.6
IDLE = (SLEEP, ATOMIC_ACCESS)
"""At what a lane waits for nothing but its next turn."""


class Device:
    """
    Stands for `numba.cuda` in the globals of kernels.

    Small integers are plain ones, so that they take the width of what they meet, as they never lack bits there.
    """

    warpsize = WARP
    popc = staticmethod(bitwise.popc)
    clz = staticmethod(bitwise.clz)
    ffs = staticmethod(bitwise.ffs)
    brev = staticmethod(bitwise.brev)
    selp = staticmethod(bitwise.selp)

    def __init__(self, now: Now, races: bool) -> None:
        self._now = now
        self._races = races
        self.shared = Shared(now, races)
        self.local = Local(now)
        self.atomic = Atomic()

    @property
    def threadIdx(self) -> Index:  # noqa: N802
        return self._now.lane.thread

    @property
    def blockIdx(self) -> Index:  # noqa: N802
        return self._now.lane.block.index

    @property
    def blockDim(self) -> Index:  # noqa: N802
        return self._now.block_size

    @property
    def gridDim(self) -> Index:  # noqa: N802
        return self._now.grid_size

    @property
    def laneid(self) -> int:
        return self._now.lane.position

    def grid(self, dimensions: int) -> Any:
        """Return the place of the thread in the grid."""
        lane, size = self._now.lane, self._now.block_size
        places = zip(lane.block.index, size, lane.thread, strict=True)
        return _some(dimensions, [block * width + thread for block, width, thread in places])

    def gridsize(self, dimensions: int) -> Any:
        """Return how many threads there are."""
        sizes = zip(self._now.grid_size, self._now.block_size, strict=True)
        return _some(dimensions, [blocks * threads for blocks, threads in sizes])

    def lanemask_lt(self) -> np.uint32:
        return np.uint32(self._now.lane.bit - 1)

    def activemask(self) -> np.uint32:
        raise NotImplementedError("which lanes run together is chance: kernels must not ask")

    def threadfence(self) -> None:
        """Do nothing: memory is in order here."""

    threadfence_block = threadfence_system = threadfence

    def nanosleep(self, nanoseconds: Any) -> None:
        """Let all others run."""
        self._give_turn(SLEEP, sys._getframe(1))

    def give_turns(self, random: Random, frame: FrameType) -> None:
        """Let all others run before an atomic access that a kernel makes in that frame, as often as chance has it."""
        while random.random() < ONE_MORE_TURN:
            self._give_turn(ATOMIC_ACCESS, frame)

    def _give_turn(self, operation: str, frame: FrameType) -> None:
        lane = self._now.lane
        lane.wait = (operation, frame.f_code, frame.f_lasti)
        lane.block.sleeping.append(lane)
        self._now.hub.switch()

    def syncthreads(self) -> None:
        self._barrier("syncthreads", None, sys._getframe(1))

    def syncthreads_count(self, predicate: Any) -> Any:
        return self._barrier("syncthreads_count", predicate, sys._getframe(1))

    def syncthreads_and(self, predicate: Any) -> Any:
        return self._barrier("syncthreads_and", predicate, sys._getframe(1))

    def syncthreads_or(self, predicate: Any) -> Any:
        return self._barrier("syncthreads_or", predicate, sys._getframe(1))

    def syncwarp(self, mask: Any = EVERY_LANE) -> None:
        self._collective("syncwarp", mask, None, 0, sys._getframe(1))

    def ballot_sync(self, mask: Any, predicate: Any) -> Any:
        return self._collective("ballot_sync", mask, predicate, 0, sys._getframe(1))

    def any_sync(self, mask: Any, predicate: Any) -> Any:
        return self._collective("any_sync", mask, predicate, 0, sys._getframe(1))

    def all_sync(self, mask: Any, predicate: Any) -> Any:
        return self._collective("all_sync", mask, predicate, 0, sys._getframe(1))

    def eq_sync(self, mask: Any, predicate: Any) -> Any:
        return self._collective("eq_sync", mask, predicate, 0, sys._getframe(1))

    def match_any_sync(self, mask: Any, value: Any) -> Any:
        return self._collective("match_any_sync", mask, value, 0, sys._getframe(1))

    def match_all_sync(self, mask: Any, value: Any) -> Any:
        return self._collective("match_all_sync", mask, value, 0, sys._getframe(1))

    def shfl_sync(self, mask: Any, value: Any, source: Any) -> Any:
        return self._shuffle("shfl_sync", mask, value, source, sys._getframe(1))

    def shfl_up_sync(self, mask: Any, value: Any, delta: Any) -> Any:
        return self._shuffle("shfl_up_sync", mask, value, delta, sys._getframe(1))

    def shfl_down_sync(self, mask: Any, value: Any, delta: Any) -> Any:
        return self._shuffle("shfl_down_sync", mask, value, delta, sys._getframe(1))

    def shfl_xor_sync(self, mask: Any, value: Any, lane_mask: Any) -> Any:
        return self._shuffle("shfl_xor_sync", mask, value, lane_mask, sys._getframe(1))

    def _shuffle(self, operation: str, mask: Any, value: Any, argument: Any, frame: FrameType) -> Any:
        require_shuffle(operation, value, index(argument))
        return self._collective(operation, mask, value, index(argument), frame)

    def _collective(self, operation: str, mask: Any, value: Any, argument: int, frame: FrameType) -> Any:
        lane = self._now.lane
        warp = lane.warp
        members = index(mask) & warp.mask  # bits of lanes that the block does not have mean nothing
        if not members & lane.bit:
            raise BadCollective(f"{operation}: the lane is not in its own mask {members:#x}")
        lane.value, lane.argument = value, argument
        lane.wait = (operation, frame.f_code, frame.f_lasti)
        group = warp.pending.setdefault((operation, members), [])
        group.append(lane)
        self.require_present(lane)
        if len(group) == members.bit_count():
            del warp.pending[operation, members]
            self._complete(operation, group)
        self._now.hub.switch()
        return lane.result

    def _complete(self, operation: str, group: list[Lane]) -> None:
        OPERATIONS[operation](group)
        if self._races:
            pass_collective(group)
        group[0].warp.ready += group

    def require_present(self, lane: Lane) -> None:
        """Raise where lanes wait in the lane's warp for one that has exited."""
        warp = lane.warp
        for operation, members in warp.pending:
            if members & warp.exited:
                gone = members & warp.exited
                who = f"{operation} in the warp of {lane}"
                raise BadCollective(f"{who}: {gone:#x} of mask {members:#x} exited")

    def _barrier(self, operation: str, value: Any, frame: FrameType) -> Any:
        lane = self._now.lane
        lane.value = value
        lane.wait = (operation, frame.f_code, frame.f_lasti)
        lane.block.arrived.append(lane)
        self.settle_barrier(lane.block)
        self._now.hub.switch()
        return lane.result

    def settle_barrier(self, block: Block) -> None:
        """Let the block pass its barrier if all arrived; to be called when one arrives or exits."""
        arrived = block.arrived
        if not arrived or len(arrived) < block.live:
            return
        wait = arrived[0].wait
        if block.live < len(block.lanes) or any(lane.wait != wait for lane in arrived):
            raise DivergentBarrier(f"divergent barrier: {block.report()}")
        result = BARRIERS[wait[0]](arrived)
        block.arrived = []
        if self._races:
            pass_barrier(block)
        for lane in arrived:
            lane.result = result
            lane.warp.ready.append(lane)


def _some(dimensions: int, values: list[int]) -> int | tuple[int, ...]:
    return values[0] if dimensions == 1 else tuple(values[:dimensions])
