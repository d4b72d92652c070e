"""
Device functions compiled for the processor: the typing rules are those of the GPU, the speed allows millions of pixels.

The engine runs them as Python, with NumPy's integers, whose widths are other than Numba's where a conversion was
forgotten: only a compiler shows that.
"""

from types import FunctionType, ModuleType
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.cuda.dispatcher import CUDADispatcher
from numba.extending import intrinsic


def _load(element: Any) -> Any:
    @intrinsic
    def load(typing_context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pointer = builder.inttoptr(arguments[0], context.get_value_type(element).as_pointer())
            return builder.load(pointer, align=1)

        return element(types.uint64), generate

    return load


LOADS = {f"load_u{bits}": _load(getattr(types, f"uint{bits}")) for bits in (8, 16, 32, 64)}
load_u32 = LOADS["load_u32"]


@njit
def load_four(address: Any) -> Any:
    assert address % 16 == 0
    return load_u32(address), load_u32(address + 4), load_u32(address + 8), load_u32(address + 12)


@intrinsic
def lowest_bit(typing_context: Any, value: Any) -> Any:
    """Return 1 + the number of the lowest set bit of a uint32, which has one: what `cuda.ffs` does."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        zeros = builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))
        return builder.add(zeros, ir.Constant(ir.IntType(32), 1))

    return types.uint32(types.uint32), generate


def on_processor(function: CUDADispatcher) -> Any:
    """Return a device function, and all that it calls, compiled for the processor."""
    cuda = ModuleType("cuda")
    cuda.ffs = lowest_bit  # type: ignore[attr-defined]
    known: dict[int, Any] = {}

    def compiled(dispatcher: CUDADispatcher) -> Any:
        if id(dispatcher) not in known:
            source = dispatcher.py_func
            used = {name: source.__globals__[name] for name in source.__code__.co_names if name in source.__globals__}
            for name, value in used.items():
                if isinstance(value, CUDADispatcher):
                    used[name] = compiled(value)
            loads = {name: LOADS.get(name, load_four) for name in used if name in (*LOADS, "load_four")}
            namespace = {"__name__": source.__module__, **used, **loads, "cuda": cuda}
            known[id(dispatcher)] = njit(FunctionType(source.__code__, namespace, source.__name__))
        return known[id(dispatcher)]

    return compiled(function)
