"""Programs as the kernels read them: arrays of terms, and tables, in the memory of the device."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.backends.cuda import matching, pixelwise
from pixgrep.backends.cuda.arithmetic import box_limits, ordered_32, ordered_64
from pixgrep.backends.cuda.blocks import MOST_COLORS
from pixgrep.colorset import everything
from pixgrep.gpu.device import Device, Memory
from pixgrep.model import PixelFormat, Program, Term

KINDS = {
    "uint8": pixelwise.UINT8,
    "uint16": pixelwise.UINT16,
    "float32": pixelwise.FLOAT32,
    "float64": pixelwise.FLOAT64,
}


@dataclass(frozen=True)
class Launch:
    """
    The terms of some colours, for one launch.

    Attributes
    ----------
    terms : Memory
        As the kernel reads them.
    term_count, first_color : int
        How many terms; the number of the first colour.
    """

    terms: Memory
    term_count: int
    first_color: int


class DeviceProgram:
    """
    A program in the memory of a device, ready to be launched on any number of pictures.

    Attributes
    ----------
    program : Program
        What it was made of; without formulas.
    """

    def __init__(self, program: Program, device: Device) -> None:
        self.program = program
        self._device = device
        self._tables: dict[bytes, Memory] = {}
        self._lock = threading.Lock()  # two threads would upload a table twice, and drop the one that was packed

    @property
    def is_exact(self) -> bool:
        """Whether every term is one value of the same channels, the others free, so that `match_exact` does."""
        return self._mask is not None

    @cached_property
    def _mask(self) -> int | None:
        """The bits of a pixel that all terms compare with one value; None where they are not alike."""
        masks = {_mask_of(term) for term in self.program.terms}
        return masks.pop() if len(masks) == 1 else None

    @property
    def launch_count(self) -> int:
        """How many launches it takes, of whichever kernel."""
        return len(self._firsts)

    @property
    def groups(self) -> list[Launch]:
        """The launches of `match_exact` or `match_boxes`."""
        with self._lock:
            return self._groups

    @cached_property
    def _groups(self) -> list[Launch]:
        return [self._launch(first, self._exact_terms if self.is_exact else self._box_terms) for first in self._firsts]

    @property
    def boxes(self) -> list[Launch]:
        """The launches of `match_boxes` and `match_planes`."""
        if not self.is_exact:
            return self.groups
        with self._lock:
            return self._boxes

    @cached_property
    def _boxes(self) -> list[Launch]:
        return [self._launch(first, self._box_terms) for first in self._firsts]

    @property
    def pixels(self) -> list[Launch]:
        """The launches of `match_pixels`."""
        with self._lock:
            return self._pixels

    @cached_property
    def _pixels(self) -> list[Launch]:
        return [self._launch(first, self._pixel_terms) for first in self._firsts]

    @property
    def _firsts(self) -> range:
        return range(0, len(self.program.colors), MOST_COLORS)

    def _launch(self, first: int, pack: Callable[[list[Term], NDArray[np.bool_]], NDArray[Any]]) -> Launch:
        colors = self.program.colors[first : first + MOST_COLORS]
        terms = [term for terms in colors for term in terms]
        is_last = [number == len(terms) - 1 for terms in colors for number in range(len(terms))]
        packed = pack(terms, np.array(is_last, np.bool_))
        return Launch(self._brought(packed), len(terms), first)

    def _brought(self, content: NDArray[Any]) -> Memory:
        """Return a copy on the device, to be read on streams of all kinds: freed for good, when all have read it."""
        memory = self._device.allocate(content.nbytes)
        memory.lend()
        self._device.upload(memory, content)
        return memory

    def _flags(self, terms: list[Term], is_last: NDArray[np.bool_]) -> NDArray[np.uint32]:
        flags = np.where(is_last, matching.LAST, 0)
        for number, term in enumerate(terms):
            flags[number] |= (matching.TABLE if term.table is not None else 0) | (matching.INVERT if term.invert else 0)
        return flags.astype(np.uint32)

    def _table(self, term: Term) -> int:
        if term.table is None:
            return 0
        if term.table not in self._tables:
            self._tables[term.table] = self._brought(np.frombuffer(term.table, np.uint8))
        return (self._tables[term.table].address - term.table_start // 8) % 2**64  # its planes begin there

    def _exact_terms(self, terms: list[Term], is_last: NDArray[np.bool_]) -> NDArray[np.uint32]:
        packed = np.zeros((len(terms), matching.EXACT_TERM_BYTES // 4), np.uint32)
        packed[:, 0] = [int.from_bytes(bytes(map(int, term.low)), "little") for term in terms]
        packed[:, 1] = self._mask or 0
        packed[:, 2] = self._flags(terms, is_last)
        return packed

    def _box_terms(self, terms: list[Term], is_last: NDArray[np.bool_]) -> NDArray[np.uint32]:
        packed = np.zeros((len(terms), matching.BOX_TERM_BYTES // 4), np.uint32)
        packed[:, :4] = [box_limits(tuple(map(int, term.low)), tuple(map(int, term.high))) for term in terms]
        packed[:, 4] = self._flags(terms, is_last)
        packed[:, 6:].view(np.uint64)[:, 0] = [self._table(term) for term in terms]
        return packed

    def _pixel_terms(self, terms: list[Term], is_last: NDArray[np.bool_]) -> NDArray[np.uint64]:
        format = self.program.format
        limits = everything(format)
        numbers = Term(limits.low[: format.channels], limits.high[: format.channels])
        packed = np.zeros((len(terms) + 1, pixelwise.PIXEL_TERM_BYTES // 8), np.uint64)
        for channel in range(format.channels):
            packed[:, 2 * channel] = _keys([term.low[channel] for term in (*terms, numbers)], format, is_low=True)
            packed[:, 2 * channel + 1] = _keys([term.high[channel] for term in (*terms, numbers)], format, is_low=False)
        packed[:-1, 8] = self._flags(terms, is_last)
        packed[:-1, 9] = [self._table(term) for term in terms]
        return packed


def _mask_of(term: Term) -> int | None:
    """Return the bits that a term compares with one value; None where it does anything else."""
    channels = list(zip(term.low, term.high, strict=True))
    if term.is_refined or any(low != high and (low, high) != (0, 255) for low, high in channels):
        return None
    return int.from_bytes(bytes(255 * (low == high) for low, high in channels), "little")


def _keys(limits: list[float], format: PixelFormat, *, is_low: bool) -> NDArray[np.uint64]:
    """Return limits of one channel as integers of the same order; a limit of 0 includes both zeros of floats."""
    values = np.array(limits, format.dtype)
    if not format.is_float:
        return values.astype(np.uint64)
    values[values == 0] = -0.0 if is_low else 0.0
    word, ordered = (np.uint32, ordered_32) if format.dtype == "float32" else (np.uint64, ordered_64)
    return np.array([ordered.py_func(bits) for bits in values.view(word)], np.uint64)
