"""Label maps and censuses: pixgrep beside NumPy, OpenCV and Pillow, answers compared first."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

import pixgrep as pg
from benchmarks import machine, photo, processes
from benchmarks.photo import WHITE, Picture
from benchmarks.section import Section, close, faster, section
from benchmarks.timing import Effort, in_turn
from pixgrep.palettes import load_palette

Colors = Sequence[tuple[int, int, int]]
BLOCK = 50
"""Pixels of a side of what is labelled alike, about."""
MAPS, MAP_SHAPE = 500, (512, 1024)


def classes() -> Colors:
    """Return the 19 colours that Cityscapes is trained with."""
    return [tuple(color) for color in load_palette("cityscapes-train").rgb.tolist()]


def label_map(rows: int, columns: int, seed: int = 0) -> Picture:
    """Return a label map of surfaces with ragged edges."""
    random = np.random.default_rng(seed)
    colors = np.array(classes(), np.uint8)
    coarse = random.integers(0, len(colors), (rows // BLOCK + 2, columns // BLOCK + 2))
    y, x = (np.arange(size) / BLOCK for size in (rows, columns))
    wave = [0.4 * np.sin(axis * 2.1 + random.random()) for axis in (x, y)]
    surfaces = coarse[(y[:, np.newaxis] + 0.5 + wave[0]).astype(int), (x + 0.5 + wave[1][:, np.newaxis]).astype(int)]
    return np.ascontiguousarray(colors[surfaces])


def exact_labels(effort: Effort) -> Section:
    """Label a map of 19 classes."""
    picture, colors = label_map(photo.ROWS, photo.COLUMNS), classes()
    assert np.array_equal(pg.label(picture, colors).ids, _numpy_labels(picture, colors))
    figures = in_turn(
        {
            "pixgrep, label": lambda: pg.label(picture, colors).ids,
            "NumPy, a comparison a class": lambda: _numpy_labels(picture, colors),
            "OpenCV, only inRange a class": lambda: _opencv_masks(picture, colors),
        },
        effort.rounds,
    )
    targets = (
        faster("label, 19 classes: NumPy / pixgrep", figures, "pixgrep, label", "NumPy, a comparison a class", 400),
        faster("label, 19 classes: inRange / pixgrep", figures, "pixgrep, label", "OpenCV, only inRange a class", 20),
    )
    return section("Label a map of 19 classes, exact", figures, targets)


def nearest_labels(effort: Effort) -> Section:
    """Label a photo by the nearest of 256 colours within a limit; the table is filled by the warm-up."""
    picture = photo.photo()
    random = np.random.default_rng(1)
    places = random.integers(0, len(picture), 256), random.integers(0, picture.shape[1], 256)
    palette = np.unique(picture[places], axis=0)
    labeler = pg.labeler(palette, within=6, metric="cie76")
    figures = in_turn(
        {
            f"pixgrep, nearest of {len(palette)} within 6 cie76": lambda: labeler.label(picture).ids,
            "exact search, count": lambda: pg.count(picture, WHITE),
        },
        effort.rounds,
    )
    mine, exact = figures
    return section(
        "Label a photo by its nearest colours, compiled",
        figures,
        [close("label, nearest of 256 / exact count", figures, mine, exact, 8)],
    )


def census(effort: Effort) -> Section:
    """Count all colours of the photo."""
    picture = photo.photo()
    image = Image.fromarray(picture)
    found = pg.census(picture)
    assert sorted(found.counts.tolist()) == sorted(count for count, _ in image.getcolors(1 << 24) or ())
    figures = in_turn(
        {
            "pixgrep, census": lambda: pg.census(picture),
            "NumPy, unique of packed colours": lambda: _numpy_census(picture),
            "Pillow, getcolors": lambda: image.getcolors(1 << 24),
        },
        effort.rounds,
    )
    targets = (
        faster("census: np.unique / pixgrep", figures, "pixgrep, census", "NumPy, unique of packed colours", 15),
        faster("census: getcolors / pixgrep", figures, "pixgrep, census", "Pillow, getcolors", 5),
    )
    return section("Census of the photo", figures, targets, [f"{len(found):,} colours"])


def folder_of_maps(effort: Effort) -> Section:
    """Label a folder of maps by the command line, beside a process that only decodes them and encodes ids."""
    with tempfile.TemporaryDirectory() as place:
        maps = Path(place, "maps")
        maps.mkdir()
        first = [label_map(*MAP_SHAPE, seed) for seed in range(20)]
        for number in range(MAPS):
            Image.fromarray(np.roll(first[number % 20], number, axis=1)).save(maps / f"{number:03}.png")
        commands = {
            "pixgrep label": (
                *processes.CLI,
                *("label", "--palette", "cityscapes-train", str(maps), "-o", f"{place}/ids", "--force"),
            ),
            "a process that only decodes and encodes": processes.python(
                ONLY_FILES, str(maps), f"{place}/same", str(machine.threads())
            ),
        }
        figures = processes.time_in_turn(commands, max(3, effort.processes // 3))
    mine, rival = figures
    targets = [close("folder of 500 label maps: label / decode + encode", figures, mine, rival, 1.2)]
    return section("Folder of 500 label maps to ids", figures, targets, [f"{MAP_SHAPE[1]} x {MAP_SHAPE[0]} pixels"])


ONLY_FILES = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import numpy as np
from PIL import Image
from pixgrep.sources import open_source

maps, target, threads = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
target.mkdir(exist_ok=True)

def work(path):
    pixels = open_source(path).read()
    Image.fromarray(np.ascontiguousarray(pixels[:, :, 0])).save(target / path.name, compress_level=1)

with ThreadPoolExecutor(threads) as pool:
    list(pool.map(work, sorted(maps.iterdir())))
"""


def _numpy_labels(picture: Picture, colors: Colors) -> NDArray[np.uint8]:
    labels = np.full(picture.shape[:2], 255, np.uint8)
    for number, color in enumerate(colors):
        labels[(picture == color).all(axis=-1)] = number
    return labels


def _opencv_masks(picture: Picture, colors: Colors) -> list[Any]:
    """Return a mask for each class: to make ids of them would come on top."""
    return [cv2.inRange(picture, color, color) for color in colors]


def _numpy_census(picture: Picture) -> Any:
    packed = picture[..., 0].astype(np.uint32) << 16 | picture[..., 1].astype(np.uint32) << 8 | picture[..., 2]
    return np.unique(packed, return_counts=True)
