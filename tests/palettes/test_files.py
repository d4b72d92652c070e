import io
import json
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pixgrep.errors import DecodeError
from pixgrep.model import Color
from pixgrep.palettes import READERS, Palette, load_palette, write_gpl, write_json
from pixgrep.palettes.gimp import read_gpl
from pixgrep.palettes.json import read_json

ROAD, SKY = Color(128, 64, 128), Color(70, 130, 180)


def picture(kind, channels=(128, 64, 128, 70, 130, 180), mode="P", **options):
    image, file = Image.new(mode, (2, 2)), io.BytesIO()
    if mode == "P":
        image.putpalette(channels)
    image.save(file, kind, **options)
    return file.getvalue()


GPL = b"GIMP Palette\nName: Streets\nColumns: 4\n# a comment\n\n128  64 128\tthe road\n 70 130 180\tUntitled\n"
GOOD = {
    "map.json": (b'{"road": "#804080", "sky": [70, 130, 180]}', (0, 1), ("road", "sky")),
    "bom.json": (b'\xef\xbb\xbf["#804080", "#4682b4"]', (0, 1), ("", "")),
    "ids.json": (b'{"7": "#804080", "23": "#4682b4"}', (7, 23), ("", "")),
    "rows.json": (b'[{"id":7,"name":"road","color":"#804080"},{"id":9,"color":[70,130,180]}]', (7, 9), ("road", "")),
    "cvat.json": (
        b'[{"name":"road","color":"#804080","attributes":[]},{"name":"sky","color":"#4682b4","type":"any"}]',
        (0, 1),
        ("road", "sky"),
    ),
    "config.json": (
        b'{"version":"1.1","mapping":"public","folder_structure":"{split}","labels":['
        b'{"color":[128,64,128],"instances":false,"readable":"Road","name":"construction--flat--road"},'
        b'{"color":[70,130,180],"instances":false,"readable":"Sky","name":"nature--sky"}]}',
        (0, 1),
        ("Road", "Sky"),
    ),
    "a.gpl": (GPL, (0, 1), ("the road", "")),
    "crlf.GPL": (GPL.replace(b"\n", b"\r\n"), (0, 1), ("the road", "")),
    "bare.gpl": (b"GIMP Palette\n128 64 128\n128 64 128\tIndex 1\n70 130 180 Index 2", (0, 2), ("", "")),
    "aseprite.gpl": (
        b"GIMP Palette\nChannels: RGBA\n128 64 128 255 road\n70 130 180 255\tsky",
        (0, 1),
        ("road", "sky"),
    ),
    "camvid.txt": (b"128 64 128\tRoad\n70 130 180\t\tSky\n", (0, 1), ("Road", "Sky")),
    "commas.txt": (b"128, 64, 128\n70,130,180,sky", (0, 1), ("", "sky")),
    "css.txt": (b"# mine\n// more\n\n#804080 the road\nsteelblue\n", (0, 1), ("the road", "")),
    "functions.txt": (b"rgb(128 64 128)\n#4682B4FF\n", (0, 1), ("", "")),
    "lospec.hex": (b"804080\r\n4682b4\r\n", (0, 1), ("", "")),
    "paint.txt": (b"; paint.net Palette File\n; Colors\nFF804080\nFF4682B4\n", (0, 1), ("", "")),
    "a.png": (picture("PNG"), (0, 1), ("", "")),
    "clear.png": (picture("PNG", transparency=0), (0, 1), ("", "")),
    "a.gif": (picture("GIF"), (0, 1), ("", "")),
    "mistaken.gif": (picture("PNG"), (0, 1), ("", "")),
}


@pytest.mark.parametrize("file", GOOD)
@pytest.mark.parametrize("kind", [str, lambda path: path], ids=["text", "path"])
def test_a_file_is_read(file, kind, tmp_path):
    content, ids, names = GOOD[file]
    path = tmp_path / file
    path.write_bytes(content)
    palette = load_palette(kind(path))
    if file == "a.gif":  # GIF pads with black
        palette = Palette(palette.name, palette.colors[:2], palette.names[:2], palette.ids[:2], palette.source)
    assert palette.colors == (ROAD, SKY)
    assert palette.ids == ids
    assert palette.names == names
    assert palette.source == str(path)
    assert palette.name == ("Streets" if content.startswith(b"GIMP Palette") and b"Name" in content else path.stem)


def test_every_reader_is_tested():
    assert {os.path.splitext(file)[1].lower() for file in GOOD} == set(READERS)


def test_the_index_in_a_picture_is_the_id_of_its_colour(tmp_path):
    generator = np.random.default_rng(3)
    entries = generator.permutation(256)[:, None] * [1, 0, 0] + [0, 7, 9]
    pixels = generator.integers(0, 256, (20, 20), np.uint8)
    image = Image.fromarray(pixels).convert("P")
    image.putpalette(entries.astype(np.uint8).tobytes())
    image.save(tmp_path / "a.png")
    palette = load_palette(tmp_path / "a.png")
    decoded = np.asarray(Image.open(tmp_path / "a.png").convert("RGB"))
    ids = {tuple(channels): id for channels, id in zip(palette.rgb.tolist(), palette.ids, strict=True)}
    assert [ids[tuple(channels)] for channels in decoded.reshape(-1, 3).tolist()] == pixels.ravel().tolist()


