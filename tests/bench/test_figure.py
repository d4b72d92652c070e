"""The plot is a PNG with a line for each contestant; without matplotlib, it says how to get it."""

import io
import sys

import numpy as np
import pytest
from PIL import Image

from pixgrep.bench.contestants import CONTESTANTS
from pixgrep.bench.figure import load_matplotlib, to_png
from pixgrep.colors.parse import parse_color
from pixgrep.errors import MissingExtraError
from tests.bench.samples import report


def test_the_png_has_the_color_of_every_contestant_that_was_measured():
    pytest.importorskip("matplotlib")
    measured = CONTESTANTS[:4]
    made = report({kind.name: (number, 2 * number, 9 * number) for number, kind in enumerate(measured, 1)})
    made.picture["name"] = "$a_b$ \x1b.png"  # no formula, no control character
    picture = np.asarray(Image.open(io.BytesIO(to_png(made))).convert("RGB"))
    assert min(picture.shape[:2]) > 400
    for kind in CONTESTANTS:
        color = parse_color(kind.color)
        pixels = (picture == (color.red, color.green, color.blue)).all(-1).sum()
        assert (pixels > 100) == (kind in measured), kind.name


def test_without_matplotlib_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'pixgrep\[bench\]'"):
        load_matplotlib()
