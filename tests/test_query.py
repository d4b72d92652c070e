import copy
import pickle
from fractions import Fraction

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.errors import ColorError
from pixgrep.query import AllOf, AnyOf, Inside, Invert, Near

RED, WHITE, BLACK = (pg.near(name) for name in ("red", "white", "black"))


def test_operators_are_the_functions():
    assert pg.any_of(RED, WHITE) == RED | WHITE
    assert pg.all_of(RED, WHITE) == RED & WHITE
    assert pg.invert(RED) == ~RED


def test_trees_of_one_kind_are_flat_and_of_two_kinds_are_not():
    assert AnyOf((RED, WHITE, BLACK)) == (RED | WHITE | BLACK)
    assert AllOf((RED, WHITE, BLACK)) == (RED & WHITE & BLACK)
    assert AnyOf((RED, AllOf((WHITE, BLACK)))) == (RED | WHITE & BLACK)


@pytest.mark.parametrize("join", [pg.any_of, pg.all_of])
def test_one_query_joined_with_nothing_is_itself(join):
    assert join(RED) is RED


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


@pytest.mark.parametrize("join", [lambda a, b: a and b, lambda a, b: a or b, lambda a, b: not a])
def test_python_s_own_and_or_not_are_refused(join):
    """They would return one of the queries, and so a wrong answer."""
    with pytest.raises(ColorError, match="neither true nor false"):
        join(pg.near("red"), pg.near("blue"))


def test_a_range_is_given_in_numbers_in_percent_or_as_text():
    query = pg.inside("hsl", h=(350, 20), s=(40, 100))
    assert query == Inside("hsl", ((350.0, 20.0), (40.0, 100.0), None))
    assert query == pg.inside("hsl", h=("350deg", 20), s="40%..100%")
    assert query == pg.inside("hsl(350..20 40..100 any)")
    assert (str(query), str(pg.inside("hsl( 350..20  40%..100% any)"))) == (
        "hsl(350..20 40..100 any)",
        "hsl( 350..20 40%..100% any)",
    )


@pytest.mark.parametrize(
    ("space", "limits", "message"),
    [
        ("hls", {}, "did you mean"),
        ("hsl", {}, "hsl was given without limits; write inside('hsl(any any 20..80)')"),
        ("hsl", {"x": (1, 2)}, "hsl has no coordinate 'x'; it has 'h', 's', 'l'"),
        ("hsl(350..20 any any)", {"s": (1, 2)}, "has its limits already; leave out 's'"),
        ("hsl(350..20 any", {}, "cannot read 'hsl(350..20 any' as a range"),
    ],
)
def test_a_range_that_is_none_is_named(space, limits, message):
    with pytest.raises(ColorError) as caught:
        pg.inside(space, **limits)
    assert message in str(caught.value)


def test_what_a_query_is_called_does_not_make_it_another():
    typed = pg.inside("hsl(350..20 any any)")
    plain = pg.inside("hsl", h=(350, 20))
    assert typed.text != plain.text
    assert (typed, hash(typed)) == (plain, hash(plain))
    assert str(typed | RED) == "(hsl(350..20 any any) | red)"


def test_queries_are_not_joined_deeper_than_anybody_can_read_back():
    query = pg.near("red")
    for _ in range(24):
        query = (query | pg.near((1, 1, 1))) & ~pg.near((2, 2, 2))
    deepest = (query | pg.near("blue")) & pg.near("white")
    assert pg.parse_query(pg.write_query(deepest)) == deepest
    for deeper in (lambda: deepest | pg.near("blue"), lambda: ~deepest):
        with pytest.raises(pg.ColorError, match="joined more than 50 deep"):
            deeper()
