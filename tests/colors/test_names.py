import pytest
from coloraide import Color as CssColor
from coloraide.css.color_names import name2val_map
from hypothesis import given
from hypothesis import strategies as st

import pixgrep as pg
from pixgrep.colors.names import Named
from pixgrep.colors.parse import parse_color

CHANNEL = st.integers(0, 255)


@pytest.mark.parametrize("known", sorted(name2val_map.keys() - {"transparent"}))
def test_every_name_of_css_is_the_name_of_its_colour(known):
    (named,) = pg.name(known)
    assert named.difference == 0
    assert CssColor(named.name) == CssColor(known)
    assert named.color == parse_color(known)


@pytest.mark.parametrize(
    ("second", "first"),
    [("cyan", "aqua"), ("magenta", "fuchsia"), ("grey", "gray"), ("darkslategrey", "darkslategray")],
)
def test_of_two_names_the_first_in_the_alphabet_is_given(second, first):
    assert pg.name(second)[0].name == first


@given(CHANNEL, CHANNEL, CHANNEL)
def test_the_nearest_three_are_those_of_coloraide(red, green, blue):
    color = CssColor("srgb", [red / 255, green / 255, blue / 255])
    differences = sorted(
        {
            name2val_map[name]: color.delta_e(name, method="2000") for name in name2val_map if name != "transparent"
        }.values()
    )
    found = pg.name((red, green, blue))
    if found[0].difference == 0:
        assert len(found) == 1
        return
    assert len(found) == 3
    assert [named.difference for named in found] == pytest.approx(differences[:3], abs=0.02)  # another white by 1e-4
    assert [color.delta_e(named.name, method="2000") for named in found] == pytest.approx(differences[:3], abs=0.02)


def test_a_fraction_off_is_not_the_colour_itself():
    found = pg.name((255, 99.5, 71))
    assert len(found) == 3
    assert found[0].name == "tomato"
    assert 0 < found[0].difference < 0.3


def test_alpha_has_no_part_in_it():
    assert pg.name("#ff634780") == pg.name("tomato")
    assert isinstance(pg.name("transparent")[0], Named)
    assert pg.name("transparent")[0].name == "black"


def test_what_is_no_colour_is_refused():
    with pytest.raises(pg.ColorError, match="did you mean 'tomato'"):
        pg.name("tomatoe")
