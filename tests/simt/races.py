"""
Finds races: two lanes at one cell of memory, at least one writes, not both atomic, and nothing orders them.

Within a block a barrier orders all lanes, and a warp collective those in its mask (also by way of a third lane).
Nothing orders blocks. A cell remembers its last write, and of the reads and atomics since then as many as any later
access could race with: two of different warps or blocks stand for all.
"""

from types import FrameType
from typing import Any, Final

from .lanes import Block, Lane, line_of

READ: Final = 0
WRITE: Final = 1
ATOMIC: Final = 2
DONE = ("read", "written", "changed atomically")

Record = tuple[Any, ...]  # the lane, its time, its code and instruction; a plain tuple, as each access makes one
Clash = str | None
Crowd = Record | list[Record] | None
Cells = dict[int, list[Any]]  # from number of the cell to what was last done there: by READ, WRITE and ATOMIC


def record(lane: Lane, frame: FrameType) -> Record:
    """Return who is at which time at which place."""
    return (lane, lane.time, frame.f_code, frame.f_lasti)


def touch(cells: Cells, number: int, kind: int, new: Record) -> Clash:
    """Note an access; where an earlier one is not ordered before it, return what to say of the two."""
    cell = cells.get(number)
    if cell is None:
        cell = cells[number] = [None, None, None]
        cell[kind] = new
        return None
    lane = new[0]
    for before in (READ, WRITE, ATOMIC):
        crowd = cell[before]
        if crowd is None or (kind == before and kind != WRITE) or crowd[0] is lane:
            continue
        other = _unordered(crowd, lane)
        if other is not None:
            return f"{DONE[kind]} here, {DONE[before]} by {other[0]} at {line_of(other[2], other[3])}"
    if kind == WRITE:
        cell[READ] = cell[ATOMIC] = None
        cell[WRITE] = new
    else:
        cell[kind] = _join(cell[kind], new)
    return None


def _is_ordered(old: Record, lane: Lane) -> bool:
    """Return whether an access is over before whatever the lane does next."""
    other = old[0]
    if other is lane:
        return True
    if other.block is not lane.block:
        return False
    if old[1] < lane.block.barrier_time:
        return True
    return other.warp is lane.warp and lane.seen[other.position] >= old[1]


def _unordered(crowd: Crowd, lane: Lane) -> Record | None:
    for old in crowd if isinstance(crowd, list) else (crowd,):
        if old is not None and not _is_ordered(old, lane):
            return old
    return None


def _join(crowd: Crowd, new: Record) -> Crowd:
    """Return the accesses with which later ones could race, `new` among them."""
    lane = new[0]
    if crowd is None:
        return new
    if not isinstance(crowd, list):
        return new if _is_ordered(crowd, lane) else [crowd, new]
    first, second = crowd[0], crowd[-1]
    if first[0].block is not second[0].block:
        return crowd  # whoever writes next races with one of the two
    start = lane.block.barrier_time
    if lane.block is first[0].block and first[0].warp is not second[0].warp and min(first[1], second[1]) >= start:
        return crowd  # the same, until the barrier
    still = [old for old in crowd if not _is_ordered(old, lane)]
    for part in ("block", "warp"):
        for old in still:
            if getattr(old[0], part) is not getattr(lane, part):
                return [old, new]
    return [*still, new] if still else new


def pass_barrier(block: Block) -> None:
    """Order all that the block did before all that it will do."""
    block.time = block.barrier_time = block.time + 1
    for lane in block.lanes:
        lane.time = block.time


def pass_collective(lanes: list[Lane]) -> None:
    """Order all that these lanes of a warp did, or have seen done, before all that they will do."""
    block = lanes[0].block
    known = list({id(lane.seen): lane.seen for lane in lanes}.values())
    seen = [max(times) for times in zip(*known, strict=True)] if len(known) > 1 else list(known[0])
    for lane in lanes:
        seen[lane.position] = lane.time
    block.time += 1
    for lane in lanes:
        lane.seen = seen
        lane.time = block.time
