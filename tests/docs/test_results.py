"""The pictures of the pages are drawn, and every picture that a page shows is one of them."""

import re
from pathlib import Path

import numpy as np
from PIL import Image

from docs import results


def test_every_picture_that_is_shown_is_drawn_and_every_drawn_one_is_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "FOLDER", tmp_path / "generated")
    before = Path.cwd()
    results.draw_all()
    assert Path.cwd() == before
    drawn = {path.name for path in results.FOLDER.iterdir()}
    pages = [page.read_text() for page in Path(results.__file__).parent.rglob("*.md")]
    assert drawn == {name for page in pages for name in re.findall(r"generated/(\w+\.jpg)\)", page)}


def test_pictures_stand_in_rows_with_a_gap():
    black, white = np.zeros((4, 6, 3), np.uint8), np.full((4, 6, 3), 255, np.uint8)
    sheet = np.asarray(results.side_by_side(black, white, Image.fromarray(white)))
    assert sheet.shape == (8 + results.GAP, 12 + results.GAP, 3)
    np.testing.assert_array_equal(sheet[:4, :6], black)
    np.testing.assert_array_equal(sheet[:4, 6 + results.GAP :], white)
    np.testing.assert_array_equal(sheet[4 + results.GAP :, :6], white)
    assert (sheet[:4, 6 : 6 + results.GAP] == results.PAPER).all()
