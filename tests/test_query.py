import copy
import pickle
from fractions import Fraction

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.errors import ColorError
from pixgrep.query import MOST_COLORS, AllOf, AnyOf, Invert, Near, to_queries

RED, WHITE, BLACK = (pg.near(name) for name in ("red", "white", "black"))


def test_operators_are_the_functions():
    assert pg.any_of(RED, WHITE) == RED | WHITE
    assert pg.all_of(RED, WHITE) == RED & WHITE
    assert pg.invert(RED) == ~RED


def test_trees_of_one_kind_are_flat_and_of_two_kinds_are_not():
    assert AnyOf((RED, WHITE, BLACK)) == (RED | WHITE | BLACK)
    assert AllOf((RED, WHITE, BLACK)) == (RED & WHITE & BLACK)
    assert AnyOf((RED, AllOf((WHITE, BLACK)))) == (RED | WHITE & BLACK)


def test_two_inversions_are_none():
    assert ~~RED == RED
    assert Invert(AnyOf((Invert(RED), WHITE))) == ~(~RED | WHITE)


def test_a_query_says_what_it_asks():
    assert str(~(RED | WHITE & BLACK)) == "~(red | (white & black))"


@pytest.mark.parametrize("query", [RED, RED | WHITE, RED & ~WHITE, pg.near((1, 2, 3, 4), 2, "rgb")])
def test_queries_are_picklable_copyable_and_hashable(query):
    for twin in (pickle.loads(pickle.dumps(query)), copy.deepcopy(query)):
        assert twin == query
        assert hash(twin) == hash(query)


@pytest.mark.parametrize("query", [RED, RED | WHITE, ~RED])
def test_queries_cannot_be_changed(query):
    with pytest.raises(AttributeError):
        query.within = 3


@pytest.mark.parametrize("within", [-1, -1e-9, 256, float("nan"), float("inf"), True, "3", None, 1j, [3]])
def test_a_tolerance_that_is_none_is_named(within):
    with pytest.raises(ColorError, match="within is "):
        pg.near("red", within)


@pytest.mark.parametrize("within", [0, 255, 1.5, np.float32(2), np.int16(3), Fraction(1, 2)])
def test_all_real_numbers_up_to_the_largest_are_tolerances(within):
    query = pg.near("red", within)
    assert isinstance(query, Near)
    assert query.within == float(within)


def test_the_largest_tolerance_depends_on_the_metric():
    assert isinstance(pg.near("red", 441.67, "rgb"), Near)
    with pytest.raises(ColorError, match=r"from 0 \(exact\) to 441\.673"):
        pg.near("red", 443, "rgb")


@pytest.mark.parametrize("make", [pg.any_of, pg.all_of])
def test_no_query_and_what_is_no_query_are_refused(make):
    with pytest.raises(ColorError, match="no query"):
        make()
    with pytest.raises(ColorError, match=r"near\('red'\)"):
        make(RED, "red")


def test_inverting_what_is_no_query_is_refused():
    with pytest.raises(ColorError, match="not a query"):
        pg.invert("red")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("colors", "names"),
    [
        ("red", ["red"]),
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


@pytest.mark.parametrize("join", [lambda a, b: a and b, lambda a, b: a or b, lambda a, b: not a])
def test_python_s_own_and_or_not_are_refused(join):
    """They would return one of the queries, and so a wrong answer."""
    with pytest.raises(ColorError, match="neither true nor false"):
        join(pg.near("red"), pg.near("blue"))


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
