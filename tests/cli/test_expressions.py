"""The language of queries on the command line."""

import os

import pytest
from hypothesis import given, settings

import pixgrep as pg
from pixgrep.cli.commands import find
from pixgrep.cli.find import to_request
from pixgrep.cli.options import METRIC_HELP
from pixgrep.colors.metrics import METRICS
from tests.cli.conftest import run
from tests.expressions.test_writing import QUERIES

ORANGE = "#ff8800"
WARM = "hsl(20..40 90%.. any)"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-c", "#ff8800 | black", "two.png"], "two.png:600\n"),
        (["-c", "~black", "two.png"], "two.png:2\n"),
        (["-c", "~(black | #ff8800)", "two.png"], "two.png:0\n"),
        (["-c", "#fa8800 within 5 & ~#ff8800", "two.png"], "two.png:0\n"),
        (["-c", "#fa8800 within 5", "two.png"], "two.png:2\n"),
        (["-c", "-w", "5", "#fa8800 | #123456 within 1", "two.png"], "two.png:2\n"),
        (["-c", "-w", "5", "--metric", "ciede2000", "#fa8800 within 2 | white", "two.png"], "two.png:2\n"),
        (["-c", WARM, "two.png"], "two.png:2\n"),
        (["-c", "--inside", WARM, "two.png"], "two.png:2\n"),
        (["-c", "--inside", "rgb(255 136 0)", "two.png"], "two.png:2\n"),
        (["--first", "~  black", "two.png"], "two.png:17,4:~ black\n"),
        (
            ["-c", ORANGE, "-e", "~black", "--inside", WARM, "--inside", "rgb(any any 0)", "two.png"],
            f"two.png:2:{ORANGE}\ntwo.png:2:~black\ntwo.png:2:{WARM}\ntwo.png:600:rgb(any any 0)\n",
        ),
        (["-c", "--inside", WARM, "black & ~white", "two.png"], f"two.png:598:black & ~white\ntwo.png:2:{WARM}\n"),
        (["-c", "-e", "red | white", "two.png"], "two.png:0\n"),
        (["-c", "--inside", WARM], "./none.png:0\n./two.png:2\n./deep/one.png:1\n"),
    ],
)
def test_expressions_are_questions_like_colours(shots, arguments, expected):
    assert run(*arguments, cwd=shots).stdout == expected


@pytest.mark.parametrize("name", ["~black", "(1).png", "a & b.png", "red within 5", "hsl(1..2 any any)", "..."])
def test_beside_other_questions_a_file_is_a_file_whatever_it_is_called(shots, name):
    os.rename(shots / "two.png", shots / name)
    assert run("-c", "-e", ORANGE, name, cwd=shots).stdout == f"{name}:2\n"
    assert run("-c", "--inside", WARM, name, cwd=shots).stdout == f"{name}:2\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["red |", "."], "cannot read 'red |': a colour, a range, '~' or '(' is expected at its end"),
        (["red | tomatoe", "."], "in 'red | tomatoe' at letter 7: cannot read 'tomatoe' as a colour: did you mean"),
        (["red or blue", "."], "write '|' for 'or' at letter 5"),
        (["(1).png"], "'(1).png' is a file; the colour comes first"),
        (["./two.png", "red"], "'./two.png' is a file; the colour comes first"),
        (["deep/../two.png", "red"], "'deep/../two.png' is a file; the colour comes first"),
        (["--inside", "hsl(350..20 any)", "."], "hsl has the coordinates h s l, and 2 were given"),
        (["--inside", "red", "."], "there is no colour space 'red'"),
        (["--inside", "red(", "."], "cannot read 'red(' as a range: write a range as in CSS"),
        (["--inside", WARM, "-w", "5", "."], "within and metric are for plain colours"),
        (["red within 5", "-w", "5", "."], "within and metric are for plain colours"),
        (["red within 5 ciede", "."], "there is no metric 'ciede'"),
    ],
)
def test_what_cannot_be_read_says_where_and_what_to_do(shots, arguments, message):
    (shots / "(1).png").write_bytes((shots / "two.png").read_bytes())
    done = run(*arguments, cwd=shots, env={**os.environ, "COLUMNS": "200"})
    assert message in done.stderr
    assert (done.returncode, done.stdout) == (2, "")


@settings(deadline=None)
@given(QUERIES)
def test_every_query_can_be_typed(query):
    typed = find.make_context("pixgrep", [pg.write_query(query), "picture.png"]).params
    assert to_request(**typed).to_search().queries == (query,)


def test_shells_complete_the_names_of_metrics_and_the_help_has_them(tmp_path):
    words = {"_PIXGREP_COMPLETE": "bash_complete", "COMP_WORDS": "pixgrep find --metric ci", "COMP_CWORD": "3"}
    done = run(cwd=tmp_path, env={**os.environ, **words})
    assert done.stdout.split() == ["plain,cie76", "plain,cie94", "plain,ciede2000"]
    assert METRIC_HELP.rstrip(".").replace(" or ", ", ").replace("[channel]", "channel").split(", ") == list(METRICS)
