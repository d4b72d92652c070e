"""Masks for the tests of what is computed from runs: by design, at random, and of real pictures."""

import numpy as np
from hypothesis import strategies as st
from skimage import data

from pixgrep.components.runs import Runs
from tests.components.shapes import checkerboard, comb, nested, spiral


def runs_of_labels(labels):
    """Return the runs of a picture of labels, of which 0 is none, and the label of each, pixel by pixel."""
    found: list[list[int]] = []
    for y, row in enumerate(labels.tolist()):
        before = 0
        for x, label in enumerate(row):
            if label and label == before:
                found[-1][2] = x + 1
            elif label:
                found.append([y, x, x + 1, label])
            before = label
    rows, starts, stops, numbers = np.array(found, np.int64).reshape(-1, 4).T
    return Runs(rows, starts, stops), numbers


def drawn(text):
    """Return the mask of a picture drawn with # in text."""
    return np.array([[character == "#" for character in line] for line in text.split()])


DESIGNED = {
    "empty": np.zeros((3, 4), np.bool_),
    "single pixel": drawn(".... .#.. ...."),
    "full": np.ones((5, 9), np.bool_),
    "one row": drawn("##.#..###"),
    "one column": drawn("# # . # . . # # #"),
    "checkerboard": checkerboard(9, 8),
    "diagonal": np.eye(7, dtype=np.bool_),
    "other diagonal": np.eye(7, dtype=np.bool_)[::-1],
    "spiral": spiral(21, 21),
    "rings with islands": nested(17, 17),
    "comb": comb(9, 12, teeth_up=False),
    "closed at a corner": drawn(".### #..# #..# ##.. .###"),
    "closed at the other corner": drawn(".### #..# #.#. ##.# .###"),
    "holes that touch": drawn("##### #.### ##.## ###.# #####"),
    "holes that touch the other way": drawn("##### ###.# ##.## #.### #####"),
    "hole that touches the exterior": drawn(".#### ##.## ##### ####."),
    "hole that touches it twice": drawn("..### .#.## ##### ##.#. #.#.."),
    "diamond": drawn("...#... ..###.. .##.##. ##...## .##.##. ..###.. ...#..."),
    "page": data.page()[60:110, 100:180] < 120,
    "coins": data.coins()[:90, :90] > 110,
}


@st.composite
def masks(draw):
    """Any mask of few pixels, of any density."""
    height, width = draw(st.integers(1, 14)), draw(st.integers(1, 14))
    density = draw(st.sampled_from([0.1, 0.3, 0.5, 0.6, 0.75, 0.9]))
    return np.random.default_rng(draw(st.integers(0, 2**32))).random((height, width)) < density


@st.composite
def label_pictures(draw):
    """Any picture of labels from 1 to 4, 0 for none, that lie side by side."""
    height, width = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    picture = np.random.default_rng(draw(st.integers(0, 2**32))).integers(0, 5, (height, width))
    size = draw(st.integers(1, 3))
    return picture.repeat(size, 0).repeat(size, 1)[:14, :14]
