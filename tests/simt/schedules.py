"""In which order the lanes of a block run, each until its next wait."""

from collections.abc import Callable
from random import Random

from .lanes import Block, Lane

Run = Callable[[Lane], None]
Schedule = Callable[[Block, Run, Random], None]


def fair(block: Block, run: Run, random: Random) -> None:
    """All that are ready, in random order."""
    ready = [lane for warp in block.warps for lane in warp.take()]
    random.shuffle(ready)
    for lane in ready:
        run(lane)


def greedy(block: Block, run: Run, random: Random) -> None:
    """One warp up to the barrier of the block before the next one starts: the others come far too late."""
    for warp in random.sample(block.warps, len(block.warps)):
        while warp.ready:
            ready = warp.take()
            random.shuffle(ready)
            for lane in ready:
                run(lane)


def backwards(block: Block, run: Run, random: Random) -> None:
    """All that are ready, the highest first."""
    for warp in reversed(block.warps):
        for lane in sorted(warp.take(), key=lambda lane: lane.position, reverse=True):
            run(lane)


SCHEDULES: dict[str, Schedule] = {"fair": fair, "greedy": greedy, "reversed": backwards}
