"""The first calls of a fresh process, as most users meet them; this module is also that process."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from time import perf_counter

import numpy as np

from benchmarks import processes
from benchmarks.section import Section, section
from benchmarks.timing import Effort, Figure

CALLS = {"first call": 1, "third call": 3}
WHITE = (255, 255, 255)
"""Not from `photo`, which would load OpenCV."""
SIZES = {"400 x 300": (300, 400), "1920 x 1080": (1080, 1920), "30 megapixels": (6623, 4525)}
TOOLS = {
    "pixgrep": "auto",
    "pixgrep, backend='cpu'": "cpu",
    "pixgrep, backend='cpu', never compiled before": "cpu",
    "OpenCV": "",
}


def cold(effort: Effort) -> Section:
    """Ask fresh processes how long their first searches took, without the import."""
    figures: dict[str, list[float]] = {}
    for size in SIZES:
        for tool in TOOLS:
            for _ in range(max(2, effort.processes // 3)):
                with forgetting() if "never" in tool else nullcontext():
                    answers = processes.ask("cold", size, tool)
                for name, call in CALLS.items():
                    figures.setdefault(f"{size}: {tool}, {name}", []).append(answers[call - 1])
    return section(
        "Cold: first calls of fresh processes, coordinates",
        {name: Figure(name, tuple(samples)) for name, samples in figures.items()},
    )


def measure(size: str, tool: str) -> list[float]:
    """Return the milliseconds of the first calls in this process."""
    rows, columns = SIZES[size]
    picture = np.random.default_rng(0).integers(0, 256, (rows, columns, 3), np.uint8)
    if tool == "OpenCV":
        import cv2

        def search() -> object:
            return cv2.findNonZero(cv2.inRange(picture, WHITE, WHITE))
    else:
        import pixgrep as pg

        def search() -> object:
            return pg.find(picture, WHITE, backend=TOOLS[tool]).xy

    times = []
    for _ in range(max(CALLS.values())):
        start = perf_counter()
        search()
        times.append(1000 * (perf_counter() - start))
    return times


@contextmanager
def forgetting() -> Iterator[None]:
    """Let processes find nothing that earlier ones kept."""
    before = os.environ.get("PIXGREP_CACHE")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PIXGREP_CACHE"] = folder
        try:
            yield
        finally:
            os.environ.pop("PIXGREP_CACHE")
            if before is not None:
                os.environ["PIXGREP_CACHE"] = before


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:])))
