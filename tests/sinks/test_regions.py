"""Every sink of regions, fed with those of a real picture; what it writes is read back by an independent reader."""

import csv
import io
import json
import os

import numpy as np
import pytest
from PIL import Image
from rich.console import Console
from skimage.data import immunohistochemistry
from tests.sinks.test_sinks import FAILED, NAMES, Memory, feed

import pixgrep as pg
from pixgrep.sinks import summary
from pixgrep.sinks.output import WholeFile
from pixgrep.sinks.parquet import RegionParquetSink
from pixgrep.sinks.picture import PictureSink, mask_image
from pixgrep.sinks.regions import RegionCsvSink, RegionJsonSink, RegionLinesSink, Wanted
from pixgrep.sinks.summary import RegionTableSink
from pixgrep.sinks.text import CountsSink, NamesSink

BROWN = "#8b5a3c within 20"
COLORS = (BROWN, "#b0a098 within 20")
REGION = (100, 20, 200, 150)


def regions(source="a.png", colors=COLORS, min_area=20):
    """Regions of stained tissue, in part of the picture, so that coordinates are not those of the part."""
    found = pg.find(immunohistochemistry(), list(colors), region=REGION)
    found.source = source
    return found.regions(min_area=min_area)


ALL = regions()
NONE = regions("none.png", min_area=10**6)


def test_the_picture_has_regions_of_both_colours():
    assert len(ALL) > 20
    assert all(ALL.counts > 2)
    assert len(NONE) == 0


@pytest.mark.parametrize("name", NAMES)
def test_lines_have_box_area_and_colour(name, rows_at_a_time):
    output = Memory()
    feed(RegionLinesSink(output, null=True), regions(name), FAILED, NONE)
    read = []
    for line in output.content.split(os.fsencode(name) + b"\0")[1:]:
        box, area, color = line.decode().rstrip("\n").split(":")
        read.append((tuple(map(int, box.split(","))), int(area), color))
    assert read == [(tuple(region.box), region.area, region.color) for region in ALL]


def test_lines_of_boxes_alone_are_what_region_takes():
    output = Memory()
    feed(RegionLinesSink(output, wanted=Wanted(boxes=True)), ALL)
    assert output.content.decode().splitlines() == ["a.png:" + ",".join(map(str, box)) for box in ALL.boxes.tolist()]


def test_a_limit_holds_for_each_picture():
    output = Memory()
    feed(RegionLinesSink(output, wanted=Wanted(limit=2)), ALL, NONE, regions("b.png"))
    assert [line.split(":")[0] for line in output.content.decode().splitlines()] == ["a.png"] * 2 + ["b.png"] * 2


@pytest.mark.parametrize("name", NAMES)
def test_csv_reads_back(name, rows_at_a_time):
    output = Memory()
    feed(RegionCsvSink(output), regions(name), FAILED, NONE)
    header, *rows = csv.reader(io.StringIO(os.fsdecode(output.content), newline=""))
    assert header == [
        *("path", "label", "color", "area", "x", "y", "width", "height"),
        *("centroid_x", "centroid_y", "first_x", "first_y"),
    ]
    assert {os.path.normpath(row[0]) for row in rows} == {name}
    assert [row[2] for row in rows] == [region.color for region in ALL]
    columns = np.array([[float(value) for value in (row[1], *row[3:])] for row in rows]).T
    assert (columns[0] == ALL.labels).all()
    assert (columns[1] == ALL.areas).all()
    assert (ALL.boxes == columns[2:6].T).all()
    np.testing.assert_allclose(columns[6:8].T, ALL.centroids, rtol=1e-8)
    assert (ALL.firsts == columns[8:].T).all()


def test_csv_of_boxes_alone():
    output = Memory()
    feed(RegionCsvSink(output, Wanted(boxes=True)), ALL)
    header, *rows = csv.reader(io.StringIO(output.content.decode()))
    assert header == ["path", "label", "x", "y", "width", "height"]
    assert np.array([row[1:] for row in rows], int).tolist() == np.c_[ALL.labels, ALL.boxes].tolist()


