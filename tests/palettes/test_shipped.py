from importlib.resources import files

import pytest

from pixgrep.errors import ColorError
from pixgrep.palettes import SHIPPED, load_palette

COUNTS = {"ade20k": 149, "camvid": 32, "cityscapes": 29, "cityscapes-train": 19, "mapillary": 66, "voc": 22}
"""Distinct colours: Cityscapes has 34 ids, five of which have the colour of another, ADE20K 150 and one."""


def rows(name):
    return {
        entry.id: (entry.name, *map(int, rgb))
        for entry, rgb in zip(load_palette(name), load_palette(name).rgb, strict=True)
    }


def test_every_file_is_listed_and_every_palette_has_a_file():
    data = files("pixgrep.palettes").joinpath("data")
    assert sorted(entry.name for entry in data.iterdir()) == sorted(f"{name}.json" for name in SHIPPED)
    assert list(SHIPPED) == sorted(COUNTS)


@pytest.mark.parametrize("name", SHIPPED)
def test_it_loads_and_says_where_it_is_from(name):
    palette = load_palette(name)
    assert palette.name == name
    assert len(palette) == COUNTS[name]
    assert palette.source.startswith(("http://", "https://"))
    assert all(palette.names)
    assert len(set(palette.names)) == len(palette)
    assert len(set(palette.ids)) == len(palette)
    assert palette.ids == tuple(sorted(palette.ids))


@pytest.mark.parametrize(
    ("name", "id", "expected"),
    [
        ("cityscapes", 0, ("unlabeled", 0, 0, 0)),
        ("cityscapes", 5, ("dynamic", 111, 74, 0)),
        ("cityscapes", 7, ("road", 128, 64, 128)),
        ("cityscapes", 8, ("sidewalk", 244, 35, 232)),
        ("cityscapes", 17, ("pole", 153, 153, 153)),
        ("cityscapes", 24, ("person", 220, 20, 60)),
        ("cityscapes", 26, ("car", 0, 0, 142)),
        ("cityscapes", 33, ("bicycle", 119, 11, 32)),
        ("cityscapes-train", 0, ("road", 128, 64, 128)),
        ("cityscapes-train", 11, ("person", 220, 20, 60)),
        ("cityscapes-train", 18, ("bicycle", 119, 11, 32)),
        ("voc", 0, ("background", 0, 0, 0)),
        ("voc", 1, ("aeroplane", 128, 0, 0)),
        ("voc", 15, ("person", 192, 128, 128)),
        ("voc", 20, ("tvmonitor", 0, 64, 128)),
        ("voc", 255, ("void", 224, 224, 192)),
        ("ade20k", 1, ("wall", 120, 120, 120)),
        ("ade20k", 3, ("sky", 6, 230, 230)),
        ("ade20k", 7, ("road", 140, 140, 140)),
        ("ade20k", 13, ("person", 150, 5, 61)),
        ("ade20k", 48, ("sink", 0, 163, 255)),
        ("ade20k", 50, ("fireplace", 250, 10, 15)),
        ("ade20k", 150, ("flag", 92, 0, 255)),
        ("camvid", 0, ("Animal", 64, 128, 64)),
        ("camvid", 2, ("Bicyclist", 0, 128, 192)),
        ("camvid", 17, ("Road", 128, 64, 128)),
        ("camvid", 30, ("Void", 0, 0, 0)),
        ("camvid", 31, ("Wall", 64, 192, 0)),
        ("mapillary", 0, ("Bird", 165, 42, 42)),
        ("mapillary", 13, ("Road", 128, 64, 128)),
        ("mapillary", 31, ("Water", 0, 170, 30)),
        ("mapillary", 55, ("Car", 0, 0, 142)),
        ("mapillary", 65, ("Unlabeled", 0, 0, 0)),
    ],
)
def test_known_classes(name, id, expected):
    assert rows(name)[id] == expected


def test_ids_that_share_a_colour_are_left_out():
    assert set(range(34)) - set(rows("cityscapes")) == {1, 2, 3, 4, 18}
    assert set(range(1, 151)) - set(rows("ade20k")) == {49}


def test_the_rule_of_voc():
    """Bits 0, 1, 2 of the id are the highest bits of red, green, blue; bits 3, 4, 5 the next."""
    for id, (_, *channels) in rows("voc").items():
        bits = f"{id:024b}"[::-1]
        assert channels == [int(bits[channel::3], 2) for channel in range(3)]


def test_the_19_classes_are_those_of_the_34():
    full = {tuple(row) for row in rows("cityscapes").values()}
    assert {tuple(row) for row in rows("cityscapes-train").values()} < full


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("citiscapes", r"no palette 'citiscapes'; give one of 'ade20k', 'camvid'.*\.gpl.*did you mean 'cityscapes'"),
        ("VOC", "did you mean 'voc'"),
        ("", "no palette ''"),
        ("zzz", r"or a file \(\.json, \.gpl, \.png, \.gif, \.txt, \.hex\)$"),
    ],
)
def test_an_unknown_name_is_refused(name, message):
    with pytest.raises(ColorError, match=message):
        load_palette(name)
