"""What users give becomes queries."""

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.errors import ColorError
from pixgrep.expressions import MOST_COLORS, to_queries

RED, WHITE = pg.near("red"), pg.near("white")


@pytest.mark.parametrize(
    ("colors", "names"),
    [
        ("red", ["red"]),
        ("red |\twhite  within 3", ["red | white within 3"]),
        (["~red", "white"], ["~red", "white"]),
        ((255, 0, 0), ["rgb(255 0 0)"]),
        ([255, 0, 0, 0], ["rgb(255 0 0 / 0)"]),
        (np.array([1, 2, 3], np.uint8), ["rgb(1 2 3)"]),
        (np.array([[1, 2, 3], [4, 5, 6]]), ["rgb(1 2 3)", "rgb(4 5 6)"]),
        ([(1, 2, 3), "red"], ["rgb(1 2 3)", "red"]),
        ([[1, 2, 3]], ["rgb(1 2 3)"]),
        (("red", "white"), ["red", "white"]),
        (["red", RED | WHITE], ["red", "(red | white)"]),
        (pg.Color(1, 2, 3), ["#010203"]),
        (RED, ["red"]),
    ],
)
def test_what_users_give_becomes_one_query_a_colour(colors, names):
    assert [str(query) for query in to_queries(colors)] == names


def test_tolerance_and_metric_are_for_colours_that_are_no_queries_yet():
    plain, query = to_queries(["white", RED], within=4, metric="rgb")
    assert plain == pg.near("white", 4, "rgb")
    assert query == RED


@pytest.mark.parametrize("none", [[], (), np.zeros((0, 3))])
def test_no_colour_is_refused(none):
    with pytest.raises(ColorError, match="no colour"):
        to_queries(none)


def test_more_colours_than_allowed_are_refused_and_as_many_are_not():
    colors = [(i % 256, i // 256, 0) for i in range(MOST_COLORS + 1)]
    with pytest.raises(ColorError, match="4097 colours"):
        to_queries(colors)
    assert len(to_queries(colors[1:])) == MOST_COLORS


def test_an_iterator_of_colours_is_not_used_up_by_looking_at_it():
    """An error "no colour was given" would be untrue."""
    assert [str(query) for query in to_queries(iter(["red", "white"]))] == ["red", "white"]


def test_a_tolerance_that_no_colour_would_get_is_refused():
    with pytest.raises(ColorError, match="queries have their own"):
        pg.compile(pg.near("red"), within=10)
    assert len(pg.compile([pg.near("red"), "blue"], within=10).queries) == 2


def test_a_set_of_colours_is_refused_as_it_has_no_order():
    with pytest.raises(ColorError, match="no order"):
        pg.compile({"red", "blue"})


@pytest.mark.parametrize("given", [b"red", bytearray(b"red"), np.array("red")])
def test_bytes_are_no_channels(given):
    with pytest.raises(ColorError, match="cannot read"):
        pg.compile(given)


def test_swapped_arguments_are_noticed():
    with pytest.raises(ColorError, match="the picture comes first"):
        pg.find("red", np.zeros((4, 5, 3), np.uint8))


@pytest.mark.parametrize("text", ["red within 3", "hsl(350..20 any any)", "~(red within 3 rgb)"])
def test_a_tolerance_that_no_colour_of_a_text_would_get_is_refused(text):
    with pytest.raises(ColorError, match="queries have their own"):
        pg.compile([text, RED], within=10)
    assert len(pg.compile([text, "blue"], within=10).queries) == 2
    assert len(pg.compile(f"{text} | blue", within=10).queries) == 1


def test_every_function_takes_expressions_and_answers_by_their_names():
    image = np.array([[(255, 0, 0), (250, 250, 250), (0, 0, 0)]], np.uint8)
    hits = pg.find(image, ["red | white within 5", "~black", pg.inside("hsl(any any ..10%)")])
    assert hits.names == ("red | white within 5", "~black", "hsl(any any ..10%)")
    assert hits.counts.tolist() == [2, 2, 1]
    assert pg.count(image, "red | white", within=5) == 2
    assert pg.first(image, "~ red") == pg.Match(1, 0, "~ red")
