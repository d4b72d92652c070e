import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import pixgrep as pg
from pixgrep.errors import ColorError
from pixgrep.expressions.reading import MOST_LETTERS, MOST_OPEN

RED, WHITE, BLUE = (pg.near(name) for name in ("red", "white", "blue"))
SKIN = pg.inside("hsl", h=(350, 20), s=(40, 100))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("red", RED),
        ("(red)", RED),
        ("red|white", RED | WHITE),
        ("red | white | blue", RED | WHITE | BLUE),
        ("red & white | blue", (RED & WHITE) | BLUE),
        ("red | white & blue", RED | (WHITE & BLUE)),
        ("red & (white | blue)", RED & (WHITE | BLUE)),
        ("~red & white", (~RED) & WHITE),
        ("~(red & white)", ~(RED & WHITE)),
        ("~ ~red", RED),
        ("~~~red", ~RED),
        ("((red) | (white | blue))", RED | WHITE | BLUE),
        ("red within 5", pg.near("red", 5)),
        ("red Within .5 ciede2000", pg.near("red", 0.5, "ciede2000")),
        ("red within 1e1|white", pg.near("red", 10) | WHITE),
        ("~red within 5", ~pg.near("red", 5)),
        ("#f00 within 5 & ff0000", pg.near("red", 5) & RED),
        ("rgb(255 0 0 / 50%) within 3 | white", pg.near("rgb(255 0 0 / 50%)", 3) | WHITE),
        ("oklch(70% 0.15 60) | color(srgb 1 0 0)", pg.near("oklch(70% 0.15 60)") | RED),
        ("rgb(255, 0, 0) | white", RED | WHITE),
        ("hsl(350..20 40%..100% any)", SKIN),
        ("~hsl(350..20 40%..100% *) | (white)", ~SKIN | WHITE),
        ("hsl(0 100% 50%) | white", RED | WHITE),
        ("rgb(255 any any)", pg.inside("rgb", r=(255, 255))),
        (" red\n|\twhite ", RED | WHITE),
    ],
)
def test_text_is_read_as_python_reads_its_operators(text, query):
    assert pg.parse_query(text) == query


def test_tolerance_and_metric_are_for_operands_that_have_none():
    assert pg.parse_query("red", 5, "rgb") == pg.near("red", 5, "rgb")
    assert pg.parse_query("red | white within 3 | blue within 1 cmc", 5, "rgb") == pg.any_of(
        pg.near("red", 5, "rgb"), pg.near("white", 3, "rgb"), pg.near("blue", 1, "cmc")
    )


def test_a_colour_is_a_colour_as_before_and_all_else_is_called_as_it_was_typed():
    assert pg.parse_query(" Red ").text == ""
    assert str(pg.parse_query(" Red ")) == "Red"
    assert str(pg.parse_query(" Red  within\n5 ")) == "Red within 5"
    assert str(pg.parse_query("(red|white)")) == "(red|white)"
    assert str(pg.parse_query("~(red|white)") & BLUE) == "(~(red | white) & blue)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("red |", "cannot read 'red |': a colour, a range, '~' or '(' is expected at its end"),
        ("| red", "a colour, a range, '~' or '(' is expected at letter 1, '| red'"),
        ("red | & white", "is expected at letter 7, '& white'"),
        ("()", "is expected at letter 2, ')'"),
        ("red ~white", "'|', '&' or the end is expected at letter 5, '~white'"),
        ("red | white)", "'|', '&' or the end is expected at letter 12, ')'"),
        ("(red | white", "'|', '&' or ')' is expected at its end"),
        ("(red | white (blue))", "'|', '&' or ')' is expected at letter 14, '(blue))'"),
        ("white | rgb(255 0 0", "')' is missing for the '(' at letter 12"),
        (
            "white | tomatoe",
            "in 'white | tomatoe' at letter 9: cannot read 'tomatoe' as a colour: did you mean 'tomato'?",
        ),
        ("~tomatoe", "at letter 2: cannot read 'tomatoe'"),
        ("white | red within 500", "at letter 9: within is 500.0; give a number from 0 (exact) to 255"),
        ("red within 5 ciede", "there is no metric 'ciede'; give one of"),
        ("red within", "after 'within' comes ''; give a number and, if need be, a metric"),
        ("red within 5%", "after 'within' comes '5%'"),
        ("red within -1", "within is -1.0"),
        ("red within 5 rgb cmc", "after 'within' comes '5 rgb cmc'"),
        ("red within 5 within 5", "after 'within' comes '5 within 5'"),
        ("within 5", "a colour is expected before 'within'"),
        ("hsl(1..2 any any) within 5", "takes no 'within'; make its limits wider"),
        ("white | hsl(1..2 any)", "at letter 9: cannot read 'hsl(1..2 any)' as a range"),
        ("red or white", "write '|' for 'or' at letter 5"),
        ("red AND white", "write '&' for 'AND' at letter 5"),
        ("not red", "write '~' for 'not' at letter 1"),
        ("!red", "write '~' for '!' at letter 1"),
        ("red && white", "write '&' for '&&' at letter 5"),
        ("red||white", "write '|' for '||' at letter 4"),
    ],
)
def test_errors_say_where_and_what_was_expected(text, message):
    with pytest.raises(ColorError) as caught:
        pg.parse_query(text)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["tomatoe", "red white", "rgb(255 0 0", "red)", "", "#12", "0xff8800", "a" * 5000])
