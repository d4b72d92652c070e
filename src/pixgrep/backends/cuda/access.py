"""
Device memory by plain addresses: what Numba's arrays cannot say in one machine instruction.

No array type of Numba gives a 128-bit load, because none promises an address that is a multiple of 16 (tried: records,
pairs of uint64, complex128, four neighbouring indices). And an array is seven parameters of a kernel, an address one.
Every address is a uint64 of global memory; a wide access wants an address that is a multiple of its width.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir

from pixgrep.backends.cuda.jit import intrinsic, types

GLOBAL = 1
"""The number of global memory among NVVM's address spaces: LDG instead of the slower generic LD."""
WORDS = 4
WORD = ir.IntType(32)


def _pointer(builder: Any, address: Any, what: Any) -> Any:
    return builder.inttoptr(address, ir.PointerType(what, GLOBAL))


def _define_load(name: str, element: Any) -> Any:
    def load(typing_context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pointer = _pointer(builder, arguments[0], context.get_value_type(element))
            return builder.load(pointer, align=element.bitwidth // 8)

        return element(types.uint64), generate

    return _intrinsic(load, name, f"Return the {element} at an address.")


def _define_store(name: str, element: Any) -> Any:
    def store(typing_context: Any, address: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> None:
            pointer = _pointer(builder, arguments[0], context.get_value_type(element))
            builder.store(arguments[1], pointer, align=element.bitwidth // 8)

        return types.void(types.uint64, element), generate

    return _intrinsic(store, name, f"Write a {element} to an address.")


def _intrinsic(function: Callable[..., Any], name: str, text: str) -> Any:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = text
    return intrinsic(function)


load_u8 = _define_load("load_u8", types.uint8)
load_u16 = _define_load("load_u16", types.uint16)
load_u32 = _define_load("load_u32", types.uint32)
load_u64 = _define_load("load_u64", types.uint64)
store_u8 = _define_store("store_u8", types.uint8)
store_u16 = _define_store("store_u16", types.uint16)
store_u32 = _define_store("store_u32", types.uint32)
store_u64 = _define_store("store_u64", types.uint64)


@intrinsic
def load_four(typing_context: Any, address: Any) -> Any:
    """Return four uint32 from an address that is a multiple of 16, memory that no kernel writes: one LDG.E.128."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        four = builder.load(_pointer(builder, arguments[0], ir.VectorType(WORD, WORDS)), align=16)
        four.set_metadata("invariant.load", builder.module.add_metadata([]))  # through the read-only cache
        words = [builder.extract_element(four, ir.Constant(WORD, number)) for number in range(WORDS)]
        return context.make_tuple(builder, signature.return_type, words)

    return types.UniTuple(types.uint32, WORDS)(types.uint64), generate


@intrinsic
def store_four(typing_context: Any, address: Any, first: Any, second: Any, third: Any, fourth: Any) -> Any:
    """Write four uint32 to an address that is a multiple of 16: one STG.E.128."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> None:
        four = ir.Constant(ir.VectorType(WORD, WORDS), ir.Undefined)
        for number in range(WORDS):
            four = builder.insert_element(four, arguments[1 + number], ir.Constant(WORD, number))
        builder.store(four, _pointer(builder, arguments[0], four.type), align=16)

    return types.void(types.uint64, *[types.uint32] * WORDS), generate


def _define_atomic(name: str, operation: str, element: Any, text: str) -> Any:
    def change(typing_context: Any, address: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> None:
            pointer = _pointer(builder, arguments[0], context.get_value_type(element))
            builder.atomic_rmw(operation, pointer, arguments[1], "monotonic")

        return types.void(types.uint64, element), generate

    return _intrinsic(change, name, f"{text} the {element} at an address, all threads of the device one by one.")


add_u32 = _define_atomic("add_u32", "add", types.uint32, "Add to")
add_u64 = _define_atomic("add_u64", "add", types.uint64, "Add to")
min_u64 = _define_atomic("min_u64", "umin", types.uint64, "Lower")
max_u64 = _define_atomic("max_u64", "umax", types.uint64, "Raise")


@intrinsic
def swap_u64(typing_context: Any, address: Any, expected: Any, value: Any) -> Any:
    """Write a uint64 to an address where there is the expected one, in one step, and return what was there."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(builder, arguments[0], context.get_value_type(types.uint64))
        return builder.extract_value(builder.cmpxchg(pointer, arguments[1], arguments[2], "monotonic"), 0)

    return types.uint64(types.uint64, types.uint64, types.uint64), generate


@intrinsic
def load_strong_u64(typing_context: Any, address: Any) -> Any:
    """Return the uint64 at an address as it is now, whichever thread wrote it: no cache of one multiprocessor knows."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        shape = ir.FunctionType(ir.IntType(64), [ir.IntType(64)])
        return builder.asm(shape, "ld.relaxed.gpu.global.u64 $0, [$1];", "=l,l", arguments, side_effect=True)

    return types.uint64(types.uint64), generate


@intrinsic
def store_strong_u64(typing_context: Any, address: Any, value: Any) -> Any:
    """Write a uint64 to an address while other threads load and change it, all of it at once."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> None:
        shape = ir.FunctionType(ir.VoidType(), [ir.IntType(64), ir.IntType(64)])
        builder.asm(shape, "st.relaxed.gpu.global.u64 [$0], $1;", "l,l", arguments, side_effect=True)

    return types.void(types.uint64, types.uint64), generate