def test_csv_of_counts():
    output = Memory()
    feed(RegionCsvSink(output, Wanted(lines=False)), ALL, NONE)
    pixels = [int(ALL.areas[ALL.colors == color].sum()) for color in (0, 1)]
    assert list(csv.reader(io.StringIO(output.content.decode()))) == [
        ["path", "color", "count", "pixels"],
        ["a.png", COLORS[0], str(ALL.counts[0]), str(pixels[0])],
        ["a.png", COLORS[1], str(ALL.counts[1]), str(pixels[1])],
        *(["none.png", color, "0", "0"] for color in COLORS),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_json_reads_back(name, rows_at_a_time):
    output = Memory()
    feed(RegionJsonSink(output), regions(name), FAILED, NONE)
    *found, picture, failed, none, total = map(json.loads, output.content.splitlines())
    assert {record.get("path") for record in (*found, picture)} == {None if name == "bad\udcff.png" else name}
    assert ("path_bytes" in picture) is (name == "bad\udcff.png")
    assert [record["type"] for record in found] == ["region"] * len(ALL)
    for record, region in zip(found, ALL, strict=True):
        assert (record["label"], record["color"], record["area"]) == (region.label, region.color, region.area)
        assert (record["box"], record["first"]) == (list(region.box), [region.first.x, region.first.y])
        assert tuple(record["centroid"]) == region.centroid  # to the last bit
    assert (picture["type"], picture["status"], picture["region"]) == ("picture", "ok", list(REGION))
    assert (picture["count"], picture["pixels"], picture["truncated"]) == (len(ALL), ALL.areas.sum(), False)
    assert [color["count"] for color in picture["colors"]] == ALL.counts.tolist()
    assert sum(color["pixels"] for color in picture["colors"]) == ALL.areas.sum()
    assert failed["status"] == "failed"
    assert (none["count"], none["pixels"]) == (0, 0)
    assert total == {
        "type": "summary",
        "searched": 2,
        "matched": 1,
        "failed": 1,
        "count": len(ALL),
        "pixels": ALL.areas.sum(),
    }


def test_json_of_boxes_and_of_pictures_alone():
    output = Memory()
    feed(RegionJsonSink(output, Wanted(boxes=True, limit=3)), ALL)
    *found, picture, _ = map(json.loads, output.content.splitlines())
    assert found == [
        {"type": "region", "path": "a.png", "label": region.label, "box": list(region.box)} for region in ALL[:3]
    ]
    assert (picture["truncated"], picture["count"]) == (True, len(ALL))
    feed(RegionJsonSink(output, Wanted(limit=3, lines=False)), ALL)
    assert [json.loads(line)["type"] for line in output.content.splitlines()] == ["picture", "summary"]
    assert json.loads(output.content.splitlines()[0])["truncated"] is False


def test_the_largest_come_first_everywhere():
    output = Memory()
    feed(RegionJsonSink(output), ALL.largest(5))
    *found, _, _ = map(json.loads, output.content.splitlines())
    assert [record["area"] for record in found] == sorted(ALL.areas.tolist(), reverse=True)[:5]


@pytest.mark.parametrize("rows", [1, 7, 1 << 20])
def test_parquet_reads_back(tmp_path, monkeypatch, rows):
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr("pixgrep.sinks.parquet.ROWS_AT_A_TIME", rows)
    path = tmp_path / "found.parquet"
    feed(RegionParquetSink(WholeFile(str(path)), Wanted()), ALL, FAILED, NONE, regions("bad\udcff.png"))
    table = parquet.read_table(path)
    assert table.column_names == ["path", *ALL.to_arrow().column_names]
    assert table["path"].to_pylist() == ["a.png"] * len(ALL) + ["bad\\xff.png"] * len(ALL)
    assert table.slice(0, len(ALL)).drop_columns(["path"]).to_pylist() == ALL.to_arrow().to_pylist()


def test_parquet_of_boxes_alone_and_with_a_limit(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "found.parquet"
    feed(RegionParquetSink(WholeFile(str(path)), Wanted(3, boxes=True)), ALL)
    table = parquet.read_table(path)
    assert table.column_names == ["path", "label", "x", "y", "width", "height"]
    assert [list(row.values())[2:] for row in table.to_pylist()] == ALL.boxes[:3].tolist()


def shown(*results, width=120):
    text = io.StringIO()
    feed(RegionTableSink(("#8b5a3c", None), Console(file=text, width=width)), *results)
    return text.getvalue()


def test_the_table_shows_every_region_and_how_many_there_are():
    table = shown(regions("esc\x1b.png"), FAILED, NONE)
    assert "\x1b" not in table
    lines = table.splitlines()
    assert lines[0].split() == ["picture", "colour", "region", "area", "box", "centroid"]
    assert len(lines) == len(ALL) + 2
    largest = ALL.largest(1)[0]
    (row,) = (line for line in lines if f" {largest.area:,} " in line)
    x, y, width, height = largest.box
    for part in ("esc\\x1b.png", largest.color, f" {largest.label} ", f"{width} x {height} at {x},{y}"):
        assert part in row
    assert row.rstrip().endswith("{:.1f},{:.1f}".format(*largest.centroid))
    assert lines[-1] == f"{len(ALL)} regions in 1 of 2 pictures, 1 could not be searched"


def test_a_table_that_would_be_endless_says_what_it_leaves_out(monkeypatch):
    monkeypatch.setattr(summary, "MOST_ROWS", 10)
    lines = shown(ALL, regions("b.png")).splitlines()
    assert len(lines) == 1 + 10 + 2
    assert lines[-2].startswith(f"... and {2 * len(ALL) - 10:,} more rows")
    assert lines[-1] == f"{2 * len(ALL):,} regions in 2 of 2 pictures"


def test_counts_are_those_of_regions():
    output = Memory()
    feed(CountsSink(output), ALL, FAILED, NONE)
    found = zip(ALL.counts.tolist(), COLORS, strict=True)
    assert output.content.decode().splitlines() == [
        *(f"a.png:{count}:{color}" for count, color in found),
        *(f"none.png:0:{color}" for color in COLORS),
    ]
    alone = regions(colors=[BROWN])
    feed(CountsSink(output), alone)
    assert output.content == b"a.png:%d\n" % len(alone)


def test_names_are_of_pictures_with_regions_or_without():
    output = Memory()
    feed(NamesSink(output), ALL, NONE, FAILED)
    assert output.content == b"a.png\n"
    feed(NamesSink(output, matching=False), ALL, NONE, FAILED)
    assert output.content == b"none.png\n"


def test_a_mask_has_the_pixels_of_the_regions_and_no_specks(tmp_path):
    feed(PictureSink(str(tmp_path / "mask.png"), mask_image, is_folder=False), ALL)
    with Image.open(tmp_path / "mask.png") as image:
        mask = np.asarray(image)
    assert (mask == ALL.mask * np.uint8(255)).all()
    found = pg.find(immunohistochemistry(), list(COLORS), region=REGION)
    assert 0 < np.count_nonzero(mask) < len(found)
    assert found.mask[mask > 0].all()
