"""Every snippet of the README runs, and shows what the README says."""

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

README = Path(__file__).parent.parent / "README.md"
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """The pictures that the README speaks of, in the working folder."""
    shutil.copy(Path(skimage.__file__).parent / "data" / "coffee.png", tmp_path)
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


def sessions():
    """Yield each command of a console block with what it shows."""
    for block in CONSOLE.findall(README.read_text()):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            yield command, shown


def test_the_commands_of_the_readme_show_what_it_says(pictures):
    commands = list(sessions())
    assert len(commands) > 5
    for command, shown in commands:
        done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
        assert done.stdout + done.stderr == shown, command


def test_the_python_of_the_readme_shows_what_it_says(pictures, monkeypatch):
    pytest.importorskip("numba_cuda")
    from tests.sources.test_device import Tensor

    monkeypatch.setitem(sys.modules, "cupy", SimpleNamespace(asarray=Tensor))  # arrays of the tests' own device
    failed, tried = doctest.testfile(str(README), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried > 10
    assert failed == 0
