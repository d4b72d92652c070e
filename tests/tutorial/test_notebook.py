"""The notebook is that of the pages, and runs from top to bottom as it is."""

import contextlib
import io
import json

import pytest

from tests.tutorial.notebook import NAME, SETUP, TEXTS, folders, notebook
from tests.tutorial.pages import FOLDER, blocks, pages

pytest.importorskip("numba_cuda")

from tests.tutorial.stand_in import stand_in


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_the_notebook_is_that_of_the_pages(folder):
    again = "the pages have changed: python -m tests.tutorial.notebook makes the notebook anew"
    assert (folder / NAME).read_text(encoding="utf-8") == notebook(folder), again


def test_its_cells_show_what_the_pages_say(monkeypatch):
    monkeypatch.chdir(FOLDER)
    cells = [cell for cell in json.loads(notebook())["cells"] if cell["cell_type"] == "code"]
    expected = [block for page in pages() for block in blocks(page)]
    assert len(cells) == 1 + len(expected)
    names: dict[str, object] = {}
    with stand_in():
        assert run(cells[0], names) == TEXTS[FOLDER.name]["replaced"] + "\n"
        for cell, block in zip(cells[1:], expected, strict=True):
            assert block.fits(run(cell, names)), block.code


def run(cell, names):
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        exec("".join(cell["source"]), names)
    return shown.getvalue()


def test_without_a_gpu_and_without_the_source_it_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with stand_in(), pytest.raises(RuntimeError, match="choose one in the settings"):
        exec(SETUP.format(**TEXTS[FOLDER.name]), {})


def test_links_to_files_are_words_and_code_stays():
    prose = "".join(
        line for cell in json.loads(notebook())["cells"] if cell["cell_type"] == "markdown" for line in cell["source"]
    )
    assert ".md)" not in prose
    assert "Português" not in prose
    assert "`find_rgb_value[grid, block](...)` returns at once" in prose
