"""Faults planted into the kernels of connected components: the engine must see every one, or the answer be wrong."""

import numpy as np
import pytest

from pixgrep.backends.cuda import blocks, joining, runs, tabulating
from pixgrep.components import Rule
from tests.backends.cuda.test_planted_faults import plant  # noqa: F401  # a fixture
from tests.backends.cuda.test_regions import (
    SCHEDULES,
    check_labels,
    check_table,
    checks,
    everything,
    labels_for,
    noise,
    quick_sums,  # noqa: F401  # a fixture
    settle_a_chain,
    to_bits,
)
from tests.simt import EngineError
from tests.simt.gpu import EngineDevice

PARENT_OF_HIGH = "u64(parents + u64(high * u64(8)))"
FAULTS = {
    "runs that begin where the one of the row above went on": (
        runs,
        "u32(bits & u32(~follows | u32(begins)))",
        "u32(bits & ~follows)",
    ),
    "runs that are not cut at the end of a row": (runs, "~goes_on | u32(u64(begins >> u64(1)))", "~goes_on"),
    "rows that begin a pixel late": (runs, "here = u64(width - here)", "here = u64(width - here + u64(1))"),
    "the word before, forgotten": (runs, ">> u32(31))\n            begins", "& u32(0))\n            begins"),
    "the word after, forgotten": (runs, "if u64(number + u64(1)) < count:", "if count == u64(0):"),
    "a word beyond the last": (runs, "if u64(number + u64(1)) < count:", "if number < count:"),
    "the stop of a run that began earlier": (runs, "open_run = u64(run - u64(1))", "open_run = run"),
    "runs of other blocks, forgotten": (
        runs,
        "run = u64(load_u64(u64(offsets + u64(u64(cuda.blockIdx.x) * u64(8)))) + u64(place))",
        "run = u64(place)",
    ),
    "labels of the run after": (runs, "component_of(parents, u64(run - u64(1)))", "component_of(parents, run)"),
    "labels of the colours before, overwritten by none": (
        runs,
        "is_first != u32(0) or label != u64(0)",
        "is_first < u32(2)",
    ),
    "a pixel beyond the last gets a label": (runs, "if here < pixels and", "if here <= pixels and"),
    "a swap that asks nobody": (
        joining,
        f"found = swap_u64({PARENT_OF_HIGH}, high, low)",
        f"found = high\n        store_strong_u64({PARENT_OF_HIGH}, low)",
    ),
    "a swap that gives up": (
        joining,
        "        one, other = low, shortened_root_of(parents, found)\n",
        "        return\n",
    ),
    "a parent that is loaded as if nobody else wrote": (
        joining,
        "    parent = load_strong_u64(u64(parents + u64(here * u64(8))))\n",
        "    parent = load_u64(u64(parents + u64(here * u64(8))))\n",
    ),
    "roots that are the last of their runs": (
        joining,
        "low, high = min(one, other), max(one, other)",
        "high, low = min(one, other), max(one, other)",
    ),
    "a path that is shortened to what is not above": (
        joining,
        "store_strong_u64(u64(parents + u64(here * u64(8))), grandparent)",
        "store_strong_u64(u64(parents + u64(parent * u64(8))), here)",
    ),
    "paths that are not shortened in the end": (
        joining,
        "            store_strong_u64(u64(parents + u64(run * u64(8))), root)\n",
        "",
    ),
    "paths that others shorten in the end": (joining, "root = root_of(", "root = shortened_root_of("),
    "roots counted by half of the threads": (joining, "if root == run:", "if root == run and run & u64(1):"),
    "nobody looks above": (joining, "        if away <= row_start:\n", "        if away < u64(0):\n"),
    "nobody looks below": (
        joining,
        "        if u64(row_start + away) < pixels:\n            below",
        "        if pixels == u64(0):\n            below",
    ),
    "runs of other rows": (joining, "load_u64(u64(starts + here)) >= row_start and ", ""),
    "a reach that is one too far": (joining, "+ reach) > pixel:", "+ reach) >= pixel:"),
    "runs that begin at the pixel itself": (joining, "* u64(8)))) <= pixel:", "* u64(8)))) < pixel:"),
    "runs of the block before": (joining, "u64(pixel >> BLOCK_SHIFT)", "u64(0)"),
    "gaps within rows": (
        joining,
        "    unite_with_last(starts, stops, parents, run, run, row_start, start, reach)\n",
        "",
    ),
    "gaps between rows": (joining, "last = u64(rows * width)", "last = width"),
    "roots that are not marked": (tabulating, "u64(component | SETTLED)", "component"),
    "roots of a thread that share a number": (tabulating, "            component = u64(component + u64(1))\n", ""),
    "an addition that is not atomic": (
        tabulating,
        "add_u64(u64(here + u64(8 * AREA)), sums[0])",
        "store_u64(here, u64(load_u64(here) + sums[0]))",
    ),
    "lanes like lane 0 added twice": (tabulating, "            is_mine = False\n", "            is_mine = True\n"),
    "lanes unlike lane 0 not added": (tabulating, "        elif is_alike:\n", "        else:\n"),
    "runs of no lane added": (tabulating, "    is_mine = component != NOWHERE\n", "    is_mine = True\n"),
    "a warp that has nothing to the right of the left edge": (tabulating, "LEAST = i64(-1 << 63)", "LEAST = i64(0)"),
    "the left edge taken for the right": (
        tabulating,
        "min_u64(u64(here + u64(8 * LEFT))",
        "max_u64(u64(here + u64(8 * LEFT))",
    ),
    "a warp's wide sum without its first step": (
        blocks,
        "(16, 8, 4, 2, 1):\n        value = np.int64(",
        "(8, 4, 2, 1):\n        value = np.int64(",
    ),
    "a warp's highest without its first step": (
        blocks,
        "(16, 8, 4, 2, 1):\n        value = max(",
        "(8, 4, 2, 1):\n        value = max(",
    ),
    "boxes that lack their last row": (tabulating, "bottom = u64(row + u64(1))", "bottom = row"),
}


def find_everything(schedule: str) -> None:
    """Find components that reach every line of every kernel."""

    def device(turns: bool) -> EngineDevice:
        return EngineDevice(schedule=schedule, seed=1, turns=turns)

    overlapping = to_bits(noise(6, 37, 0.5), noise(6, 37, 0.4, 2))
    check_table(device(True), overlapping, Rule(4))
    check_labels(device(False), overlapping, Rule(), labels_for(overlapping, Rule(), 9, [0, 1]))
    check_table(device(True), to_bits(noise(14, 60, 0.05)), Rule(8, 3))
    settle_a_chain(device(True))
    check_table(device(True), to_bits(checks(24, 24)), Rule(8))
    filled = to_bits(np.ones((4, 32), np.bool_))
    check_table(device(False), filled, Rule(4))
    check_labels(device(False), filled, Rule(), [np.ones(1, np.int64)])
    check_table(device(False), to_bits(everything(180)), Rule(4))


def find_everything_in_every_order() -> None:
    for schedule in SCHEDULES:
        find_everything(schedule)


@pytest.mark.usefixtures("quick_sums")
def test_kernels_made_anew_without_a_fault_pass(plant):  # noqa: F811
    plant(runs, "WORD = 32\n", "WORD = 32\n")
    find_everything_in_every_order()


@pytest.mark.usefixtures("quick_sums")
@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_seen(name, plant):  # noqa: F811
    plant(*FAULTS[name])
    with pytest.raises((EngineError, AssertionError, ValueError)):  # the last: as many labels as there should be
        find_everything_in_every_order()
