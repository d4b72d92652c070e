"""
numba-cuda, loaded when it is needed and checked: what compiles kernels for a GPU.

numba-cuda takes the place of Numba's own, abandoned `numba.cuda` by an import hook, which a ``.pth`` file installs;
where packages are not in ``site-packages`` that file is not read, and the old one would be loaded without a word.
"""

import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import numpy as np

from pixgrep.errors import DeviceError, MissingExtraError

INSTALL = "install it by: pip install 'pixgrep[cuda]' (CUDA 13) or 'pixgrep[cuda12]'"


def load_numba_cuda() -> ModuleType:
    """
    Return the module ``numba.cuda`` of numba-cuda.

    Raises
    ------
    MissingExtraError
        numba-cuda is not installed, or cannot be imported.
    DeviceError
        Numba's old target would be used instead.
    """
    if not hasattr(np, "row_stack"):  # NumPy 2.5 dropped the name, numba-cuda up to 0.30.4 looks it up while compiling
        setattr(np, "row_stack", np.vstack)  # noqa: B010  # types know of no such name
    try:
        if "numba.cuda" not in sys.modules:
            import _numba_cuda_redirector  # noqa: F401
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of its own code, by NumPy 2.5
            from numba import cuda
    except ImportError as error:
        raise MissingExtraError(f"searching on a GPU needs numba-cuda ({error}); {INSTALL}") from error
    from numba import config

    if config.ENABLE_CUDASIM:
        raise DeviceError("NUMBA_ENABLE_CUDASIM is set, and the simulator cannot run these kernels; unset it")
    module: ModuleType = cuda
    if "numba_cuda" not in (module.__file__ or ""):
        raise DeviceError(
            f"numba.cuda comes from {module.__file__}, the old target of Numba, and not from numba-cuda: something "
            f"imported it before pixgrep could; import pixgrep first, or {INSTALL}"
        )
    return module


_hints = threading.Lock()


@contextmanager
def without_hints() -> Iterator[None]:
    """
    Let numba-cuda not warn of grids of fewer than 128 blocks: a small picture needs no more, and a scan just one.

    The setting is everybody's, so it is changed for these microseconds only.
    """
    from numba.cuda.core import config

    with _hints:
        kept = config.CUDA_LOW_OCCUPANCY_WARNINGS
        config.CUDA_LOW_OCCUPANCY_WARNINGS = 0
        try:
            yield
        finally:
            config.CUDA_LOW_OCCUPANCY_WARNINGS = kept
