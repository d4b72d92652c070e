"""How kernels and their device functions are compiled: no signatures here, so that nothing is compiled by importing."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pixgrep.compiled.cache import KernelCache, kernel_stamp
from pixgrep.gpu.toolchain import load_numba_cuda

cuda = load_numba_cuda()

from numba.cuda import types  # noqa: E402  # after numba-cuda took the place of Numba's own target
from numba.cuda.dispatcher import CUDACacheImpl  # noqa: E402
from numba.cuda.extending import intrinsic  # noqa: E402

__all__ = ["cuda", "device", "intrinsic", "kernel", "types"]


def device(function: Callable[..., Any]) -> Any:
    """Make a device function: inlined wherever it is called, so that no call is left in the machine code."""
    return cuda.jit(device=True, forceinline=True)(function)


def kernel(function: Callable[..., Any]) -> Any:
    """Make a kernel; it is compiled at its first launch, for the types of the arguments, and kept on disk."""
    dispatcher = cuda.jit(function)
    stamp = kernel_stamp(Path(__file__).parent, version("numba-cuda"))
    dispatcher._cache = KernelCache(function.__qualname__, stamp, _KeptKernel)
    return dispatcher


class _KeptKernel(CUDACacheImpl):  # type: ignore[misc]  # Numba has no types
    """How a kernel is taken apart and together again: loaded at once, while Numba lets only one thread compile."""

    def rebuild(self, target_context: Any, payload: Any) -> Any:
        """Return a kernel that threads may launch; two that load it at the same time make numba-cuda fail (0.30.4)."""
        kept = CUDACacheImpl.rebuild(self, target_context, payload)
        kept.bind()
        return kept
