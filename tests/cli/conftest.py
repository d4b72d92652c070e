"""A folder of pictures, and the command as people run it: a process of its own."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import coffee, immunohistochemistry, page


@pytest.fixture
def shots(tmp_path):
    """Three pictures with 2, 1 and 0 orange pixels, one of them in a folder, and one broken file."""
    folder = tmp_path / "shots"
    (folder / "deep").mkdir(parents=True)
    picture = np.zeros((20, 30, 3), np.uint8)
    Image.fromarray(picture).save(folder / "none.png")
    picture[4, 17] = (255, 136, 0)
    Image.fromarray(picture).save(folder / "deep" / "one.png")
    picture[5, 3] = (255, 136, 0)
    Image.fromarray(picture).save(folder / "two.png")
    return folder


@pytest.fixture
def broken(shots):
    """A file that is no picture, among the others."""
    path = shots / "broken.png"
    path.write_text("<html>")
    return path


def run(*arguments, cwd: Path, **options) -> "subprocess.CompletedProcess[str]":
    """Run the command and return what came of it."""
    command = [sys.executable, "-m", "pixgrep", *map(str, arguments)]
    options = {"capture_output": True, "text": True, "timeout": 60, **options}
    return subprocess.run(command, cwd=cwd, **options)


@pytest.fixture
def photos(tmp_path):
    """Three real pictures: stained tissue with many brown regions, a cup of coffee, and a printed page without any."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, picture in (("ihc", immunohistochemistry), ("coffee", coffee), ("page", page)):
        Image.fromarray(picture()).save(folder / f"{name}.png")
    return folder
