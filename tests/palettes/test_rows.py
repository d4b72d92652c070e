import numpy as np
import pytest

from pixgrep.errors import ColorError
from pixgrep.model import Color
from pixgrep.palettes import Palette, load_palette

ROAD, SKY = Color(128, 64, 128), Color(70, 130, 180)


@pytest.mark.parametrize(
    ("values", "ids", "names"),
    [
        (["#804080", "steelblue"], (0, 1), ("", "")),
        (((128, 64, 128), ROAD, np.array([70, 130, 180])), (0, 2), ("", "")),
        (np.array([[128, 64, 128], [70, 130, 180]], np.uint8), (0, 1), ("", "")),
        (np.array([[128, 64, 128], [128, 64, 128], [70, 130, 180]], np.uint8)[:, :], (0, 2), ("", "")),
        ({"road": "#804080", "sky": (70, 130, 180)}, (0, 1), ("road", "sky")),
        ({7: "#804080", 23: SKY}, (7, 23), ("", "")),
        ({np.int64(7): "#804080", 23: SKY}, (7, 23), ("", "")),
        ({"7": "#804080", "23": "#4682b4"}, (7, 23), ("", "")),
        ({"7": "#804080", "sky": "#4682b4"}, (0, 1), ("7", "sky")),
        ({"labels": "#804080", "classes": (70, 130, 180)}, (0, 1), ("labels", "classes")),
        ([{"name": "road", "color": "#804080"}, {"color": [70, 130, 180]}], (0, 1), ("road", "")),
        ([{"id": 7, "color": "#804080"}, {"id": 7, "name": "sky", "color": "#4682b4"}], (7, 7), ("", "sky")),
        ([{"id": None, "name": None, "color": "#804080"}, "#4682b4"], (0, 1), ("", "")),
        (
            {"labels": [{"name": "a--b", "readable": "B", "color": [128, 64, 128]}, {"name": "c", "color": "#4682b4"}]},
            (0, 1),
            ("B", "c"),
        ),
    ],
)
def test_plain_values_make_a_palette(values, ids, names):
    palette = load_palette(values)
    assert palette.colors == (ROAD, SKY)
    assert palette.ids == ids
    assert palette.names == names


def test_a_palette_stays_what_it_is():
    palette = Palette("p", (ROAD,))
    assert load_palette(palette) is palette


def test_a_wrapper_names_itself():
    palette = load_palette({"name": "mine", "source": "me", "classes": ["#804080"]})
    assert (palette.name, palette.source) == ("mine", "me")
    assert load_palette({"classes": ["#804080"]}).name == "palette"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "no colours"),
        ({}, "no colours"),
        ({"classes": []}, "no colours"),
        (np.zeros((0, 3), np.uint8), "no colours"),
        ([(1, 2)], r"colour of entry 1: cannot read \(1, 2\).*it has 2 numbers"),
        ((128, 64, 128), "colour of entry 1: cannot read 128 as a colour"),
        (["#804080", "nocolour"], "colour of entry 2: cannot read 'nocolour'"),
        ([{"name": "road"}], 'entry 1 has no "color"; give it one'),
        ([{"id": 1, "color": "#fff"}, {"color": "#000"}], "1 of 2 entries have an id; give one to all"),
        ({"road": "nocolour"}, "colour of 'road': cannot read 'nocolour'"),
        ({7: "#fff", "road": "#000"}, "all names or all ids"),
        ({(1, 2): "#fff"}, "all names or all ids"),
        ({-7: "#fff"}, "id -7 is outside"),
        ({"a": "#fff", "b": "white"}, "stands for two classes, 0 .'a'. and 1 .'b'."),
        (np.zeros((2, 3), np.float32), r"shape \(2, 3\), float32, is no palette; give \(n, 3\), uint8"),
        (np.zeros((2, 4), np.uint8), r"shape \(2, 4\)"),
        (np.zeros(3, np.uint8), r"shape \(3,\)"),
        (7, "cannot read int as a palette; give the name of one"),
        (None, "cannot read NoneType"),
        (b"voc", "cannot read bytes"),
        ({"#fff", "#000"}, "cannot read set"),
    ],
)
def test_what_is_no_palette_is_refused(values, message):
    with pytest.raises(ColorError, match=message) as caught:
        load_palette(values)
    assert "\n" not in str(caught.value)
