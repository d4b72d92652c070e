import json
import os
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

import pixgrep as pg
from pixgrep.palettes import load_palette
from tests.cli.conftest import run

RNG = np.random.default_rng(4)


@pytest.fixture
def masks(tmp_path):
    """Two pictures in the colours of Cityscapes, one of them in a folder; the first has three strays of two colours."""
    folder = tmp_path / "masks"
    (folder / "deep").mkdir(parents=True)
    ids = np.zeros((20, 30), np.uint8)
    ids[:, 10:] = 7
    colors = pg.colorize(ids, "cityscapes")
    Image.fromarray(colors).save(folder / "deep" / "clean.png")
    colors[3, 5] = (128, 64, 131)
    colors[5, 6:8] = (0, 2, 0)
    Image.fromarray(colors).save(folder / "stray.png")
    return folder


def ids_of(path):
    with Image.open(path) as image:
        return np.asarray(image)


def test_a_folder_becomes_a_folder_of_the_same_names(masks):
    done = run("label", "--palette", "cityscapes", "masks", "-o", "ids", cwd=masks.parent)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "pixgrep: 3 pixels of no class in 1 picture; pixgrep lint names their colours\n"
    stray, clean = ids_of(masks.parent / "ids" / "stray.png"), ids_of(masks.parent / "ids" / "deep" / "clean.png")
    assert (stray.dtype, stray[3, 5], stray[5, 6], stray[0, 0], stray[0, 29]) == (np.uint8, 255, 255, 0, 7)
    assert np.bincount(clean.ravel()).tolist() == [200, 0, 0, 0, 0, 0, 0, 400]
    again = run("colorize", "-p", "cityscapes", "ids/deep", "-o", "colors", cwd=masks.parent)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    with Image.open(masks.parent / "colors" / "clean.png") as image, Image.open(masks / "deep" / "clean.png") as before:
        assert image.mode == "P"
        np.testing.assert_array_equal(np.asarray(image.convert("RGB")), np.asarray(before))


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        (["masks/stray.png", "-o", "out.png"], ["out.png"]),
        (["masks/stray.png", "-o", "out"], ["out/stray.png"]),
        (["masks/stray.png", "masks/deep/clean.png", "-o", "out"], ["out/deep/clean.png", "out/stray.png"]),
        (["masks/deep", "-o", "out"], ["out/clean.png"]),
        (["masks", "-g", "s*", "-o", "out"], ["out/stray.png"]),
        (["masks/deep", "masks/stray.png", "-o", "out"], ["out/deep/clean.png", "out/stray.png"]),
        (["masks", "-o", "masks/ids"], ["masks/ids/deep/clean.png", "masks/ids/stray.png"]),
        (["-", "-o", "out"], ["out/stdin.png"]),
        (["-", "-o", "out.png"], ["out.png"]),
    ],
)
def test_where_pictures_go(masks, arguments, written):
    top = masks.parent
    before = set(top.rglob("*.png"))
    with open(masks / "stray.png", "rb") as file:
        for more in ([], ["--force"]):
            assert run("label", "-p", "cityscapes", *arguments, *more, cwd=top, stdin=file).returncode == 0
            file.seek(0)
    assert sorted(str(path.relative_to(top)) for path in set(top.rglob("*.png")) - before) == written


def test_a_bad_file_stops_nothing(masks):
    (masks / "bad.png").write_text("<html>")
    done = run("label", "-p", "cityscapes", "masks", "missing.png", "-o", "ids", cwd=masks.parent)
    assert done.returncode == 3
    assert "masks/bad.png: not a picture" in done.stderr
    assert "missing.png: No such file" in done.stderr
    assert sorted(os.listdir(masks.parent / "ids" / "masks")) == ["deep", "stray.png"]
    assert run("label", "-p", "cityscapes", "missing.png", "-o", "x", cwd=masks).returncode == 2
    assert run("label", "-p", "cityscapes", "masks", "-g", "*.gif", "-o", "x", cwd=masks.parent).returncode == 2


def test_unknown_colours_can_fail_a_file_or_become_the_nearest(masks):
    done = run("label", "-p", "cityscapes", "masks", "--unknown", "error", "-o", "ids", cwd=masks.parent)
    assert done.returncode == 3
    assert "masks/stray.png: 3 pixels belong to no class of 'cityscapes', first at (5, 3): #804083" in done.stderr
    assert not (masks.parent / "ids" / "stray.png").exists()
    assert (masks.parent / "ids" / "deep" / "clean.png").exists()
    arguments = ["label", "-p", "cityscapes", "masks/stray.png", "-o", "a.png", "--force"]
    assert run(*arguments, "--unknown", "error", cwd=masks.parent).returncode == 2
    assert not (masks.parent / "a.png").exists()
    for policy in (["--unknown", "nearest", "--metric", "ciede2000"], ["--within", "3"], ["--unknown", "error", "-w3"]):
        done = run(*arguments, *policy, cwd=masks.parent)
        assert (done.returncode, done.stderr) == (0, "")
        assert ids_of(masks.parent / "a.png")[3, 5] == 7
    run(*arguments, "--unknown", "300", cwd=masks.parent)
    found = ids_of(masks.parent / "a.png")
    assert (found.dtype, found[3, 5], found[0, 29]) == (np.uint16, 300, 7)


