import json
import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import run

ORANGE = "#ff8800"


def test_a_match_a_line_when_piped(shots):
    done = run(ORANGE, "shots", cwd=shots.parent)
    assert done.stdout == ("shots/two.png:17,4:#ff8800\nshots/two.png:3,5:#ff8800\nshots/deep/one.png:17,4:#ff8800\n")
    assert (done.returncode, done.stderr) == (0, "")


def test_find_may_be_left_out_or_written(shots):
    assert run("find", ORANGE, "two.png", cwd=shots).stdout == run(ORANGE, "two.png", cwd=shots).stdout != ""


def test_without_a_path_this_folder_is_searched(shots):
    assert run("-c", ORANGE, cwd=shots).stdout == "./none.png:0\n./two.png:2\n./deep/one.png:1\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-l", ORANGE, "."], "./two.png\n./deep/one.png\n"),
        (["-L", ORANGE, "."], "./none.png\n"),
        (["-l", "-0", ORANGE, "."], "./two.png\0./deep/one.png\0"),
        (["-m", "1", ORANGE, "two.png"], "two.png:17,4:#ff8800\n"),
        (["--first", ORANGE, "two.png"], "two.png:17,4:#ff8800\n"),
        (["-q", ORANGE, "."], ""),
        (["-c", "-w", "5", "#fa8800", "two.png"], "two.png:2\n"),
        (["-c", "-w", "4", "#fa8800", "two.png"], "two.png:0\n"),
        (["-c", "--metric", "rgb", "-w", "5.01", "#fc8400", "two.png"], "two.png:2\n"),
        (["-c", "--region", "0,5,30,15", ORANGE, "two.png"], "two.png:1\n"),
        (["--region", "2,5,4,1", ORANGE, "two.png"], "two.png:3,5:#ff8800\n"),
        (["-c", ORANGE, "-e", "black", "two.png"], "two.png:2:#ff8800\ntwo.png:598:black\n"),
        (["-c", "-e", ORANGE, "two.png"], "two.png:2\n"),
        (["-c", ORANGE, "-g", "t*.png"], "./two.png:2\n"),
        (["-c", ORANGE, "-g", "!deep", "-g", "!none*"], "./two.png:2\n"),
        (["-c", "--backend", "cpu", ORANGE, "two.png"], "two.png:2\n"),
        (["-c", "--threads", "1", ORANGE, "two.png"], "two.png:2\n"),
    ],
)
def test_flags(shots, arguments, expected):
    assert run(*arguments, cwd=shots).stdout == expected


def test_exit_status_says_what_came_of_it(shots, broken):
    status = lambda *arguments: run(*arguments, cwd=shots).returncode  # noqa: E731
    assert status("-q", ORANGE, "two.png") == 0
    assert status(ORANGE, "none.png") == 1
    assert status("no-such-colour", "two.png") == 2
    assert status(ORANGE, "missing.png") == 2
    assert status(ORANGE, "two.png", "broken.png") == 3
    assert status(ORANGE, "two.png", "-o", "missing/out.txt") == 4


