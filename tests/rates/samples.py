"""Rates that make plans easy to foresee."""

from dataclasses import replace
from typing import Any

from pixgrep.rates import BUILT_IN, GpuSpeed, Rates, Speed

FAST_GPU = GpuSpeed("fast", Speed(0.5, 1e-5, 0, 1e-13, 1e-13, 1e-13, 1e-12), upload=1e-12, download=1e-12)
SLOW_GPU = replace(FAST_GPU, name="slow", upload=1e-9)


def rates(gpu: GpuSpeed | None = None, **changes: Any) -> Rates:
    """Return the built-in rates with a GPU, and other changes."""
    return replace(BUILT_IN, gpu=gpu, **changes)
