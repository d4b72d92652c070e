"""What find, census, label and lint do alike with each picture of many: refuse, complain, and end."""

import os

import pytest
from PIL import Image

from pixgrep.run.files import in_files
from tests.cli.conftest import run

COMMANDS = {
    "find": ("find", "#ff8800"),
    "census": ("census",),
    "label": ("label", "-p", "voc", "--counts"),
    "lint": ("lint", "-p", "voc"),
}
OF_EACH = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)


@pytest.mark.parametrize("name", ["find", "census", "lint"])
@pytest.mark.parametrize("output", ["two.png", "deep/../two.png", "link.png"])
def test_what_is_read_is_never_written_to(shots, name, output):
    before = (shots / "two.png").read_bytes()
    (shots / "link.png").symlink_to("two.png")
    done = run(*COMMANDS[name], "two.png", "-o", output, "--force", cwd=shots, env={**os.environ, "COLUMNS": "200"})
    assert (done.returncode, done.stdout) == (2, "")
    assert f"'{output}' is given twice, as an output and something else; choose another name" in done.stderr
    assert (shots / "two.png").read_bytes() == before


@OF_EACH
def test_standard_input_is_read_once(shots, command):
    done = run(*command, "-", "-", cwd=shots, env={**os.environ, "COLUMNS": "200"})
    assert (done.returncode, done.stdout) == (2, "")
    assert "'-' is given twice, but standard input can be read only once" in done.stderr


@OF_EACH
def test_the_status_is_2_where_nothing_could_be_done_and_3_where_something_could(shots, command):
    Image.new("RGB", (5, 5)).save(shots / "small.png")
    only = run(*command, "--region", "17,4,1,1", "small.png", cwd=shots)
    assert (only.returncode, only.stdout) == (2, "")
    (line,) = only.stderr.splitlines()
    assert "reaches beyond" in line
    among = run(*command, "--region", "17,4,1,1", "small.png", "two.png", cwd=shots)
    assert among.returncode == 3
    assert line in among.stderr.splitlines()
    assert among.stdout


@OF_EACH
def test_a_missing_gpu_is_told_once_and_before_the_first_picture(shots, command):
    no_gpu = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    done = run(*command, ".", "missing.png", "--backend", "cuda", cwd=shots, env=no_gpu)
    (line,) = done.stderr.splitlines()
    assert line.startswith("pixgrep: ")
    assert "missing.png" not in line
    assert (done.returncode, done.stdout) == (2, "")


def test_too_little_memory_is_said_whatever_the_command():
    def work(_file):
        raise MemoryError

    (failed,) = in_files(work, work, ["huge.png"], 1)
    assert str(failed.error) == "huge.png: not enough memory for it; use fewer --threads"
