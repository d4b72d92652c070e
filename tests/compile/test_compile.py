import pickle
import sys

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.compile import compile_program
from pixgrep.compile.terms import MOST_TERMS, compile_query
from pixgrep.expressions import to_queries
from pixgrep.model import PixelFormat

RGB, RGBA, GREY = (PixelFormat("uint8", channels) for channels in (3, 4, 1))
DEEP = PixelFormat("uint16", 3)


def terms_of(query, format=RGB):
    return compile_query(query, format)


def test_an_exact_colour_is_a_box_of_one_value():
    (term,) = terms_of(pg.near((1, 2, 3)))
    assert (term.low, term.high, term.table) == ((1, 2, 3), (1, 2, 3), None)
    assert term.is_exact


def test_a_channel_tolerance_is_a_box_cut_off_at_black_and_white():
    (term,) = terms_of(pg.near((1, 128, 254), 3))
    assert (term.low, term.high, term.table) == ((0, 125, 251), (4, 131, 255), None)


def test_a_ball_is_a_box_with_a_table_and_a_deep_one_has_a_formula():
    (term,) = terms_of(pg.near((100, 100, 100), 5, "rgb"))
    assert (term.low, term.high) == ((95,) * 3, (105,) * 3)
    assert term.table is not None
    assert len(term.table) == 11 * 2**13  # the planes of its box
    assert np.unpackbits(np.frombuffer(term.table, np.uint8)).sum() == 515, "points of the lattice within 5"
    (deep,) = terms_of(pg.near((100, 100, 100), 5, "rgb"), DEEP)
    assert deep.table is None
    assert deep.formula is not None


def test_a_table_of_greys_has_256_bits():
    (term,) = terms_of(pg.near((100, 102, 104), 5, "rgb"), GREY)
    assert term.table is None or len(term.table) == 32


def test_bgr_limits_stand_in_the_order_of_the_pixels():
    (term,) = compile_query(pg.near((1, 2, 3)), PixelFormat("uint8", 3, "bgr"))
    assert term.low == (3, 2, 1)


@pytest.mark.parametrize("query", [pg.near((1, 2, 3)), pg.near("red", 4), pg.near("red", 4, "rgb")])
def test_inverting_keeps_the_box_and_turns_the_flag(query):
    (term,), (inverted,) = terms_of(query), terms_of(~query)
    assert inverted.invert
    assert (inverted.low, inverted.high, inverted.table) == (term.low, term.high, term.table)


def test_the_intersection_of_boxes_is_a_box():
    (term,) = terms_of(pg.near((10, 10, 10), 5) & pg.near((14, 12, 8), 5))
    assert (term.low, term.high, term.table) == ((9, 7, 5), (15, 15, 13), None)


@pytest.mark.parametrize(
    "query",
    [pg.near("red") & pg.near("blue"), pg.near("red") & ~pg.near("red"), pg.near("red", 3, "rgb") & pg.near("blue")],
)
@pytest.mark.parametrize("format", [RGB, RGBA, GREY, DEEP], ids=str)
def test_what_nothing_can_match_is_a_program_all_the_same(query, format):
    terms = compile_query(query, format)
    assert terms
    image = np.random.default_rng(0).integers(0, 256, (30, 30, format.channels), np.uint8).astype(format.dtype)
    assert pg.count(image, query) == 0
    assert pg.count(image, ~query) == 900


def test_a_union_of_few_boxes_stays_boxes_and_of_many_becomes_one_table():
    few = pg.any_of(*(pg.near((i, 0, 0)) for i in range(0, 2 * MOST_TERMS, 2)))
    many = pg.any_of(few, pg.near((200, 3, 4)))
    assert len(terms_of(few)) == MOST_TERMS
    (term,) = terms_of(many)
    assert term.table is not None
    assert np.unpackbits(np.frombuffer(term.table, np.uint8)).sum() == MOST_TERMS + 1


def test_alpha_divides_a_table_into_ranges():
    query = pg.near((100, 100, 100, 40), 5, "rgb") | pg.near((100, 100, 104), 5, "rgb") & pg.near((100, 100, 100), 9)
    alphas = sorted((term.low[3], term.high[3]) for term in terms_of(query, RGBA))
    assert all(0 <= low <= high <= 255 for low, high in alphas)


@pytest.mark.parametrize("alpha", [0, 128, 254])
def test_a_picture_without_alpha_is_opaque(alpha):
    image = np.zeros((2, 2, 3), np.uint8)
    assert pg.count(image, (0, 0, 0, alpha)) == 0
    assert pg.count(image, ~pg.near((0, 0, 0, alpha))) == 4
    assert pg.count(image, (0, 0, 0, 255)) == 4


def test_programs_are_kept():
    queries = to_queries(["red", "blue"])
    assert compile_program(queries, RGB) is compile_program(to_queries(["red", "blue"]), RGB)


@pytest.mark.parametrize("format", [RGB, RGBA, GREY, DEEP, PixelFormat("float32", 4)], ids=str)
def test_programs_are_picklable_and_hashable(format):
    queries = to_queries(["red", pg.near("gray", 9, "rgb"), ~pg.near("blue")])
    program = compile_program(queries, format)
    twin = pickle.loads(pickle.dumps(program))
    assert twin == program
    assert hash(twin) == hash(program)
    assert len(program.colors) == 3
    assert len(program.terms) == sum(map(len, program.colors))


@pytest.mark.parametrize(("value", "stored"), [(127.5, 128), (127.4999, 127), (254.6, 255), (0.5, 1)])
def test_fractions_are_rounded_to_what_8_bits_can_hold_halves_up(value, stored):
    image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    hits = pg.find(image, (value,) * 3)
    assert hits.xy.tolist() == [[stored % 16, stored // 16]]


def test_more_tables_than_memory_should_hold_are_refused(monkeypatch):
    compiling = sys.modules["pixgrep.compile"]  # the attribute of the package is the function
    monkeypatch.setattr(compiling, "MOST_TABLE_BYTES", 3 * 11 * 2**13)
    format = PixelFormat("uint8", 3)
    queries = tuple(pg.near((40, 40, number), 5, "rgb") for number in range(100, 104))
    assert len(compile_program(queries[:3], format).terms) == 3
    with pytest.raises(pg.ColorError, match="more than a gigabyte"):
        compile_program(queries, format)


def test_greys_of_a_bgr_array_have_a_table_of_greys():
    (term,) = terms_of(pg.near("#808080", 0.7, "cie76"), PixelFormat("uint8", 1, "bgr"))
    assert term.low == (127,)
    assert term.high == (129,)
