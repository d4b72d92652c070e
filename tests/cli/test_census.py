import csv
import json
import os
import pty
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import pixgrep as pg
from tests.cli.conftest import run

ORANGE, BLACK = "#ff8800", "#000000"


def test_colours_are_counted_together_most_frequent_first(shots):
    done = run("census", "shots", cwd=shots.parent)
    assert done.stdout == f"{BLACK}\t1797\t0.998333333\n{ORANGE}\t3\t0.00166666667\n"
    assert (done.returncode, done.stderr) == (0, "")
    assert run("census", cwd=shots).stdout == done.stdout
    assert run("census", "two.png", "none.png", "deep", cwd=shots).stdout == done.stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["two.png"], f"{BLACK}\t598\t0.996666667\n{ORANGE}\t2\t0.00333333333\n"),
        (["--top", "1", "two.png"], f"{BLACK}\t598\t0.996666667\n"),
        (["--order", "color", "--region", "17,4,1,1", "two.png"], f"{ORANGE}\t1\t1\n"),
        (
            ["--each", "--top", "1", "-g", "t*", "-g", "n*"],
            f"{BLACK}\t600\t1\t./none.png\n{BLACK}\t598\t0.996666667\t./two.png\n",
        ),
        (["--csv", "two.png"], f"color,count,share\n{BLACK},598,0.996666667\n{ORANGE},2,0.00333333333\n"),
        (
            ["--csv", "--each", "deep"],
            f"path,color,count,share\ndeep/one.png,{BLACK},599,0.998333333\ndeep/one.png,{ORANGE},1,0.00166666667\n",
        ),
        (["--backend", "cpu", "--threads", "1", "--top", "1", "two.png"], f"{BLACK}\t598\t0.996666667\n"),
        (["--upright", "--max-pixels", "600", "--top", "1", "two.png"], f"{BLACK}\t598\t0.996666667\n"),
        (["--hidden", "--no-ignore", "--top", "1", "."], f"{BLACK}\t1797\t0.998333333\n"),
    ],
)
def test_flags(shots, arguments, expected):
    done = run("census", *arguments, cwd=shots)
    assert (done.stdout, done.stderr, done.returncode) == (expected, "", 0)


def test_orders(tmp_path):
    rows = [(0, 0, 0), (0, 255, 0), (0, 255, 0), (1, 1, 1), (255, 0, 0)]
    Image.fromarray(np.array([rows], np.uint8)).save(tmp_path / "i.png")
    colors = {}
    for order in ("count", "color", "similar"):
        done = run("census", "i.png", "--order", order, cwd=tmp_path)
        colors[order] = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert colors == {
        "count": ["#00ff00", "#000000", "#010101", "#ff0000"],
        "color": ["#000000", "#00ff00", "#010101", "#ff0000"],
        "similar": ["#000000", "#010101", "#00ff00", "#ff0000"],
    }


def test_exit_status_says_what_came_of_it(shots, broken):
    status = lambda *arguments: run("census", *arguments, cwd=shots).returncode  # noqa: E731
    assert status("two.png") == 0
    assert status("missing.png") == 2
    assert status("two.png", "broken.png") == 3
    assert status("two.png", "-o", "missing/out.txt") == 4
    assert status("--diff", "two.png", "two.png") == 0
    assert status("--diff", "two.png", "none.png") == 1
    assert status("--diff", "two.png", "broken.png") == 2


def test_a_difference(shots):
    assert (
        run("census", "--diff", "none.png", "two.png", cwd=shots).stdout
        == f"{BLACK}\t600\t598\t-2\n{ORANGE}\t0\t2\t+2\n"
    )
    done = run("census", "--diff", "none.png", "two.png", "--csv", "--top", "1", cwd=shots)
    assert done.stdout == f"color,before,after,change\n{BLACK},600,598,-2\n"
    assert run("census", "--diff", "two.png", "two.png", cwd=shots).stdout == ""


