"""Every sink, fed with the same results; what it writes is read back by an independent reader."""

import csv
import io
import json
import os

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

import pixgrep as pg
from pixgrep.sinks import summary
from pixgrep.sinks.csv import CsvSink
from pixgrep.sinks.jsonl import JsonLinesSink
from pixgrep.sinks.output import WholeFile
from pixgrep.sinks.parquet import ParquetSink
from pixgrep.sinks.picture import PictureSink, mask_image
from pixgrep.sinks.summary import SummarySink
from pixgrep.sinks.text import CountsSink, LinesSink, NamesSink

NAMES = ["a.png", "50%d.png", "=cmd.png", "-dash.png", 'quo"te,.png', "new\nline.png", "esc\x1b.png", "bad\udcff.png"]


class Memory:
    """An output that keeps what it is given."""

    def __init__(self):
        self.content = b""

    def open(self):
        self.content = b""

    def write(self, content):
        self.content += content

    def close(self):
        pass

    def abort(self):
        pass


def matches(source="a.png", colors=("red", "white")):
    picture = np.zeros((6, 7, 3), np.uint8)
    picture[1, 2] = picture[4, 0] = (255, 0, 0)
    picture[3, 6] = 255
    found = pg.find(picture, list(colors))
    found.source = source
    return found


EXPECTED = [(2, 1, "red"), (6, 3, "white"), (0, 4, "red")]


def feed(sink, *results):
    sink.begin()
    for result in results:
        sink.add(result)
    sink.finish()


FAILED = pg.Failed("broken.png", pg.DecodeError("broken.png: damaged"))


def test_lines_are_in_reading_order_and_name_the_colour():
    output = Memory()
    feed(LinesSink(output), matches(), FAILED)
    assert output.content == b"a.png:2,1:red\na.png:6,3:white\na.png:0,4:red\n"


@pytest.mark.parametrize("name", NAMES)
def test_lines_keep_the_exact_bytes_of_a_name(name):
    output = Memory()
    feed(LinesSink(output, null=True, limit=1), matches(name))
    assert output.content == os.fsencode(name) + b"\x002,1:red\n"


def test_a_limit_holds_for_each_picture():
    output = Memory()
    feed(LinesSink(output, limit=2), matches("a"), matches("b"))
    assert output.content.count(b"\n") == 4


def test_counts_of_one_colour_and_of_several():
    output = Memory()
    feed(CountsSink(output), matches(colors=["red"]))
    assert output.content == b"a.png:2\n"
    feed(CountsSink(output), matches())
    assert output.content == b"a.png:2:red\na.png:1:white\n"


def test_names_of_matching_and_of_other_pictures():
    hit, miss = matches("hit"), matches("miss", ["blue"])
    output = Memory()
    feed(NamesSink(output), hit, miss, FAILED)
    assert output.content == b"hit\n"
    feed(NamesSink(output, null=True, matching=False), hit, miss, FAILED)
    assert output.content == b"miss\0"


@pytest.mark.parametrize("name", NAMES)
def test_json_reads_back(name):
    output = Memory()
    feed(JsonLinesSink(output), matches(name), FAILED)
    *found, picture, failed, summary = map(json.loads, output.content.splitlines())
    assert [(one["x"], one["y"], one["color"]) for one in found] == EXPECTED
    for record in (*found, picture):
        if "path_bytes" in record:
            assert name == "bad\udcff.png"
            assert record["path"] is None
        else:
            assert record["path"] == name
    assert picture["count"] == 3
    assert picture["status"] == "ok"
    assert picture["bbox"] == [0, 1, 7, 4]
    assert [color["count"] for color in picture["colors"]] == [2, 1]
    assert failed == {"type": "picture", "path": "broken.png", "status": "failed", "error": "broken.png: damaged"}
    assert summary == {"type": "summary", "searched": 1, "matched": 1, "failed": 1, "count": 3}


def test_json_says_when_a_limit_left_matches_out():
    for limit, truncated in ((2, True), (3, False), (None, False)):
        output = Memory()
        feed(JsonLinesSink(output, limit), matches())
        assert json.loads(output.content.splitlines()[-2])["truncated"] is truncated


