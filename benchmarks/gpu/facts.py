"""What the figures depend on: versions, driver, device; and whether the tools are there."""

import importlib
import os
import platform
import shutil
from pathlib import Path

import numpy as np

import pixgrep
from benchmarks.gpu.bootstrap import TOOLKIT
from benchmarks.gpu.lab import Lab, RealLab
from benchmarks.gpu.report import Report
from pixgrep.gpu.toolchain import load_numba_cuda
from pixgrep.rates.kept import version_of

PACKAGES = (
    *("numpy", "numba", "llvmlite", "numba-cuda", "cuda-bindings", "cuda-core", "cuda-pathfinder"),
    *("cupy-cuda13x", "cupy-cuda12x", "torch", "pillow"),
)
ATTRIBUTES = {
    "multiprocessors": "MULTIPROCESSOR_COUNT",
    "L2 bytes": "L2_CACHE_SIZE",
    "core clock, kHz": "CLOCK_RATE",
    "memory clock, kHz": "MEMORY_CLOCK_RATE",
    "memory bus, bits": "GLOBAL_MEMORY_BUS_WIDTH",
}


def run(lab: Lab, report: Report) -> None:
    """Write the facts down."""
    report.part("software", _software, report)
    report.part("device", _device, lab, report)
    for tool in ("compute-sanitizer", "ncu"):
        report.facts[tool] = find_tool(tool) or "not found"
    for name, value in report.facts.items():
        report.say(f"{name}: {value}")


def _software(report: Report) -> None:
    cuda_file = str(load_numba_cuda().__file__)
    is_stand_in = getattr(np, "row_stack", None) is np.vstack  # until NumPy 2.5 it is a function of its own
    report.facts |= {
        "Python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}, {len(os.sched_getaffinity(0))} cores",
        "pixgrep": pixgrep.__version__,
        **{name: found for name in PACKAGES if (found := version_of(name))},
        "numba.cuda is": cuda_file,
        "numpy.row_stack": "missing: pixgrep gave numba-cuda a stand-in" if is_stand_in else "there",
    }


def _device(lab: Lab, report: Report) -> None:
    if not isinstance(lab, RealLab):
        report.facts["device"] = "none, dry run"
        return
    cuda = importlib.import_module("numba.cuda")
    driver, toolkit = lab.gpu.versions()
    report.facts |= {
        "device": lab.gpu.name,
        "compute capability": ".".join(map(str, lab.gpu.capability)),
        "driver supports CUDA": ".".join(map(str, driver)),
        "compiler is CUDA": ".".join(map(str, toolkit)),
        "described as": "; ".join(lab.gpu.describe()),
        "free memory": f"{lab.free() / 2**30:.1f} GiB",
    }
    driver_file = Path("/proc/driver/nvidia/version")
    if driver_file.exists():
        report.facts["driver"] = driver_file.read_text().splitlines()[0]
    device = cuda.get_current_device()
    for name, attribute in ATTRIBUTES.items():
        try:
            report.facts[name] = str(getattr(device, attribute))
        except Exception as error:  # a driver or a numba-cuda that has no such attribute
            report.facts[name] = f"unknown ({type(error).__name__})"


def find_tool(name: str) -> str | None:
    """Return where a tool of CUDA is."""
    places = [
        os.environ.get("PATH", ""),
        str(TOOLKIT / "bin"),
        *map(str, sorted(TOOLKIT.parent.glob("cuda*/bin"), reverse=True)),
        *map(str, sorted(Path("/opt/nvidia").glob("nsight-compute/*"), reverse=True)),
    ]
    return shutil.which(name, path=os.pathsep.join(places))
