"""Draw how close kernels come to their floors, and how long others take."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.gpu.report import Measurement, Report
from benchmarks.gpu.targets import floor_of

Reports = Mapping[str, Report]
MINE, OTHERS = "#0b7a75", "#b8b8b8"


def plot(reports: Reports, path: Path) -> None:
    """Write a picture with two plots; whatever was not measured is not there."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    floors = _to_floors(reports)
    times = [found for found in _measured(reports, "rivals") if found.unit == "ms"]
    height = 1.6 + 0.26 * (len(floors) + len(times))
    figure, (above, below) = pyplot.subplots(
        2, 1, figsize=(11, height), layout="constrained", height_ratios=[len(floors) + 2, len(times) + 2]
    )
    _bars(above, list(floors), list(floors.values()), [MINE] * len(floors), "{:.2f}")
    above.set_title(
        "kernels: times the floor (bytes that must move at the bandwidth of a copy)", fontsize=9, loc="left"
    )
    above.axvline(1, color="black", linewidth=0.8)
    colors = [MINE if ": pixgrep" in found.name else OTHERS for found in times]
    _bars(below, [found.name for found in times], [found.value for found in times], colors, "{:.3g}")
    if times:
        below.set_xscale("log")
    below.set_title("coordinates of one colour: ms, logarithmic", fontsize=9, loc="left")
    facts = reports["facts"].facts if "facts" in reports else {}
    figure.suptitle(f"pixgrep {facts.get('pixgrep', '')} on {facts.get('device', 'an unknown device')}")
    figure.savefig(path, dpi=100)
    pyplot.close(figure)


def _measured(reports: Reports, step: str) -> list[Measurement]:
    return reports[step].measurements if step in reports else []


def _to_floors(reports: Reports) -> dict[str, float]:
    floors = {found.name: (found.value, floor_of(reports, found)) for found in _measured(reports, "speed")}
    return {name: value / floor for name, (value, floor) in floors.items() if floor}


def _bars(axes: Any, names: list[str], values: list[float], colors: list[str], text: str) -> None:
    bars = axes.barh(names, values, color=colors)
    axes.bar_label(bars, [text.format(value) for value in values], padding=3, fontsize=7)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.tick_params(labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)
