"""
Compile a kernel with Numba and keep the machine code in a private folder.

Numba's own cache raises on a truncated, foreign or full cache at the first call, and unpickles whatever it finds
(seen with 0.68). Here whatever goes wrong, the kernel is compiled again and the search goes on.
"""

import hashlib
import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import llvmlite
import numba
from numba.core.caching import CompileResultCacheImpl, _Cache
from numba.core.serialize import dumps

from pixgrep.storage import load, private_folder, remove, save, source_stamp

if numba.config.DISABLE_JIT:
    raise ImportError("NUMBA_DISABLE_JIT is set, and vector kernels cannot run as Python")

FOLDER = "kernels"


def compiled(function: Callable[..., Any]) -> Any:
    """
    Compile `function` with Numba: no Python lock held, no bounds checks, cached on disk.

    Never ``parallel=True``: threads belong to `run`, and Numba's default thread pool aborts the process when two
    Python threads enter it (seen, 0.68).
    """
    dispatcher = numba.njit(nogil=True, error_model="numpy")(function)
    dispatcher._cache = KernelCache(function.__qualname__, kernel_stamp(Path(__file__).parent))
    return dispatcher


def kernel_stamp(folder: Path, versions: str = "") -> bytes:
    """
    Return a digest of all that decides the machine code, but for the processor and the types of the arguments.

    Parameters
    ----------
    folder : Path
        Where the sources of the kernels are.
    versions : str
        Of the tools that compile them, besides Numba.
    """
    return source_stamp(tuple(folder.glob("*.py")), f"{numba.__version__} {llvmlite.__version__} {versions}")


class KernelCache(_Cache):  # type: ignore[misc]  # Numba has no types
    """
    Machine code of one kernel: a file per signature, read back only when whole and ours.

    Parameters
    ----------
    name : str
        Of the kernel.
    stamp : bytes
        See `source_stamp`.
    result : type
        How Numba takes a compiled kernel apart, and together again.
    """

    def __init__(self, name: str, stamp: bytes, result: Any = CompileResultCacheImpl) -> None:
        self._name = name
        self._stamp = stamp
        self._result = result

    @property
    def cache_path(self) -> str:
        """The folder, as Numba's statistics want it."""
        return str(private_folder(FOLDER))

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled kernel for `sig`, or None when it must be compiled."""
        path = self._path(sig, target_context.codegen())
        content = None if path is None else load(path)
        if path is None or content is None:
            return None
        try:
            target_context.refresh()
            return self._result.rebuild(self, target_context, pickle.loads(content))
        except Exception:  # whatever is wrong with it, compiling again is the answer
            remove(path)
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the compiled kernel, whole or not at all; a full or read-only disk is no reason to fail."""
        path = self._path(sig, data.codegen)
        if path is None:
            return
        with suppress(Exception):
            save(path, dumps(self._result.reduce(self, data)))

    def _path(self, sig: Any, codegen: Any) -> Path | None:
        folder = private_folder(FOLDER)
        if folder is None:
            return None
        key = hashlib.sha256(self._stamp + repr((self._name, sig, codegen.magic_tuple())).encode())
        return folder / f"{self._name}-{key.hexdigest()[:32]}.bin"

    def enable(self) -> None:
        """Do nothing: the cache cannot be switched off from here."""

    def disable(self) -> None:
        """Do nothing: the cache cannot be switched off from here."""

    def flush(self) -> None:
        """Remove what is kept of this kernel."""
        for path in (private_folder(FOLDER) or Path()).glob(f"{self._name}-*.bin"):
            path.unlink(missing_ok=True)
