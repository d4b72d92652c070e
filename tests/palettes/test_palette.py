import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixgrep.errors import ColorError
from pixgrep.model import Color
from pixgrep.palettes import Entry, Palette, load_palette

RED, GREEN, BLUE = Color(255, 0, 0), Color(0, 255, 0), Color(0, 0, 255)


def test_rows_have_ids_names_and_colours():
    palette = Palette("p", (RED, GREEN), ("stop", ""), (9, 4), "me")
    assert list(palette) == [Entry(9, "stop", RED), Entry(4, "#00ff00", GREEN)]
    assert len(palette) == 2
    assert palette.rgb.tolist() == [[255, 0, 0], [0, 255, 0]]
    assert palette.rgb.dtype == np.uint8
    assert pickle.loads(pickle.dumps(palette)) == palette


def test_the_array_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        Palette("p", (RED,)).rgb[0, 0] = 1


def test_without_ids_they_count_from_0():
    assert Palette("p", (RED, GREEN, BLUE)).ids == (0, 1, 2)


def test_numpy_ids_become_ints():
    ids: Any = (np.uint8(7),)
    palette = Palette("p", (RED,), ids=ids)
    assert type(palette.ids[0]) is int


def test_opaque_is_without_alpha():
    assert Palette("p", (Color(1, 2, 3, 255, "mine"),)).colors == (Color(1, 2, 3),)


def test_several_colours_may_share_an_id():
    assert Palette("p", (RED, GREEN, BLUE), ids=(1, 1, 2)).ids == (1, 1, 2)


def test_a_colour_twice_with_the_same_id_is_kept_once():
    palette = Palette("p", (RED, GREEN, RED), ("a", "b", "c"), (1, 2, 1))
    assert list(palette) == [Entry(1, "a", RED), Entry(2, "b", GREEN)]


def test_a_colour_twice_with_two_ids_is_refused():
    message = r"#ff0000 stands for two classes, 1 \('a'\) and 3 \('#ff0000'\).*leave one out"
    with pytest.raises(ColorError, match=message):
        Palette("p", (RED, GREEN, RED), ("a", "b", ""), (1, 2, 3))


def test_padding_does_not_count_where_ids_do():
    palette = Palette("p", (RED, GREEN, RED, RED, BLUE), ("a", "", "a", "", ""))
    assert palette.ids == (0, 1, 4)
    assert palette.names == ("a", "", "")


def test_two_names_for_one_colour_are_refused():
    with pytest.raises(ColorError, match=r"0 \('a'\) and 1 \('b'\)"):
        Palette("p", (RED, RED), ("a", "b"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((),), "no colours; give at least one"),
        (((RED,), ("a", "b")), "1 colours, but 2 names; give one for each"),
        (((RED, GREEN), (), (1,)), "2 colours, but 1 ids; give one for each"),
        (((RED,), (), (-1,)), r"id -1 is outside 0\.\.65535; leave"),
        (((RED,), (), (65536,)), r"id 65536 is outside"),
        (((RED,), (), (True,)), "id True is outside"),
        (((RED,), (), (1.5,)), "id 1.5 is not a whole number; give 0 to 65,535"),
        (((RED,), (), ("7",)), "id '7' is not a whole number"),
        (((Color(1, 2, 3, 254),),), "'#010203fe' is translucent"),
        (((Color(127.5, 0, 0, text="half"),),), "'half' lies between 8-bit steps; the nearest is '#800000'"),
        (((RED,) * 65_536,), "65,536 colours; at most 65,535"),
    ],
)
def test_what_is_no_palette_is_refused(arguments, message):
    with pytest.raises(ColorError, match=message):
        Palette("p", *arguments)


def test_the_largest_palette():
    colors = tuple(Color(*value.to_bytes(3, "big")) for value in range(65_535))
    palette = Palette("p", colors, ids=(*range(65_534), 65_535))
    assert len(palette.rgb) == 65_535
    assert palette.ids[-1] == 65_535


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=40))
def test_counted_colours_keep_the_index_of_their_first(channels):
    palette = Palette("p", tuple(Color(*values) for values in channels))
    assert [channels.index(tuple(values)) for values in palette.rgb.tolist()] == list(palette.ids)
    assert {tuple(values) for values in palette.rgb.tolist()} == set(channels)


def test_names_that_no_file_takes_are_made_writable():
    palette = load_palette({"\ud800": "#000", "x": "#fff"})
    assert [entry.name for entry in palette] == ["?", "x"]
