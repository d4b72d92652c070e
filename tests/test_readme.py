"""Every snippet of the README and of the pages on how to do things runs, and shows what the page says."""

import doctest
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import skimage
from PIL import Image

from pixgrep.colors.metrics import METRICS
from pixgrep.colors.parse import parse_color

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs" / "how-to").glob("*.md")))
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """The pictures that the pages speak of, in the working folder."""
    for name in ("coffee.png", "ihc.png"):
        shutil.copy(Path(skimage.__file__).parent / "data" / name, tmp_path)
    (tmp_path / "screenshots").mkdir()
    screen = np.full((90, 120, 3), 240, np.uint8)
    Image.fromarray(screen).save(tmp_path / "screenshots" / "home.png")
    screen[20:40, 40:70] = (255, 99, 71)
    screen[5:8, 5:8] = (0, 255, 0)
    Image.fromarray(screen).save(tmp_path / "screenshots" / "login.png")
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "pixgrep").write_text(f'#!/bin/sh\nexec {sys.executable} -m pixgrep "$@"\n')
    (bin_ / "pixgrep").chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}:{Path('/usr/bin')}:{Path('/bin')}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sessions(page):
    """Yield each command of a console block with what it shows."""
    for block in CONSOLE.findall(page.read_text()):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            while shown.startswith("> "):  # the command goes on
                line, _, shown = shown.partition("\n")
                command += "\n" + line[2:]
            yield command, shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_show_what_it_says(page, pictures):
    commands = list(sessions(page))
    assert len(commands) == len(re.findall(r"^\$ ", page.read_text(), re.MULTILINE))
    for command, shown in commands:
        done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
        assert done.stdout + done.stderr == shown, command


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_of_a_page_shows_what_it_says(page, pictures, monkeypatch):
    if "import cupy" in page.read_text():
        pytest.importorskip("numba_cuda")
        from tests.sources.test_device import Tensor

        monkeypatch.setitem(sys.modules, "cupy", SimpleNamespace(asarray=Tensor))  # arrays of the tests' own device
    failed, tried = doctest.testfile(str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried == len(re.findall(r"^>>> ", page.read_text(), re.MULTILINE))
    assert failed == 0


def test_the_table_of_metrics_has_all_of_them_and_their_numbers():
    pairs = (("#808080", "#868686"), ("tomato", "coral"), ("red", "orange"), ("black", "white"))
    page = next(page for page in PAGES if page.name == "queries.md").read_text()
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if re.match(r"\| `\w+` \|.*\d \|$", line)]
    names = [cells[0].strip("`") for cells in rows if len(cells) == 6]
    assert names == list(METRICS)
    for (_, unit, *numbers), metric in zip(rows, METRICS.values(), strict=False):
        assert unit.replace("\\", "") == metric.unit
        for (named, other), number in zip(pairs, numbers, strict=True):
            ends = [parse_color(name) for name in (other, named)]
            places = [metric.space.from_rgb(*map(np.float64, (c.red, c.green, c.blue))) for c in ends]
            difference = float(metric.distance(*places[0], *places[1]))
            digits = 3 if metric.name == "oklab" else 0 if difference > 400 else 1
            assert round(difference, digits) == float(number), (metric.name, named, other)
