"""numba-cuda loaded late and checked, or its absence told; mostly in processes of their own."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from numba.cuda.core import config

from pixgrep.backends.cuda import collecting
from pixgrep.errors import DeviceError
from pixgrep.gpu import toolchain

PICTURE = "np.zeros((9, 9, 3), 'u1')"


def test_a_small_grid_is_no_reason_to_warn_and_the_setting_stays():
    config.CUDA_LOW_OCCUPANCY_WARNINGS, kept = 1, config.CUDA_LOW_OCCUPANCY_WARNINGS
    try:
        with toolchain.without_hints():
            configured = collecting.scan_counts[1, 1024]  # pytest makes errors of warnings
        assert configured.griddim == (1, 1, 1)
        assert config.CUDA_LOW_OCCUPANCY_WARNINGS == 1
    finally:
        config.CUDA_LOW_OCCUPANCY_WARNINGS = kept


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"import numpy as np, pixgrep as pg\n{code}"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_without_a_driver_the_reason_is_said_and_auto_searches():
    done = run(f"print(pg.count({PICTURE}, 'black', backend='auto'))\npg.count({PICTURE}, 'black', backend='cuda')")
    assert done.stdout == "81\n"
    if "DeviceError" not in done.stderr:
        pytest.skip("this machine has a GPU")
    assert done.stderr.rstrip().splitlines()[-1].startswith("pixgrep.errors.DeviceError: ")
    assert "backend 'cpu'" in done.stderr


def test_without_numba_cuda_its_name_is_said():
    hide = "import sys; sys.modules['_numba_cuda_redirector'] = None\n"
    done = run(f"{hide}pg.count({PICTURE}, 'black', backend='cuda')")
    assert "MissingExtraError: searching on a GPU needs numba-cuda" in done.stderr
    assert "pip install 'pixgrep[cuda]'" in done.stderr


def test_importing_and_using_pixgrep_loads_no_compiler():
    loaded = "import sys; print({name.split('.')[0] for name in sys.modules} & {'numba', 'numba_cuda', 'llvmlite'})"
    assert run(loaded).stdout == run(f"pg.count({PICTURE}, 'black')\n{loaded}").stdout == "set()\n"


def test_the_old_target_of_numba_is_refused(monkeypatch):
    old = SimpleNamespace(__file__="/site-packages/numba/cuda/__init__.py")
    monkeypatch.setitem(sys.modules, "numba.cuda", old)
    monkeypatch.setattr("numba.cuda", old)
    with pytest.raises(DeviceError, match="old target"):
        toolchain.load_numba_cuda()


def test_numpy_without_row_stack_compiles():
    """NumPy 2.5 dropped it; numba-cuda looks it up at the first compilation."""
    code = """
del np.row_stack
from pixgrep.backends.cuda import collecting
from tests.backends.cuda import sass
import numba
print(sass.summary(collecting.count_blocks, (numba.uint64,) * 3, (9, 0))["barriers"])
"""
    done = run(code.replace("del np.row_stack", "if hasattr(np, 'row_stack'): del np.row_stack"))
    assert done.stdout.strip() == "1", done.stderr