def test_counts_as_text_json_and_csv(masks):
    counts = lambda *more: run("label", "-p", "cityscapes", "masks", *more, cwd=masks.parent).stdout  # noqa: E731
    assert counts("--counts").splitlines() == [
        *("masks/stray.png:197:0:unlabeled", "masks/stray.png:400:7:road", "masks/stray.png:3:255:unknown"),
        *("masks/deep/clean.png:200:0:unlabeled", "masks/deep/clean.png:400:7:road"),
    ]
    assert counts("--csv").splitlines()[:4] == [
        "path,id,name,color,count,share",
        "masks/stray.png,0,unlabeled,#000000,197,0.328333333",
        "masks/stray.png,7,road,#804080,400,0.666666667",
        "masks/stray.png,255,unknown,,3,0.005",
    ]
    first, _, summary = map(json.loads, counts("--json").splitlines())
    assert [entry["count"] for entry in first["classes"]] == [197, 400]
    assert (first["unknown"], first["unknown_count"], first["width"], first["height"]) == (255, 3, 30, 20)
    assert summary == {"type": "summary", "labelled": 2, "failed": 0}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["masks"], "give -o, a file or folder for label maps, or --counts"),
        (["masks", "-o", "out.png"], "looks like one file"),
        (["masks/stray.png", "-o", "out.jpg"], "would not be a PNG"),
        (["masks", "-o", "masks"], "is or holds a folder that is read"),
        (["masks", "-o", "."], "is or holds a folder that is read"),
        (["masks", "-o", "out", "--json", "--csv"], "exclude each other"),
        (["masks", "-o", "out", "--unknown", "black"], "unknown is 'black'; give a value from 0 to 65535"),
        (["masks", "-o", "out", "-p", "citiscapes"], "did you mean 'cityscapes'"),
        (["masks", "-o", "out", "--within", "nan"], "within is nan"),
        (["-", "-", "-o", "out"], "given twice"),
        ([], "Missing argument"),
    ],
)
def test_wrong_usage_says_what_to_do(masks, arguments, message):
    environment = {**os.environ, "COLUMNS": "200"}
    done = run("label", "-p", "cityscapes", *arguments, "--force", cwd=masks.parent, env=environment)
    assert message in done.stderr
    assert (done.returncode, done.stdout) == (2, "")
    assert sorted(os.listdir(masks.parent)) == ["masks"]


def test_what_is_read_is_never_replaced(masks):
    before = (masks / "stray.png").read_bytes()
    for arguments in (
        ["stray.png", "-o", "stray.png"],
        ["stray.png", "-o", "."],
        ["stray.png", "deep", "-o", "../masks"],
    ):
        done = run("label", "-p", "cityscapes", *arguments, "--force", cwd=masks)
        assert done.returncode in (2, 4), arguments
        assert (masks / "stray.png").read_bytes() == before
    (masks / "link.png").symlink_to("stray.png")
    assert run("label", "-p", "cityscapes", "stray.png", "-o", "link.png", "--force", cwd=masks).returncode == 4
    assert (masks / "stray.png").read_bytes() == before


def test_files_are_replaced_only_by_force(masks):
    (masks.parent / "ids").mkdir()
    (masks.parent / "ids" / "stray.png").write_bytes(b"precious")
    done = run("label", "-p", "cityscapes", "masks", "-o", "ids", cwd=masks.parent)
    assert done.returncode == 4
    assert "exists already" in done.stderr
    assert (masks.parent / "ids" / "stray.png").read_bytes() == b"precious"
    assert run("label", "-p", "cityscapes", "masks", "-o", "ids", "--force", cwd=masks.parent).returncode == 0
    assert not [name for name in os.listdir(masks.parent / "ids") if name.endswith(".tmp")]


def test_of_two_pictures_that_would_become_one_the_second_fails(masks):
    Image.open(masks / "stray.png").save(masks / "stray.bmp")
    done = run("label", "-p", "cityscapes", "masks", "-o", "ids", cwd=masks.parent)
    assert done.returncode == 3
    assert "masks/stray.png: ids/stray.png is made of masks/stray.bmp already" in done.stderr


def test_palettes_of_many_kinds(masks):
    with Image.open(masks / "deep" / "clean.png") as image:
        image.quantize(2).save(masks / "own.png")
    (masks / "own.json").write_text('{"3": "#000", "400": "#804080"}')
    for palette, expected in (("own.json", [3, 400]), ("own.png", [0, 1])):
        done = run("label", "-p", palette, "deep/clean.png", "--force", "-o", "../a.png", cwd=masks)
        assert done.returncode == 0, done.stderr
        assert np.unique(ids_of(masks.parent / "a.png")).tolist() == expected


