"""
The few machine operations that Numba does not offer: 64 pixels at a time, as portable LLVM vectors.

LLVM lowers ``<64 x i8>`` to AVX-512, AVX2, SSE or NEON. Numba's own loop over interleaved RGB takes 12-22 ms for 30
megapixels, these vectors 2.5 ms. Memory is named by plain addresses: an array type would make one machine code for
each of writable, read-only, aligned and so on.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, register_model

PIXELS = 64
I1, I8, I32, I64 = (ir.IntType(bits) for bits in (1, 8, 32, 64))


def _splat(builder: Any, value: Any) -> Any:
    vector = ir.VectorType(value.type, PIXELS)
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.Constant(I32, 0))
    zeros = ir.Constant(ir.VectorType(I32, PIXELS), [ir.Constant(I32, 0)] * PIXELS)
    return builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), zeros)


def _pointer(builder: Any, address: Any, pointee: Any) -> Any:
    return builder.inttoptr(address, pointee.as_pointer())


def _load(builder: Any, address: Any, what: Any) -> Any:
    return builder.load(_pointer(builder, address, what), align=1)


class Block(types.Type):  # type: ignore[misc]  # Numba has no types
    """64 pixels in registers, one vector a channel."""

    def __init__(self, element: Any, channels: int) -> None:
        super().__init__(f"Block({element}, {channels})")
        self.element = element
        self.channels = channels


@register_model(Block)
class BlockModel(models.PrimitiveModel):  # type: ignore[misc]
    """A Block is a plain LLVM structure of vectors."""

    def __init__(self, manager: Any, block: Block) -> None:
        vector = ir.VectorType(manager[block.element].get_value_type(), PIXELS)
        super().__init__(manager, block, ir.LiteralStructType([vector] * block.channels))


@intrinsic
def load_block(typing: Any, pixel: Any, address: Any) -> Any:
    """
    Return the 64 pixels from `address` on, channels apart; LLVM knows good shuffles for strides of 2, 3 and 4.

    `pixel` is a tuple of zeros that gives, by its type alone, the number and the dtype of the channels.
    """
    block = Block(pixel.dtype, pixel.count)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        interleaved_type = ir.VectorType(context.get_value_type(block.element), PIXELS * block.channels)
        interleaved = _load(builder, arguments[1], interleaved_type)
        result = ir.Constant(context.get_value_type(block), ir.Undefined)
        for channel in range(block.channels):
            lanes = [ir.Constant(I32, block.channels * i + channel) for i in range(PIXELS)]
            every = ir.Constant(ir.VectorType(I32, PIXELS), lanes)
            vector = builder.shuffle_vector(interleaved, ir.Constant(interleaved_type, ir.Undefined), every)
            result = builder.insert_value(result, vector, channel)
        return result

    return block(pixel, types.uint64), generate


@intrinsic
def box_bits(typing: Any, block: Any, offset: Any, lows: Any, spans: Any) -> Any:
    """
    Return 64 bits, one a pixel: is every channel within its limits? A NaN is within none.

    `lows` is the address of the lowest values, one a channel; `spans` that of the spans (highest - lowest) of integers
    or of the highest values of floats, or None where highest and lowest are the same. Both begin `offset` bytes later.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        element = context.get_value_type(block.element)
        size = context.get_abi_sizeof(element)
        is_float, is_exact = isinstance(block.element, types.Float), isinstance(spans, types.NoneType)
        compare = builder.fcmp_ordered if is_float else builder.icmp_unsigned

        def limit(builder: Any, address: Any) -> Any:
            return _splat(builder, _load(builder, address, element))

        inside = None
        for number in range(block.channels):
            channel = builder.extract_value(arguments[0], number)
            position = builder.add(arguments[1], ir.Constant(I64, number * size))
            low = limit(builder, builder.add(arguments[2], position))
            if is_exact:
                within = compare("==", channel, low)
                inside = within if inside is None else builder.and_(inside, within)
                continue
            span = limit(builder, builder.add(arguments[3], position))
            if is_float:
                within = builder.and_(compare(">=", channel, low), compare("<=", channel, span))
            else:  # one subtraction and one unsigned comparison
                within = compare("<=", builder.sub(channel, low), span)
            inside = within if inside is None else builder.and_(inside, within)
        return builder.bitcast(inside, I64)

    return types.uint64(block, types.uint64, types.uint64, spans), generate


@intrinsic
def number_bits(typing: Any, block: Any) -> Any:
    """Return 64 bits, one a pixel: is no channel NaN? Integers always say yes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        if not isinstance(block.element, types.Float):
            return ir.Constant(I64, 2**64 - 1)
        numbers = None
        for number in range(block.channels):
            channel = builder.extract_value(arguments[0], number)
            ordered = builder.fcmp_ordered("ord", channel, channel)
            numbers = ordered if numbers is None else builder.and_(numbers, ordered)
        return builder.bitcast(numbers, I64)

    return types.uint64(block), generate


def _loader(bits: int) -> Any:
    number = getattr(types, f"uint{bits}")

    @intrinsic
    def load(typing: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return _load(builder, arguments[0], ir.IntType(bits))

        return number(types.uint64), generate

    return load


load_byte, load_word = _loader(8), _loader(64)


@intrinsic
def store_word(typing: Any, address: Any, word: Any) -> Any:
    """Write 64 bits to `address`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.store(arguments[1], _pointer(builder, arguments[0], I64), align=8)
        return context.get_dummy_value()

    return types.void(types.uint64, types.uint64), generate


@intrinsic
def lowest_bit(typing: Any, word: Any) -> Any:
    """Return the number of the lowest set bit of a word that is not 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(I1, 1))

    return types.uint64(types.uint64), generate


@intrinsic
def bit_count(typing: Any, word: Any) -> Any:
    """Return how many bits of a word are set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate
