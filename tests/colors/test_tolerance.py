from hypothesis import given
from hypothesis import strategies as st

from pixgrep.colors.tolerance import roundings_up


@given(st.floats(0, 1000))
def test_roundings_never_fall_below_and_end_at_the_number(value):
    found = list(roundings_up(value))
    assert found[-1] == value
    assert found == sorted(set(found), reverse=True)
    assert found[0] <= value * 1.01 + 1e-320
    assert float(f"{found[0]:.3g}") == found[0]


def test_an_exact_number_has_no_other():
    assert [list(roundings_up(value)) for value in (0, 7, 0.25)] == [[0.0], [7.0], [0.25]]
