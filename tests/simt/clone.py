"""Copies of kernels as plain functions that see the engine instead of the device."""

from collections.abc import Callable, Iterator
from types import CellType, CodeType, FunctionType
from typing import Any, Final

from numba import cuda
from numba.cuda.dispatcher import CUDADispatcher

MARK: Final = "__runs_in_engine__"
"""In the globals of all copies: what stands in their frames is a kernel's code."""


class Cloner:
    """
    Copies functions, and all device functions that they call.

    Parameters
    ----------
    device : object
        For the module `numba.cuda`.
    intrinsics : dict
        From the names of globals to what shall stand there.
    """

    def __init__(self, device: Any, intrinsics: dict[str, Any]) -> None:
        self._device = device
        self._intrinsics = intrinsics
        self._made: dict[int, tuple[FunctionType, FunctionType]] = {}  # keeps the originals, and so their numbers

    def clone(self, kernel: Any) -> Callable[..., Any]:
        """Return the copy of a kernel, or of a plain function."""
        return self._clone(kernel.py_func if isinstance(kernel, CUDADispatcher) else kernel)

    def _clone(self, function: FunctionType) -> FunctionType:
        if id(function) in self._made:
            return self._made[id(function)][1]
        code, names = function.__code__, function.__globals__
        cells = tuple(CellType() for _ in code.co_freevars)
        copy = FunctionType(code, {MARK: True}, function.__name__, function.__defaults__, cells)
        copy.__kwdefaults__ = function.__kwdefaults__
        self._made[id(function)] = function, copy  # first, as functions may call themselves
        used = set(_names(code)) | {"__builtins__", "__name__"}
        copy.__globals__.update({name: self._replace(name, names[name]) for name in used & names.keys()})
        for name, new, old in zip(code.co_freevars, cells, function.__closure__ or (), strict=True):
            new.cell_contents = self._replace(name, old.cell_contents)
        return copy

    def _replace(self, name: str, value: Any) -> Any:
        if name in self._intrinsics:
            return self._intrinsics[name]
        if value is cuda:
            return self._device
        return self._clone(value.py_func) if isinstance(value, CUDADispatcher) else value


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names that a function and those inside it look up."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
