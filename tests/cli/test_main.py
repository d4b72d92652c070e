"""How the command ends: signals, closed pipes, full disks; and the commands beside find."""

import os
import pty
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import run


@pytest.fixture
def black(tmp_path):
    """A picture whose 4 million matches take a second to print."""
    path = tmp_path / "black.png"
    Image.fromarray(np.zeros((2000, 2000, 3), np.uint8)).save(path)
    return path


def start(*arguments, **options):
    return subprocess.Popen([sys.executable, "-m", "pixgrep", *map(str, arguments)], **options)


def test_a_reader_that_goes_away_is_a_quiet_end(black):
    with start("black", black, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline().endswith(b"black.png:0,0:black\n")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(5) == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_status_4(black):
    with open("/dev/full", "wb") as full:
        done = run("black", black, cwd=black.parent, stdout=full, stderr=subprocess.PIPE, capture_output=False)
    assert done.returncode == 4
    assert (
        done.stderr == "pixgrep: standard output: cannot be written (No space left on device); choose another place\n"
    )


def test_a_closed_standard_output_is_status_4(black):
    command = f"{sys.executable} -m pixgrep black {black} >&-"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    assert done.returncode == 4
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_answered_within_a_second_and_leaves_no_torn_file(black, number):
    target = black.parent / "out.csv"
    process = start("black", black, black, black, black, "--csv", "-o", target, stderr=subprocess.PIPE)
    while not list(black.parent.glob(".out.csv.*")):
        assert process.poll() is None
    sent = time.monotonic()
    process.send_signal(number)
    _, errors = process.communicate(timeout=10)
    assert time.monotonic() - sent < 1
    assert process.returncode == -number, errors
    assert b"Traceback" not in errors
    assert b"stopped after" in errors
    assert sorted(os.listdir(black.parent)) == ["black.png"]


def on_terminal(*arguments, columns=100):
    """Run on a terminal; return what it showed."""
    master, slave = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm-256color"}
    process = start(*arguments, stdin=slave, stdout=slave, stderr=slave, env=environment)
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 1 << 16)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(master)
    return process.wait(30), shown.decode()


def test_a_terminal_gets_a_table(shots):
    status, shown = on_terminal("#ff8800", str(shots))
    assert status == 0
    assert "picture" in shown
    assert "14 x 2 at" in shown or "15 x 2 at" in shown
    assert "3 pixels in 2 of 3 pictures" in shown


def test_a_terminal_never_gets_control_characters_of_names(shots):
    os.rename(shots / "two.png", shots / "esc\x1b[2Jtwo.png")
    for flags in ([], ["-c"], ["-m", "1"], ["-l"]):
        _, shown = on_terminal(*flags, "#ff8800", str(shots))
        assert "\x1b[2J" not in shown
        assert "esc\\x1b[2Jtwo.png" in shown.replace("\r\n", "")


def test_help_fits_one_screen(tmp_path):
    done = run("-h", cwd=tmp_path, env={**os.environ, "COLUMNS": "80"})
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) <= 58
    for flag in ("--within", "--regions", "--mask", "--overlay", "--parquet", "--explain", "--threads", "Exit"):
        assert flag in done.stdout
    assert "crop census label colorize lint learn why name bench doctor completion." in done.stdout  # in one line


def test_help_and_version_do_not_load_what_only_a_search_needs(tmp_path):
    code = "import sys; import pixgrep.cli.main as m; m.main()"
    for flag in ("-h", "--version"):
        script = code.replace("m.main()", f"sys.argv = ['pixgrep', '{flag}']\ntry: m.main()\nfinally: pass")
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-c", script], capture_output=True, text=True, cwd=tmp_path, timeout=60
        )
        loaded = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
        assert not loaded & {"numba", "PIL.Image", "imagecodecs", "coloraide", "tifffile"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(tmp_path, shell):
    assert "_PIXGREP_COMPLETE" in run("completion", shell, cwd=tmp_path).stdout


def test_completion_knows_the_flags_also_without_find(tmp_path):
    words = {"COMP_WORDS": "pixgrep red --reg", "COMP_CWORD": "2", "_PIXGREP_COMPLETE": "bash_complete"}
    code = "import sys; sys.argv = ['pixgrep']; from pixgrep.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **words}, capture_output=True, text=True, timeout=60
    )
    assert "--region" in done.stdout


def test_doctor_says_that_the_backend_works(tmp_path):
    done = run("doctor", cwd=tmp_path)
    assert done.returncode == 0
    assert "cpu backend  works" in done.stdout
    assert "kernel cache" in done.stdout


@pytest.mark.parametrize(
    "command", ["name red", "why 0,0 red BLACK", "learn BLACK --wanted 0,0", "doctor", "completion bash"]
)
def test_every_command_says_when_standard_output_takes_nothing(black, command):
    command = command.replace("BLACK", str(black))
    for end in (">&-", "> /dev/full"):
        done = subprocess.run(
            f"{sys.executable} -m pixgrep {command} {end}", shell=True, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 4, (end, done.stderr)
        assert "cannot be written" in done.stderr