@pytest.mark.parametrize("name", NAMES)
def test_csv_reads_back_and_no_path_is_a_formula(name):
    output = Memory()
    feed(CsvSink(output), matches(name), FAILED)
    header, *rows = csv.reader(io.StringIO(os.fsdecode(output.content), newline=""))
    assert header == ["path", "x", "y", "color"]
    assert [(int(x), int(y), color) for _, x, y, color in rows] == EXPECTED
    path = rows[0][0]
    assert not path.startswith(("=", "+", "-", "@"))
    assert os.path.normpath(path) == name


def test_csv_of_counts():
    output = Memory()
    feed(CsvSink(output, coordinates=False), matches())
    assert output.content == b"path,color,count,share\na.png,red,2,0.0476190476\na.png,white,1,0.0238095238\n"


def test_parquet_reads_back(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "found.parquet"
    feed(ParquetSink(WholeFile(str(path))), matches(), FAILED, matches("none", ["blue"]), matches("bad\udcff.png"))
    rows = parquet.read_table(path).to_pylist()
    assert [(row["x"], row["y"], row["color"]) for row in rows] == EXPECTED * 2
    assert [row["path"] for row in rows] == ["a.png"] * 3 + ["bad\\xff.png"] * 3


def test_a_parquet_file_without_matches_is_a_table_without_rows(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    feed(ParquetSink(WholeFile(str(tmp_path / "none.parquet"))))
    assert parquet.read_table(tmp_path / "none.parquet").num_rows == 0


def test_an_aborted_parquet_file_leaves_nothing(tmp_path):
    pytest.importorskip("pyarrow")
    sink = ParquetSink(WholeFile(str(tmp_path / "found.parquet")))
    sink.begin()
    sink.add(matches())
    sink.abort()
    assert os.listdir(tmp_path) == []


def test_a_mask_is_a_grey_picture_of_0_and_255(tmp_path):
    target = tmp_path / "mask.png"
    feed(PictureSink(str(target), mask_image, is_folder=False), matches())
    with Image.open(target) as image:
        assert image.mode == "L"
        assert (np.asarray(image) == matches().mask * np.uint8(255)).all()


def test_masks_of_many_pictures_keep_their_paths(tmp_path):
    sink = PictureSink(str(tmp_path / "masks"), mask_image, is_folder=True)
    feed(sink, matches("shots/a.png"), matches("shots/a.jpg"), matches("../up.png"), matches("/top.gif"), FAILED)
    files = sorted(str(path.relative_to(tmp_path / "masks")) for path in (tmp_path / "masks").rglob("*.*"))
    assert files == ["shots/a.jpg.png", "shots/a.png", "top.gif.png", "up.png"]


@pytest.mark.parametrize("name", ["mask.jpg", "mask", "mask.txt"])
def test_a_mask_in_a_format_that_changes_it_is_refused_before_anything_is_searched(tmp_path, name):
    with pytest.raises(pg.OutputError, match="cannot be written; use one of PNG"):
        PictureSink(str(tmp_path / name), mask_image, is_folder=False, lossless=True).begin()


def test_the_summary_shows_count_share_box_and_first_pixel():
    text = io.StringIO()
    sink = SummarySink(("#ff0000", "#ffffff"), Console(file=text, width=120))
    feed(sink, matches("esc\x1b.png"), matches("none.png", ["blue", "lime"]), FAILED)
    shown = text.getvalue()
    assert "\x1b" not in shown
    assert "esc\\x1b.png" in shown
    assert "none.png" not in shown
    row = next(line.split() for line in shown.splitlines() if "red" in line)
    assert row == ["esc\\x1b.png", "red", "2", "4.76", "%", "3", "x", "4", "at", "0,1", "2,1"]
    assert "3 pixels in 1 of 2 pictures, 1 could not be searched" in shown


def test_the_summary_leaves_out_colours_that_were_not_found_and_says_what_else(monkeypatch):
    monkeypatch.setattr(summary, "MOST_ROWS", 3)
    text = io.StringIO()
    found = [matches(f"{name}.png", ["red", "blue", "white"]) for name in "abc"]
    feed(SummarySink((None, None, None), Console(file=text, width=120)), *found)
    _, *rows, more, end = text.getvalue().splitlines()
    assert [row.split()[:2] for row in rows] == [["a.png", "red"], ["a.png", "white"], ["b.png", "red"]]
    assert more.startswith("... and 3 more rows")
    assert end == "9 pixels in 3 of 3 pictures"