def test_a_bad_file_is_named_and_stops_nothing(shots, broken):
    done = run("census", ".", "--json", cwd=shots)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["type"] for record in records] == ["picture", "color", "color", "census", "summary"]
    assert (records[0]["path"], records[0]["status"]) == ("./broken.png", "failed")
    assert records[-2:] == [
        {"type": "census", "colors": 2, "count": 1800, "truncated": False},
        {"type": "summary", "counted": 1, "failed": 1},
    ]
    assert done.stderr.startswith("pixgrep: ./broken.png: not a picture")
    assert done.returncode == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--json", "--csv"], "exclude each other"),
        (["--diff", "two.png"], "--diff A B"),
        (["--diff", "two.png", "deep"], "--diff A B"),
        (["--diff", "--each", "two.png", "none.png"], "leave out --each"),
        (["--diff", "--save-palette", "p.gpl", "two.png", "none.png"], "leave out --each and --save-palette"),
        (["--each", "--save-palette", "p.gpl"], "one palette"),
        (["--save-palette", "p.txt"], "end it in .gpl or .json"),
        (["-", "-"], "only once"),
        (["two.png", "-o", "two.png", "--force"], "given twice"),
        (["two.png", "-o", "x", "--parquet", "x"], "given twice"),
        (["--order", "hue"], "similar"),
        (["--backend", "gpu"], "there is no backend 'gpu'"),
        (["--region", "0,0,31,1", "two.png"], "reaches beyond"),
    ],
)
def test_wrong_usage_says_what_to_do(shots, arguments, message):
    before = (shots / "two.png").read_bytes()
    done = run("census", *arguments, cwd=shots, env={**os.environ, "COLUMNS": "200"})
    assert message in done.stderr
    assert (done.returncode, done.stdout) == (2, "")
    assert (shots / "two.png").read_bytes() == before


def test_standard_input(shots):
    with open(shots / "two.png", "rb") as file:
        assert run("census", "-", "--top", "1", cwd=shots, stdin=file).stdout == f"{BLACK}\t598\t0.996666667\n"


@pytest.mark.parametrize("suffix", ["gpl", "json"])
def test_a_palette_can_be_read_again(shots, suffix):
    done = run("census", ".", "--save-palette", f"seen.{suffix}", cwd=shots)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    from pixgrep.palettes import load_palette

    palette = load_palette(shots / f"seen.{suffix}")
    assert (palette.name, palette.rgb.tolist()) == ("seen", [[0, 0, 0], [255, 136, 0]])


def test_parquet_and_text_at_once(shots):
    parquet = pytest.importorskip("pyarrow.parquet")
    done = run("census", ".", "--each", "--parquet", "c.parquet", "--csv", "-o", "c.csv", cwd=shots)
    assert (done.returncode, done.stdout) == (0, "")
    rows = parquet.read_table(shots / "c.parquet").to_pylist()
    with open(shots / "c.csv", newline="") as file:
        listed = list(csv.DictReader(file))
    assert [{name: str(row[name]) for name in ("path", "color", "count")} for row in rows] == [
        {name: row[name] for name in ("path", "color", "count")} for row in listed
    ]
    assert len(rows) == 5
    run("census", "--diff", "none.png", "two.png", "--parquet", "d.parquet", cwd=shots)
    assert parquet.read_table(shots / "d.parquet").to_pylist()[0] == {
        "color": BLACK, "before": 600, "after": 598, "change": -2,
    }  # fmt: skip


@pytest.mark.parametrize("flags", [["-o", "out.gpl"], ["--parquet", "out.gpl"], ["--save-palette", "out.gpl"]])
def test_files_appear_whole_and_never_replace_without_force(shots, flags):
    (shots / "out.gpl").write_bytes(b"precious")
    done = run("census", "two.png", *flags, cwd=shots)
    assert done.returncode == 4
    assert "exists already" in done.stderr
    assert run("census", "typo.png", *flags, "--force", cwd=shots).returncode == 2
    assert (shots / "out.gpl").read_bytes() == b"precious"
    assert run("census", "two.png", *flags, "--force", cwd=shots).returncode == 0
    assert (shots / "out.gpl").read_bytes() != b"precious"
    assert not list(shots.glob(".out*"))


def test_a_run_never_counts_what_it_writes(shots):
    for _ in range(2):
        assert run("census", ".", "-o", "seen.png", "--force", cwd=shots).returncode == 0
    assert (shots / "seen.png").read_text().startswith(f"{BLACK}\t1797\t")