def test_colorize_goes_back_also_from_16_bits(masks):
    codes = RNG.choice(1 << 24, 500, replace=False)
    palette = masks.parent / "many.txt"
    palette.write_text("\n".join(f"{code:06x}" for code in codes))
    ids = RNG.integers(0, 500, (40, 50)).astype(np.uint16)
    Image.fromarray(ids).save(masks.parent / "ids.png")
    assert run("colorize", "-p", palette, "ids.png", "-o", "colors.png", cwd=masks.parent).returncode == 0
    assert run("label", "-p", palette, "colors.png", "-o", "again.png", cwd=masks.parent).returncode == 0
    np.testing.assert_array_equal(ids_of(masks.parent / "again.png"), ids)
    np.testing.assert_array_equal(ids_of(masks.parent / "colors.png"), load_palette(str(palette)).rgb[ids])


def test_colorize_says_what_is_no_label_map_and_which_id_has_no_colour(masks):
    done = run("colorize", "-p", "cityscapes", "stray.png", "-o", "../x.png", cwd=masks)
    assert (done.returncode, "it is colour RGB uint8, ids are grey" in done.stderr) == (2, True)
    run("label", "-p", "cityscapes", "stray.png", "-o", "../ids.png", cwd=masks)
    done = run("colorize", "-p", "cityscapes", "ids.png", "-o", "x.png", cwd=masks.parent)
    assert done.returncode == 2
    assert "ids.png: the palette 'cityscapes' has no class 255, which 3 pixels have, first at (5, 3)" in done.stderr
    done = run("colorize", "-p", "cityscapes", "ids.png", "-o", "x.png", "--unknown-color", "red", cwd=masks.parent)
    assert done.returncode == 0
    with Image.open(masks.parent / "x.png") as image:
        assert image.convert("RGB").getpixel((5, 3)) == (255, 0, 0)


def test_a_reader_that_goes_away_is_a_quiet_end(masks):
    command = f"{sys.executable} -m pixgrep label -p cityscapes masks --counts | head -c 0"
    done = subprocess.run(command, shell=True, cwd=masks.parent, timeout=60, capture_output=True, text=True)
    assert "Traceback" not in done.stderr


def test_the_same_picture_given_twice_is_labelled_once(masks):
    first = masks / "stray.png"
    done = run("label", "-p", "cityscapes", first, masks / "deep" / ".." / first.name, "-o", "ids", cwd=masks.parent)
    assert done.returncode in (0, 1), done.stderr
    assert [path.name for path in (masks.parent / "ids").iterdir()] == [first.name]


def test_a_link_in_the_target_is_not_followed(masks):
    """It may point to a picture that is read."""
    first = masks / "stray.png"
    (masks.parent / "ids").mkdir()
    (masks.parent / "ids" / first.name).symlink_to(first)
    before = first.read_bytes()
    done = run("label", "-p", "cityscapes", masks, "-o", "ids", "--force", cwd=masks.parent)
    assert done.returncode == 4
    assert first.read_bytes() == before


def test_a_region_without_pixels_is_an_error_that_says_so(masks):
    first = masks / "stray.png"
    done = run("label", "-p", "cityscapes", first, "-o", "out.png", "--region", "0,0,0,0", cwd=masks.parent)
    assert done.returncode == 2
    assert "the region has no pixels" in done.stderr


@pytest.mark.parametrize(("mode", "ids"), [("1", [[0, 1, 1]]), ("L;2", [[0, 2, 3]]), ("L;4", [[0, 7, 15]])])
def test_ids_of_few_bits_are_what_is_stored_and_not_their_grey(tmp_path, mode, ids):
    from imagecodecs import zlib_encode

    bits = {"1": 1, "L;2": 2, "L;4": 4}[mode]
    row = 0
    for id in ids[0]:
        row = row << bits | id
    size = -(-3 * bits // 8)
    raw = b"\0" + (row << 8 * size - 3 * bits).to_bytes(size, "big")

    def chunk(kind, content):
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    header = (3).to_bytes(4, "big") + (1).to_bytes(4, "big") + bytes([bits, 0, 0, 0, 0])
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib_encode(raw)), chunk(b"IEND", b"")
    (tmp_path / "ids.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    palette = {number: (number, 0, 0) for number in range(16)}
    (tmp_path / "p.json").write_text(json.dumps({str(id): f"#{id:02x}0000" for id in palette}))
    done = run("colorize", "-p", "p.json", "ids.png", "-o", "out.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert np.array_equal(np.asarray(Image.open(tmp_path / "out.png").convert("RGB"))[..., 0], ids)


def test_maps_are_written_though_nobody_reads_the_counts(masks):
    command = f"{sys.executable} -m pixgrep label -p cityscapes masks -o ids --unknown 254 --counts | head -1"
    subprocess.run(command, shell=True, cwd=masks.parent, capture_output=True, timeout=60, check=False)
    assert len(list((masks.parent / "ids").rglob("*.png"))) == 2
