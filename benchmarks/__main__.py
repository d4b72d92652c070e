"""Run the benchmarks."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from benchmarks import (
    auto,
    cold,
    compiling,
    folder,
    labels,
    machine,
    memory,
    perceptual,
    regions,
    report,
    startup,
    workloads,
)
from benchmarks.section import Section
from benchmarks.timing import QUICK, THOROUGH, Effort

BENCHMARKS: dict[str, Callable[[Effort], Section]] = {
    "one": workloads.one_color,
    "nine": workloads.nine_colors,
    "tolerance": workloads.tolerance,
    "euclidean": workloads.euclidean,
    "perceptual": perceptual.perceptual,
    "compiling": compiling.compiling,
    "labels": labels.exact_labels,
    "nearest": labels.nearest_labels,
    "census": labels.census,
    "maps": labels.folder_of_maps,
    "regions": regions.regions,
    "frame": regions.frame,
    "mask": workloads.mask,
    "densities": workloads.densities,
    "small": workloads.small_pictures,
    "auto": auto.auto,
    "memory": memory.extra_memory,
    "startup": startup.startup,
    "cold": cold.cold,
    "folder": folder.folder,
    "programs": folder.programs,
}
RECORDS = Path(__file__).parent / "records"


def main() -> int:
    """Measure, print, and keep a record where everything was measured thoroughly."""
    arguments = _arguments()
    names = arguments.only or list(BENCHMARKS)
    facts, sections = machine.facts(), {}
    for name in names:
        sections[name] = _run(BENCHMARKS[name], QUICK if arguments.quick else THOROUGH)
        print("\n".join(report.section_lines(name, sections[name])), end="\n\n", flush=True)
    text = report.table(facts, sections)
    print(text[text.rindex("Targets reached") :], end="")
    if arguments.quick or arguments.only:
        print("No record is kept of a quick or partial run.")
        return 0
    RECORDS.mkdir(exist_ok=True)
    stem = f"{date.today()}-{machine.slug(facts['processor'])}"
    (RECORDS / f"{stem}.txt").write_text(text)
    (RECORDS / f"{stem}.json").write_text(report.as_json(facts, sections))
    report.plot(facts, sections, RECORDS / f"{stem}.png")
    print(f"Recorded as {(RECORDS / stem).name} (.txt, .json, .png)")
    return 0


def _run(benchmark: Callable[[Effort], Section], effort: Effort) -> Section:
    neighbours = machine.Neighbours()
    section = benchmark(effort)
    cores = neighbours.cores()
    noted = () if cores is None else (f"meanwhile other processes used {cores:.1f} cores",)
    return replace(section, notes=(*section.notes, *noted))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure pixgrep beside its rivals.")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--only", action="append", choices=BENCHMARKS, help="run this one; may be given several times")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
