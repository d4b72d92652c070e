"""Runs kernels: starts blocks, switches between lanes, and reports what goes wrong."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from random import Random
from types import FrameType, TracebackType
from typing import Any

import numpy as np
from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]

from .clone import MARK, Cloner
from .device import IDLE, Device
from .errors import Deadlock, EngineError, KernelFailed
from .intrinsics import make_intrinsics
from .lanes import Block, Index, Lane, Now, line_of
from .memory import Memory
from .schedules import SCHEDULES

MOST_THREADS = 1024
MOST_IDLE_ROUNDS = 2000
"""How often all lanes that can run may do nothing but sleep, before they count as waiting for ever."""


class Engine:
    """
    A device without a GPU.

    Parameters
    ----------
    seed : int
        Of the order of lanes, warps and blocks.
    schedule : {"greedy", "fair", "reversed"}
        See `schedules`.
    resident : int
        How many blocks run at once; they start in the order of their numbers.
    races : bool
        Whether to look for races; it takes about half of the time.
    turns : bool
        Whether a lane lets others run before atomic accesses: what it read a moment ago may be wrong then.

    Attributes
    ----------
    memory : Memory
        What kernels reach by address.
    """

    def __init__(
        self, seed: int = 0, schedule: str = "greedy", resident: int = 4, races: bool = True, turns: bool = False
    ) -> None:
        self.memory = Memory()
        self._now = Now()
        self._device = Device(self._now, races)
        self._random = Random(seed)
        give_turn = partial(self._device.give_turns, self._random) if turns else _keep_turn
        self._cloner = Cloner(self._device, make_intrinsics(self.memory, self._now, races, give_turn))
        self._is_reversed = schedule == "reversed"
        self._step = SCHEDULES[schedule]
        self._resident = resident

    def launch(self, kernel: Any, grid: int | tuple[int, ...], block: int | tuple[int, ...], *arguments: Any) -> None:
        """
        Run a kernel to its end.

        Parameters
        ----------
        kernel : CUDADispatcher or function
        grid, block : int or tuple of int
            How many blocks, and how many threads in each.
        *arguments
            Of the kernel; they reach it as they are.

        Raises
        ------
        EngineError
            Where the kernel does what it must not; memory stays as it was at that moment.
        """
        size = Index.of(block)
        if size.x * size.y * size.z > MOST_THREADS:
            raise ValueError(f"blocks have up to {MOST_THREADS} threads, not {block}")
        self._now.hub, self._now.grid_size, self._now.block_size = getcurrent(), Index.of(grid), size
        launch = _Launch(self._now, self._device, self._cloner.clone(kernel), arguments)
        try:
            with _collector_paused():
                self._run(launch)
        finally:
            launch.end()
            self.memory.forget_accesses()

    def _run(self, launch: "_Launch") -> None:
        waiting = self._now.grid_size.places()[::-1]
        threads = self._now.block_size.places()
        active: list[Block] = []
        idle = 0
        while active or waiting:
            while waiting and len(active) < self._resident:
                active.append(Block(waiting.pop(), threads))
            launch.is_moving = False
            for block in active[::-1] if self._is_reversed else self._random.sample(active, len(active)):
                block.wake()
                self._step(block, launch.resume, self._random)
                if block.is_stuck:
                    raise Deadlock(f"deadlock: {block.report()}")
            active = [block for block in active if block.live]
            idle = 0 if launch.is_moving else idle + 1
            if idle > MOST_IDLE_ROUNDS:
                raise Deadlock("deadlock, nobody does what is slept for: " + "; ".join(map(Block.report, active)))


def _keep_turn(frame: FrameType) -> None:
    """Do nothing."""


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Collect no garbage: looking through the notes on all accesses again and again takes half of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Launch:
    """
    The greenlets of one launch; each runs one lane after the other.

    Attributes
    ----------
    is_moving : bool
        Whether a lane did anything but give up its turn, again and again, since this was reset.
    """

    def __init__(self, now: Now, device: Device, function: Any, arguments: tuple[Any, ...]) -> None:
        self._now = now
        self._device = device
        self._function = function
        self._arguments = arguments
        self._workers: list[greenlet] = []
        self._free: list[greenlet] = []
        self.is_moving = False

    def resume(self, lane: Lane) -> None:
        """Let a lane run until its next wait or its end."""
        if lane.worker is None:
            lane.worker = self._free.pop() if self._free else self._make_worker()
        was_idle = lane.wait[0] in IDLE
        self._now.lane = lane
        lane.worker.switch(lane)
        if lane.error is not None:
            raise _named(lane, lane.error) from lane.error
        if lane.finished:
            self._finish(lane)
        elif was_idle and lane.wait[0] in IDLE:
            return
        self.is_moving = True

    def end(self) -> None:
        """Leave no greenlet behind."""
        for worker in self._workers:
            worker.throw()

    def _make_worker(self) -> greenlet:
        worker = greenlet(self._work)
        self._workers.append(worker)
        return worker

    def _work(self, lane: Lane) -> None:
        with np.errstate(over="ignore"):  # here, as each greenlet has a context of its own
            while True:
                try:
                    self._function(*self._arguments)
                except Exception as error:
                    lane.error = error
                lane.finished = True
                lane = self._now.hub.switch()

    def _finish(self, lane: Lane) -> None:
        self._free.append(lane.worker)
        lane.worker = None
        lane.warp.exited |= lane.bit
        lane.block.live -= 1
        if lane.warp.pending:
            self._device.require_present(lane)
        self._device.settle_barrier(lane.block)


def _named(lane: Lane, error: Exception) -> EngineError:
    """Return the error of a lane as one that says where it was."""
    place = f"{lane}{_line(error.__traceback__)}"
    if isinstance(error, EngineError):
        return type(error)(f"{place}: {error}")
    return KernelFailed(f"{place}: {type(error).__name__}: {error}")


def _line(traceback: TracebackType | None) -> str:
    line = ""
    while traceback is not None:
        frame = traceback.tb_frame
        if MARK in frame.f_globals:
            line = f" at {line_of(frame.f_code, traceback.tb_lasti)}"
        traceback = traceback.tb_next
    return line
