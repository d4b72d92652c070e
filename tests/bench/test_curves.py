"""Lines end where their points are, on axes whose labels stand below and beside their ticks."""

import pytest

from pixgrep.bench.curves import MARGIN, draw

ROWS, COLUMNS = 18, 80


def dots(lines: list[str]) -> set[tuple[int, int]]:
    """Return row and column of every letter that is drawn."""
    return {
        (row, column)
        for row, line in enumerate(lines)
        for column, letter in enumerate(line)
        if "\u2800" < letter < "\u2900"
    }


def test_a_line_goes_from_corner_to_corner():
    lines = [text.plain for text in draw({"#ff0000": {0.01: 0.1, 100.0: 1000.0}}, COLUMNS, ROWS)]
    assert len(lines) == ROWS
    assert max(map(len, lines)) == COLUMNS
    drawn = sorted(dots(lines))
    assert len({row for row, _ in drawn}) == pytest.approx(ROWS - 2, abs=1), "equal powers of ten make it straight"
    assert drawn[0][1] > COLUMNS - 5
    assert drawn[-1][1] < MARGIN + 5
    columns = {column for _, column in drawn}
    assert columns == set(range(min(columns), max(columns) + 1)), "without a gap"


def test_ticks_stand_at_powers_of_ten():
    lines = [text.plain for text in draw({"#ff0000": {0.01: 0.1, 100.0: 1000.0}}, COLUMNS, ROWS)]
    assert lines[-1].split() == ["0.01", "0.1", "1", "10", "100"]
    assert [line.split()[0] for line in lines if "┤" in line] == ["1000", "100", "10", "1", "0.1"]
    assert lines[-2].count("┬") == 5
    assert 0 <= lines[-2].index("┬") - lines[-1].index("0.01") <= 2


def test_lines_keep_their_colors():
    texts = list(draw({"#ff0000": {1: 1, 10: 10}, "#0000ff": {1: 10, 10: 100}}, COLUMNS, ROWS))
    colors = [{str(span.style) for span in text.spans} for text in texts[:-2]]
    assert "#0000ff" in colors[0]
    assert "#ff0000" not in colors[0]
    assert "#ff0000" in colors[-1]


def test_a_single_point_is_a_dot_and_none_are_no_plot():
    assert len(dots([text.plain for text in draw({"#ff0000": {1: 1}}, COLUMNS, ROWS)])) == 1
    assert list(draw({}, COLUMNS, ROWS)) == []
