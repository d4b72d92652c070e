"""
From bits on the device to connected components: a table of them for the host, or a picture of labels that stays.

Memory grows with the runs, by 24 bytes each, and with the components: no picture is made but one that is asked for.
"""

import numpy as np
from numpy.typing import NDArray

from pixgrep.backends.cuda import joining, runs, tabulating
from pixgrep.backends.cuda.arithmetic import reciprocal
from pixgrep.backends.cuda.blocks import THREADS, blocks_for
from pixgrep.backends.cuda.scanning import sums_of, total_of
from pixgrep.components import Rule, Table
from pixgrep.components.table import empty_table
from pixgrep.gpu.device import Device, Memory
from pixgrep.packed import words_for

u32, u64 = np.uint32, np.uint64

MOST_WORK = 1 << 32
"""Runs times rows of one launch: nothing else on the device shall wait long. Not yet measured."""


class DeviceRuns:
    """
    The runs of some bits, each with the first run of its component; how many there are was waited for.

    Parameters
    ----------
    device : Device
    words : Memory
        The bits; those beyond the last pixel are 0.
    shape : tuple of int
        Height and width, at least one pixel.
    rule : Rule
        Which pixels hang together.

    Attributes
    ----------
    components : int
        How many components there are.
    """

    def __init__(self, device: Device, words: Memory, shape: tuple[int, int], rule: Rule) -> None:
        self._device = device
        self._pixels = u64(shape[0] * shape[1])
        self._row = u64(shape[1]), *reciprocal(shape[1])
        count = words_for(shape) * 2
        self._bits = u64(words.address), u64(count), *self._row
        self._blocks = blocks_for(count, THREADS)
        counts = device.allocate(self._blocks * 4)
        device.launch(runs.count_runs, self._blocks, THREADS, *self._bits, u64(counts.address))
        self._offsets = sums_of(device, counts, self._blocks)
        self._count = total_of(device, self._offsets, self._blocks)
        self._starts, self._stops, self._parents = (device.allocate(self._count * 8) for _ in range(3))
        self.components = 0
        if self._count:
            self._write()
            self._join(rule, shape)
            self._settle()

    @property
    def _ends(self) -> tuple[np.uint64, np.uint64]:
        return u64(self._starts.address), u64(self._stops.address)

    @property
    def _tree(self) -> tuple[np.uint64, np.uint64]:
        return u64(self._parents.address), u64(self._count)

    def _write(self) -> None:
        where = (u64(self._offsets.address), *self._ends, u64(self._parents.address))
        self._device.launch(runs.write_runs, self._blocks, THREADS, *self._bits, *where)

    def _join(self, rule: Rule, shape: tuple[int, int]) -> None:
        """Join runs in so many rows, above and below, as the rule reaches: the time that takes grows with the gap."""
        rows, reach = min(rule.gap + 1, shape[0]), min(rule.reach, shape[1])
        step = max(MOST_WORK // (rows * THREADS), 1) * THREADS
        what = (u64(self._offsets.address), *self._row, self._pixels, u64(reach), u64(rows))
        for first in range(0, self._count, step):
            blocks = blocks_for(min(step, self._count - first), THREADS)
            arguments = (*self._ends, *self._tree, u64(first), *what)
            self._device.launch(joining.unite_runs, blocks, THREADS, *arguments)

    def _settle(self) -> None:
        self._root_blocks = blocks_for(self._count, THREADS * runs.GROUP_RUNS)
        counts = self._device.allocate(self._root_blocks * 4)
        self._device.launch(joining.settle_runs, self._root_blocks, THREADS, *self._tree, u64(counts.address))
        self._root_offsets = sums_of(self._device, counts, self._root_blocks)
        self.components = total_of(self._device, self._root_offsets, self._root_blocks)

    def _number(self, table: int) -> None:
        what = (u64(self._root_offsets.address), u64(self._starts.address), *self._row, u64(table))
        self._device.launch(tabulating.number_roots, self._root_blocks, THREADS, *self._tree, *what)

    def table(self) -> Table:
        """Return what each component is, see `pixgrep.components.tabulate`; to be called once."""
        found = empty_table(self.components)
        if self.components:
            table = self._device.allocate(found.nbytes)
            self._number(table.address)
            arguments = (*self._ends, *self._tree, *self._row, u64(table.address))
            self._device.launch(tabulating.add_runs, blocks_for(self._count, THREADS), THREADS, *arguments)
            self._device.download(table, found)
        return found

    def paint(self, labels: NDArray[np.int64], picture: int, *, is_wide: bool, is_first: bool) -> None:
        """
        Begin to write the labels of components to a picture; to be called once.

        Parameters
        ----------
        labels : ndarray, shape (components,), int64
            0 leaves a component out.
        picture : int
            Address of the picture.
        is_wide : bool
            Whether it is of int64, or of int32.
        is_first : bool
            Whether everything is written, with 0 where there is no label.
        """
        if len(labels) != self.components:  # kernels would read beyond them
            raise ValueError(f"{len(labels)} labels for {self.components} components")
        there = self._device.allocate(self.components * 8)
        self._device.upload(there, np.ascontiguousarray(labels))
        if self.components:
            self._number(0)
        what = (u64(self._offsets.address), u64(self._parents.address), u64(there.address), self._pixels)
        flags = (u32(is_first), u32(is_wide), u64(picture))
        self._device.launch(runs.paint_runs, self._blocks, THREADS, *self._bits, *what, *flags)
