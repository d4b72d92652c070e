"""What people see: it fits the terminal, says why, and does no harm."""

import pytest
from rich.cells import cell_len

from pixgrep.bench.contestants import CONTESTANTS
from pixgrep.bench.terminal import to_text
from tests.bench.samples import report

ALL = {kind.name: (0.00001 * number, 0.001 * number, 1.234 * number) for number, kind in enumerate(CONTESTANTS, 1)}


@pytest.mark.parametrize("width", [80, 120])
def test_all_contestants_fit_the_terminal(width):
    lines = to_text(report(ALL), is_terminal=False, width=width).splitlines()
    assert max(map(cell_len, lines)) <= width
    rows = [line.split() for line in lines]
    assert ["100", "1234", "2468", "0.5x", "3702", "0.3x", "4936", "0.2x", "6170", "0.2x", "7404", "0.2x"] in rows
    assert next(row for row in rows if row and row[0] == "0.01")[:4] == ["0.01", "0.010", "0.020", "0.5x"]
    assert "…" not in "".join(lines)


def test_what_could_not_be_measured_says_why_once():
    names = ["pixgrep GPU from host", "pixgrep GPU resident"]
    made = report({"NumPy": (1, 2, 3)}, dict.fromkeys(names, "there is no [GPU]; buy one"))
    text = to_text(made, is_terminal=False, width=200)
    assert "pixgrep GPU from host, pixgrep GPU resident: could not be measured: there is no [GPU]; buy one\n" in text
    assert text.count("buy one") == 1


def test_a_size_that_one_contestant_lacks_is_a_dash():
    text = to_text(report({"NumPy": (1, 2, 3), "OpenCV": (1, 2)}), is_terminal=False, width=80)
    assert ["100", "3000", "-"] in [line.split() for line in text.splitlines()]


def test_wrong_answers_and_early_ends_are_told():
    made = report({"NumPy": (1,)})
    assert "All answers agree" in to_text(made, is_terminal=False)
    made.wrong.append("OpenCV differs from NumPy")
    made.is_complete = False
    text = to_text(made, is_terminal=False)
    assert "WRONG ANSWER: OpenCV differs from NumPy" in text
    assert "All answers agree" not in text
    assert "so far" in text


def test_nothing_measured_is_no_table():
    text = to_text(report({}), is_terminal=False)
    assert "megapixels a second" not in text
    assert "agree" not in text


def test_names_do_no_harm():
    made = report({"NumPy": (1,)})
    made.picture["name"] = "a\x1b[2J.png"
    assert "\x1b" not in to_text(made, is_terminal=False)
    assert "\x1b[2J" not in to_text(made, is_terminal=True)