def test_a_wrong_colour_alone_is_told_as_before(text):
    with pytest.raises(ColorError) as alone:
        pg.near(text)
    with pytest.raises(ColorError) as as_query:
        pg.parse_query(text)
    assert str(alone.value) == str(as_query.value)


def test_depth_and_length_are_limited_and_inversions_are_not_deep():
    assert pg.parse_query("(" * MOST_OPEN + "red" + ")" * MOST_OPEN) == RED
    assert pg.parse_query("(red) | " * 100 + "(red)").text
    with pytest.raises(ColorError, match="no more than 50 parentheses may be open at letter 52"):
        pg.parse_query("(" * 60 + "red" + ")" * 60)
    with pytest.raises(ColorError, match="10,001 letters, 10,000 are allowed"):
        pg.parse_query("~" * (MOST_LETTERS - 2) + "red")
    assert pg.parse_query("~" * (MOST_LETTERS - 4) + "red") == RED


SIGNS = ["|", "&", "~", "(", ")", " ", "..", "*", "/", ",", "%", "-", "\0", "é", "\u2028"]
WORDS = ["within", "5", "cmc", "any", "none", "or", "deg", "1e9", "nan"]
COLORS = ["red", "#ff8800", "rgb(255 0 0 / 50%)", "hsl(350..20 any 40%..)", "hsl(", "rgb(", "calc("]
PIECES = st.sampled_from(SIGNS + WORDS + COLORS)


def read(text):
    """Return the query, or the message of the only error that there may be."""
    try:
        return pg.parse_query(text)
    except ColorError as error:
        return str(error)


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=60) | st.lists(PIECES, max_size=30).map("".join) | st.lists(PIECES, max_size=30).map(" ".join))
@example("hsl(none any any)")
@example("red within 1e400")
def test_any_text_is_a_query_or_a_color_error(text):
    query = read(text)
    if isinstance(query, str):
        assert "\n" not in query
        assert len(query) < 700
    else:
        assert pg.parse_query(pg.write_query(query)) == query


@pytest.mark.parametrize(
    "text",
    [
        "(" * MOST_LETTERS,
        "~" * MOST_LETTERS,
        "red" + " " * (MOST_LETTERS - 5) + "|",
        "red within" + " " * (MOST_LETTERS - 15) + "x | y",
        "red" + " " * (MOST_LETTERS - 7) + "x|y",
        "hsl(" * (MOST_LETTERS // 4),
        "hsl(any " * (MOST_LETTERS // 8),
        "hsl(" + "any " * 2400 + ")",
        "hsl(" + "." * 9990 + ")",
        "hsl(1" + "1" * 9980 + ".. any any)",
        "red within " + "1" * 9900,
        "red|" * 2499 + "red",
        "within " * 1400,
        "a." * 5000,
    ],
)
def test_hostile_text_is_read_or_refused_at_once(text):
    read("oklch(70% 0.15 60) | ~x")  # loads what reads CSS
    start = time.process_time()
    query = read(text)
    assert time.process_time() - start < 0.15  # some milliseconds; what is quadratic takes 0.3 s
    assert not isinstance(query, str) or len(query) < 700