BAD = [
    ("a.json", b"{", r"not JSON that can be read \("),
    ("a.json", b"", r"not JSON that can be read \("),
    ("a.json", b"\xff\xfe[]", r"not JSON that can be read \("),
    ("a.json", b"[" * 100_000, "nested too deeply"),
    ("a.json", b'{"road": "#fff", "road": "#000"}', r"\('road' occurs twice\)"),
    ("a.json", b'"road"', "cannot read str as a palette"),
    ("a.json", b"7", "cannot read int as a palette"),
    ("a.json", b"[]", "no colours"),
    ("a.json", b'["#fff", "nocolour"]', "colour of entry 2: cannot read 'nocolour'"),
    ("a.json", b"[[NaN, 0, 0]]", "channel nan is outside"),
    ("a.json", b'{"labels": [{"name": "road"}]}', 'entry 1 has no "color"'),
    ("a.gpl", b"", "not a GIMP palette: its first line is ''"),
    ("a.gpl", b"JASC-PAL\n", "not a GIMP palette: its first line is 'JASC-PAL', not 'GIMP Palette'"),
    ("a.gpl", b"\xff\xff", "not text in UTF-8; save it as that"),
    ("a.gpl", b"GIMP Palette\n#\n1 2\n", "line 3 is '1 2'; write red"),
    ("a.gpl", b"GIMP Palette\n1 2 x road\n", "line 2 is '1 2 x road'"),
    ("a.gpl", b"GIMP Palette\n1 2 256 road\n", "line 2: the channel 256 is outside"),
    ("a.gpl", b"GIMP Palette\nChannels: RGBA\n1 2 3 4 road\n", "translucent"),
    ("a.gpl", b"GIMP Palette\nName: empty\n", "no colours"),
    ("a.gpl", b"GIMP Palette\n1 2 3 road\n1 2 3 sky\n", "two classes"),
    ("a.txt", b"", "no colours"),
    ("a.txt", b"\xff", "not text in UTF-8"),
    ("a.txt", b"#fff\n\n#comment\n", "line 3: cannot read '#comment' as a colour"),
    ("a.txt", b"1 2 999999999999999999\n", "line 1: the channel 999999999 is outside"),
    ("a.hex", b"ffffff\nfffff\n", "line 2: .*3, 4, 6 or 8 digits, not 5"),
    ("a.hex", b"ff000080\n", "translucent"),
    ("a.png", b"", "neither a PNG nor a GIF"),
    ("a.png", b"#fff", "neither a PNG nor a GIF"),
    ("a.png", picture("BMP"), "neither a PNG nor a GIF; save it as one"),
    ("a.png", picture("PNG", mode="RGB"), r"no palette \(its mode is RGB\)"),
    ("a.png", picture("PNG", mode="L"), r"no palette \(its mode is L\)"),
    ("a.png", picture("PNG")[:20], "damaged"),
    ("a.png", picture("PNG")[:40], "damaged|no palette"),
    ("a.gif", picture("GIF")[:9], "damaged|no palette"),
    ("a.act", b"", r"not a kind of palette that can be read; give \.json, \.gpl"),
    ("a.tar.act", b"[]", "not a kind of palette that can be read"),
]


@pytest.mark.parametrize(("file", "content", "message"), BAD)
def test_a_damaged_file_is_refused_with_its_path(file, content, message, tmp_path):
    path = tmp_path / file
    path.write_bytes(content)
    with pytest.raises(DecodeError, match=message) as caught:
        load_palette(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DecodeError, match=r"no\.json: No such file"):
        load_palette(tmp_path / "no.json")
    with pytest.raises(DecodeError, match=r"^no_such_file\.json: No such file"):
        load_palette("no_such_file.json")


def test_what_is_not_a_regular_file_is_refused(tmp_path):
    (tmp_path / "a.json").mkdir()
    with pytest.raises(DecodeError, match=r"a\.json: not a regular file"):
        load_palette(tmp_path / "a.json")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_fifo_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "a.json")
    with pytest.raises(DecodeError, match="not a regular file"):
        load_palette(tmp_path / "a.json")


def test_a_large_file_is_refused(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b'["#fff"]' + b" " * 9_999_992)
    assert len(load_palette(path)) == 1
    path.write_bytes(b'["#fff"]' + b" " * 9_999_993)
    with pytest.raises(DecodeError, match=r"a\.json: larger than the 10 MB"):
        load_palette(path)


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ROWS = st.lists(st.tuples(st.integers(0, 65_535), NAMES), min_size=1, max_size=20)


@given(NAMES.filter(bool), NAMES, ROWS, st.randoms())
def test_json_keeps_everything(name, source, rows, random):
    colors = tuple(Color(*value.to_bytes(3, "big")) for value in random.sample(range(1 << 24), len(rows)))
    palette = Palette(name, colors, tuple(name for _, name in rows), tuple(id for id, _ in rows), source)
    assert read_json(write_json(palette).encode(), "", "") == palette
    assert json.loads(write_json(palette))["classes"][0].keys() == {"id", "name", "color"}


@given(st.lists(NAMES, min_size=1, max_size=20), st.randoms())
def test_gimp_palettes_keep_colours_and_words(names, random):
    colors = tuple(Color(*value.to_bytes(3, "big")) for value in random.sample(range(1 << 24), len(names)))
    read = read_gpl(write_gpl(Palette("p", colors, tuple(names))).encode(), "", "")
    assert read.colors == colors
    assert read.names == tuple(" ".join(name.split()) for name in names)
    assert read.name == "p"


def test_text_that_looks_like_a_file_is_one():
    with pytest.raises(DecodeError, match=r"^mine\.act: not a kind of palette.*give \.json"):
        load_palette("mine.act")
    with pytest.raises(DecodeError, match=r"^folder/voc: not a kind of palette"):
        load_palette("folder/voc")
