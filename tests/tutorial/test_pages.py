"""Every page runs as it is typed, shows what it says, and has what a page has."""

import re
from pathlib import Path

import pytest

from tests.tutorial.pages import FOLDER, blocks, pages, type_page

pytest.importorskip("numba_cuda")

from tests.tutorial.stand_in import stand_in

RECORD = FOLDER.parents[1] / "benchmarks" / "records" / "2026-11-23-amd-epyc.txt"
LINK = re.compile(r"(?<![!\w])\[[^\]]+\]\(([^)\s]+)\)")


def name_of(page):
    return page.relative_to(FOLDER).with_suffix("").as_posix()


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_page_shows_what_it_says(page):
    with stand_in():
        for block, shown in type_page(page, {}):
            assert block.fits(shown), f"{page}:{block.line} shows\n{shown}\ninstead of\n{block.shown}"


def test_there_are_thirteen_pages_one_after_the_other():
    numbers = [int(page.stem[:2]) for page in pages()]
    assert numbers == list(range(1, 14))
    for page, following in zip(pages(), [*pages()[1:], FOLDER / "index.md"], strict=True):
        assert f"({following.name})" in page.read_text().splitlines()[-1]
        assert f"({page.name})" in (FOLDER / "index.md").read_text()


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_page_has_what_a_page_has(page):
    text = page.read_text()
    assert "You will learn" in text
    for heading in ("What it costs", "Exercise", "What pixgrep does"):
        assert f"\n## {heading}\n" in text
    assert list(blocks(page)), "code to type"


@pytest.mark.parametrize("page", [*pages(), FOLDER / "index.md"], ids=name_of)
def test_links_lead_somewhere(page):
    prose = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target in LINK.findall(prose):
        assert target.startswith("https://") or (page.parent / target).exists(), target


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_times_are_those_of_the_record_or_not_yet_measured(page):
    record = {float(number) for number in re.findall(r"\d+\.?\d*", RECORD.read_text())}
    costs = page.read_text().partition("## What it costs")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in costs.splitlines() if line.startswith("|")][2:]
    assert rows
    for _, time, source in (row if len(row) == 3 else [*row, ""] for row in rows):
        if time == "not yet measured":
            assert source in ("`make gpu`", "")
        else:
            number, unit = time.split(" ")
            digits = len(number.partition(".")[2])
            assert unit == "ms"
            assert any(round(known, digits) == float(number) for known in record), time
            assert "the same" in source or RECORD.name in source


def test_the_start_page_shows_what_it_says(tmp_path: Path):
    for block, shown in type_page(FOLDER / "index.md", {}):
        assert block.fits(shown)
