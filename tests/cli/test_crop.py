"""``pixgrep crop``: what it writes is cut out of the pictures, and nothing is lost."""

import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import pixgrep as pg
from tests.cli.conftest import run

FEW = ("#8b5a3c", "-w", "20", "--min-area", "300")


def crop(*arguments, cwd, **options):
    return run("crop", *FEW, *arguments, cwd=cwd, **options)


def pixels_of(path):
    with Image.open(path) as image:
        return np.asarray(image)


def test_a_file_for_each_region_and_a_line_for_each_file(photos):
    done = crop(".", "-o", "crops", "--pad", "4", cwd=photos)
    assert (done.returncode, done.stderr) == (0, "")
    picture = pixels_of(photos / "ihc.png")
    regions = pg.find(photos / "ihc.png", "#8b5a3c", within=20).regions(min_area=300)
    lines = [line.split(":") for line in done.stdout.splitlines()]
    assert [path for path, _ in lines] == [f"crops/ihc.png/{region.label}.png" for region in regions]
    for path, box in lines:
        x, y, width, height = map(int, box.split(","))
        np.testing.assert_array_equal(pixels_of(photos / path), picture[y : y + height, x : x + width])
    assert sorted(os.listdir(photos / "crops")) == ["ihc.png"]
    assert len(os.listdir(photos / "crops" / "ihc.png")) == len(regions) > 10


def test_the_same_regions_as_find_finds(photos):
    flags = ("--gap", "1", "--largest", "3", "--region", "10,10,300,300")
    boxes = run(*FEW, *flags, "--boxes", "ihc.png", cwd=photos).stdout.splitlines()
    crops = crop(*flags, "ihc.png", "-o", "crops", cwd=photos).stdout.splitlines()
    assert [line.split(":")[1] for line in crops] == [line.split(":")[1] for line in boxes]
    assert len(crops) == 3


def test_what_was_written_is_not_searched_again(photos):
    first = crop(".", "-o", "crops", cwd=photos)
    again = crop(".", "-o", "crops", "--force", cwd=photos)
    assert (again.returncode, again.stdout) == (0, first.stdout)


def test_nothing_is_replaced_without_force(photos):
    target = photos / "crops" / "ihc.png" / "1.png"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"precious")
    done = crop("ihc.png", "-o", "crops", cwd=photos)
    assert done.returncode == 4
    assert "exists already; give another name, or --force to replace it" in done.stderr
    assert target.read_bytes() == b"precious"
    assert not [name for name in os.listdir(target.parent) if name.endswith(".tmp")]


def test_a_bad_file_stops_nothing(photos):
    (photos / "broken.png").write_text("<html>")
    Image.fromarray(np.ones((9, 9), np.float32)).save(photos / "float.tif")
    done = run("crop", "white", "broken.png", "float.tif", "page.png", "-o", "crops", "--largest", "1", cwd=photos)
    assert done.returncode == 3
    assert "broken.png: not a picture" in done.stderr
    assert "float.tif: a PNG has no float32 pixels" in done.stderr
    assert os.listdir(photos / "crops") == ["page.png"]


def test_exit_status_says_what_came_of_it(photos):
    status = lambda *arguments: crop(*arguments, cwd=photos).returncode  # noqa: E731
    assert status("ihc.png", "-o", "crops") == 0
    assert status("page.png", "-o", "none") == 1
    assert not (photos / "none").exists()
    assert status("missing.png", "-o", "none") == 2
    assert status("ihc.png", "missing.png", "-o", "others") == 3
    (photos / "file").write_text("")
    assert status("ihc.png", "-o", "file") == 4


def test_a_file_that_is_named_twice_is_cropped_once(photos):
    done = crop(".", "ihc.png", "./ihc.png", "-o", "crops", cwd=photos)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == len(set(done.stdout.splitlines())) > 10


def test_pictures_of_equal_names_do_not_collide(photos):
    for folder in ("a", "b"):
        os.mkdir(photos / folder)
        os.link(photos / "ihc.png", photos / folder / "x.png")
    done = crop("a/x.png", "b", "--largest", "1", "-o", "crops", cwd=photos)
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [
        "crops/a/x.png/4.png",
        "crops/b/x.png/4.png",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ihc.png"], "Missing option '-o'"),
        (["-", "-o", "crops"], "standard input cannot give; name a file"),
        (["ihc.png", "-o", "one.png"], "looks like one file, but many may be written; name a folder"),
        ([".", "-o", "."], "given twice"),
        ([".", "-o", ".."], "holds a folder that is read"),
        (["ihc.png", "-o", "crops", "--pad", "-1"], "not in the range"),
    ],
)
def test_wrong_usage_says_what_to_do(photos, arguments, message):
    done = crop(*arguments, cwd=photos, env={**os.environ, "COLUMNS": "200"})
    assert message in done.stderr
    assert (done.returncode, done.stdout) == (2, "")


def test_a_reader_that_goes_away_takes_no_picture_with_it(photos):
    command = f"{sys.executable} -m pixgrep crop {' '.join(FEW).replace('#', chr(92) + '#')} . -o crops | head -c 0"
    subprocess.run(command, shell=True, cwd=photos, timeout=60, check=True)
    assert len(os.listdir(photos / "crops" / "ihc.png")) > 10


def test_help_fits_80_columns_and_one_screen(tmp_path):
    done = run("crop", "-h", cwd=tmp_path, env={**os.environ, "COLUMNS": "80"})
    assert done.returncode == 0
    shown = done.stdout.splitlines()
    assert len(shown) <= 50
    assert max(map(len, shown)) <= 80
    for flag in ("--within", "--min-area", "--largest", "--pad", "--glob", "FOLDER"):
        assert flag in done.stdout


def test_shells_complete_its_flags(tmp_path):
    typed = {"_PIXGREP_COMPLETE": "bash_complete", "COMP_WORDS": "pixgrep crop red --pa", "COMP_CWORD": "3"}
    assert run(cwd=tmp_path, env={**os.environ, **typed}).stdout == "plain,--pad\n"
