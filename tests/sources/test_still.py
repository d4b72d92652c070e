import io
import os
import random
import struct
import subprocess
import sys
import zlib
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import skimage
import sklearn
import tifffile
from PIL import Image, UnidentifiedImageError

import pixgrep as pg
from pixgrep.sources import Reading, open_source
from pixgrep.sources.still import SUFFIXES, StillSource

SHIPPED = sorted(
    path
    for folder in (Path(skimage.__file__).parent / "data", Path(sklearn.__file__).parent / "datasets" / "images")
    for path in folder.iterdir()
    if path.suffix in SUFFIXES
)
RNG = np.random.default_rng(7)
RGBA = RNG.integers(0, 256, (23, 31, 4), np.uint8)
RGB = np.ascontiguousarray(RGBA[..., :3])


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def files():
    rgb, rgba, grey = Image.fromarray(RGB), Image.fromarray(RGBA), Image.fromarray(RGB[..., 0])
    yield "rgb.png", encoded(rgb, "PNG")
    yield "rgba.png", encoded(rgba, "PNG")
    yield "palette.png", encoded(rgb.quantize(16), "PNG")
    yield "grey16.png", encoded(Image.fromarray(RGB[..., 0].astype(np.uint16) * 257), "PNG")
    yield "rgb.jpg", encoded(rgb, "JPEG")
    yield "progressive.jpg", encoded(rgb, "JPEG", progressive=True)
    yield "cmyk.jpg", encoded(rgb.convert("CMYK"), "JPEG")
    yield "a.gif", encoded(rgb.quantize(16), "GIF")
    yield "several.gif", encoded(grey, "GIF", save_all=True, append_images=[grey.rotate(180)])
    yield "lossless.webp", encoded(rgba, "WEBP", lossless=True)
    yield "lossy.webp", encoded(rgb, "WEBP")
    yield "a.bmp", encoded(rgb, "BMP")
    yield "palette.bmp", encoded(rgb.quantize(16), "BMP")
    yield "a.avif", encoded(rgb, "AVIF")
    yield "a.qoi", encoded(rgb, "QOI")
    yield "a.ppm", encoded(rgb, "PPM")
    yield "a.pgm", encoded(grey, "PPM")
    yield "a.pbm", encoded(grey.convert("1"), "PPM")
    yield "raw.tif", encoded(rgb, "TIFF")
    yield "deflated.tif", encoded(rgba, "TIFF", compression="tiff_deflate")
    yield "lzw.tif", encoded(rgb, "TIFF", compression="tiff_lzw")
    yield "jpeg.tif", encoded(rgb, "TIFF", compression="jpeg")


