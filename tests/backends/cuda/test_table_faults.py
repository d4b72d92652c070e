"""Faults planted into the kernels of labels and censuses; and what the device cannot do of them, the processor does."""

import warnings
from functools import partial
from typing import Any

import numpy as np
import pytest

from pixgrep.backends import cuda, reference
from pixgrep.backends.cuda import counting, labeling
from pixgrep.errors import DeviceError, PixgrepWarning
from pixgrep.gpu.device import get_device, use_device
from pixgrep.gpu.faults import LostDeviceError, OutOfMemoryError
from tests.backends.cuda.check import put
from tests.backends.cuda.test_faults import FaultyDevice
from tests.backends.cuda.test_planted_faults import plant  # noqa: F401  # a fixture
from tests.backends.cuda.test_tables import (
    FEW,
    SCHEDULES,
    SHADES,
    TABLES,
    check_census,
    check_counters,
    check_labels,
    entries_for,
    picture,
)
from tests.simt import EngineError
from tests.simt.gpu import EngineDevice

FAULTS = {
    "labels: a tail that is loaded and stored wide": (
        labeling,
        "if u64(count - first) < u64(GROUP):",
        "if u32(0) > 0:",
    ),
    "labels: a tail that is one pixel short": (labeling, "while number < left:", "while u32(number + 1) < left:"),
    "labels: a tail that is one pixel long": (labeling, "while number < left:", "while number <= left:"),
    "labels: threads beyond the last pixel": (labeling, "    if first >= count:\n        return\n", ""),
    "labels: a tail whose labels all have one byte": (
        labeling,
        "target + u64(u32(number * size))",
        "target + u64(number)",
    ),
    "labels: entries of the wrong size": (labeling, "table + u64(u64(index) * u64(size))", "table + u64(index)"),
    "labels: halves in the wrong order": (
        labeling,
        "store_eight(target, a, b, table)",
        "store_eight(target, b, a, table)",
    ),
    "labels: words at the wrong place": (
        labeling,
        "store_words(u64(target + u64(32)), c, table)",
        "store_words(u64(target + u64(16)), c, table)",
    ),
    "labels, pixel by pixel: one beyond the last": (labeling, "if number >= count:", "if number > count:"),
    "labels, pixel by pixel: the third channel taken for the second": (
        labeling,
        "u64(2 * channel_stride)",
        "u64(channel_stride)",
    ),
    "census: a tail that is one pixel short": (counting, "while number < left:", "while u32(number + 1) < left:"),
    "census: a tail that is loaded wide": (counting, "if left < u32(GROUP):", "if left < u32(GROUP - 1):"),
    "census: a run that forgets its length": (counting, "return run[0], u32(run[1] + u32(1))", "return run"),
    "census: a run that is over and not added": (counting, "add(counts, run[0], run[1])", "add(counts, run[0], 0)"),
    "census: a run added to the colour after it": (
        counting,
        "add(counts, run[0], run[1])",
        "add(counts, color, run[1])",
    ),
    "census: lanes like lane 0 added twice": (counting, "    elif is_alike:\n        number = u32(0)\n", ""),
    "census: lanes like lane 0 not added": (counting, "        number = u32(together)\n", "        number = number\n"),
    "census: other lanes added to lane 0": (counting, "if is_alike else np.int32(0)", ""),
    "census: counters of the wrong colour": (counting, "u64(u64(color) * u64(4))), number", "u64(color)), number"),
    "greys: counters that are not cleared": (counting, "    shades[thread] = u32(0)\n", ""),
    "greys: a barrier dropped after clearing": (
        counting,
        "    shades[thread] = u32(0)\n    cuda.syncthreads()\n",
        "    shades[thread] = u32(0)\n",
    ),
    "greys: a barrier dropped before reading": (
        counting,
        "    cuda.syncthreads()\n    found = shades",
        "    found = shades",
    ),
    "greys: an addition that is not atomic": (
        counting,
        "cuda.atomic.add(shades, shade, number)",
        "shades[shade] = u32(shades[shade] + number)",
    ),
    "greys: the last run lost": (counting, "        add_shade(shades, shade, number)\n        first", "        first"),
    "greys: a step that is too short": (counting, "u64(cuda.gridDim.x) * u64(BLOCK_PIXELS)", "u64(BLOCK_PIXELS)"),
    "pixel by pixel: every lane adds": (counting, " and u32(u32(cuda.ffs(alike)) - u32(1)) == lane:", ":"),
    "pixel by pixel: one added for all": (counting, "color, u32(cuda.popc(alike)))", "color, u32(1))"),
    "pixel by pixel: a pixel beyond the last": (
        counting,
        "if number < count and u32(u32(cuda.ffs",
        "if number <= count and u32(u32(cuda.ffs",
    ),
    "counters that are not cleared": (
        counting,
        "        store_four(u64(here + u64(32)), none, none, none, none)\n",
        "",
    ),
    "counters beyond the last": (counting, "if group >= groups:", "if group > groups:"),
    "the fourth of four counters is not seen": (counting, "if four[3] != u32(0) else used", "if u32(0) else used"),
    "colours of the wrong group": (counting, "color = u32(group * u64(GROUP))", "color = u32(group * u64(8))"),
    "numbers in place of colours": (
        counting,
        "u64(u64(color) | u64(u64(number) << u64(32)))",
        "u64(u64(number) | u64(u64(color) << u64(32)))",
    ),
    "counts of blocks before, forgotten": (counting, "u64(begin + u64(place))", "u64(place)"),
}
START = np.array([0, 17, 5], np.uint8)
"""Added to pixels of which second channels would all be 0."""


