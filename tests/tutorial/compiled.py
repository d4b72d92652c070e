"""The kernels of a page as Numba compiles them for a GPU: the same functions, with Numba's own module in them."""

from types import FunctionType
from typing import Any

import numba
from numba import cuda, types
from numba.cuda.extending import intrinsic

from tests.tutorial.stand_in.arrays import DeviceArray
from tests.tutorial.stand_in.launching import CUDA, Kernel
from tests.tutorial.stand_in.wide import Intrinsic


def for_gpu(kernel: Kernel) -> Any:
    """Return a kernel of the stand-in as Numba makes it."""
    return cuda.jit(_with_real_names(kernel.py_func))


def signature(arguments: Any) -> tuple[Any, ...]:
    """Return the types for which a launch with these arguments compiles a kernel."""
    return tuple(map(_type_of, arguments))


def _type_of(argument: Any) -> Any:
    if isinstance(argument, DeviceArray):
        return types.Array(numba.from_dtype(argument.dtype), argument.ndim, "C")
    return numba.typeof(argument)


def _with_real_names(function: Any) -> FunctionType:
    code, names = function.__code__, function.__globals__
    used = {name: _real(name, names[name]) for name in code.co_names if name in names}
    return FunctionType(code, {"__builtins__": names["__builtins__"], **used}, function.__name__)


def _real(name: str, value: Any) -> Any:
    if name == CUDA:
        return cuda
    if isinstance(value, Intrinsic):
        return intrinsic(value.definition)
    return cuda.jit(device=True)(_with_real_names(value.py_func)) if isinstance(value, Kernel) else value
