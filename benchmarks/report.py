"""Write down what was measured: a table, a plot and JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.section import Section, Target
from benchmarks.timing import Figure

Facts = Mapping[str, str]

WIDE = 64
MINE, OTHERS = "#0b7a75", "#b8b8b8"
RIVALS = ("OpenCV", "NumPy", "ImageMagick", "reading", "copying", "decoding", "Python", "import numpy", "a process")


def table(facts: Facts, sections: Mapping[str, Section]) -> str:
    """Return everything as text."""
    lines = [", ".join(f"{name} {value}" for name, value in facts.items())]
    for name, section in sections.items():
        lines += ["", *section_lines(name, section)]
    targets = [target for section in sections.values() for target in section.targets]
    lines += ["", f"Targets reached: {sum(target.is_reached for target in targets)} of {len(targets)}"]
    lines += [f"  {_target_line(target)}" for target in targets if not target.is_reached]
    return "\n".join(lines) + "\n"


def section_lines(name: str, section: Section) -> list[str]:
    """Return one section as text; times are compared with the first of their group."""
    firsts: dict[str, float] = {}
    lines = [f"{section.title}  [{name}]", f"  {'':{WIDE}}   median     best     x first"]
    for figure in section.figures:
        first = firsts.setdefault(_group(figure), figure.value)
        ratio = f"{figure.value / first:9.2f}" if figure.unit == "ms" else ""
        times = f"{_number(figure.value)}{_number(min(figure.samples))} {figure.unit}"
        lines.append(f"  {figure.name:{WIDE}}{times} {ratio}".rstrip())
    lines += [f"  note: {note}" for note in section.notes]
    lines += [f"  {_target_line(target)}" for target in section.targets]
    return lines


def as_json(facts: Facts, sections: Mapping[str, Section]) -> str:
    """Return everything, each sample too, as JSON."""
    content = {"facts": dict(facts), "sections": {name: _section(section) for name, section in sections.items()}}
    return json.dumps(content, indent=1) + "\n"


def plot(facts: Facts, sections: Mapping[str, Section], path: Path) -> None:
    """Draw the medians of every section, each with a scale of its own; pixgrep in green."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    columns = _columns(list(sections.values()))
    heights = [[_height(section) for section in column] for column in columns]
    figure = pyplot.figure(figsize=(16, 0.25 * max(map(sum, heights))), layout="constrained")
    for place, column, height in zip(
        figure.subfigures(1, len(columns), squeeze=False)[0], columns, heights, strict=True
    ):
        plots = place.subplots(len(column), 1, height_ratios=height, squeeze=False)
        for axes, section in zip(plots[:, 0], column, strict=True):
            _draw(axes, section)
    figure.suptitle(f"pixgrep {facts['pixgrep']} on {facts['processor']}, {facts['threads']} threads")
    figure.savefig(path, dpi=100)
    pyplot.close(figure)


def _height(section: Section) -> int:
    return len(section.figures) + 3


def _columns(sections: list[Section]) -> list[list[Section]]:
    """Return the sections in two columns of about the same height."""
    half, height, first = sum(map(_height, sections)) / 2, 0, 0
    while height < half:
        height += _height(sections[first])
        first += 1
    return [column for column in (sections[:first], sections[first:]) if column]


def _draw(axes: Any, section: Section) -> None:
    names = [figure.name for figure in section.figures]
    values = [figure.value for figure in section.figures]
    bars = axes.barh(names, values, color=[OTHERS if _is_rival(figure) else MINE for figure in section.figures])
    axes.bar_label(bars, [_number(value).strip() for value in values], padding=3, fontsize=7)
    is_wide = max(values) > 20 * max(min(values), 1e-9)
    if is_wide:
        axes.set_xscale("log")
    axes.invert_yaxis()
    axes.margins(x=0.12)
    scale = ", logarithmic" if is_wide else ""
    axes.set_title(f"{section.title}: {section.figures[0].unit}{scale}", fontsize=9, loc="left")
    axes.tick_params(labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)


def _group(figure: Figure) -> str:
    """Return what stands before the colon, or nothing."""
    return figure.name.rpartition(": ")[0]


def _is_rival(figure: Figure) -> bool:
    return figure.name.rpartition(": ")[2].startswith(RIVALS)


def _number(value: float) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 4
    return f"{value:9.{digits}f}"


def _target_line(target: Target) -> str:
    verdict = "reached" if target.is_reached else "missed"
    return f"target: {target.text}: {target.value:.2f} {target.unit}, promised {target.limit}: {verdict}"


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "figures": [
            {
                "name": figure.name,
                "unit": figure.unit,
                "median": float(f"{figure.value:.4g}"),
                "samples": [float(f"{sample:.4g}") for sample in figure.samples],
            }
            for figure in section.figures
        ],
        "targets": [
            {
                "text": target.text,
                "value": target.value,
                "promised": target.limit,
                "unit": target.unit,
                "reached": target.is_reached,
            }
            for target in section.targets
        ],
        "notes": section.notes,
    }
