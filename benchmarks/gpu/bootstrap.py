"""
What must be so before pixgrep is imported: nothing is installed for this, the repository and a Python are all.

Every process of the benchmark begins with `prepare`, and every one that it starts gets `environment`.
"""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
TOOLKIT = Path("/usr/local/cuda")
WORK = "PIXGREP_GPU_WORK"
"""The environment variable with the folder that the processes of one run share."""


def prepare() -> None:
    """Let this process import the pixgrep of this repository, and find the tools of CUDA."""
    for folder in (str(ROOT), str(ROOT / "src")):
        if folder in sys.path:
            sys.path.remove(folder)
        sys.path.insert(0, folder)
    if "CUDA_HOME" not in os.environ and "CUDA_PATH" not in os.environ and TOOLKIT.exists():
        os.environ["CUDA_HOME"] = str(TOOLKIT)  # where the wheels lack NVVM
    if importlib.util.find_spec("platformdirs") is None:
        sys.modules["platformdirs"] = _stand_in()


def _stand_in() -> ModuleType:
    """Return what pixgrep asks of platformdirs, only where that is not installed; PIXGREP_CACHE decides anyway."""
    module = ModuleType("platformdirs")
    setattr(module, "user_cache_path", lambda name: work_folder() / name)  # noqa: B010  # types know of no such name
    return module


def work_folder() -> Path:
    """Return the folder that the processes of one run share."""
    return Path(os.environ[WORK])


def environment(work: Path, **more: str) -> dict[str, str]:
    """Return the environment of a process that belongs to this run: compiled kernels are kept in `work`."""
    path = os.pathsep.join(filter(None, (str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH"))))
    ours = {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1", WORK: str(work), "PIXGREP_CACHE": str(work / "kernels")}
    return {**os.environ, **ours, **more}
