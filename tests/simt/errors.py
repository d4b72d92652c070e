"""What the engine reports. Errors found in a lane name its block, its thread and its line."""

# ruff: noqa: N818
# Each name says what happened.


class EngineError(Exception):
    """Base of all."""


class OutOfBounds(EngineError):
    """An address outside of every allocation, or an index outside of an array."""


class Misaligned(EngineError):
    """An address that is no multiple of the width of the access."""


class Uninitialised(EngineError):
    """A read of bytes that nobody ever wrote."""


class Race(EngineError):
    """Two lanes at the same byte, at least one writes, and nothing orders them."""


class Deadlock(EngineError):
    """Lanes that wait for what will never happen."""


class DivergentBarrier(Deadlock):
    """A barrier of the block that some lanes will never reach, or reach at another place."""


class BadCollective(EngineError):
    """A warp collective with a mask or a source that the device leaves undefined."""


class KernelFailed(EngineError):
    """Any other exception of the kernel's code; it is the cause of this one."""
