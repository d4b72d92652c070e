"""Pictures of real results, drawn each time the site is made: what a page shows is what pixgrep answers today."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import pixgrep as pg
from docs.samples import LEGEND, lay_out, photo

FOLDER = Path(__file__).resolve().parent / "generated"
GAP = 16
PAPER = (128, 128, 128)


def side_by_side(*pictures: Any, columns: int = 2) -> Image.Image:
    """Return pictures of one size in rows of so many, on a ground that suits light and dark pages."""
    images = [picture if isinstance(picture, Image.Image) else Image.fromarray(picture) for picture in pictures]
    width, height = images[0].size
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * (width + GAP) - GAP, rows * (height + GAP) - GAP), PAPER)
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        sheet.paste(image.convert("RGB"), (column * (width + GAP), row * (height + GAP)))
    return sheet


def beside_its_matches(name: str, colors: Any, **options: Any) -> Image.Image:
    """Return a picture, and beside it the same with what was found lit."""
    return side_by_side(Image.open(name), pg.find(name, colors, **options).draw(name))


def saucer() -> Image.Image:
    """Return the first search of the first page."""
    return beside_its_matches("coffee.png", "#b2280a", within=35, metric="rgb")


def screens() -> Image.Image:
    """Return the button that is found on a screen."""
    return beside_its_matches("desktop.png", "#2980b9")


def maps() -> Image.Image:
    """Return a scanned map and its classes."""
    legend = {name: color for name, (color, _) in LEGEND.items()}
    labels = pg.label("terrain.png", legend, unknown="nearest", metric="rgb")
    return side_by_side(Image.open("terrain.png"), labels.colorize())


def tissue() -> Image.Image:
    """Return the stained part of a tissue."""
    return beside_its_matches("ihc.png", "lch(..75 12.. 40..90)")


def brand() -> Image.Image:
    """Return two banners, searched for the green of old."""
    paths = ("assets/banners/spring.png", "assets/banners/autumn.png")
    return side_by_side(Image.open(paths[0]), pg.find(paths[1], "#7ab648").draw(paths[1]))


def prints() -> Image.Image:
    """Return a stain on a sheet."""
    return beside_its_matches("sheets/3.png", "oklch(any 0.04.. any)")


def video() -> Image.Image:
    """Return three frames of a pan, with what is red in them lit."""
    garage = np.asarray(Image.open("garage.png"))
    frames = [garage[:, left : left + 300] for left in (0, 200, 320)]
    return side_by_side(*(pg.find(frame, "hsl(350..8 75%.. 25%..55%)").draw(frame) for frame in frames), columns=3)


def census() -> Image.Image:
    """Return a screen, and its most frequent colours: the longer a bar, the more pixels, by the square root."""
    screen = np.asarray(Image.open("desktop.png"))
    found = pg.census(screen).top(12)
    bars = np.full_like(screen, 128)
    height, longest = screen.shape[0] // len(found), found[0].count
    for number, (color, count, _) in enumerate(found):
        length = max(2, round(screen.shape[1] * (count / longest) ** 0.5))
        bars[number * height : (number + 1) * height - 4, :length] = tuple(bytes.fromhex(color[1:]))
    return side_by_side(screen, bars)


def boxes() -> Image.Image:
    """Return a photograph, and beside it its red surfaces in boxes."""
    regions = pg.find("astronaut.png", "hsl(335..3 35%.. 10%..40%)").regions(min_area=120, gap=1)
    return side_by_side(Image.open("astronaut.png"), regions.draw("astronaut.png"))


def nuclei() -> Image.Image:
    """Return a part of a tissue, and beside it its nuclei in boxes: so large that numbers can be read."""
    regions = pg.find("ihc.png", "lch(any 8.. 240..310)").regions(min_area=100)
    part = (150, 150, 512, 512)
    return side_by_side(Image.open("ihc.png").crop(part), regions.draw("ihc.png").crop(part))


def metrics() -> Image.Image:
    """Return what is near one colour, by three metrics, in a wheel of colours."""
    wheel = photo("color.png")
    near = (("rgb", 90), ("ciede2000", 20), ("oklab", 0.15))
    lit = [pg.find(wheel, "#f08060", within=within, metric=metric).draw(wheel) for metric, within in near]
    return side_by_side(wheel, *lit, columns=4)


DRAWN: tuple[Callable[[], Image.Image], ...] = (
    *(saucer, screens, maps, tissue, brand, prints, video, census, boxes, nuclei, metrics),
)


@contextmanager
def samples() -> Iterator[None]:
    """Go where the pictures of the pages are."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder))
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def draw_all(_app: Any = None) -> None:
    """Draw every picture into the folder of those that nobody keeps."""
    FOLDER.mkdir(exist_ok=True)
    with samples():
        for draw in DRAWN:
            draw().save(FOLDER / f"{draw.__name__}.jpg", quality=90)


def setup(app: Any) -> dict[str, Any]:
    """Draw before pages are read."""
    app.connect("builder-inited", draw_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
