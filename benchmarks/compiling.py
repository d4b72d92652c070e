"""How long a query takes to compile in a fresh process that kept nothing; this module is also that process."""

import json
import sys
from time import perf_counter
from typing import Any

from benchmarks import processes
from benchmarks.cold import forgetting
from benchmarks.section import Section, Target, section
from benchmarks.timing import Effort, Figure

ONE, NINE, HALF = "one, ciede2000 within 2.3", "nine, ciede2000 within 2.3", "half the cube, ciede2000 within 29"
MOST_MS = {ONE: 60, NINE: 300, HALF: 2000}
COLORS = ("tomato", "#304090", "#808080", "#0000ff", "#00c850", "#f5deb3", "#ff8800", "#4b0082", "#20b2aa")


def compiling(effort: Effort) -> Section:
    """Ask fresh processes how long they took, without the import."""
    samples: dict[str, list[float]] = {}
    for name in MOST_MS:
        for _ in range(max(3, effort.processes // 3)):
            with forgetting():
                first, again = processes.ask("compiling", name)
            samples.setdefault(name, []).append(first)
            samples.setdefault(f"{name}, read back from disk", []).append(again)
    figures = {name: Figure(name, tuple(taken)) for name, taken in samples.items()}
    targets = [
        Target(f"compile, cold: {name}", figures[name].value, most=most, unit="ms") for name, most in MOST_MS.items()
    ]
    return section("Cold: compiling a query", figures, targets)


def measure(name: str) -> list[float]:
    """Return the milliseconds of compiling, and of doing it once more with what was kept on disk."""
    import pixgrep as pg
    from pixgrep.model import PixelFormat

    compile_program: Any = sys.modules["pixgrep.compile"].compile_program
    colors, within = {ONE: (COLORS[1:2], 2.3), NINE: (COLORS, 2.3), HALF: (("#808080",), 29)}[name]
    queries = tuple(pg.near(color, within, "ciede2000") for color in colors)
    taken = []
    for _ in range(2):
        start = perf_counter()
        compile_program(queries, PixelFormat("uint8", 3))
        taken.append(1000 * (perf_counter() - start))
        compile_program.cache_clear()
    return taken


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:])))
