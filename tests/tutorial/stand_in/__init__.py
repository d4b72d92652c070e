"""
Stands for `numba.cuda` where there is no GPU, for those who read the tutorial.

Kernels run lane by lane in the engine of `tests.simt`: slowly, and with every access checked. The module has what the
pages use, under the names and with the habits of Numba: work on a stream is done when somebody waits for it, fresh
memory holds no zeros, and arrays of the host that are given to a kernel are copied there and back.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import numba
from numba.cuda import types

from tests.tutorial.stand_in.host import Host
from tests.tutorial.stand_in.launching import Device
from tests.tutorial.stand_in.wide import Intrinsic

__all__ = ["make_modules", "stand_in", "use"]

NAME, EXTENDING = "numba.cuda", "numba.cuda.extending"
Modules = dict[str, ModuleType]


def make_modules(device: Device) -> Modules:
    """Return a new stand-in for a device: modules by the names under which they are imported."""
    module, extending = ModuleType(NAME, __doc__), ModuleType(EXTENDING)
    Host(device).add_to(module)
    vars(module).update(types=types, extending=extending, __path__=[])
    vars(extending).update(intrinsic=Intrinsic)
    return {NAME: module, EXTENDING: extending}


def use(seed: int = 0) -> Device:
    """
    Let ``from numba import cuda`` give a stand-in from now on.

    Parameters
    ----------
    seed : int
        Of the order in which lanes and streams get their turns.

    Returns
    -------
    Device
        What kernels run on.
    """
    device = Device(seed)
    _install(make_modules(device))
    return device


def _install(modules: Modules) -> None:
    sys.modules.update(modules)
    vars(numba)["cuda"] = modules[NAME]


@contextmanager
def stand_in(seed: int = 0) -> Iterator[Device]:
    """Do as `use`, and at the end of the block put back what there was before."""
    from numba.cuda import extending  # noqa: F401  # loaded before, so that it can be put back

    kept = {name: sys.modules[name] for name in (NAME, EXTENDING)}
    try:
        yield use(seed)
    finally:
        _install(kept)
