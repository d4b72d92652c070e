"""``pixgrep why``: why a pixel is found, or is not."""

from pixgrep.cli.each import show_warnings
from pixgrep.cli.main import MATCHED, NOTHING_MATCHED, put
from pixgrep.explaining import explain
from pixgrep.sinks.names import printable
from pixgrep.sources import MOST_PIXELS


def run(
    place: tuple[int, ...],
    color: str,
    file: str,
    more_colors: tuple[str, ...],
    within: float,
    metric: str,
    upright: bool,
    max_pixels: int | None,
) -> int:
    """Print the explanation; return the exit status."""
    show_warnings()
    explanation = explain(
        file,
        place,
        (color, *more_colors),
        within=within,
        metric=metric,
        upright=upright,
        max_pixels=max_pixels or MOST_PIXELS,
    )
    put("\n".join(map(printable, str(explanation).splitlines())))
    return MATCHED if explanation.taken else NOTHING_MATCHED
