"""A folder of real pictures, made of those that scikit-image and scikit-learn bring along."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import skimage
import sklearn
from PIL import Image

PICTURES = 200
SMALLEST = 64
"""Rows or columns; what is smaller is no picture worth searching."""


@contextmanager
def real_pictures() -> Iterator[str]:
    """Make 200 files in a folder that goes again: copies first, then crops and other sizes."""
    shipped = sorted(Path(skimage.__file__).parent.glob("data/*")) + sorted(
        Path(sklearn.__file__).parent.glob("datasets/images/*")
    )
    originals = [path for path in shipped if path.suffix in (".png", ".jpg") and _is_large(path)]
    with tempfile.TemporaryDirectory() as place:
        for number in range(PICTURES):
            original = originals[number % len(originals)]
            turn = number // len(originals)
            name = os.path.join(place, f"{number:03}-{original.stem}")
            if turn == 0:
                shutil.copyfile(original, name + original.suffix)
                continue
            with Image.open(original) as picture:
                changed = _changed(picture, turn)
            suffix = original.suffix if changed.mode == "RGBA" or turn % 3 else (".png", ".jpg")[turn % 2]
            changed.save(name + suffix)
        yield place


def _is_large(path: Path) -> bool:
    with Image.open(path) as picture:
        return min(picture.size) >= SMALLEST


def _changed(picture: Image.Image, turn: int) -> Image.Image:
    """Return a crop or another size."""
    width, height = picture.size
    if turn % 2:
        edge = 3 * turn
        return picture.crop((edge, edge, max(edge + SMALLEST, width - edge), max(edge + SMALLEST, height - edge)))
    return picture.resize((width * (8 + turn) // 8, height * (8 + turn) // 8))
