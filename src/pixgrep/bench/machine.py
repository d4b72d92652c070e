"""What figures depend on: the machine, how busy it is, and the versions of what was measured."""

import os
import platform
from contextlib import suppress
from pathlib import Path
from typing import Any

from pixgrep.errors import PixgrepError, one_line
from pixgrep.plan import this_machine
from pixgrep.rates.kept import processor, version_of

PACKAGES = ("numpy", "numba", "opencv-python-headless", "opencv-python", "numba-cuda")
MEMORY_IF_UNKNOWN = 2 << 30
"""Bytes taken to be free where the system does not say."""
NO_LIMIT = 1 << 60
"""Bytes from which on a limit is none."""


def facts() -> dict[str, Any]:
    """Return what JSON can hold of this machine, but for its GPU: to look for that takes time, see `gpu_facts`."""
    import pixgrep

    return {
        "processor": processor(),
        "cores": this_machine().cores,
        "memory_bytes": memory(),
        "free_memory_bytes": free_memory(),
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "system": f"{platform.system()} {platform.machine()}",
        "gpu": None,
        "gpu_missing": "nobody has looked for it",
        "versions": {
            "python": platform.python_version(),
            "pixgrep": pixgrep.__version__,
            **{name: found for name in PACKAGES if (found := version_of(name))},
        },
    }


def gpu_facts() -> dict[str, Any]:
    """Return what the GPU is, or why there is none."""
    from pixgrep.gpu.device import get_device

    try:
        return {"gpu": list(get_device().describe()), "gpu_missing": None}
    except PixgrepError as error:
        return {"gpu": None, "gpu_missing": one_line(error)}


def describe(machine: dict[str, Any]) -> str:
    """
    Return facts in a line.

    Examples
    --------
    >>> describe({"processor": "Z80", "cores": 1, "memory_bytes": 64 << 30, "load_before": 0.5, "gpu": None})
    'Z80, 1 core, 64 GiB, load 0.5 before; no GPU'
    """
    cores, size, load = machine["cores"], machine["memory_bytes"], machine["load_before"]
    parts = (
        machine["processor"],
        "1 core" if cores == 1 else f"{cores} cores",
        f"{size / 2**30:.0f} GiB" if size else "",
        "" if load is None else f"load {load:.1f} before",
    )
    return ", ".join(filter(None, parts)) + f"; {machine['gpu'][0] if machine['gpu'] else 'no GPU'}"


def memory() -> int | None:
    """Return the bytes of memory; None where the system does not say."""
    with suppress(AttributeError, OSError, ValueError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def free_memory() -> int:
    """Return the bytes that this process may still take without harm to others; half of all where nobody says."""
    whole = memory()
    free = whole // 2 if whole else MEMORY_IF_UNKNOWN
    with suppress(OSError, ValueError, IndexError):
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        free = int(lines["MemAvailable"].split()[0]) * 1024 if "MemAvailable" in lines else free
    return min(free, _left_of_group())


def _left_of_group() -> int:
    """Return what the control group, such as that of a container, leaves to this process."""
    folder = Path("/sys/fs/cgroup")
    with suppress(OSError, ValueError):
        limit, used = (int((folder / name).read_text()) for name in ("memory.max", "memory.current"))
        return max(0, limit - used)
    return NO_LIMIT
