"""
Compile a kernel with Numba and keep the machine code in a private folder.

Numba's own cache raises on a truncated, foreign or full cache at the first call, and unpickles whatever it finds
(seen with 0.68). Here an entry is read only from a folder that is ours and that nobody else can write to, and only when
its SHA-256 is right; whatever goes wrong, the kernel is compiled again and the search goes on.
"""

import hashlib
import os
import pickle
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
from numba.core.caching import CompileResultCacheImpl, _Cache
from numba.core.serialize import dumps

if numba.config.DISABLE_JIT:
    raise ImportError("NUMBA_DISABLE_JIT is set, and vector kernels cannot run as Python")

DIGEST_BYTES = hashlib.sha256().digest_size


def compiled(function: Callable[..., Any]) -> Any:
    """
    Compile `function` with Numba: no Python lock held, no bounds checks, cached on disk.

    Never ``parallel=True``: threads belong to `run`, and Numba's default thread pool aborts the process when two
    Python threads enter it (seen, 0.68).
    """
    dispatcher = numba.njit(nogil=True, error_model="numpy")(function)
    dispatcher._cache = KernelCache(function.__qualname__, source_stamp(Path(__file__).parent))
    return dispatcher


@cache
def cache_folder() -> Path | None:
    """
    Return the private folder for machine code, made if need be; None where there is none to be had.

    It is in the user's cache folder, or where the environment variable ``PIXGREP_CACHE`` says.
    """
    try:
        folder = Path(os.environ.get("PIXGREP_CACHE") or _user_cache()) / "kernels"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.lstat()
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return None
    if hasattr(os, "getuid"):
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid() or facts.st_mode & 0o022:
            return None  # somebody else could put code there that we would run
    return folder


def _user_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("pixgrep")


@cache
def source_stamp(folder: Path, versions: str = "") -> bytes:
    """
    Return a digest of all that decides the machine code, but for the processor and the types of the arguments.

    Parameters
    ----------
    folder : Path
        Where the sources of the kernels are.
    versions : str
        Of the tools that compile them, besides Numba.
    """
    digest = hashlib.sha256(f"{numba.__version__} {llvmlite.__version__} {versions}".encode())
    for file in sorted(folder.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.digest()


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
        return str(cache_folder())

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled kernel for `sig`, or None when it must be compiled."""
        path = self._path(sig, target_context.codegen())
        if path is None:
            return None
        try:
            content = path.read_bytes()
            target_context.refresh()
            if hashlib.sha256(content[DIGEST_BYTES:]).digest() != content[:DIGEST_BYTES]:
                raise ValueError("the digest is wrong")
            return self._result.rebuild(self, target_context, pickle.loads(content[DIGEST_BYTES:]))
        except FileNotFoundError:
            return None
        except Exception:  # whatever is wrong with it, compiling again is the answer
            with suppress(OSError):
                path.unlink()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the compiled kernel, whole or not at all; a full or read-only disk is no reason to fail."""
        path = self._path(sig, data.codegen)
        if path is None:
            return
        try:
            content = dumps(self._result.reduce(self, data))
            handle, temporary = tempfile.mkstemp(dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(hashlib.sha256(content).digest() + content)
                os.replace(temporary, path)
            except OSError:
                os.unlink(temporary)
        except Exception:
            return

    def _path(self, sig: Any, codegen: Any) -> Path | None:
        folder = cache_folder()
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
        for path in (cache_folder() or Path()).glob(f"{self._name}-*.bin"):
            path.unlink(missing_ok=True)
