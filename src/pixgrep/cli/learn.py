"""``pixgrep learn``: the query that takes some samples of a picture, ready for a search."""

from pixgrep.cli.each import show_warnings
from pixgrep.cli.main import MATCHED, put
from pixgrep.expressions import write_query
from pixgrep.learning import learn
from pixgrep.sources import MOST_PIXELS

Sample = tuple[int, ...]


def run(
    file: str,
    wanted: tuple[Sample, ...],
    unwanted: tuple[Sample, ...],
    metric: str,
    upright: bool,
    max_pixels: int | None,
) -> int:
    """Print the query; return the exit status."""
    show_warnings()
    most = max_pixels or MOST_PIXELS
    put(write_query(learn(file, wanted, unwanted, metric=metric, upright=upright, max_pixels=most)))
    return MATCHED
