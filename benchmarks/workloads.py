"""Searches of pictures in memory: pixgrep beside OpenCV and NumPy, warm, in one process, answers compared first."""

from collections.abc import Callable
from functools import partial
from typing import Any

import cv2
import numpy as np

import pixgrep as pg
from benchmarks import machine, photo, rivals
from benchmarks.photo import NINE, WHITE, Picture
from benchmarks.section import Section, close, faster, section
from benchmarks.timing import Effort, Figure, in_turn

TOLERANCE = 10
DEGREE, WIDE_DEGREE = 6, 60
GREYISH = (71, 76, 74)
"""The colour of the photo that most pixels are near to: 6 % of them within a Euclidean distance of 6."""


def one_color(effort: Effort) -> Section:
    """W1: find white."""
    picture = _ready(photo.photo())
    _same_places(pg.find(picture, WHITE).xy, rivals.opencv_xy(picture, WHITE), picture)
    flat = picture.reshape(-1)
    numbers = flat[: flat.size // 8 * 8].view(np.uint64)
    room = np.zeros_like(picture)
    figures = in_turn(
        {
            "pixgrep, coordinates": lambda: pg.find(picture, WHITE).xy,
            "pixgrep, bits alone": lambda: pg.find(picture, WHITE),
            "pixgrep, bits alone, one thread": lambda: pg.find(picture, WHITE, threads=1),
            "pixgrep, count": lambda: pg.count(picture, WHITE),
            "OpenCV, coordinates": lambda: rivals.opencv_xy(picture, WHITE),
            "NumPy, coordinates": lambda: rivals.numpy_xy(picture, WHITE),
            "reading the picture": lambda: np.bitwise_or.reduce(numbers),
            "copying it into used memory": lambda: np.copyto(room, picture),
        },
        effort.rounds,
    )
    mine = "pixgrep, coordinates"
    targets = (
        faster("W1, coordinates: OpenCV's time / pixgrep's", figures, mine, "OpenCV, coordinates", 6),
        close("W1: coordinates / bits alone", figures, mine, "pixgrep, bits alone", 1.3),
    )
    return section("W1: one colour in the photo", figures, targets)


def nine_colors(effort: Effort) -> Section:
    """W9: find nine colours."""
    picture = _ready(photo.photo())
    places = [rivals.in_reading_order(found, photo.COLUMNS) for found in rivals.opencv_passes(picture, NINE)]
    found = pg.find(picture, NINE)
    assert found.counts.tolist() == [len(some) for some in places]
    assert np.array_equal(rivals.in_reading_order(found.xy, photo.COLUMNS), np.sort(np.concatenate(places)))
    figures = in_turn(
        {
            "pixgrep, coordinates": lambda: pg.find(picture, NINE).xy,
            "pixgrep, bits alone": lambda: pg.find(picture, NINE),
            "pixgrep, bits alone, one thread": lambda: pg.find(picture, NINE, threads=1),
            "pixgrep, coordinates and colours": lambda: _xy_and_colors(picture),
            "pixgrep, coordinates of one colour (W1)": lambda: pg.find(picture, WHITE).xy,
            "OpenCV, nine passes": lambda: rivals.opencv_passes(picture, NINE),
            "NumPy, nine passes": lambda: rivals.numpy_passes(picture, NINE),
        },
        effort.rounds,
    )
    mine = "pixgrep, coordinates"
    targets = (
        faster("W9, coordinates: OpenCV's nine passes / pixgrep", figures, mine, "OpenCV, nine passes", 25),
        close("W9 / W1, coordinates", figures, mine, "pixgrep, coordinates of one colour (W1)", 2.5),
    )
    return section("W9: nine colours in the photo, one call", figures, targets)


def tolerance(effort: Effort) -> Section:
    """Count what differs by 10 at most in every channel."""
    picture = _ready(photo.photo())
    figures: dict[str, Figure] = {}
    targets = []
    for color in (NINE[2], GREYISH):
        share = _same_count(pg.count(picture, color, within=TOLERANCE), rivals.opencv_count(picture, color, TOLERANCE))
        mine, rival = f"{share} hit: pixgrep", f"{share} hit: OpenCV"
        figures |= in_turn(
            {
                mine: partial(pg.count, picture, color, within=TOLERANCE),
                rival: partial(rivals.opencv_count, picture, color, TOLERANCE),
            },
            effort.rounds,
        )
        targets.append(faster(f"tolerance 10, count, {share} hit: OpenCV / pixgrep", figures, mine, rival, 6))
    return section("Count within 10 a channel", figures, targets)


def euclidean(effort: Effort) -> Section:
    """Count within a Euclidean distance: the box by vectors, then a table for the pixels inside."""
    picture = _ready(photo.photo())
    contestants: dict[str, Callable[[], Any]] = {"W1, count": lambda: pg.count(picture, WHITE)}
    ratios = []
    for color, within in ((NINE[2], DEGREE), (NINE[4], DEGREE), (GREYISH, DEGREE), (GREYISH, WIDE_DEGREE)):
        expected = rivals.numpy_count_near(picture, color, within)
        share = _same_count(pg.count(picture, color, metric="rgb", within=within), expected)
        name = f"within {within}, {share} hit"
        contestants[name] = partial(pg.count, picture, color, metric="rgb", within=within)
        ratios.append((name, within))
    contestants |= {
        f"NumPy, within {DEGREE}": lambda: rivals.numpy_count_near(picture, GREYISH, DEGREE),
        f"NumPy, within {WIDE_DEGREE}": lambda: rivals.numpy_count_near(picture, GREYISH, WIDE_DEGREE),
    }
    figures = in_turn(contestants, effort.rounds)
    targets = [
        close(f"metric rgb, {name}: count / count of W1", figures, name, "W1, count", 5)
        for name, within in ratios
        if within == DEGREE
    ]
    return section('Count within a Euclidean distance (metric="rgb")', figures, targets)


def mask(effort: Effort) -> Section:
    """One bool a pixel, where every pixel is a hit."""
    picture = _ready(photo.all_white())
    assert np.array_equal(pg.find(picture, WHITE).mask, rivals.opencv_mask(picture, WHITE) != 0)
    figures = in_turn(
        {
            "pixgrep, mask": lambda: pg.find(picture, WHITE).mask,
            "OpenCV, mask": lambda: rivals.opencv_mask(picture, WHITE),
        },
        effort.rounds,
    )
    targets = (close("mask, every pixel a hit: pixgrep / OpenCV", figures, "pixgrep, mask", "OpenCV, mask", 1),)
    return section("Mask, every pixel a hit", figures, targets)


def densities(effort: Effort) -> Section:
    """Coordinates, from no hit at all to nothing but hits."""
    figures: dict[str, Figure] = {}
    for name, make in (
        ("no hit", photo.without_white),
        ("5 % hits", photo.scattered_white),
        ("all hits", photo.all_white),
        ("noise", photo.noise),
    ):
        picture = _ready(make())
        _same_places(pg.find(picture, WHITE).xy, rivals.opencv_xy(picture, WHITE), picture)
        figures |= in_turn(
            {
                f"{name}: pixgrep": partial(_xy, picture),
                f"{name}: bits alone": partial(pg.find, picture, WHITE),
                f"{name}: OpenCV": partial(rivals.opencv_xy, picture, WHITE),
            },
            effort.rounds,
        )
    notes = (_ratios(figures, "OpenCV", "pixgrep"),)
    return section("Coordinates, from no hit to nothing but hits", figures, notes=notes)


def small_pictures(effort: Effort) -> Section:
    """Coordinates in small pictures: what a call costs."""
    figures: dict[str, Figure] = {}
    for columns, rows in ((64, 64), (400, 300), (1920, 1080)):
        picture = _ready(photo.small(rows, columns))
        name = f"{columns} x {rows}"
        _same_places(pg.find(picture, WHITE).xy, rivals.opencv_xy(picture, WHITE), picture)
        figures |= in_turn(
            {
                f"{name}: pixgrep": partial(_xy, picture),
                f"{name}: pixgrep, compiled search": partial(_xy_of_search, pg.compile(WHITE), picture),
                f"{name}: pixgrep, NumPy backend": partial(_xy, picture, backend="numpy"),
                f"{name}: OpenCV": partial(rivals.opencv_xy, picture, WHITE),
            },
            effort.rounds,
        )
    notes = (_ratios(figures, "OpenCV", "pixgrep"),)
    return section("Coordinates in small pictures", figures, notes=notes)


def _ready(picture: Picture) -> Picture:
    """Load the compiled backend, which calls without arguments then use too, and give OpenCV as many threads."""
    pg.find(picture[:64, :64], WHITE, backend="cpu")
    cv2.setNumThreads(machine.threads())
    return picture


def _xy(picture: Picture, **options: Any) -> Any:
    return pg.find(picture, WHITE, **options).xy


def _xy_of_search(search: pg.Search[pg.Matches], picture: Picture) -> Any:
    return search.find(picture).xy


def _xy_and_colors(picture: Picture) -> Any:
    found = pg.find(picture, NINE)
    return found.xy, found.colors


def _same_places(mine: Any, others: Any, picture: Picture) -> None:
    width = picture.shape[1]
    assert np.array_equal(rivals.in_reading_order(mine, width), rivals.in_reading_order(others, width))


def _same_count(mine: int, others: int) -> str:
    """Return which share of the photo was hit."""
    assert mine == others, (mine, others)
    return f"{100 * mine / (photo.ROWS * photo.COLUMNS):.2g} %"


def _ratios(figures: dict[str, Figure], rival: str, mine: str) -> str:
    groups = dict.fromkeys(name.partition(": ")[0] for name in figures)
    ratios = (
        f"{group} {figures[f'{group}: {rival}'].value / figures[f'{group}: {mine}'].value:.1f}" for group in groups
    )
    return f"times as fast as {rival}: {', '.join(ratios)}"
