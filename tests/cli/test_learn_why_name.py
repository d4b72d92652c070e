import os
import re

import numpy as np
import pytest
from PIL import Image

import pixgrep as pg
from tests.cli.conftest import run

COLORS = [[(178, 40, 10), (186, 50, 16), (205, 92, 92)], [(0, 0, 0), (255, 255, 255), (178, 40, 10)]]


@pytest.fixture
def cup(tmp_path):
    Image.fromarray(np.array(COLORS, np.uint8)).save(tmp_path / "cup.png")
    return tmp_path


def test_what_is_learned_is_a_search(cup):
    done = run("learn", "cup.png", "--wanted", "0,0,2,1", "--unwanted", "2,0", "--metric", "rgb", cwd=cup)
    assert (done.stdout, done.stderr, done.returncode) == ("#b62d0d within 7.08 rgb\n", "", 0)
    assert run(done.stdout.strip(), "cup.png", "-c", cwd=cup).stdout == "cup.png:3\n"
    several = run("learn", "cup.png", "--wanted", "0,0", "--wanted", "1,1", "--unwanted", "2,0", cwd=cup).stdout
    assert several == "#b2280a within 0 oklab | #ffffff within 0 oklab\n"
    assert run(several.strip(), "cup.png", "-c", cwd=cup).stdout == "cup.png:3\n"


def test_warnings_of_learning_go_to_standard_error(cup):
    done = run("learn", "cup.png", "--wanted", "0,0", "--unwanted", "2,1", cwd=cup)
    assert done.stdout == "#b2280a within 0 oklab\n"
    assert done.stderr.startswith("pixgrep: #b2280a, wanted at (0, 0), and #b2280a, unwanted at (2, 1), cannot be told")
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["learn", "cup.png"], "Missing option '--wanted'"),
        (["learn", "cup.png", "--wanted", "1,2,3"], "'1,2,3' is not X,Y[,W,H], such as 100,50"),
        (["learn", "cup.png", "--wanted", "3,0"], "wanted has (3, 0), outside the picture of 3 x 2 pixels"),
        (["learn", "cup.png", "--wanted", "0,0", "--metric", "rbg"], "did you mean 'rgb'?"),
        (["learn", "missing.png", "--wanted", "0,0"], "No such file"),
        (["learn", "cup.png", "--wanted", "0,0", "--max-pixels", "5"], "max_pixels"),
        (["why", "3,0", "red", "cup.png"], "the point (3, 0) lies outside the picture of 3 x 2 pixels"),
        (["why", "0,0,1,1", "red", "cup.png"], "'0,0,1,1' is not X,Y, such as"),
        (["why", "0,0", "tomatoe", "cup.png"], "did you mean 'tomato'?"),
        (["why", "0,0", "red", "missing.png"], "No such file"),
        (["why", "0,0", "red"], "Missing argument 'FILE'"),
        (["name"], "Missing argument"),
        (["name", "tomatoe"], "did you mean 'tomato'?"),
    ],
)
def test_wrong_usage_says_what_to_do(cup, arguments, message):
    done = run(*arguments, cwd=cup, env={**os.environ, "COLUMNS": "200"})
    assert message in done.stderr
    assert (done.returncode, done.stdout) == (2, "")


def test_why_says_what_a_search_does(cup):
    for y, row in enumerate(COLORS):
        for x, _ in enumerate(row):
            done = run("why", f"{x},{y}", "#b2280a", "cup.png", "--metric", "rgb", "-w", "15", cwd=cup)
            taken = (x, y) in pg.find(str(cup / "cup.png"), "#b2280a", within=15, metric="rgb")
            assert done.returncode == (0 if taken else 1)
            assert done.stdout.splitlines()[2].split()[0] == ("taken" if taken else "refused")
            assert done.stderr == ""


def test_why_answers_for_every_colour(cup):
    done = run("why", "0,1", "white | #b2280a", "cup.png", "-e", "black", "-e", "~hsl(any any 0..5)", cwd=cup)
    verdicts = re.findall(r"^(taken|refused)  +\S", done.stdout, re.MULTILINE)
    assert done.stdout.startswith("cup.png at 0,1: #000000\n  stored   0 0 0, colour RGB uint8\n")
    assert verdicts == ["refused", "refused", "refused", "taken", "refused", "taken"]
    assert done.returncode == 0


def test_names(cup):
    done = run("name", "#b2280a", "cyan", "rgb(255 0 0 / 50%)", cwd=cup)
    assert done.stdout.splitlines() == [
        "#b2280a  firebrick  (ciede2000 6.0)",
        "#b2280a  brown  (ciede2000 8.2)",
        "#b2280a  sienna  (ciede2000 9.6)",
        "#00ffff  aqua",
        "#ff0000  red",
    ]
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals")
def test_names_have_swatches_on_a_terminal(cup):
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    environment.pop("NO_COLOR", None)
    run("name", "#b2280a", cwd=cup, capture_output=False, stdout=theirs, env=environment)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "\x1b[48;2;178;40;10m" in shown
    assert "firebrick  (ciede2000 6.0)" in shown
