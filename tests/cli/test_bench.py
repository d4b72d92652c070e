"""``pixgrep bench`` as people run it."""

import json
import os
import signal
import subprocess
import sys

import pytest
from PIL import Image
from skimage.data import coffee

from tests.cli.conftest import run

SMALL = ("--max-megapixels", "0.01")


@pytest.fixture
def cup(tmp_path):
    path = tmp_path / "cup.png"
    Image.fromarray(coffee()).save(path)
    return path


def test_a_table_and_the_same_as_json(cup):
    done = run("bench", "cup.png", *SMALL, "--json", "out.json", "--color", "#24170e", cwd=cup.parent)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "cup.png, 600 x 400" in done.stdout
    assert "All answers agree, pixel by pixel." in done.stdout
    record = json.loads((cup.parent / "out.json").read_bytes())
    assert record["complete"]
    assert record["picture"]["color"] == "#24170e"
    assert record["wrong_answers"] == []
    assert {result["contestant"] for result in record["results"]} >= {"NumPy", "pixgrep NumPy", "pixgrep compiled"}
    assert {(result["width"], result["height"]) for result in record["results"]} == {(115, 87)}


def test_json_on_standard_output_is_nothing_but_json(tmp_path):
    done = run("bench", *SMALL, "--json", "-", cwd=tmp_path)
    assert json.loads(done.stdout)["picture"]["name"] == "seeded picture"


def test_a_plot(tmp_path):
    pytest.importorskip("matplotlib")
    done = run("bench", *SMALL, "--plot", "bench.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "bench.png") as image:
        assert image.size[0] > 800


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["broken.png"], 2, "broken.png: not a picture"),
        (["missing.png"], 2, "missing.png: No such file"),
        (["--color", "reddish"], 2, "cannot read 'reddish' as a colour"),
        (["--color", "#ff880080"], 2, "give '#ff8800'"),
        (["--plot", "bench.jpg"], 2, "does not end in .png"),
        (["cup.png", "--plot", "cup.png"], 2, "given twice"),
        (["--json", "cup.png"], 4, "exists already"),
        (["cup.png", "--max-pixels", "100"], 2, "more than the 100 allowed"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_measured(cup, arguments, status, message):
    (cup.parent / "broken.png").write_text("<html>")
    before = sorted(os.listdir(cup.parent))
    done = run("bench", *arguments, cwd=cup.parent)
    assert done.returncode == status, done.stderr
    assert message in done.stderr
    assert done.stdout == ""
    assert sorted(os.listdir(cup.parent)) == before


def test_without_matplotlib_a_plot_is_refused_at_once(tmp_path):
    code = "import sys; sys.modules['matplotlib'] = None; sys.argv = ['pixgrep', 'bench', '--plot', 'a.png']\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}from pixgrep.cli.main import main; main()"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr == "pixgrep: plots need matplotlib; install it by: pip install 'pixgrep[bench]'\n"


WRONG = """
import sys
from pixgrep.bench import contestants
class Wrong(contestants.NumPy):
    name = "wrong"
    def search(self, picture, question):
        return super().search(picture, question)[1:]
contestants.CONTESTANTS = (contestants.NumPy, Wrong)
sys.argv = ["pixgrep", "bench", "--max-megapixels", "0.01"]
from pixgrep.cli.main import main
main()
"""


def test_a_wrong_answer_is_status_3(tmp_path):
    done = subprocess.run([sys.executable, "-c", WRONG], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.returncode == 3, done.stderr
    assert "WRONG ANSWER: wrong differs from NumPy" in done.stdout
    assert "All answers agree" not in done.stdout


INTERRUPTED = (
    WRONG.replace("return super", "interrupt(picture); return super")
    .replace(
        "class Wrong",
        """
import os, signal, time
def interrupt(picture):
    if picture.shape[1] > 150:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
class Wrong""",
    )
    .replace("[1:]", "")
    .replace('"0.01"', '"0.1", "--json", "out.json"')
)


def test_a_signal_ends_with_what_was_measured_so_far(tmp_path):
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.returncode == -signal.SIGINT, done.stderr
    assert "Stopped early: this is what was measured so far." in done.stdout
    assert "Traceback" not in done.stderr
    record = json.loads((tmp_path / "out.json").read_bytes())
    assert not record["complete"]
    assert {result["width"] for result in record["results"]} == {115}
