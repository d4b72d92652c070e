"""Every kernel as machine code of every architecture, against a committed table; and faults that must show there."""

import json
import re
from types import FunctionType

import numba
import pytest
from numba.cuda.dispatcher import CUDADispatcher

from pixgrep.backends.cuda import (
    access,
    collecting,
    counting,
    joining,
    labeling,
    matching,
    pixelwise,
    planar,
    runs,
    tabulating,
)
from pixgrep.backends.cuda.jit import device, kernel
from tests.backends.cuda import sass

ROOMS = (matching, pixelwise, planar, collecting, labeling, counting, runs, joining, tabulating)
GOLDEN = json.loads(sass.GOLDEN.read_text())
SIGNATURES = {kernel.py_func.__name__: (kernel, signature) for kernel, signature in sass.signatures().items()}
REGISTERS_MAY_DIFFER = 2
INSTRUCTIONS_MAY_DIFFER = 0.1
MOST_REGISTERS = 64
"""More, and fewer than 32 warps of a multiprocessor hide the time that memory takes."""


def assert_golden(found, golden):
    for name, value in golden.items():
        if name == "registers":
            assert abs(found[name] - value) <= REGISTERS_MAY_DIFFER, name
        elif name == "instructions":
            assert abs(found[name] - value) <= INSTRUCTIONS_MAY_DIFFER * value, name
        else:
            assert found[name] == value, name


def test_the_table_has_every_kernel_and_every_architecture():
    values = [value for room in ROOMS for value in vars(room).values()]
    kernels = {value for value in values if isinstance(value, CUDADispatcher) and not value.targetoptions.get("device")}
    assert set(GOLDEN) == set(SIGNATURES) == {kernel.py_func.__name__ for kernel in kernels}
    assert all(list(rows) == [sass.name_of(capability) for capability in sass.CAPABILITIES] for rows in GOLDEN.values())


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.parametrize("capability", sass.CAPABILITIES, ids=sass.name_of)
def test_machine_code_is_as_the_table_says(name, capability):
    found = sass.summary(*SIGNATURES[name], capability)
    assert_golden(found, GOLDEN[name][sass.name_of(capability)])
    assert found["stack"] == found["local"] == found["float"] == 0
    assert found["registers"] <= MOST_REGISTERS


@pytest.mark.parametrize("name", ["match_exact", "match_boxes"])
def test_pixels_are_loaded_128_bits_at_a_time(name):
    """Of RGBA four times; the others share these."""
    assert all(row["wide loads"] >= 4 for row in GOLDEN[name].values())


def test_a_mask_is_stored_128_bits_at_a_time():
    assert all(row["wide stores"] == 1 for row in GOLDEN["write_mask"].values())


@pytest.mark.parametrize("capability", sass.CAPABILITIES, ids=sass.name_of)
def test_parents_that_others_change_are_loaded_anew_each_time(capability):
    """A load that is not strong may be taken out of its loop, or answered by a cache that nobody tells of changes."""
    code, _ = sass.machine_code(*SIGNATURES["unite_runs"], capability)
    assert len(re.findall(r"LDG\S*\.64\.STRONG\.GPU", code)) >= 4
    assert len(re.findall(r"STG\S*\.64\.STRONG\.GPU", code)) >= 2
    assert re.search(r"ATOMG?\.E\.CAS\.64", code)


def changed(name, **replaced):
    """Return a kernel that uses something else than it should, with the types of its arguments."""
    original, signature = SIGNATURES[name]
    source = original.py_func
    twin = FunctionType(source.__code__, {**source.__globals__, **replaced}, name, None, source.__closure__)
    return kernel(twin), signature


def test_a_lost_wide_load_shows():
    @device
    def load_four(address):
        return (
            access.load_u32(address),
            access.load_u32(address + 4),
            access.load_u32(address + 8),
            access.load_u32(address + 12),
        )

    namespace = {**matching.load_group.py_func.__globals__, "load_four": load_four}
    source = matching.load_group.py_func
    narrow = device(FunctionType(source.__code__, namespace, source.__name__))
    twin, signature = changed("match_exact", load_group=narrow)
    found = sass.summary(twin, signature, (9, 0))
    with pytest.raises(AssertionError, match="wide loads"):
        assert_golden(found, GOLDEN["match_exact"]["sm_90"])


def test_a_float_shows():
    @device
    def note_bits(bits, warp_counts, row):
        warp_counts[row] = int(float(bits) * 0.5)

    twin, signature = changed("match_exact", note_bits=note_bits)
    found = sass.summary(twin, signature, (9, 0))
    assert found["float"] > 0
    with pytest.raises(AssertionError):
        assert_golden(found, GOLDEN["match_exact"]["sm_90"])


def test_a_lost_barrier_shows():
    @device
    def add_counts(warp_counts, rows, totals):
        access.add_u64(totals, numba.uint64(warp_counts[rows]))

    twin, signature = changed("match_exact", add_counts=add_counts)
    found = sass.summary(twin, signature, (9, 0))
    assert found["barriers"] == 0
    with pytest.raises(AssertionError):
        assert_golden(found, GOLDEN["match_exact"]["sm_90"])


def test_constants_are_no_floating_point():
    assert sass.CONSTANT.match(" R5, -RZ, RZ, 0, 0")
    assert not sass.CONSTANT.match(" R5, R1, R2, R3")
    assert all(re.match(sass.FLOAT, name) for name in ("FADD", "DFMA", "HFMA2.MMA", "I2F.U32", "MUFU.RCP", "FSETP.GT"))
    assert not any(re.match(sass.FLOAT, name) for name in ("IADD3", "SEL", "FLO.U32", "ISETP", "LOP3.LUT", "F2"))
