"""What the figures were measured on and with."""

import os
import platform
import re
from pathlib import Path

import cv2

import pixgrep
from pixgrep.plan import this_machine
from pixgrep.rates.kept import processor, version_of

PACKAGES = ("numpy", "numba", "llvmlite", "opencv-python-headless", "pillow", "imagecodecs")
STATISTICS = Path("/proc/stat")


def threads() -> int:
    """Return how many threads pixgrep uses; OpenCV gets as many."""
    return this_machine().threads


def facts() -> dict[str, str]:
    """Return what the figures depend on."""
    return {
        "processor": processor(),
        "cores": str(this_machine().cores),
        "threads": str(threads()),
        "OpenCV's threads": str(cv2.getNumThreads()),
        "load before": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "pixgrep": pixgrep.__version__,
        **{name: version_of(name) or "not installed" for name in PACKAGES},
    }


class Neighbours:
    """How busy other processes keep the machine, from here on; a rival for the cores spoils ratios of threads."""

    def __init__(self) -> None:
        self._start = self._read()

    def cores(self) -> float | None:
        """Return how many cores they used on average; None where the system does not say."""
        if self._start is None or (now := self._read()) is None:
            return None
        busy, mine, wall = (after - before for after, before in zip(now, self._start, strict=True))
        return max(0.0, busy - mine) / wall

    @staticmethod
    def _read() -> tuple[float, float, float] | None:
        """Return processor seconds of all processes, those of this one and its children, and the time."""
        if not STATISTICS.exists():
            return None
        user, nice, system = map(int, STATISTICS.read_text().split(maxsplit=4)[1:4])
        mine = os.times()
        return (user + nice + system) / os.sysconf("SC_CLK_TCK"), sum(mine[:4]), mine.elapsed


def slug(text: str) -> str:
    """Return text as part of a file name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
