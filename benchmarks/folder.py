"""A folder of real pictures: searching beside only decoding, and whole processes beside other programs."""

import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np

import pixgrep as pg
from benchmarks import machine, processes, rivals
from benchmarks.photo import WHITE
from benchmarks.real import real_pictures
from benchmarks.section import Section, close, section
from benchmarks.startup import COLOR, has_cli
from benchmarks.timing import Effort, in_turn
from pixgrep.sources import open_source

FILES_OF_ONE_PROCESS = 25
SCAN, DECODE = "scan, counting", "decoding the same files only"
CLI, DECODE_PROCESS = "command line, -c", "a process that only decodes"

DECODE_SCRIPT = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from pixgrep.sources import open_source

def decode(path):
    return open_source(path).read().shape

with ThreadPoolExecutor(int(sys.argv[2])) as pool:
    list(pool.map(decode, sorted(Path(sys.argv[1]).iterdir())))
"""
OPENCV_SCRIPT = """
import sys
from pathlib import Path
import cv2
import numpy as np

for path in sorted(Path(sys.argv[1]).iterdir()):
    picture = cv2.imread(str(path))
    print(path, cv2.countNonZero(cv2.inRange(picture, (0, 136, 255), (0, 136, 255))))
"""
MAGICK_OPTIONS = (
    *("-alpha", "off", "-fill", "black", "+opaque", COLOR, "-fill", "white", "-opaque", COLOR),
    *("-format", "%[fx:w*h*mean] %i\n", "info:"),
)


def folder(effort: Effort) -> Section:
    """Search the folder, and only decode its files, in this process."""
    with real_pictures() as place:
        files = _files(place)
        _check(place, files)
        pg.count(open_source(files[0]).read(), COLOR, backend="cpu")
        with ThreadPoolExecutor(machine.threads()) as pool:
            contestants = {SCAN: lambda: _scan(place), DECODE: lambda: list(pool.map(_decode, files))}
            figures = in_turn(contestants, effort.processes, slow=float("inf"))
        size = sum(map(os.path.getsize, files)) / 1e6
    targets = (close("folder, counting in a warm process / decoding", figures, SCAN, DECODE, 1.15),)
    return section("Folder of real pictures, warm process", figures, targets, [f"{len(files)} files, {size:.0f} MB"])


def programs(effort: Effort) -> Section:
    """Search the folder by whole processes: the command line, and what else one could run."""
    notes = []
    with real_pictures() as place:
        contestants: dict[str, Callable[[], Any]] = {}
        if has_cli():
            contestants[CLI] = lambda: processes.run((*processes.CLI, "-c", COLOR, place))
        else:
            notes.append("the command line is not there yet")
        decode = processes.python(DECODE_SCRIPT, place, str(machine.threads()))
        contestants[DECODE_PROCESS] = lambda: processes.run(decode)
        contestants["OpenCV script"] = lambda: processes.run(processes.python(OPENCV_SCRIPT, place))
        magick = _magick()
        if magick is None:
            notes.append("ImageMagick is not installed")
        else:
            files = _files(place)
            contestants["ImageMagick, 25 files a process, one a core"] = lambda: _run_magick(magick, files)
        figures = in_turn(contestants, max(4, effort.processes // 3), slow=float("inf"))
    targets = [close("folder, whole process -c / a process that only decodes", figures, CLI, DECODE_PROCESS, 1.15)]
    return section("Folder of real pictures, fresh processes", figures, targets if has_cli() else (), notes)


def _files(place: str) -> list[str]:
    return [str(path) for path in sorted(Path(place).iterdir())]


def _check(place: str, files: list[str]) -> None:
    """Compare the answers for the files that all decoders must read alike, and for a colour that occurs."""
    counts = {found.source: len(found) for found in pg.scan(place, "white") if not isinstance(found, pg.Failed)}
    assert list(counts) == files
    for path in files:
        if path.endswith(".png"):
            picture = np.asarray(cv2.imread(path), np.uint8)
            assert counts[path] == rivals.opencv_count(picture, WHITE), path


def _scan(place: str) -> int:
    return sum(len(found) for found in pg.scan(place, COLOR) if not isinstance(found, pg.Failed))


def _decode(path: str) -> Any:
    return open_source(path).read().shape


def _magick() -> str | None:
    """Return the program; scripts of that name are wrappers, and not what is to be measured."""
    for place in os.get_exec_path():
        for name in ("magick", "convert"):
            path = shutil.which(name, path=place)
            if path and not Path(path).read_bytes().startswith(b"#!"):
                return path
    return None


def _run_magick(magick: str, files: list[str]) -> list[str]:
    parts = [files[start : start + FILES_OF_ONE_PROCESS] for start in range(0, len(files), FILES_OF_ONE_PROCESS)]
    with ThreadPoolExecutor(machine.threads()) as pool:
        return list(pool.map(lambda part: _output((magick, *part, *MAGICK_OPTIONS)), parts))


def _output(command: tuple[str, ...]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL).stdout