def test_a_bad_file_is_named_and_stops_nothing(shots, broken):
    done = run("-c", ORANGE, "broken.png", "two.png", "missing.png", cwd=shots)
    assert done.stdout == "two.png:2\n"
    assert done.stderr.splitlines() == [
        "pixgrep: broken.png: not a picture that can be read (PNG, JPEG, GIF, WebP, TIFF, BMP, AVIF, QOI and PNM)",
        "pixgrep: missing.png: No such file or directory",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tomatoe", "."], "did you mean 'tomato'?"),
        (["0xff8800", "."], "write '#ff8800'"),
        (["two.png"], "'two.png' is a file; the colour comes first"),
        (["red", ".", "-w", "nan"], "within is nan; give a number from 0 (exact) to 255"),
        (["red", ".", "--metric", "rbg"], "did you mean 'rgb'?"),
        (["red", ".", "--backend", "gpu"], "there is no backend 'gpu'"),
        (["red", ".", "--json", "--csv"], "exclude each other"),
        (["red", ".", "-c", "-l"], "exclude each other"),
        (["red", ".", "--region", "1,2,3"], "is not X,Y,WIDTH,HEIGHT"),
    ],
)
def test_wrong_usage_says_what_to_do(shots, arguments, message):
    done = run(*arguments, cwd=shots, env={**os.environ, "COLUMNS": "200"})
    assert message in done.stderr
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.skipif(find_spec("numba_cuda") is None, reason="then that is told")
def test_a_missing_gpu_is_told_once_and_before_the_first_picture(shots):
    done = run("red", ".", "--backend", "cuda", cwd=shots, env={**os.environ, "CUDA_VISIBLE_DEVICES": ""})
    (line,) = done.stderr.splitlines()
    assert line.startswith("pixgrep: ")
    assert "use the backend 'cpu'" in line
    assert (done.returncode, done.stdout) == (2, "")


def test_standard_input(shots):
    with open(shots / "two.png", "rb") as file:
        assert run("-c", ORANGE, "-", cwd=shots, stdin=file).stdout == "<stdin>:2\n"


def test_json_masks_and_overlays_at_once(shots):
    done = run(ORANGE, "two.png", "--mask", "m.png", "--overlay", "seen.png", "--json", cwd=shots)
    kinds = [json.loads(line)["type"] for line in done.stdout.splitlines()]
    assert kinds == ["match", "match", "picture", "summary"]
    with Image.open(shots / "m.png") as mask, Image.open(shots / "seen.png") as overlay:
        assert np.argwhere(np.asarray(mask)).tolist() == [[4, 17], [5, 3]]
        assert overlay.getpixel((17, 4)) == (255, 136, 0)


def test_outputs_are_whole_and_never_replace_without_force(shots):
    for flag in ("-o", "--parquet", "--mask", "--overlay"):
        (shots / "out.png").write_bytes(b"precious")
        done = run(ORANGE, "two.png", flag, "out.png", cwd=shots)
        assert done.returncode == 4
        assert "exists already" in done.stderr
        assert (shots / "out.png").read_bytes() == b"precious"
        assert run(ORANGE, "two.png", flag, "out.png", "--force", cwd=shots).returncode == 0
        assert (shots / "out.png").read_bytes() != b"precious"
    assert not [name for name in os.listdir(shots) if name.endswith(".tmp")]


def test_a_run_never_searches_what_it_writes(shots):
    arguments = ["-c", ORANGE, ".", "--overlay", "seen", "--mask", "masks", "-o", "counts.txt", "--force"]
    for _ in range(2):
        assert run(*arguments, cwd=shots).returncode == 0
    assert (shots / "counts.txt").read_text().count("\n") == 3


def test_explain_decodes_nothing(shots):
    done = run(ORANGE, "two.png", "--explain", cwd=shots)
    assert "picture  two.png: 30 x 20, colour RGB uint8" in done.stdout
    assert "backend  numpy" in done.stdout
    assert done.returncode == 0


def test_a_palette_without_the_colour_is_explained(shots):
    Image.new("P", (5, 5)).save(shots / "p.png")
    assert "the header rules out every colour" in run("#123456", "p.png", "--explain", cwd=shots).stdout
    assert run("-c", "#123456", "p.png", cwd=shots).stdout == "p.png:0\n"


def test_stats_go_to_standard_error(shots):
    done = run("-c", "--stats", ORANGE, ".", cwd=shots)
    assert "3 pictures, 0.00 megapixels" in done.stderr
    assert "matched" not in done.stdout


def test_several_frames_are_mentioned(shots):
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "blue")]
    frames[0].save(shots / "two.tif", save_all=True, append_images=frames[1:])
    done = run("-c", "red", "two.tif", cwd=shots)
    assert (done.stdout, done.returncode) == ("two.tif:16\n", 0)
    assert done.stderr == "pixgrep: two.tif: the first of 2 frames or pages is searched\n"


