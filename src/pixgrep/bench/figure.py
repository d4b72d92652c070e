"""A report as a picture: time over size, a panel for each question."""

import io
from typing import Any

from pixgrep.bench import machine
from pixgrep.bench.report import Report
from pixgrep.errors import MissingExtraError
from pixgrep.sinks.names import percent, printable

INK, FAINT = "#333333", "#e4e4e4"


def load_matplotlib() -> Any:
    """
    Return matplotlib, which draws into memory.

    Raises
    ------
    MissingExtraError
        It is not installed.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise MissingExtraError("plots need matplotlib; install it by: pip install 'pixgrep[bench]'") from error
    matplotlib.use("Agg")
    return matplotlib


def to_png(report: Report) -> bytes:
    """
    Return the plot of a report that has figures.

    Raises
    ------
    MissingExtraError
        Matplotlib is not installed.
    """
    load_matplotlib()
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(
        1, len(report.questions), figsize=(11, 5.2), sharey=True, squeeze=False, layout="constrained"
    )
    for axes, question in zip(panels[0], report.questions, strict=True):
        _draw(axes, report, question)
    panels[0, 0].set_ylabel("milliseconds to find all places", color=INK)
    handles, names = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), frameon=False, fontsize=9)
    picture = report.picture
    missing = ", ".join(name for names in report.missing().values() for name in names)
    note = f"\ncould not be measured: {missing}" if missing else ""
    figure.suptitle(
        f"Finding {picture['color']} in {printable(picture['name'])}\n{machine.describe(report.machine)}{note}",
        fontsize=10,
        color=INK,
        parse_math=False,
    )
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=110)
    pyplot.close(figure)
    return content.getvalue()


def _draw(axes: Any, report: Report, question: str) -> None:
    for entry in report.measured():
        results = report.of(question, entry.name)
        sizes = sorted(results)
        medians = [1000 * results[size].timing.median for size in sizes]
        lower, upper = zip(*(results[size].timing.quartiles for size in sizes), strict=True)
        axes.plot(sizes, medians, color=entry.color, marker="o", markersize=3.5, linewidth=1.8, label=entry.name)
        axes.fill_between(sizes, [1000 * s for s in lower], [1000 * s for s in upper], color=entry.color, alpha=0.2)
    axes.set(xscale="log", yscale="log", xlabel="megapixels")
    axes.xaxis.label.set_color(INK)
    share = percent(report.picture["shares"][question])
    axes.set_title(f"{question}: {share} of the pixels", fontsize=10, loc="left", color=INK)
    axes.grid(which="major", color=FAINT)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.tick_params(labelsize=9, colors=INK)
