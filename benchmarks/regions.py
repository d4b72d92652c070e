"""Regions: from bits to label, area, box and centroid, beside OpenCV and scikit-image; answers compared first."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import measure

import pixgrep as pg
from benchmarks import photo
from benchmarks.photo import Picture
from benchmarks.section import Section, Target, close, faster, section
from benchmarks.timing import Effort, in_turn
from pixgrep.components import Rule, label_runs

Mask = NDArray[np.uint8]
COLUMNS = ("label", "area", "bbox", "centroid")


def regions(effort: Effort) -> Section:
    """Find the regions of masks of 30 megapixels, label, area, box and centroid of each."""
    figures, targets, notes = {}, [], []
    for name, mask, least in _masks():
        hits = pg.find(mask, "white")
        theirs = _opencv(mask)
        found = _columns(hits)
        assert len(found) == len(theirs[2]) - 1
        assert np.array_equal(np.sort(found.areas), np.sort(theirs[2][1:, cv2.CC_STAT_AREA]))
        mine, rival = f"pixgrep, {name}", f"OpenCV, {name}"
        contestants = {mine: lambda hits=hits: _columns(hits), rival: lambda mask=mask: _opencv(mask)}
        if name == "colour match":
            contestants["scikit-image, colour match"] = lambda mask=mask: _scikit_image(mask)
        some = in_turn(contestants, effort.rounds)
        figures.update(some)
        notes.append(f"{name}: {len(found):,} regions, {int(np.count_nonzero(mask)) / mask.size:.1%} of the pixels")
        if least is not None:
            targets.append(faster(f"regions, {name}: OpenCV / pixgrep", some, mine, rival, least))
        if name == "colour match":
            rival = "scikit-image, colour match"
            targets.append(faster("regions, colour match: regionprops_table / pixgrep", some, mine, rival, 10))
    targets.append(_bytes_of_runs())
    return section("Regions of a mask: label, area, box, centroid", figures, targets, notes)


def frame(effort: Effort) -> Section:
    """Find a hundred surfaces of one colour in a frame of a video, pixels or regions."""
    random = np.random.default_rng(0)
    picture: Picture = random.integers(0, 200, (1080, 1920, 3), np.uint8)
    for y in range(40, 1040, 100):
        picture[y : y + 20, 60 + np.arange(10)[:, np.newaxis] * 180 + np.arange(30)] = (255, 0, 0)
    search = pg.compile("red", backend="cpu")
    assert len(search.find(picture).regions()) == 100
    figures = in_turn(
        {
            "pixgrep, find and regions": lambda: _columns(search.find(picture)),
            "pixgrep, find": lambda: search.find(picture),
            "OpenCV, inRange and connectedComponentsWithStats": lambda: _opencv(
                cv2.inRange(picture, (255, 0, 0), (255, 0, 0))
            ),
        },
        effort.rounds,
    )
    mine, find, _ = figures
    return section(
        "A frame of 1920 x 1080 with 100 regions",
        figures,
        [close("regions of a frame: find and regions / find", figures, mine, find, 2)],
    )


def _masks() -> list[tuple[str, Mask, float | None]]:
    """Return masks of 30 megapixels, and how many times as fast as OpenCV each is promised to be."""
    random = np.random.default_rng(0)
    shape = photo.ROWS, photo.COLUMNS
    soft = cv2.GaussianBlur(random.standard_normal(shape, np.float32), (0, 0), 1.2)
    coarse = cv2.GaussianBlur(random.standard_normal((shape[0] // 4, shape[1] // 4), np.float32), (0, 0), 3)
    blobs = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_LINEAR)
    board = np.add.outer(np.arange(shape[0]), np.arange(shape[1])) % 2 == 0
    masks = {
        "colour match": (soft > 2 * soft.std(), 4),
        "blobs": (blobs > 0, 4),
        "2 % speckle": (random.random(shape) < 0.02, None),
        "50 % noise": (random.random(shape) < 0.5, 1),
        "checkerboard": (board, None),
    }
    return [(name, np.where(mask, np.uint8(255), np.uint8(0)), least) for name, (mask, least) in masks.items()]


def _columns(hits: pg.Matches) -> pg.Regions:
    """Return the regions, with their columns made."""
    found = hits.regions()
    _ = found.labels, found.areas, found.boxes, found.centroids
    return found


def _opencv(mask: Mask) -> Any:
    return cv2.connectedComponentsWithStats(mask, connectivity=8)


def _scikit_image(mask: Mask) -> Any:
    return measure.regionprops_table(measure.label(mask > 0), properties=COLUMNS)


def _bytes_of_runs() -> Target:
    """Promise how much memory a run takes, where outlines or masks of regions are asked for."""
    words = np.random.default_rng(1).integers(0, 1 << 63, 1 << 16, np.uint64)
    runs = label_runs(words, (1 << 10, 1 << 12), Rule())
    held = sum(array.nbytes for array in (runs.starts, runs.stops, runs.numbers, runs.ends))
    return Target("memory of a run", held / len(runs.starts), most=16, unit="bytes")
