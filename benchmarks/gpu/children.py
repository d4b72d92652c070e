"""Fresh processes of this benchmark: short runs for tools that watch a process, and first searches."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

import pixgrep as pg
from benchmarks.gpu import bootstrap, pictures, regions, tables
from benchmarks.gpu.cases import Question, differences, pixels_for, questions
from benchmarks.gpu.lab import Lab
from benchmarks.gpu.resident import put, put_view
from benchmarks.gpu.speed_cases import TOLERANCE, WIDE

SMALL_SHAPES = {1: (3, 47), 3: (67, 129), 4: (5, 64)}
"""Height and width of a picture, by channels: whole blocks and tails."""


def command(mode: str, is_dry: bool) -> list[str]:
    """Return the command that runs this benchmark in another mode."""
    return [sys.executable, "-m", "benchmarks.gpu", mode, *(["--dry-run"] if is_dry else [])]


def call(arguments: list[str], seconds: float, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and return what it said; what takes longer than `seconds` is ended, all of it."""
    process = subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=bootstrap.ROOT,
        env=bootstrap.environment(bootstrap.work_folder(), **environment),
        start_new_session=True,
    )
    try:
        said, complained = process.communicate(timeout=max(seconds, 1))
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # a tool and what it watches: either would keep the pipes open
            process.communicate()
    return subprocess.CompletedProcess(arguments, process.returncode, said, complained)


def small_run(lab: Lab) -> int:
    """Launch every kernel on small pictures, compare, and return 1 if anything is wrong: for compute-sanitizer."""
    random = np.random.default_rng(9)
    wrong: list[str] = []
    for channels, shape in SMALL_SHAPES.items():
        asked = questions(random, channels)
        for question in (asked[2], asked[7], asked[9], asked[10]):
            shape = (3, 7) if lab.is_dry else shape
            pixels = pixels_for(random, question, shape, channels, "uint8")
            wrong += _differences(lab, question, pixels, 0)
            if channels == 3:
                wrong += _differences(lab, question, pixels, 3)
    wrong += tables.small(lab) + regions.small(lab)
    print(f"small run: {'; '.join(wrong) or 'all answers are right'}", flush=True)
    return int(bool(wrong))


def _differences(lab: Lab, question: Question, pixels: Any, shift: int) -> list[str]:
    room = np.zeros(pixels.nbytes + shift, np.uint8)
    view = np.ndarray(pixels.shape, pixels.dtype, room, shift)
    view[:] = pixels
    found = pg.find(put_view(lab.device, room, view), question.colors, backend="cuda", **question.options)
    expected = pg.find(pixels, question.colors, backend="reference", **question.options)
    return [f"{question.name}, {shift} bytes off: {name}" for name in differences(found, expected)]


def profile_run(lab: Lab) -> int:
    """Launch what is to be profiled, each kernel on a large picture."""
    photo = pictures.photo(lab.scale.rows, lab.scale.columns)
    there = put(lab.device, photo)
    color = pictures.common_color(photo)
    hits = pg.find(there, pictures.WHITE, backend="cuda")
    _ = hits.xy, hits.mask
    pg.count(there, color, within=TOLERANCE, backend="cuda")
    pg.count(there, color, within=WIDE, metric="rgb", backend="cuda")
    lab.wait()
    return 0


def first_answers(make_lab: Any) -> int:
    """Print, as JSON, the seconds until the device is there, the first, and the second answer of this process."""
    start = perf_counter()
    lab = make_lab()
    lab.wait()
    seconds = {"loading numba-cuda and finding the device": perf_counter() - start}
    pixels = np.zeros((300, 400, 3), np.uint8)[: 3 if lab.is_dry else None, : 5 if lab.is_dry else None]
    for name in ("first", "second"):
        start = perf_counter()
        hits = pg.find(np.ascontiguousarray(pixels), (0, 0, 0), backend="cuda")
        assert len(hits) == pixels.shape[0] * pixels.shape[1]
        there = pg.find(put(lab.device, pixels), (0, 0, 0), backend="cuda")
        assert there.host.xy.shape == (len(hits), 2)
        seconds[f"{name} answer: bits of a picture of the host, coordinates on the device"] = perf_counter() - start
    print(json.dumps(seconds), flush=True)
    return 0


def importing(statement: str) -> list[str]:
    """Return the command of a process that prints how many seconds a statement took."""
    code = f"from time import perf_counter as now; start = now(); {statement}; print(now() - start)"
    return [sys.executable, "-c", code]


def last_line(text: str) -> str:
    """Return the last line that says something."""
    return next((line for line in reversed(text.splitlines()) if line.strip()), "")


def empty_folders(folder: Path) -> dict[str, str]:
    """Return an environment in which nothing compiled earlier is found."""
    names = {"PIXGREP_CACHE": "pixgrep", "NUMBA_CACHE_DIR": "numba", "CUDA_CACHE_PATH": "driver"}
    return {variable: str(folder / name) for variable, name in names.items()}
