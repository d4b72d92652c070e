import json

import pytest
from PIL import Image

from tests.cli.conftest import run
from tests.cli.test_label import masks

__all__ = ["masks"]

LINES = [
    "masks/stray.png:6,5: #000200 2 pixels (0.33 %), nearest unlabeled #000000 (difference 2)",
    "masks/stray.png:5,3: #804083 1 pixel (0.17 %), nearest road #804080 (difference 3)",
]


def lint(*arguments, cwd):
    return run("lint", "--palette", "cityscapes", *arguments, cwd=cwd)


def test_a_stray_a_line(masks):
    done = lint("masks", cwd=masks.parent)
    assert done.stdout.splitlines() == LINES
    assert done.stderr == "pixgrep: 3 pixels in 1 of 2 pictures not in the palette cityscapes\n"
    assert done.returncode == 1


def test_a_clean_run_says_nothing(masks):
    done = lint("masks/deep", cwd=masks.parent)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert lint("masks", "--within", "3", cwd=masks.parent).returncode == 0
    assert lint("masks", "--region", "20,0,5,5", cwd=masks.parent).returncode == 0


def test_exit_status(masks):
    (masks / "bad.png").write_text("<html>")
    assert lint("masks", cwd=masks.parent).returncode == 3
    assert lint("masks/bad.png", cwd=masks.parent).returncode == 2
    assert lint("masks", "-o", "missing/out.txt", cwd=masks.parent).returncode == 4
    assert run("lint", "masks", cwd=masks.parent).returncode == 2
    assert lint("masks", "--json", "--github", cwd=masks.parent).returncode == 2


def test_a_limit_leaves_colours_out_and_says_so(masks):
    done = lint("masks", "-m", "1", cwd=masks.parent)
    assert done.stdout.splitlines() == [LINES[0], "masks/stray.png: 1 more colour (1 pixel)"]


def test_json(masks):
    (masks / "bad.png").write_text("<html>")
    failed, *records, summary = map(json.loads, lint("masks", "--json", "-m1", cwd=masks.parent).stdout.splitlines())
    assert (failed["status"], failed["path"]) == ("failed", "masks/bad.png")
    place = {"type": "stray", "path": "masks/stray.png", "x": 6, "y": 5}
    facts = {"color": "#000200", "count": 2, "share": 2 / 600, "difference": 2.0}
    assert records[0] == {**place, **facts, "nearest": {"id": 0, "name": "unlabeled", "color": "#000000"}}
    whole = {"type": "picture", "path": "masks/stray.png", "status": "ok"}
    assert records[1] == {**whole, "colors": 2, "count": 3, "share": 3 / 600, "truncated": True}
    assert (records[2]["colors"], records[2]["truncated"]) == (0, False)
    assert summary == {"type": "summary", "searched": 2, "strayed": 1, "failed": 1}


def test_annotations_of_github_are_one_a_picture_and_escaped(masks):
    (masks / "stray.png").rename(masks / "a,b:50%.png")
    done = lint("masks", "--github", cwd=masks.parent)
    (line,) = done.stdout.splitlines()
    head, _, message = line.partition("::")[2].partition("::")
    assert line.startswith("::error file=masks/a%2Cb%3A50%25.png,title=2 colours not in the palette cityscapes::")
    assert head.count(",") == 1
    assert message.split("%0A") == [line.partition(":")[2].replace("%", "%25") for line in LINES]
    Image.effect_noise((40, 40), 60).save(masks / "noise.png")
    line = lint("masks/noise.png", "--github", cwd=masks.parent).stdout.splitlines()[0]
    assert line.count("%0A") == 10
    assert "more colours (" in line.split("%0A")[-1]


@pytest.mark.parametrize("name", ["", "caf\u00e9", "-x=1"])
def test_names_of_classes_are_said_or_the_colour(masks, name):
    (masks / "p.json").write_text(json.dumps([{"name": name, "color": "#804080"}, {"name": "b", "color": "#000"}]))
    line = run("lint", "-p", "p.json", "stray.png", "--region", "5,3,1,1", cwd=masks).stdout
    assert f"nearest {name + ' ' if name else ''}#804080 (difference 3)" in line
