"""A picture of few colours is judged by these; the answer is the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import pixgrep as pg
from pixgrep import search
from pixgrep.compile import compile_program, has_formulas, judge
from pixgrep.model import PixelFormat

RGB, RGBA = PixelFormat("uint8", 3), PixelFormat("uint8", 4)
QUERY = pg.near("#304090", 12, "ciede2000")


@pytest.fixture(autouse=True)
def nothing_judged_before():
    search._judged_before.cache_clear()


def test_few_colours_become_boxes_of_one_value():
    colors = np.array([(48, 64, 144), (50, 66, 140), (255, 0, 0)], np.uint8)
    program = judge((QUERY, pg.near("red")), RGB, colors)
    assert program is not None
    assert [[term.low for term in terms] for terms in program.colors] == [[(48, 64, 144), (50, 66, 140)], [(255, 0, 0)]]
    assert all(term.is_exact for term in program.terms)


def test_none_of_the_colours_is_a_term_of_nothing():
    program = judge((QUERY,), RGB, np.zeros((1, 3), np.uint8))
    assert program is not None
    assert program.colors[0][0].invert


def test_more_colours_than_boxes_are_good_for_are_left_to_a_table():
    colors = np.array([(48, 64, blue) for blue in range(140, 149)], np.uint8)
    assert judge((QUERY,), RGB, colors) is None
    assert judge((QUERY,), RGB, colors[:8]) is not None


def test_only_formulas_are_worth_it():
    assert has_formulas((QUERY, pg.near("red")), RGB)
    assert has_formulas((~(pg.near("red") | pg.inside("hsl", h=(1, 2))),), RGB)
    assert not has_formulas((pg.near("red", 3) | pg.inside("rgb", r=(1, 2)), ~pg.near("blue")), RGB)


pixels = st.lists(st.tuples(*[st.sampled_from((0, 48, 64, 144, 150, 255))] * 4), min_size=1, max_size=40)


@settings(deadline=None)  # compiling for all colours, the first time
@given(pixels, st.sampled_from(["ciede2000", "oklab", "rgb"]), st.booleans(), st.sampled_from([None, 0, 144, 255]))
def test_the_answer_is_that_of_the_whole_cube(found, metric, inverted, alpha):
    colors = np.unique(np.array(found, np.uint8), axis=0)
    color = (48, 64, 144) if alpha is None else (48, 64, 144, alpha)
    query = pg.near(color, 0.3 if metric == "oklab" else 30, metric)
    query = ~query if inverted else query
    program = judge((query,), RGBA, colors)
    if program is not None:
        from pixgrep.backends import reference

        picture = colors[np.newaxis]
        full = reference.match(picture, compile_program((query,), RGBA))
        np.testing.assert_array_equal(reference.match(picture, program).words, full.words)


def test_small_pictures_are_judged_until_compiling_pays(monkeypatch):
    image = np.zeros((64, 64, 3), np.uint8)
    image[5, 6] = (50, 66, 140)
    compiled = []

    def compile_noted(*given):
        compiled.append(given)
        return compile_program(*given)

    monkeypatch.setattr(search, "compile_program", compile_noted)
    searches = pg.compile(QUERY)
    assert "formulas: for the colours that this small picture has" in searches.explain(image)
    for _ in range(3):
        assert searches.find(image).xy.tolist() == [[6, 5]]
    assert not compiled
    assert searches.count(image) == 1
    assert compiled
    assert "small picture" not in searches.explain(image)


def test_of_a_palette_only_its_colours_are_judged(tmp_path, monkeypatch):
    picture = Image.new("P", (300, 200))
    picture.putpalette([0, 0, 0, 48, 64, 144, 255, 0, 0])
    picture.putpixel((7, 8), 1)
    picture.save(tmp_path / "p.png")
    monkeypatch.setattr(search, "compile_program", lambda *_: pytest.fail("the cube was looked at"))
    assert pg.find(tmp_path / "p.png", QUERY).xy.tolist() == [[7, 8]]
    assert "of its palette only" in pg.compile(QUERY).explain(tmp_path / "p.png")
    assert pg.count(tmp_path / "p.png", "#00ff00", within=3, metric="cie76") == 0
