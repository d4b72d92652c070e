"""The prompt that `make tutorial` opens."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tutorial.pages import FOLDER, blocks

pytest.importorskip("numba_cuda")

ROOT = Path(__file__).parents[2]
PAGE = FOLDER / "02-the-first-kernel.md"


def prompt(typed, *arguments):
    """Return what a prompt shows to somebody who types these lines; without its own `>>>`."""
    command = [sys.executable, "-i", "-m", "tests.tutorial", *map(str, arguments)]
    done = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=100, cwd=ROOT)
    assert "Traceback" not in done.stderr
    return done.stdout


def test_a_page_typed_into_the_prompt_shows_what_it_says():
    shown = prompt("\n".join(block.code for block in blocks(PAGE)))
    assert shown.startswith("No GPU here: numba.cuda is a stand-in")
    assert "\n343 True\n" in shown


def test_a_page_can_be_typed_by_the_prompt_and_its_names_stay():
    shown = prompt("print(len(oracle) * 1000)\n", PAGE)
    assert "def find_rgb_value" in shown
    assert "\n343 True\n" in shown
    assert "the page says" not in shown
    assert shown.endswith("60000\n")
