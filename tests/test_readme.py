"""Every snippet of the READMEs and of the pages of the site runs, and shows what the page says."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from docs.samples import LEGEND, elevation_classes, lay_out

import pixgrep as pg
from pixgrep.colors.metrics import METRICS
from pixgrep.colors.parse import parse_color
from pixgrep.sources.still import KINDS, SUFFIXES

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
READMES = (ROOT / "README.md", ROOT / "README.pt-BR.md")
TRANSLATED = {"README.pt-BR.md": "README.md", "docs/tutorial/index.md": "docs/tutorial/pt-BR/index.md"}
FOLDERS = ("how-to", "explanation", "reference")
PAGES = (*READMES, DOCS / "index.md", *(page for name in FOLDERS for page in sorted(DOCS.glob(f"{name}/*.md"))))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """The pictures that the pages speak of, in the working folder."""
    lay_out(tmp_path)
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "pixgrep").write_text(f'#!/bin/sh\nexec {sys.executable} -m pixgrep "$@"\n')
    (bin_ / "pixgrep").chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}:{Path('/usr/bin')}:{Path('/bin')}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def blocks(page, language):
    """Return what is in the blocks of a language."""
    return [code for found, code in BLOCK.findall(page.read_text()) if found == language]


def sessions(page):
    """Yield each command of a console block with what it shows."""
    for block in blocks(page, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            while shown.startswith("> "):  # the command goes on
                line, _, shown = shown.partition("\n")
                command += "\n" + line[2:]
            yield command, shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_show_what_it_says(page, pictures):
    commands = list(sessions(page))
    assert len(commands) == len(re.findall(r"^\$ ", page.read_text(), re.MULTILINE))
    for command, shown in commands:
        done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
        assert done.stdout + done.stderr == shown, command


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_python_of_a_page_shows_what_it_says(page, pictures, monkeypatch):
    if "import cupy" in page.read_text():
        pytest.importorskip("numba_cuda")
        from tests.gpu.fake_libraries import Streams, fake_cupy

        monkeypatch.setitem(sys.modules, "cupy", fake_cupy(Streams(0), []))  # arrays of the tests' own device
    if 'decoder="cuda"' in page.read_text():
        pytest.importorskip("numba_cuda")
        from tests.sources.fake_nvimagecodec import FakeNvImageCodec

        monkeypatch.setitem(sys.modules, "nvidia.nvimgcodec", FakeNvImageCodec())
    code = "\n\n".join(blocks(page, "python"))
    snippets = doctest.DocTestParser().get_doctest(code, {}, page.name, str(page), 0)
    assert len(snippets.examples) == len(re.findall(r"^>>> ", page.read_text(), re.MULTILINE))
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(snippets).failed == 0


def test_both_readmes_have_the_same_code():
    """They are one text in two languages: only comments are translated."""
    english, portuguese = (
        [(kind, without_comments(code)) for kind, code in BLOCK.findall(page.read_text())] for page in READMES
    )
    assert portuguese == english


def without_comments(code):
    return re.sub(r"[ ]+# .*", "", code)


def test_both_readmes_have_the_same_headings_figures_and_links():
    """A translation that was forgotten when the README changed shows here."""
    for pattern in (r"^#+ ", r"\]\(([^)]+)\)", r"^\|", r"^- "):
        english, portuguese = (re.findall(pattern, page.read_text(), re.MULTILINE) for page in READMES)
        assert portuguese == [TRANSLATED.get(link, link) for link in english], pattern


def test_all_that_is_public_is_in_the_reference():
    pages = "\n".join(page.read_text() for page in sorted((DOCS / "reference").glob("*.md")))
    documented = re.findall(r"^\.\. auto\w+:: (\w+)(?:\(\))?$", pages, re.MULTILINE)
    assert sorted(set(documented)) == sorted(pg.__all__)


def test_the_page_of_formats_has_all_of_them():
    files, _, _ = (DOCS / "reference" / "formats.md").read_text().partition("## Arrays")
    assert KINDS in files
    assert re.findall(r"`(\.\w+)`", files) == list(SUFFIXES)


def test_the_map_has_the_share_of_right_pixels_that_its_page_claims(pictures):
    legend = {name: color for name, (color, _) in LEGEND.items()}
    page = (DOCS / "how-to" / "maps.md").read_text()
    for metric in ("rgb", "ciede2000"):
        ids = pg.label("terrain.png", legend, unknown="nearest", metric=metric).ids
        assert f"{(ids == elevation_classes()).mean():.1%}".replace("%", " %") in page


def test_the_table_of_metrics_has_all_of_them_and_their_numbers():
    pairs = (("#808080", "#868686"), ("tomato", "coral"), ("red", "orange"), ("black", "white"))
    page = next(page for page in PAGES if page.name == "queries.md").read_text()
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if re.match(r"\| `\w+` \|.*\d \|$", line)]
    names = [cells[0].strip("`") for cells in rows if len(cells) == 6]
    assert names == list(METRICS)
    for (_, unit, *numbers), metric in zip(rows, METRICS.values(), strict=False):
        assert unit.replace("\\", "") == metric.unit
        for (named, other), number in zip(pairs, numbers, strict=True):
            ends = [parse_color(name) for name in (other, named)]
            places = [metric.space.from_rgb(*map(np.float64, (c.red, c.green, c.blue))) for c in ends]
            difference = float(metric.distance(*places[0], *places[1]))
            digits = 3 if metric.name == "oklab" else 0 if difference > 400 else 1
            assert round(difference, digits) == float(number), (metric.name, named, other)