def test_a_palette_of_too_many_colours_writes_nothing(tmp_path):
    index = np.arange(70_000, dtype=np.uint32).reshape(100, 700)
    picture = np.stack([index >> 16, index >> 8, index], axis=2).astype(np.uint8)
    Image.fromarray(picture).save(tmp_path / "i.png")
    done = run("census", "i.png", "--save-palette", "p.gpl", "-o", "c.txt", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "70,000 colours" in done.stderr
    assert "--top 256" in done.stderr
    assert os.listdir(tmp_path) == ["i.png"]


def test_pictures_of_all_kinds_are_added(tmp_path):
    tifffile = pytest.importorskip("tifffile")
    tifffile.imwrite(tmp_path / "deep.tif", np.array([[1, 257]], np.uint16))
    Image.fromarray(np.array([[1, 9]], np.uint8)).save(tmp_path / "grey.png")
    Image.new("RGBA", (1, 1), (1, 1, 1, 0)).save(tmp_path / "clear.png")
    done = run("census", ".", cwd=tmp_path)
    assert [line.split("\t")[:2] for line in done.stdout.splitlines()] == [
        ["#010101010101ffff", "2"],
        ["#000100010001ffff", "1"],
        ["#0101010101010000", "1"],
        ["#090909090909ffff", "1"],
    ]


def test_several_frames_and_floats_are_mentioned(shots):
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "blue")]
    frames[0].save(shots / "two.tif", save_all=True, append_images=frames[1:])
    Image.fromarray(np.zeros((2, 2), np.float32)).save(shots / "float.tif")
    done = run("census", "two.tif", "float.tif", cwd=shots)
    assert (done.stdout, done.returncode) == ("#ff0000\t16\t1\n", 3)
    assert "two.tif: the first of 2 frames or pages is searched" in done.stderr
    assert "float.tif: it is grey float32" in done.stderr


def test_names_reach_a_pipe_byte_for_byte(shots):
    name = b"50%d\x1b[31m bad\xff.png"
    os.rename(shots / "two.png", os.path.join(os.fsencode(shots), name))
    done = run("census", "--each", "-g", "50*", "--top", "1", cwd=shots, errors="surrogateescape")
    assert os.fsencode(done.stdout).endswith(b"\t./" + name + b"\n")
    for flag in ("--json", "--csv"):
        assert run("census", "--each", "-g", "50*", flag, cwd=shots, errors="surrogateescape").returncode == 0


def test_a_reader_that_goes_away_is_a_quiet_end(shots):
    command = f"{sys.executable} -m pixgrep census . | head -c 0"
    done = subprocess.run(command, shell=True, cwd=shots, timeout=60, check=True, capture_output=True)
    assert done.stderr == b""


def test_a_folder_without_pictures_is_mentioned(tmp_path):
    done = run("census", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no pictures in ." in done.stderr


def on_a_terminal(*arguments, cwd):
    """Return what people see on a terminal of 80 columns."""
    leader, follower = pty.openpty()
    env = {**os.environ, "COLUMNS": "80", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    command = [sys.executable, "-m", "pixgrep", "census", *arguments]
    process = subprocess.Popen(command, cwd=cwd, stdout=follower, stderr=follower, env=env)
    os.close(follower)
    shown = b""
    try:
        while part := os.read(leader, 1 << 16):
            shown += part
    except OSError:  # the end, on Linux
        pass
    os.close(leader)
    assert process.wait(60) == 0
    return shown.decode()


def test_people_see_swatches_and_what_was_left_out(shots):
    shown = on_a_terminal("two.png", cwd=shots)
    assert "\x1b[48;2;255;136;0m" in shown
    assert "600 pixels" in shown
    assert "more;" not in shown
    image = np.arange(300, dtype=np.uint16).astype(np.uint8).reshape(10, 30)
    Image.fromarray(image).save(shots / "grey.png")
    shown = on_a_terminal("grey.png", cwd=shots)
    assert shown.count("48;2;") == 2 * 20
    assert "... and 236 more; --top N shows N" in shown
    assert on_a_terminal("grey.png", "--top", "30", cwd=shots).count("48;2;") == 2 * 30
    assert all(len(line) < 80 or "\x1b" in line for line in shown.splitlines())
    for name in ("none.png", "two.png"):
        assert f"./{name}" in on_a_terminal("--each", ".", cwd=shots)


def test_the_answer_is_that_of_the_library(shots):
    lines = run("census", "two.png", cwd=shots).stdout.splitlines()
    assert [line.split("\t")[:2] for line in lines] == [
        [row.color, str(row.count)] for row in pg.census(shots / "two.png").ordered()
    ]
