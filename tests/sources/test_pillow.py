import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps

import pixgrep as pg
from pixgrep.sources import Reading, open_source

RNG = np.random.default_rng(2)


def png16(write_png, channels):
    deep = RNG.integers(0, 65536, (5, 7, channels), np.uint16)
    deep[0, 0] = 65535
    color = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    return deep, write_png(7, 5, 16, color, [row.astype(">u2").tobytes() for row in deep])


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_16_bit_png_keeps_its_16_bits(write_png, channels):
    deep, content = png16(write_png, channels)
    source = open_source(io.BytesIO(content))
    np.testing.assert_array_equal(source.read(), deep)
    assert source.info.format.dtype == "uint16"


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("is_loaded", [False, True])
def test_an_open_pil_image_of_a_16_bit_png_is_searched_rightly(write_png, channels, is_loaded):
    """Pillow cuts it to 8 bits; such pixels must not be taken for 16-bit ones."""
    _, content = png16(write_png, channels)
    with Image.open(io.BytesIO(content)) as image:
        if is_loaded:
            image.load()
        assert pg.first(image, "white") == (0, 0, "white")


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def test_the_first_frame_of_a_16_bit_animated_png_keeps_its_16_bits_or_is_refused(write_png):
    frame = zlib.compress(b"\0" + b"\xff" * 6)
    control = [chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, 1, 1, 0, 0, 1, 10, 0, 0)) for number in (0, 1)]
    still = write_png(1, 1, 16, 2, [b"\xff" * 6], (b"acTL", struct.pack(">II", 2, 0)))
    start = still.index(b"IDAT") - 4
    end = still.index(b"IEND") - 4
    second = chunk(b"fdAT", struct.pack(">I", 2) + frame)
    content = still[:start] + control[0] + still[start:end] + control[1] + second + still[end:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pg.PixgrepWarning)
        try:
            assert pg.count(io.BytesIO(content), "white") == 1
        except pg.DecodeError:
            return


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_grey_png_of_every_depth_spans_black_to_white(write_png, depth):
    highest = 2**depth - 1
    values = np.arange(highest + 1)
    bits = np.unpackbits(values.astype(np.uint8)[:, np.newaxis], axis=1)[:, 8 - depth :]
    content = write_png(len(values), 1, depth, 0, [np.packbits(bits.ravel()).tobytes()])
    found = open_source(io.BytesIO(content)).read()[0, :, 0]
    assert found.tolist() == (values * 255 // highest).tolist()


@pytest.mark.parametrize("depth", [1, 8, 16])
def test_a_transparent_grey_has_alpha_zero(write_png, depth):
    """The transparent sample of a grey PNG is given in its own depth."""
    row = {1: b"\x40", 8: b"\0\x11", 16: b"\0\0\x11\x12"}[depth]
    transparent = {1: 1, 8: 0x11, 16: 0x1112}[depth]
    content = write_png(2, 1, depth, 0, [row], (b"tRNS", struct.pack(">H", transparent)))
    pixels = open_source(io.BytesIO(content)).read()[0]
    assert pixels[1, -1] == 0
    assert pixels[0, -1] == (65535 if depth == 16 else 255)


def test_a_transparent_colour_has_alpha_zero(write_png):
    row, transparent = b"\1\2\3\1\2\4", struct.pack(">HHH", 1, 2, 3)
    content = write_png(2, 1, 8, 2, [row], (b"tRNS", transparent))
    assert open_source(io.BytesIO(content)).read().tolist() == [[[1, 2, 3, 0], [1, 2, 4, 255]]]


QUERIES = [
    ["black"],
    ["white"],
    ["red", "#0a141e"],
    ["#00000000"],
    ["#0a141e80", "#0a141eff"],
    [pg.near("black", 10, "rgb")],
    [pg.near("white", 30, "rgb")],
    [~pg.near((128, 0, 0), 128)],
    [~pg.near("black")],
    [pg.near("black") & ~pg.near("white", 3, "rgb")],
    [pg.near((2, 2, 2))],
]


def excluded_kinds(write_png):
    entries = bytes([10, 20, 30, 40, 50, 60, 70, 80, 90])
    for name, row in (("inside", b"\0\1\2\0"), ("beyond", b"\0\2\3\xff"), ("one", b"\0\0\0\0")):
        for kind, alphas in (("", None), ("+alphas", b"\x80\0"), ("+one", b"\xff\0"), ("+all", bytes(3))):
            chunks = [(b"PLTE", entries)] + ([(b"tRNS", alphas)] if alphas else [])
            yield f"8 bit {name}{kind}", write_png(4, 1, 8, 3, [row], *chunks)
    yield "2 bit", write_png(4, 1, 2, 3, [b"\x1b"], (b"PLTE", entries))
    yield "1 bit", write_png(8, 1, 1, 0, [b"\xa5"])
    yield "1 bit, transparent black", write_png(8, 1, 1, 0, [b"\xa5"], (b"tRNS", b"\0\0"))
    yield "1 bit, transparent white", write_png(8, 1, 1, 0, [b"\xa5"], (b"tRNS", b"\0\1"))
    image = Image.frombytes("P", (4, 1), b"\0\1\2\3")
    image.putpalette(entries)
    for kind in ("BMP", "GIF", "TIFF"):
        buffer = io.BytesIO()
        image.save(buffer, kind)
        yield kind, buffer.getvalue()
    for kind in ("BMP", "PPM", "TIFF"):
        buffer = io.BytesIO()
        Image.frombytes("1", (8, 1), b"\xa5").save(buffer, kind)
        yield f"1 bit {kind}", buffer.getvalue()


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_ruling_out_by_the_palette_gives_the_answer_that_decoding_gives(write_png, query):
    for name, content in excluded_kinds(write_png):
        source = open_source(io.BytesIO(content))
        pixels = source.read()
        assert pixels.dtype == np.uint8
        expected = pg.find(pixels, query)
        found = pg.find(io.BytesIO(content), query)
        assert (found.shape, found.counts.tolist()) == (expected.shape, expected.counts.tolist()), name
        np.testing.assert_array_equal(found.masks, expected.masks, err_msg=name)
        count = pg.count(io.BytesIO(content), query)
        assert (count, count.counts) == (len(expected), tuple(expected.counts)), name
        assert pg.first(io.BytesIO(content), query) == expected.first, name


def test_a_palette_without_the_colour_is_not_decoded(write_png, monkeypatch):
    content = write_png(4, 1, 8, 3, [bytes(4)], (b"PLTE", bytes([10, 20, 30])))
    monkeypatch.setattr("pixgrep.sources.still.StillSource.read", None)
    assert pg.count(io.BytesIO(content), "red") == 0
    assert "nothing will be decoded" in pg.compile("red").explain(io.BytesIO(content))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_files_are_turned_only_when_asked_for(orientation, kind):
    pixels = RNG.integers(0, 256, (4, 6, 3), np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    options = {"lossless": True} if kind == "WEBP" else {}
    Image.fromarray(pixels).save(buffer, kind, exif=exif, **options)
    content = buffer.getvalue()
    with Image.open(io.BytesIO(content)) as image:
        stored = np.asarray(image)
        image.seek(0)
        shown = np.asarray(ImageOps.exif_transpose(image))
    for upright, expected in ((False, stored if kind != "TIFF" else pixels), (True, shown)):
        source = open_source(io.BytesIO(content), Reading(upright=upright))
        np.testing.assert_array_equal(source.read(), expected)
        assert (source.info.height, source.info.width) == expected.shape[:2]


@pytest.mark.parametrize("orientation", [0, 9, 77])
def test_an_orientation_that_does_not_exist_turns_nothing(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((4, 6, 3), np.uint8)).save(buffer, "JPEG", exif=exif)
    assert pg.find(io.BytesIO(buffer.getvalue()), "black", upright=True).shape == (4, 6)


MODES = ["1", "L", "LA", "La", "RGB", "RGBA", "RGBa", "RGBX", "P", "PA", "CMYK", "YCbCr", "HSV", "F", "I;16", "I;16B"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(7, 3), (1, 1), (0, 3)])
def test_pil_images_of_every_mode_are_searched(mode, size):
    image = Image.new(mode, size)
    pixels = open_source(image).read()
    assert pixels.shape[:2] == size[::-1]
    if mode not in ("F", "I;16", "I;16B"):
        wanted = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[pixels.shape[2]]
        expected = np.asarray(image.convert(wanted)).reshape(pixels.shape)
        np.testing.assert_array_equal(pixels, expected)


def test_a_mode_that_cannot_be_searched_is_named_with_the_way_out():
    with pytest.raises(pg.PictureError, match=r"mode 'I'.*convert\('RGB'\)"):
        pg.count(Image.new("I", (3, 3)), "red")


@pytest.mark.parametrize("channels", ["rgb", "bgr"])
def test_images_and_files_are_rgb_whatever_arrays_are(channels):
    image = Image.new("RGB", (3, 2), (255, 0, 0))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    assert pg.count(image, "red", channels=channels) == 6
    assert pg.count(io.BytesIO(buffer.getvalue()), "red", channels=channels) == 6


def test_a_pil_image_is_not_limited_and_not_changed():
    image = Image.fromarray(RNG.integers(0, 256, (9, 9, 3), np.uint8))
    before = image.tobytes()
    pg.find(image, "red", max_pixels=1)
    assert (image.mode, image.tobytes()) == ("RGB", before)
