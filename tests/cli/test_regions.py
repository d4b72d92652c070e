"""Regions from the command line, held against those of Python."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image
from shapely.geometry import shape as shape_of

import pixgrep as pg
from tests.cli.conftest import run
from tests.cli.test_main import on_terminal, start

BROWN = ("#8b5a3c", "-w", "20")
FEW = (*BROWN, "--min-area", "200")


def regions(folder, name="ihc.png", **options):
    return pg.find(folder / name, "#8b5a3c", within=20).regions(**options)


def lines(*arguments, cwd):
    done = run(*arguments, cwd=cwd)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("flags", "options"),
    [
        (["--regions"], {}),
        (["--min-area", "40"], {"min_area": 40}),
        (["--gap", "2"], {"gap": 2}),
        (["--gap", "0"], {}),
        (["--regions", "--min-area", "40", "--gap", "2"], {"min_area": 40, "gap": 2}),
    ],
)
def test_a_region_a_line(photos, flags, options):
    found = regions(photos, **options)
    assert lines(*BROWN, *flags, "ihc.png", cwd=photos) == [
        "ihc.png:{},{},{},{}:{}:#8b5a3c".format(*region.box, region.area) for region in found
    ]


def test_the_largest_first(photos):
    found = [line.split(":") for line in lines(*BROWN, "--largest", "5", "ihc.png", "coffee.png", cwd=photos)]
    areas = [area for name in ("ihc.png", "coffee.png") for area in regions(photos, name).largest(5).areas.tolist()]
    assert [int(area) for _, _, area, _ in found] == areas


def test_a_box_is_what_region_takes(photos):
    (line,) = lines(*BROWN, "--boxes", "--largest", "1", "ihc.png", cwd=photos)
    name, box = line.split(":")
    (largest,) = regions(photos).largest(1)
    count = pg.count(photos / "ihc.png", "#8b5a3c", within=20, region=largest.box)
    assert lines(*BROWN, "-c", "--region", box, name, cwd=photos) == [f"ihc.png:{count}"]


@pytest.mark.parametrize("flags", [[], ["--largest", "7"]])
def test_every_format_says_the_same(photos, flags):
    two = ("-e", "#e0d0c0 within 20")
    found = pg.find(photos / "ihc.png", ["#8b5a3c", two[1]], within=20).regions(min_area=30)
    found = found.largest(7) if flags else found
    asked = (*BROWN, *two, "--min-area", "30", *flags, "ihc.png")
    rows = list(csv.DictReader(io.StringIO(run(*asked, "--csv", cwd=photos).stdout)))
    *records, picture, _ = map(json.loads, lines(*asked, "--json", cwd=photos))
    features = json.loads(run(*asked, "--geojson", cwd=photos).stdout)["features"]
    assert [int(row["label"]) for row in rows] == [record["label"] for record in records] == found.labels.tolist()
    assert [feature["properties"]["label"] for feature in features] == found.labels.tolist()
    assert [row["color"] for row in rows] == [record["color"] for record in records] == [one.color for one in found]
    assert [record["box"] for record in records] == found.boxes.tolist()
    assert [[int(row[key]) for key in ("x", "y", "width", "height")] for row in rows] == found.boxes.tolist()
    assert [shape_of(feature["geometry"]).area for feature in features] == found.areas.tolist()
    assert (picture["count"], picture["pixels"]) == (len(found), found.areas.sum())
    assert [color["count"] for color in picture["colors"]] == found.counts.tolist()


def test_parquet_has_the_columns_of_python(photos):
    parquet = pytest.importorskip("pyarrow.parquet")
    assert lines(*FEW, "ihc.png", "page.png", "--parquet", "out.parquet", cwd=photos) == []
    table = parquet.read_table(photos / "out.parquet")
    assert table.drop_columns(["path"]).to_pylist() == regions(photos, min_area=200).to_arrow().to_pylist()
    lines(*FEW, "ihc.png", "--boxes", "--parquet", "boxes.parquet", cwd=photos)
    assert parquet.read_table(photos / "boxes.parquet").column_names == ["path", "label", "x", "y", "width", "height"]


def test_a_match_is_a_region_everywhere(photos):
    counts = lines(*FEW, "-c", ".", cwd=photos)
    number = len(regions(photos, min_area=200))
    assert counts == ["./coffee.png:0", f"./ihc.png:{number}", "./page.png:0"]
    assert lines(*FEW, "-l", ".", cwd=photos) == ["./ihc.png"]
    assert lines(*FEW, "-L", ".", cwd=photos) == ["./coffee.png", "./page.png"]
    assert len(lines(*FEW, "-m", "2", ".", cwd=photos)) == 2
    assert len(lines(*FEW, "--first", ".", cwd=photos)) == 1
    assert "3 pictures" in (said := run(*FEW, "-c", "--stats", ".", cwd=photos).stderr)
    assert "1 matched" in said


def test_exit_status_says_whether_there_are_regions(photos):
    (photos / "broken.png").write_text("<html>")
    status = lambda *arguments: run(*BROWN, *arguments, cwd=photos).returncode  # noqa: E731
    assert status("-q", "coffee.png") == 0
    assert status("-q", "--min-area", "200", "coffee.png") == 1
    assert status("-q", "--min-area", "200", ".") == 0
    assert status("--regions", "page.png") == 1
    assert status("--regions", "missing.png") == 2
    assert status("--regions", "ihc.png", "broken.png") == 3
    assert status("--regions", "ihc.png", "-o", "missing/out.txt") == 4


def test_limits_print_fewer_and_say_so(photos):
    *found, picture, _ = map(json.loads, lines(*FEW, "--json", "-m", "3", "ihc.png", cwd=photos))
    assert len(found) == 3
    assert picture["truncated"] is True
    assert picture["count"] == len(regions(photos, min_area=200))
    assert len(json.loads(run(*FEW, "--geojson", "-m", "3", "ihc.png", cwd=photos).stdout)["features"]) == 3


def test_geojson_means_regions_and_boxes_may_be_wanted(photos):
    features = json.loads(run(*BROWN, "--geojson", "ihc.png", cwd=photos).stdout)["features"]
    assert [feature["properties"]["area"] for feature in features] == regions(photos).areas.tolist()
    (largest,) = regions(photos).largest(1)
    flags = ("--geojson", "--boxes", "--largest", "1", "ihc.png")
    (feature,) = json.loads(run(*BROWN, *flags, cwd=photos).stdout)["features"]
    assert shape_of(feature["geometry"]).area == largest.box.width * largest.box.height


def test_geojson_is_valid_where_a_picture_fails(photos):
    (photos / "broken.png").write_text("<html>")
    done = run(*FEW, "--geojson", "broken.png", "ihc.png", "missing.png", cwd=photos)
    assert done.returncode == 3
    assert len(json.loads(done.stdout)["features"]) == len(regions(photos, min_area=200))
    done = run(*FEW, "--geojson", "missing.png", cwd=photos)
    assert (done.returncode, json.loads(done.stdout)["features"]) == (2, [])
    done = run(*FEW, "--geojson", "missing.png", "-o", "out.geojson", cwd=photos)
    assert done.returncode == 2
    assert not (photos / "out.geojson").exists()


@pytest.fixture
def specks(tmp_path):
    """A picture whose 250,000 regions take seconds to outline."""
    pixels = np.zeros((1000, 1000), np.uint8)
    pixels[::2, ::2] = 255
    Image.fromarray(pixels).save(tmp_path / "specks.png")
    return tmp_path / "specks.png"


def test_an_interrupted_run_leaves_no_torn_geojson(specks):
    process = start("white", *[specks] * 9, "--geojson", "-o", specks.parent / "out.geojson", stderr=subprocess.PIPE)
    while not list(specks.parent.glob(".out.geojson.*")):
        assert process.poll() is None
    sent = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert time.monotonic() - sent < 1
    assert process.returncode == -signal.SIGINT, errors
    assert sorted(os.listdir(specks.parent)) == ["specks.png"]


@pytest.mark.parametrize("flags", [["--regions"], ["--boxes", "--csv"], ["--geojson", "--boxes"]])
def test_a_reader_that_goes_away_is_a_quiet_end(specks, flags):
    with start("white", specks, *flags, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


def test_a_mask_without_specks(photos):
    lines(*BROWN, "--min-area", "50", "--mask", "clean.png", "-o", "found.txt", "ihc.png", cwd=photos)
    with Image.open(photos / "clean.png") as image:
        assert (np.asarray(image) == regions(photos, min_area=50).mask * np.uint8(255)).all()


def test_an_overlay_has_boxes_and_numbers(photos):
    lines(*BROWN, "--largest", "4", "--overlay", "seen.png", "-o", "found.txt", "ihc.png", cwd=photos)
    expected = regions(photos).largest(4).draw(photos / "ihc.png")
    with Image.open(photos / "seen.png") as image:
        assert (np.asarray(image) == np.asarray(expected)).all()


def test_names_reach_a_pipe_byte_for_byte(photos):
    name = b"esc\x1b[31m 50%d bad\xff\n,line.png"
    os.rename(photos / "ihc.png", os.path.join(os.fsencode(photos), name))
    done = run(*BROWN, "--largest", "1", "--boxes", "-0", ".", "-g", "esc*", cwd=photos, errors="surrogateescape")
    assert os.fsencode(done.stdout) == b"./" + name + b"\x00168,26,80,117\n"
    for flags in (["--json"], ["--geojson"]):
        done = run(*BROWN, "--largest", "1", ".", "-g", "esc*", *flags, cwd=photos)
        assert "path_bytes" in done.stdout
        assert done.returncode == 0


def test_standard_input(photos):
    with open(photos / "ihc.png", "rb") as file:
        done = run(*BROWN, "--largest", "1", "--boxes", "-", cwd=photos, stdin=file)
    assert done.stdout == "<stdin>:168,26,80,117\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--json", "--csv", "--geojson"], "--json and --csv and --geojson exclude each other"),
        (["--geojson", "--json"], "--json and --geojson exclude each other; give one of them"),
        (["--geojson", "-0"], "plain text; leave them out, or --geojson"),
        (["--geojson", "-l"], "plain text"),
        (["--regions", "--csv", "-L"], "plain text"),
        (["--geojson", "-c"], "leave out one of them, or give -c --json"),
        (["--boxes", "-q", "-o", "out.txt"], "-q stops at the first match"),
        (["--min-area", "0"], "0 is not in the range x>=1"),
        (["--gap", "-1"], "-1 is not in the range x>=0"),
        (["--largest", "0"], "0 is not in the range x>=1"),
    ],
)
def test_wrong_usage_says_what_to_do(photos, arguments, message):
    done = run(*BROWN, *arguments, "ihc.png", cwd=photos, env={**os.environ, "COLUMNS": "200"})
    assert message in done.stderr
    assert (done.returncode, done.stdout) == (2, "")


def test_a_terminal_gets_a_table_of_regions(photos):
    status, shown = on_terminal(*BROWN, "--min-area", "300", str(photos))
    assert status == 0
    assert "box" in shown
    assert "80 x 117 at 168,26" in shown
    number = len(regions(photos, min_area=300))
    assert f"{number} regions in 1 of 3 pictures" in shown


def test_a_terminal_gets_boxes_to_copy(photos):
    _, shown = on_terminal(*BROWN, "--largest", "1", "--boxes", str(photos / "ihc.png"), columns=200)
    assert shown.strip() == f"{photos}/ihc.png:168,26,80,117"


def test_a_search_for_pixels_stays_one(photos):
    done = run(*BROWN, "-c", "ihc.png", cwd=photos)
    assert done.stdout == f"ihc.png:{pg.count(photos / 'ihc.png', '#8b5a3c', within=20)}\n"


def test_a_search_for_pixels_loads_no_sink_of_regions(photos):
    code = "import sys; from pixgrep.cli.main import main\nimport os; os._exit = lambda status: None\n"
    code += "main(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, "-c", *BROWN, "ihc.png"], cwd=photos, capture_output=True, text=True, timeout=60
    )
    loaded = done.stdout.split()
    assert "pixgrep.sinks.text" in loaded
    assert not {"pixgrep.sinks.regions", "pixgrep.sinks.geojson", "pixgrep.sinks.crops"} & set(loaded)
