"""
From a picture of the host to its bits: in bands, so that copying and searching go on at the same time.

While the device searches band k, band k + 1 is on its way there, and the processor writes band k + 2 into pinned
memory, from where the device fetches it by itself. What searching takes is little beside the way, so the results of a
band go back on the stream that searches, and a third stream would gain nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from pixgrep.backends.cuda.bits import DeviceBits
from pixgrep.backends.cuda.blocks import BLOCK_PIXELS
from pixgrep.backends.cuda.launching import begin_match
from pixgrep.backends.cuda.program import DeviceProgram
from pixgrep.bits import Bits
from pixgrep.gpu.device import Device, Event, Memory, PinnedMemory
from pixgrep.model import WORD_BITS, DevicePixels, Pixels, contiguous_strides
from pixgrep.packed import Words

BAND_BYTES = 8 << 20
"""Bytes of a band, about: so many that a copy reaches full speed. Not yet measured."""
SLOTS = 3
"""Bands that are on their way: one is written by the processor, one copied, one searched."""


@dataclass
class _Slot:
    """
    A place for a band, used again and again.

    Attributes
    ----------
    there : Memory
        For its pixels, on the device.
    here : PinnedMemory or None
        For its pixels, on the host; None where the picture is in pinned memory itself.
    found : PinnedMemory or None
        For its bits, on the host; None where they are not wanted.
    copied, searched : Event
        After which its pixels are there; after which everything of it may be used again.
    is_busy : bool
        Whether a band is in it.
    first_word, end_word : int
        Which words of the answer `found` has.
    """

    there: Memory
    here: PinnedMemory | None
    found: PinnedMemory | None
    copied: Event
    searched: Event
    is_busy: bool = False
    first_word: int = 0
    end_word: int = 0


class Pipeline:
    """
    Two streams of a device, and what one picture after the other takes on its way through them.

    Parameters
    ----------
    device : Device
    """

    def __init__(self, device: Device) -> None:
        self._copying, self._searching = device.fork(), device.fork()
        self._events = [(device.event(), device.event()) for _ in range(SLOTS)]

    def match(self, pixels: Pixels, program: DeviceProgram, into: Bits | None) -> DeviceBits:
        """
        Return which pixels of a picture match which colour; all is done by then.

        Parameters
        ----------
        pixels : ndarray, shape (height, width, channels)
            C-contiguous.
        program : DeviceProgram
            On the same device.
        into : Bits, optional
            The bits on the host to be written, too; without them, only counts come back, when somebody asks.
        """
        bits = DeviceBits.empty(self._searching, program, pixels.shape[:2])
        passage = _Passage(self._copying, self._searching, pixels, program, bits, into)
        try:
            passage.run(self._events)
        finally:  # whatever happened: nothing may be used again that somebody still reads
            try:
                self._copying.wait()
            finally:
                self._searching.wait()
        return bits


class _Passage:
    """One picture on its way through."""

    def __init__(
        self,
        copying: Device,
        searching: Device,
        pixels: Pixels,
        program: DeviceProgram,
        bits: DeviceBits,
        into: Bits | None,
    ) -> None:
        self._copying, self._searching = copying, searching
        self._format = pixels.shape, str(pixels.dtype)
        self._pixel_bytes = pixels.itemsize * pixels.shape[2]
        self._bytes = pixels.reshape(-1).view(np.uint8)
        self._program, self._bits = program, bits
        self._rows: list[tuple[Memory, Words]] = [] if into is None else bits.rows_with(into)
        self._count = pixels.shape[0] * pixels.shape[1]
        most = max(BAND_BYTES // self._pixel_bytes // BLOCK_PIXELS, 1) * BLOCK_PIXELS
        self._band = min(most, self._count)
        self._is_pinned = copying.is_pinned(pixels)

    def run(self, events: list[tuple[Event, Event]]) -> None:
        """Bring every band there, and its bits back."""
        starts = range(0, self._count, self._band or 1)
        slots = [self._slot(*events[number]) for number in range(len(starts[:SLOTS]))]
        for number, start in enumerate(starts):
            slot = slots[number % SLOTS]
            self._finish(slot)
            self._begin(slot, start, min(start + self._band, self._count))
        for slot in slots:
            self._finish(slot)

    def _slot(self, copied: Event, searched: Event) -> _Slot:
        size = self._band * self._pixel_bytes
        words = -(-self._band // WORD_BITS)
        return _Slot(
            self._copying.allocate(size),
            None if self._is_pinned else self._copying.pin(size),
            self._searching.pin(len(self._rows) * words * 8) if self._rows else None,
            copied,
            searched,
        )

    def _begin(self, slot: _Slot, start: int, stop: int) -> None:
        band = self._bytes[start * self._pixel_bytes : stop * self._pixel_bytes]
        if slot.here is not None:
            slot.here.bytes[: band.size] = band
            band = slot.here.bytes[: band.size]
        self._copying.begin_upload(slot.there, band)
        self._copying.record(slot.copied)
        self._searching.follow(slot.copied)
        begin_match(self._searching, self._there(slot, start), self._program, self._bits, start, stop)
        slot.first_word, slot.end_word = start // WORD_BITS, -(-stop // WORD_BITS)
        for (memory, _), words in zip(self._rows, self._found(slot), strict=True):
            part = Memory(memory.address + slot.first_word * 8, words.nbytes, memory.owner)
            self._searching.begin_download(part, words)
        self._searching.record(slot.searched)
        slot.is_busy = True

    def _there(self, slot: _Slot, start: int) -> DevicePixels:
        """Return the picture as if all of it were there: the band lies where it would lie in it."""
        (height, width, channels), dtype = self._format
        row, pixel, channel = contiguous_strides((height, width, channels), self._pixel_bytes // channels)
        address = (slot.there.address - start * self._pixel_bytes) % 2**64
        return DevicePixels(address, (height, width, channels), (row, pixel, channel), dtype, slot.there)

    def _found(self, slot: _Slot) -> list[Words]:
        """Return the room for the bits of a slot, a row for each of the answer's."""
        if slot.found is None:
            return []
        words, count = slot.found.bytes.view(np.uint64), slot.end_word - slot.first_word
        return [words[number * count : (number + 1) * count] for number in range(len(self._rows))]

    def _finish(self, slot: _Slot) -> None:
        """Wait until the slot can be used again, and take the bits that are in it."""
        if slot.is_busy:
            slot.searched.wait()
            slot.is_busy = False
            for (_, row), words in zip(self._rows, self._found(slot), strict=True):
                row[slot.first_word : slot.end_word] = words


_idle: dict[Device, list[Pipeline]] = {}
"""Pipelines that nobody uses: one for each thread that searched at the same time as others."""


@contextmanager
def pipeline_of(device: Device) -> Iterator[Pipeline]:
    """Lend a pipeline; one that failed is not used again."""
    idle = _idle.setdefault(device, [])
    try:
        pipeline = idle.pop()
    except IndexError:
        pipeline = Pipeline(device)
    yield pipeline
    idle.append(pipeline)


def drop_pipelines() -> None:
    """Let go of all that nobody uses."""
    _idle.clear()
