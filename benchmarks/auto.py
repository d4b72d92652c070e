"""What `backend="auto"` chooses, beside each backend: warm, in turn, in one process, from thumbnails to the photo."""

from collections.abc import Callable
from functools import partial

import pixgrep as pg
from benchmarks import photo
from benchmarks.photo import Picture
from benchmarks.section import Section, Target, section
from benchmarks.timing import Effort, Figure, in_turn
from pixgrep.errors import PixgrepError
from pixgrep.gpu.device import get_device
from pixgrep.rates.kept import known_rates

SIZES = {"64 x 64": (64, 64), "512 x 512": (512, 512), "1920 x 1080": (1080, 1920), "30 megapixels": (0, 0)}
QUESTIONS = {
    "exact": pg.compile(photo.WHITE),
    "tolerance": pg.compile((71, 76, 74), within=10),
    "table": pg.compile((71, 76, 74), within=5, metric="ciede2000"),
}
MOST = 1.1
"""What auto may take, of the time of the best backend."""


def auto(effort: Effort) -> Section:
    """Count by auto and by each backend."""
    backends = ("auto", "numpy", "cpu", *(["cuda"] if _has_gpu() else []))
    figures: dict[str, Figure] = {}
    targets = []
    for size, (rows, columns) in SIZES.items():
        picture = photo.small(rows, columns) if rows else photo.photo()
        for question in QUESTIONS:
            names = {f"{size}, {question}: {backend}": _count(picture, question, backend) for backend in backends}
            found = in_turn(names, effort.rounds)
            figures.update(found)
            mine, *others = found.values()
            best = min(other.value for other in others)
            targets.append(Target(f"auto / the best backend, {size}, {question}", mine.value / best, most=MOST))
    return section("Auto beside each backend, count", figures, targets, (f"rates: {known_rates().origin}",))


def _count(picture: Picture, question: str, backend: str) -> Callable[[], object]:
    colors = QUESTIONS[question].queries
    return partial(pg.compile(colors, backend=backend).count, picture)


def _has_gpu() -> bool:
    try:
        get_device()
    except PixgrepError:
        return False
    return True
