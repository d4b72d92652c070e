"""
Runs CUDA kernels written for numba-cuda without a GPU: each lane is a greenlet, all in one thread of the system.

What it checks and a compiled kernel does not: addresses and indices, reads of what was never written, races, barriers
under divergence, the masks of warp collectives, deadlocks. What it cannot show: weak memory order, and the widths of
integers (Numba computes with at least 64 bits where NumPy keeps 32).
"""

from .engine import Engine
from .errors import (
    BadCollective,
    Deadlock,
    DivergentBarrier,
    EngineError,
    KernelFailed,
    Misaligned,
    OutOfBounds,
    Race,
    Uninitialised,
)
from .memory import Memory

__all__ = [
    "BadCollective",
    "Deadlock",
    "DivergentBarrier",
    "Engine",
    "EngineError",
    "KernelFailed",
    "Memory",
    "Misaligned",
    "OutOfBounds",
    "Race",
    "Uninitialised",
]