def test_a_folder_without_pictures_is_mentioned(tmp_path):
    done = run("red", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no pictures in ." in done.stderr


def test_names_reach_a_pipe_byte_for_byte(shots):
    name = b"esc\x1b[31m bad\xff\nline.png"
    os.rename(shots / "two.png", os.path.join(os.fsencode(shots), name))
    done = run("-l", "-0", ORANGE, "-g", "esc*", cwd=shots, errors="surrogateescape")
    assert os.fsencode(done.stdout) == b"./" + name + b"\0"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([".", "--mask", "."], "given twice"),
        (["two.png", "--mask", "two.png"], "given twice"),
        (["two.png", "--mask", "out.png", "--overlay", "out.png"], "given twice"),
        (["two.png", "-q", "--parquet", "out.parquet"], "-q stops at the first match"),
        (["-", "--overlay", "out.png"], "standard input cannot give"),
        ([".", "--mask", "out.png"], "name a folder"),
        ([".", "-l", "--json"], "plain text"),
    ],
)
def test_outputs_that_would_lose_something_are_refused_even_with_force(shots, arguments, message):
    before = (shots / "two.png").read_bytes()
    done = run(ORANGE, *arguments, "--force", cwd=shots, env={**os.environ, "COLUMNS": "200"})
    assert message in done.stderr
    assert (done.returncode, done.stdout) == (2, "")
    assert (shots / "two.png").read_bytes() == before
    assert not list(shots.glob("out*"))


def test_a_folder_of_masks_never_replaces_what_is_searched(shots):
    before = (shots / "two.png").read_bytes()
    done = run(ORANGE, "shots", "--mask", ".", "--force", cwd=shots.parent)
    assert done.returncode == 4
    assert "would be replaced" in done.stderr
    assert (shots / "two.png").read_bytes() == before


def test_parquet_takes_the_place_of_lines(shots):
    done = run(ORANGE, ".", "--parquet", "out.parquet", cwd=shots)
    assert (done.returncode, done.stdout) == (0, "")
    assert (shots / "out.parquet").exists()


def test_a_reader_that_goes_away_takes_no_other_output_with_it(shots):
    command = f"{sys.executable} -m pixgrep {ORANGE!r} . --json --parquet out.parquet | head -c 0"
    subprocess.run(command, shell=True, cwd=shots, timeout=60, check=True)
    assert (shots / "out.parquet").exists()


def test_damaged_files_of_any_name_do_not_end_json(shots):
    (shots / os.fsdecode(b"bad\xff.png")).write_bytes(b"junk")
    done = run("--json", ORANGE, ".", cwd=shots)
    assert done.returncode == 3
    assert json.loads(done.stdout.splitlines()[-1])["failed"] == 1


def test_closed_standard_input_is_a_failed_input(shots):
    done = subprocess.run(
        f"{sys.executable} -m pixgrep red - <&-", shell=True, cwd=shots, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (2, "pixgrep: -: standard input is closed; give a file\n")


def test_an_unreadable_glob_is_wrong_usage(shots):
    done = run(ORANGE, ".", "-g", "[z-a]", cwd=shots)
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot read the glob" in done.stderr


def test_what_is_no_regular_file_is_never_replaced(shots):
    os.mkfifo(shots / "pipe")
    done = run(ORANGE, "two.png", "-o", "pipe", "--force", cwd=shots)
    assert done.returncode == 4
    assert "not a regular file" in done.stderr


@pytest.mark.parametrize("flags", [["-o", "out.csv", "--csv"], ["-o", "out.csv"], ["--parquet", "out.csv"]])
def test_where_nothing_could_be_searched_no_result_is_replaced(shots, flags):
    (shots / "out.csv").write_text("the last good result")
    assert run(ORANGE, "typo.png", *flags, "--force", cwd=shots).returncode == 2
    assert (shots / "out.csv").read_text() == "the last good result"
    assert not list(shots.glob(".out*"))