def use_everything(schedule: str) -> None:
    """Label and count pictures that reach every line of every kernel."""

    def device() -> EngineDevice:
        return EngineDevice(schedule=schedule, seed=1)

    check_census(device(), picture("noise", (1, 2 * 4096 + 4096 // 2), 1))
    for kind, size in (("noise", 77), ("checks", 512), ("stripes", 4096 + 512 + 31)):
        check_counters(device(), picture(kind, (1, size), 3), FEW)
    check_census(device(), picture("noise", (1, 600), 3))
    check_census(device(), picture("noise", (1, 300), 4), padding=2)
    check_census(device(), picture("flat", (2, 100), 1), padding=2)
    for dtype in TABLES:
        for size in (15, 16, 77):
            check_labels(device(), picture("distinct", (1, size), 3) + START, dtype)
        check_labels(device(), picture("noise", (9, 11), 3), dtype, padding=1)


def use_everything_in_every_order() -> None:
    for schedule in SCHEDULES:
        use_everything(schedule)


def test_kernels_made_anew_without_a_fault_pass(plant):  # noqa: F811
    plant(labeling, "u32, u64 = np.uint32, np.uint64\n", "u32, u64 = np.uint32, np.uint64\n")
    use_everything_in_every_order()


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_seen(name, plant):  # noqa: F811
    plant(*FAULTS[name])
    with pytest.raises((EngineError, AssertionError)):
        use_everything_in_every_order()


@pytest.fixture
def _bring_the_device_back(monkeypatch):
    monkeypatch.setattr(cuda, "LEAST_HALF", 256)
    monkeypatch.setattr(cuda, "LEAST_CENSUS", 0)
    kept = get_device()
    yield
    use_device(kept)


VERBS = ("label", "census")


def ask(verb: str, pixels: Any, channels: int) -> np.ndarray:
    """Return what a verb answers: labels, or counters that were 5 before."""
    if verb == "label":
        return np.asarray(cuda.label(pixels, TABLES["uint16"][:SHADES] if channels < 3 else TABLES["uint16"]))
    counts = np.full(FEW if channels > 2 else SHADES, 5, np.uint32)
    cuda.census(pixels, counts)
    return counts


def expected_of(verb: str, pixels: np.ndarray) -> np.ndarray:
    if verb == "label":
        return reference.label(pixels, TABLES["uint16"][: entries_for(pixels)])
    counts = np.full(entries_for(pixels, FEW), 5, np.uint32)
    reference.census(pixels, counts)
    return counts


def ask_of(device: FaultyDevice, verb: str, pixels: Any, channels: int) -> tuple[np.ndarray, list[str]]:
    """Ask a device; return the answer and what was warned of."""
    use_device(device)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = ask(verb, pixels, channels)
    assert all(warning.category is PixgrepWarning for warning in caught)
    return found, [str(warning.message) for warning in caught]


@pytest.mark.usefixtures("_bring_the_device_back")
class TestFaults:
    """Every call of the driver fails once, or from then on."""

    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize("error", [OutOfMemoryError("full"), LostDeviceError("the GPU failed: gone")])
    @pytest.mark.parametrize("forever", [False, True])
    def test_whichever_call_fails_the_answer_is_right(self, verb, error, forever):
        pixels = picture("noise", (2, 300), 1)
        device = FaultyDevice(RuntimeError(), at=0)
        ask_of(device, verb, pixels, 1)
        assert device.faults.calls >= 6
        for at in range(1, device.faults.calls + 1):
            found, warned = ask_of(FaultyDevice(error, at, forever), verb, pixels, 1)
            np.testing.assert_array_equal(found, expected_of(verb, pixels))
            assert len(warned) >= (isinstance(error, LostDeviceError) or forever), at
            assert all("processor" in text for text in warned)

    @pytest.mark.parametrize("verb", VERBS)
    def test_a_device_that_is_lost_with_half_of_a_picture_counts_nothing_twice(self, verb):
        pixels = picture("noise", (2, 700), 1)
        least = 6
        for at in range(least, least + 12):
            device = FaultyDevice(LostDeviceError("gone"), at, forever=True, most=1200)
            found, _ = ask_of(device, verb, pixels, 1)
            np.testing.assert_array_equal(found, expected_of(verb, pixels))

    @pytest.mark.parametrize("verb", VERBS)
    def test_a_picture_on_a_full_device_goes_to_the_processor(self, verb):
        pixels = picture("noise", (2, 300), 3)
        device = FaultyDevice(RuntimeError(), at=0)
        there = put(device, pixels, padding=5)
        device.faults.most = 0
        found, warned = ask_of(device, verb, there, 3)
        np.testing.assert_array_equal(found, expected_of(verb, pixels))
        assert warned
        assert all("not enough memory" in text for text in warned)

    @pytest.mark.parametrize("verb", VERBS)
    def test_a_picture_on_a_lost_device_is_lost_with_it(self, verb):
        device = FaultyDevice(RuntimeError(), at=0)
        there = put(device, picture("noise", (2, 300), 1))
        device.fail_from(3, LostDeviceError("the GPU failed: gone"))
        use_device(device)
        table, counts = TABLES["uint8"][:SHADES], np.zeros(SHADES, np.uint32)
        asked: dict[str, Any] = {
            "label": partial(cuda.label, there, table),
            "census": partial(cuda.census, there, counts),
        }
        with pytest.raises(DeviceError, match="gone"):
            asked[verb]()
        assert not counts.any()

    def test_a_small_picture_of_the_host_is_counted_when_the_device_was_lost_before(self, monkeypatch):
        monkeypatch.setattr(cuda, "LEAST_CENSUS", 1 << 20)
        pixels = picture("noise", (2, 30), 3)
        device = FaultyDevice(LostDeviceError("gone"), at=1)
        ask_of(device, "label", pixels, 3)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            np.testing.assert_array_equal(ask("census", pixels, 3), expected_of("census", pixels))
