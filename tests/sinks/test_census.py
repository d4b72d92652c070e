"""What each sink writes of a census is read back by an independent reader."""

import csv
import io
import json

import numpy as np
import pytest
from rich.console import Console
from tests.sinks.test_sinks import FAILED, NAMES, Memory, feed

import pixgrep as pg
from pixgrep.palettes import load_palette
from pixgrep.sinks.census import DIFFERENCE, CensusCsvSink, CensusJsonSink, CensusParquetSink, CensusTextSink, Listing
from pixgrep.sinks.census_table import CensusTableSink
from pixgrep.sinks.output import WholeFile
from pixgrep.sinks.palette import PaletteSink

PIXELS = np.array([[[1, 2, 3, 255], [1, 2, 3, 255], [250, 0, 0, 128], [0, 0, 0, 0]]], np.uint8)
ROWS = [("#010203ff", 2, 0.5), ("#00000000", 1, 0.25), ("#fa000080", 1, 0.25)]


def census(source=""):
    made = pg.census(PIXELS)
    return type(made)(made.keys, made.counts, made.format, source)


def test_text(rows_at_a_time):
    output = Memory()
    feed(CensusTextSink(output), FAILED, census())
    assert output.content.decode() == "".join(f"{color}\t{count}\t{share:g}\n" for color, count, share in ROWS)


@pytest.mark.parametrize("name", NAMES)
def test_csv_with_any_name(rows_at_a_time, name):
    output = Memory()
    feed(CensusCsvSink(output, Listing(has_paths=True)), census(name), FAILED)
    header, *rows = csv.reader(io.StringIO(output.content.decode(errors="surrogateescape"), newline=""))
    assert header == ["path", "color", "count", "share"]
    path = f"./{name}" if name[0] in "=-" else name
    assert [(row[0], row[1], int(row[2]), float(row[3])) for row in rows] == [(path, *row) for row in ROWS]


@pytest.mark.parametrize("name", NAMES)
def test_json_with_any_name(rows_at_a_time, name):
    output = Memory()
    feed(CensusJsonSink(output, Listing(has_paths=True, limit=2)), census(name), FAILED)
    *colors, whole, failed, summary = map(json.loads, output.content.decode().splitlines())
    assert [(row["color"], row["count"], row["share"]) for row in colors] == ROWS[:2]
    assert all(row["path"] == (None if "\udcff" in name else name) for row in colors)
    assert (whole["colors"], whole["count"], whole["truncated"]) == (3, 4, True)
    assert failed["error"] == "broken.png: damaged"
    assert summary == {"type": "summary", "counted": 1, "failed": 1}


def test_json_of_a_difference(rows_at_a_time):
    output = Memory()
    feed(CensusJsonSink(output, Listing(names=DIFFERENCE)), census().diff(pg.census(PIXELS[:, :2])))
    first, second, whole, _ = map(json.loads, output.content.decode().splitlines())
    assert first == {"type": "color", "color": "#00000000", "before": 1, "after": 0, "change": -1}
    assert second["color"] == "#fa000080"
    assert whole == {"type": "difference", "colors": 2, "added": 0, "removed": 2, "same": 1, "truncated": False}


@pytest.mark.parametrize("has_paths", [False, True])
def test_parquet(tmp_path, has_paths):
    parquet = pytest.importorskip("pyarrow.parquet")
    sink = CensusParquetSink(WholeFile(str(tmp_path / "c.parquet")), Listing(has_paths=has_paths))
    feed(sink, census("bad\udcff.png"), FAILED, census("b.png"))
    rows = parquet.read_table(tmp_path / "c.parquet").to_pylist()
    assert [(row["color"], row["count"], row["share"]) for row in rows] == ROWS * 2
    assert [row.get("path") for row in rows][2:4] == (["bad\\xff.png", "b.png"] if has_paths else [None, None])


@pytest.mark.parametrize("make", [CensusParquetSink, PaletteSink])
def test_what_is_aborted_leaves_nothing(tmp_path, make):
    sink = make(WholeFile(str(tmp_path / "c.gpl")), Listing())
    sink.begin()
    sink.add(census())
    sink.abort()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".gpl", ".json", ".GPL"])
def test_palettes(tmp_path, suffix):
    path = tmp_path / f"seen{suffix}"
    feed(PaletteSink(WholeFile(str(path)), Listing(limit=2, order="color")), FAILED, census())
    assert load_palette(path).rgb.tolist() == [[0, 0, 0], [1, 2, 3]]


def table(*results, **listing):
    screen = io.StringIO()
    console = Console(width=80, file=screen, force_terminal=True, color_system="truecolor")
    feed(CensusTableSink(Listing(**listing), console), *results)
    return screen.getvalue()


def test_swatches_show_what_is_translucent_on_black_and_on_white():
    shown = table(census())
    assert "\x1b[48;2;1;2;3m  \x1b[0m\x1b[48;2;1;2;3m  \x1b[0m #010203ff" in shown
    assert "\x1b[48;2;0;0;0m  \x1b[0m\x1b[48;2;255;255;255m  \x1b[0m #00000000" in shown
    assert "\x1b[48;2;125;0;0m  \x1b[0m\x1b[48;2;252;127;127m  \x1b[0m #fa000080" in shown
    assert "3 colours in 4 pixels" in shown
    deep = pg.census(np.array([[[0x1234, 0x5678, 0x9ABC]]], np.uint16))
    assert "\x1b[48;2;18;86;154m" in table(deep)


def test_tables_say_what_they_leave_out_and_what_failed():
    shown = table(census("a.png"), FAILED, census("[b]\x1b.png"), limit=1, has_paths=True)
    assert shown.count("... and 2 more") == 2
    assert "a.png" in shown
    assert "[b]\\x1b.png" in shown
    assert "1 picture could not be counted" in shown


def test_tables_of_differences_and_of_nothing():
    shown = table(census().diff(pg.census(PIXELS[:, :2])))
    assert "before" in shown
    assert "-1" in shown
    assert "0 colours added, 2 removed" in shown
    assert table(pg.census(np.empty((0, 0), np.uint8))) == "0 colours in 0 pixels\n"