FILES = dict(files())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
@pytest.mark.filterwarnings("ignore::pixgrep.PixgrepWarning")
def test_pictures_that_packages_ship_are_pixel_identical_to_pillows(path):
    with closing(open_source(path)) as source:
        pixels = source.read()
    try:
        image = Image.open(path)
    except UnidentifiedImageError:  # a planar TIFF, which Pillow cannot read
        expected = tifffile.imread(path, key=0)
        np.testing.assert_array_equal(pixels, np.moveaxis(expected, 0, 2) if expected.shape[0] == 3 else expected)
        return
    with image:
        if pixels.dtype == np.uint16 and not image.mode.startswith("I;16"):
            pixels = (pixels >> 8).astype(np.uint8)  # Pillow cuts it
        has_alpha = pixels.shape[2] in (2, 4)
        assert has_alpha == (image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info)
        is_deep = pixels.dtype == np.uint16
        wanted = image if is_deep else image.convert({1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[pixels.shape[2]])
        expected = np.asarray(wanted)
    np.testing.assert_array_equal(pixels.reshape(expected.shape), expected)


def test_there_are_shipped_pictures():
    assert len(SHIPPED) > 25


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["path", "text", "bytes", "file", "open file"])
@pytest.mark.filterwarnings("ignore::pixgrep.PixgrepWarning")
def test_every_kind_of_file_reads_as_pillow_reads_it(name, kind, tmp_path):
    content = FILES[name]
    path = tmp_path / name
    path.write_bytes(content)
    with open(path, "rb") as file:
        given = {
            "path": path,
            "text": str(path),
            "bytes": os.fsencode(path),
            "file": io.BytesIO(content),
            "open file": file,
        }
        with closing(open_source(given[kind])) as source:
            pixels, info = source.read(), source.info
    with Image.open(path) as image:
        if pixels.dtype == np.uint16:
            expected = np.asarray(image)
        else:
            expected = np.asarray(image.convert({1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[pixels.shape[2]]))
    np.testing.assert_array_equal(pixels.reshape(expected.shape), expected)
    assert (info.height, info.width) == (23, 31)
    assert source.name == ("<file>" if kind == "file" else str(path))


def test_the_name_of_a_file_does_not_choose_the_decoder(tmp_path):
    path = tmp_path / "really-a-png.jpg"
    path.write_bytes(FILES["rgb.png"])
    with closing(open_source(path)) as source:
        np.testing.assert_array_equal(source.read(), RGB)


def cuts(content):
    places = {0, 1, 2, 3, 8, 15, 16, 17, 33, 50, len(content) // 2, len(content) - 2, len(content) - 1}
    return sorted(place for place in places | set(range(0, len(content), max(1, len(content) // 25))))


def search(content):
    """Search; only a DecodeError that names the file may come out."""
    file = io.BytesIO(content)
    file.name = "some.file"
    try:
        pg.count(file, [~pg.near("red"), "#00000000"], max_pixels=10**6)  # no palette rules that out
    except pg.DecodeError as error:
        message = str(error)
    else:
        return True
    assert message.startswith("some.file: ")
    assert "\n" not in message
    return False


@pytest.mark.parametrize("name", FILES)
@pytest.mark.filterwarnings("ignore")
def test_a_file_that_is_cut_off_is_a_decode_error_or_complete(name):
    content = FILES[name]
    assert search(content)
    outcomes = {place: search(content[:place]) for place in cuts(content)}
    assert not outcomes[0]
    assert not outcomes[min(50, len(content) // 2)]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.filterwarnings("ignore")
def test_two_hundred_mutations_raise_nothing_but_decode_errors(name):
    content, rng = FILES[name], random.Random(11)
    for _ in range(200):
        damaged = bytearray(content)
        for _ in range(rng.choice([1, 1, 2, 8])):
            place = rng.randrange(len(damaged)) if rng.random() < 0.5 else rng.randrange(min(120, len(damaged)))
            damaged[place] ^= 1 << rng.randrange(8)
        search(bytes(damaged))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"<html><body>404</body></html>", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (b"%PDF-1.7", "not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "not a picture"),
        (b"\0" * 1000, "not a picture"),
        (b"\x89PNG\r\n\x1a\n", "x.png"),
        (b"GIF89a", "x.png"),
        (b"RIFF\0\0\0\0WEBP", "x.png"),
        (b"BM", "x.png"),
        (b"II*\0", "x.png"),
        (b"P6\n2 2\n255\n", "x.png"),
        (b"P6 99999999999999999999 2 255\n", "x.png"),
        (b"\xff\xd8\xff", "x.png"),
    ],
)
def test_what_is_no_picture_is_named(tmp_path, content, message):
    path = tmp_path / "x.png"
    path.write_bytes(content)
    with pytest.raises(pg.DecodeError, match=message) as caught:
        pg.count(path, "red")
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("kind", ["fifo", "null", "folder", "missing", "loop", "nul"])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path, kind):
    path = str(tmp_path / "x.png")
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "null":
        path = os.devnull
    elif kind == "folder":
        os.mkdir(path)
    elif kind == "loop":
        os.symlink(path, path)
    elif kind == "nul":
        path = "a\0b.png"
    with pytest.raises(pg.DecodeError) as caught:
        pg.find(path, "red")
    assert path in str(caught.value)


def huge(width, height):
    """Return headers that promise far more pixels than there are."""
    png = bytearray(FILES["rgb.png"])
    png[16:24] = struct.pack(">II", width, height)
    png[29:33] = struct.pack(">I", zlib.crc32(bytes(png[12:29])))
    yield "PNG", bytes(png)
    bmp = bytearray(FILES["a.bmp"])
    bmp[18:26] = struct.pack("<ii", width, height)
    yield "BMP", bytes(bmp)
    yield "QOI", b"qoif" + struct.pack(">II", width, height) + b"\3\0" + bytes(8)
    yield "PPM", b"P6\n%d %d\n255\n" % (width, height)
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, np.zeros((2, 3), np.uint8))
    with tifffile.TiffFile(io.BytesIO(buffer.getvalue())) as file:
        tags = file.pages.first.tags
        places = [(tags[code].valueoffset, value) for code, value in ((256, width), (257, height))]
        dtypes = [tags[code].dtype for code in (256, 257)]
    content = bytearray(buffer.getvalue())
    for (place, value), dtype in zip(places, dtypes, strict=True):
        code = "<H" if int(dtype) == 3 else "<I"
        content[place : place + struct.calcsize(code)] = struct.pack(code, value)
    yield "TIFF", bytes(content)


@pytest.mark.parametrize(("kind", "content"), list(huge(60_000, 60_000)), ids=lambda value: str(value)[:4])
def test_too_many_pixels_are_refused_before_memory_is_taken(kind, content):
    with pytest.raises(pg.DecodeError, match="60000 x 60000 pixels are more than the 178,956,970 allowed"):
        pg.count(io.BytesIO(content), "red")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.filterwarnings("ignore::pixgrep.PixgrepWarning")
def test_the_limit_is_the_number_of_pixels_itself(name):
    content = FILES[name]
    pg.count(io.BytesIO(content), "red", max_pixels=23 * 31)
    with pytest.raises(pg.DecodeError, match="allow more with max_pixels=713"):
        pg.count(io.BytesIO(content), "red", max_pixels=23 * 31 - 1)


def test_several_frames_are_told_and_the_first_is_searched():
    with pytest.warns(pg.PixgrepWarning, match="the first of 2 frames"):
        hits = pg.find(io.BytesIO(FILES["several.gif"]), [(int(value),) * 3 for value in range(256)], within=0)
    assert len(hits) == 23 * 31


@pytest.mark.parametrize("name", ["rgb.png", "palette.png", "rgb.jpg", "raw.tif", "lzw.tif", "a.gif", "a.avif"])
def test_files_are_closed(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(FILES[name])
    code = (
        "import sys, pixgrep as pg\n"
        "for path in (sys.argv[1],) * 3:\n"
        "    pg.count(path, 'red')\n"
        "try: pg.count(sys.argv[1], 'red', max_pixels=1)\n"
        "except pg.DecodeError: pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "default::ResourceWarning", "-c", code, path],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "ResourceWarning" not in done.stderr


def test_the_header_alone_gives_the_info(monkeypatch):
    source = StillSource(io.BytesIO(FILES["rgb.png"]), Reading())
    monkeypatch.setattr(Image.Image, "load", None)
    assert (source.info.width, source.info.height) == (31, 23)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_the_bytes_of_a_file_are_a_picture(kind):
    buffer = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(buffer, "PNG")
    assert pg.count(kind(buffer.getvalue()), "red") == 12


def test_a_jpeg_that_was_cut_off_is_refused():
    """imagecodecs would fill what is missing with grey."""
    buffer = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, "JPEG")
    with pytest.raises(pg.DecodeError):
        pg.count(buffer.getvalue()[: len(buffer.getvalue()) // 2], "red")


def test_a_file_opened_as_text_is_named(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("text")
    with open(path, encoding="utf-8") as file, pytest.raises(pg.DecodeError, match="mode 'rb'"):
        pg.count(file, "red")


@pytest.mark.parametrize("content", [b"", b"\0\0\0\x0cjP  \r\n" + b"x" * 50000, b"Pf\n3 3\n-1.0\n" + bytes(36)])
def test_bytes_that_are_no_picture_do_not_become_the_message(content):
    with pytest.raises(pg.DecodeError) as raised:
        pg.count(content, "red")
    assert len(str(raised.value)) < 200
