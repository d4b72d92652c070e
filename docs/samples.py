"""
The pictures that the pages speak of: photographs that ship with scikit-image, and what is made of them.

Tests and the site lay out the same ones, so that what a page prints is what its pictures show. All is made of whole
numbers: no font and no lossy codec has a say in what a page counts.
"""

import shutil
from pathlib import Path

import matplotlib
import numpy as np
import skimage
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]

PHOTOS = Path(skimage.__file__).parent / "data"
ELEVATIONS = Path(matplotlib.__file__).parent / "mpl-data" / "sample_data" / "jacksboro_fault_dem.npz"
LEGEND = {
    "valley": ((172, 208, 165), 320),
    "lowland": ((239, 235, 192), 420),
    "hills": ((222, 202, 155), 540),
    "slopes": ((195, 148, 96), 700),
    "ridges": ((128, 84, 64), 10_000),
}
"""What a map prints in which colour, up to which metre."""


def lay_out(folder: Path) -> None:
    """Put every picture of every page into a folder."""
    for name in ("coffee.png", "ihc.png", "astronaut.png"):
        shutil.copy(PHOTOS / name, folder)
    _screenshots(folder / "screenshots")
    Image.fromarray(desktop()).save(folder / "desktop.png")
    Image.fromarray(terrain_map()).save(folder / "terrain.png")
    _assets(folder / "assets")
    _sheets(folder / "sheets")
    shutil.copy(PHOTOS / "motorcycle_left.png", folder / "garage.png")


def photo(name: str) -> Picture:
    """Return a photograph of scikit-image, shape (height, width, 3)."""
    return np.asarray(Image.open(PHOTOS / name).convert("RGB")).copy()


def _screenshots(folder: Path) -> None:
    folder.mkdir()
    screen = np.full((90, 120, 3), 240, np.uint8)
    Image.fromarray(screen).save(folder / "home.png")
    screen[20:40, 40:70] = (255, 99, 71)
    screen[5:8, 5:8] = (0, 255, 0)
    Image.fromarray(screen).save(folder / "login.png")


def desktop() -> Picture:
    """Return a screen: a window with three lights and two buttons before a photograph."""
    screen = photo("coffee.png")
    screen[60:340, 80:420] = (236, 240, 241)
    screen[60:84, 80:420] = (52, 73, 94)
    rows, columns = np.ogrid[:400, :600]
    for column, color in ((130, (46, 204, 113)), (180, (243, 156, 18)), (230, (231, 76, 60))):
        screen[(columns - column) ** 2 + (rows - 130) ** 2 <= 14**2] = color
    screen[280:312, 110:230] = (41, 128, 185)
    screen[280:312, 260:380] = (189, 195, 199)
    return screen


def elevation_classes() -> NDArray[np.int64]:
    """Return the class of each pixel of the terrain, in the order of the legend."""
    elevation: NDArray[np.int16] = np.load(ELEVATIONS)["elevation"]
    return np.digitize(elevation, [limit for _, limit in LEGEND.values()])


def terrain_map() -> Picture:
    """Return a scanned map of a real terrain: the print is a little blurred, and the paper has grain."""
    printed = np.array([color for color, _ in LEGEND.values()])[elevation_classes()]
    across = (np.roll(printed, 1, axis=1) + 2 * printed + np.roll(printed, -1, axis=1)) // 4
    blurred = (np.roll(across, 1, axis=0) + 2 * across + np.roll(across, -1, axis=0)) // 4
    grain = np.random.default_rng(1789).integers(-6, 7, printed.shape)
    scanned: Picture = np.clip(blurred + grain, 0, 255).astype(np.uint8)
    return scanned


def _assets(folder: Path) -> None:
    """Write a logo, a banner in its colours, and an old one, of another green."""
    (folder / "banners").mkdir(parents=True)
    shutil.copy(PHOTOS / "logo.png", folder)
    for name, green in (("spring.png", (150, 200, 75)), ("autumn.png", (122, 182, 72))):
        banner = np.full((120, 480, 3), 255, np.uint8)
        banner[:, :160] = green
        banner[100:] = (255, 127, 25)
        Image.fromarray(banner).save(folder / "banners" / name)


def _sheets(folder: Path) -> None:
    """Write three printed pages as a camera saw them: text, text with a logo, and text with a stain of ink."""
    folder.mkdir()
    page = photo("page.png")
    Image.fromarray(page).save(folder / "1.png")
    colored = Image.fromarray(page)
    logo = Image.open(PHOTOS / "logo.png").reduce(5)
    colored.paste(logo, (270, 80), logo)
    colored.save(folder / "2.png")
    rows, columns = np.ogrid[: page.shape[0], : page.shape[1]]
    stain = (columns - 90) ** 2 + 2 * (rows - 160) ** 2 <= 12**2
    page[stain] = page[stain] // 2 + np.array((0, 60, 110), np.uint8)
    Image.fromarray(page).save(folder / "3.png")
