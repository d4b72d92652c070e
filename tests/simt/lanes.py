"""Lanes, warps and blocks: what the scheduler moves and the device functions look at."""

from collections import Counter
from types import CodeType
from typing import Any, NamedTuple

from greenlet import greenlet  # type: ignore[import-untyped]

WARP = 32
EVERY_LANE = 0xFFFFFFFF


class Index(NamedTuple):
    """A place or a size in three dimensions."""

    x: int
    y: int
    z: int

    @classmethod
    def of(cls, size: int | tuple[int, ...]) -> "Index":
        """Return a size as launches take it: a number or up to three."""
        sizes = (size,) if isinstance(size, int) else tuple(size)
        if not 1 <= len(sizes) <= 3 or min(sizes) < 1:
            raise ValueError(f"one to three sizes of 1 or more are needed, not {size}")
        return cls(*sizes, *(1,) * (3 - len(sizes)))

    def places(self) -> list["Index"]:
        """Return all places within this size, x fastest."""
        return [Index(x, y, z) for z in range(self.z) for y in range(self.y) for x in range(self.x)]


Wait = tuple[str, CodeType, int]
"""At which operation a lane waits, and where it stands in the kernel: code and instruction."""


def line_of(code: CodeType, instruction: int) -> str:
    """Return where an instruction stands in the source."""
    lines = list(code.co_positions())
    return f"{code.co_filename.rpartition('/')[2]}:{lines[instruction // 2][0]} in {code.co_name}"


class Lane:
    """
    One thread of the grid.

    Attributes
    ----------
    position, bit : int
        Its place in the warp, and that place as a mask.
    time : int
        Of its last barrier or collective, on the clock of its block.
    seen : list of int
        For each place in the warp, up to which time that lane's accesses are known to be over; see `races`.
    """

    __slots__ = (
        "argument",
        "bit",
        "block",
        "error",
        "finished",
        "position",
        "result",
        "seen",
        "thread",
        "time",
        "value",
        "wait",
        "warp",
        "worker",
    )

    def __init__(self, block: "Block", warp: "Warp", thread: Index, position: int) -> None:
        self.block = block
        self.warp = warp
        self.thread = thread
        self.position = position
        self.bit = 1 << position
        self.time = 0
        self.seen = NOTHING_SEEN
        self.wait: Wait = NOT_STARTED
        self.value: Any = None
        self.argument: Any = None
        self.result: Any = None
        self.error: Exception | None = None
        self.finished = False
        self.worker: greenlet | None = None

    def __str__(self) -> str:
        return f"block {tuple(self.block.index)} thread {tuple(self.thread)}"


NOTHING_SEEN = [-1] * WARP
NOT_STARTED: Wait = ("start", Lane.__init__.__code__, 0)


class Warp:
    """
    Up to 32 lanes.

    Attributes
    ----------
    mask, exited : int
        Which lanes there are, and which are through.
    ready : list of Lane
        Those that can run.
    pending : dict
        From operation and mask to the lanes that arrived at that collective.
    """

    __slots__ = ("exited", "lanes", "mask", "pending", "ready")

    def __init__(self) -> None:
        self.lanes: list[Lane] = []
        self.mask = 0
        self.exited = 0
        self.ready: list[Lane] = []
        self.pending: dict[tuple[str, int], list[Lane]] = {}

    def take(self) -> list[Lane]:
        """Return the lanes that can run; they are no longer listed."""
        ready, self.ready = self.ready, []
        return ready


class Block:
    """
    The lanes that share memory and barriers.

    Attributes
    ----------
    live : int
        How many lanes have not exited.
    arrived, sleeping : list of Lane
        Those at the barrier, and those that gave up their turn.
    time, barrier_time : int
        The clock that counts barriers and collectives, and its reading at the last barrier.
    shared : dict
        From place in the kernel to the shared array made there.
    """

    __slots__ = ("arrived", "barrier_time", "index", "lanes", "live", "shared", "sleeping", "time", "warps")

    def __init__(self, index: Index, threads: list[Index]) -> None:
        self.index = index
        self.warps: list[Warp] = []
        self.lanes: list[Lane] = []
        self.live = len(threads)
        self.arrived: list[Lane] = []
        self.sleeping: list[Lane] = []
        self.time = 0
        self.barrier_time = 0
        self.shared: dict[Any, Any] = {}
        for first in range(0, len(threads), WARP):
            self._add_warp(threads[first : first + WARP])

    def _add_warp(self, threads: list[Index]) -> None:
        warp = Warp()
        warp.lanes = [Lane(self, warp, thread, position) for position, thread in enumerate(threads)]
        warp.mask = (1 << len(threads)) - 1
        warp.ready = list(warp.lanes)
        self.warps.append(warp)
        self.lanes += warp.lanes

    def wake(self) -> None:
        """Give those that sleep another turn."""
        sleeping, self.sleeping = self.sleeping, []
        for lane in sleeping:
            lane.warp.ready.append(lane)

    def report(self) -> str:
        """Return how many lanes wait at what."""
        waits = Counter(lane.wait for lane in self.lanes if not lane.finished)
        parts = [
            f"{count} of {len(self.lanes)} lanes wait at {operation} ({line_of(code, instruction)})"
            for (operation, code, instruction), count in waits.items()
        ]
        exited = len(self.lanes) - self.live
        return f"block {tuple(self.index)}: {', '.join([*parts, f'{exited} exited'] if exited else parts)}"

    @property
    def is_stuck(self) -> bool:
        """Whether lanes are left and none of them can ever run again."""
        return bool(self.live) and not self.sleeping and not any(warp.ready for warp in self.warps)


class Now:
    """What runs at this moment: all device functions look here."""

    __slots__ = ("block_size", "grid_size", "hub", "lane")

    def __init__(self) -> None:
        self.lane: Lane
        self.hub: greenlet
        self.grid_size = self.block_size = Index(1, 1, 1)
