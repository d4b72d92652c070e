import io

import numpy as np
import pytest
import tifffile
from PIL import Image

import pixgrep as pg
from pixgrep.sources import Reading, open_source

RNG = np.random.default_rng(4)


def written(pixels, **options):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, **options)
    return buffer.getvalue()


def read(content):
    return open_source(io.BytesIO(content)).read()


def random_pixels(dtype, *shape):
    if np.dtype(dtype).kind == "f":
        return RNG.random(shape).astype(dtype)
    return RNG.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("layout", ["strips", "tiles", "planar"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_pixels_come_back_as_they_were_written(dtype, channels, layout, byteorder):
    pixels = random_pixels(dtype, 40, 50, channels)
    options: dict[str, object] = {"photometric": "rgb" if channels > 1 else "minisblack", "byteorder": byteorder}
    stored = pixels if channels > 1 else pixels[..., 0]
    if channels == 4:
        options["extrasamples"] = ["unassalpha"]
    if layout == "strips":
        options["rowsperstrip"] = 7
    elif layout == "tiles":
        options["tile"] = (16, 16)
    elif channels > 1:
        options["planarconfig"] = "separate"
        stored = np.moveaxis(stored, 2, 0)
    content = written(stored, **options)
    source = open_source(io.BytesIO(content))
    np.testing.assert_array_equal(source.read(), pixels)
    assert source.info.format.dtype == dtype
    white = np.array([1.0 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max], dtype)
    assert pg.count(io.BytesIO(content), "white") == (pixels[..., : min(channels, 3)] == white).all(axis=2).sum()


@pytest.mark.parametrize("compression", ["zlib", "lzw", "packbits", "zstd", "lzma"])
def test_compressed_pixels_are_the_same(compression):
    pixels = random_pixels("uint8", 40, 50, 3)
    np.testing.assert_array_equal(read(written(pixels, photometric="rgb", compression=compression)), pixels)


def test_a_palette_becomes_its_colours():
    index, colors = random_pixels("uint8", 9, 8), random_pixels("uint8", 256, 3)
    content = written(index, photometric="palette", colormap=colors.T.astype(np.uint16) * 257)
    np.testing.assert_array_equal(read(content), colors[index])


def test_white_may_be_zero():
    pixels = random_pixels("uint16", 9, 8)
    np.testing.assert_array_equal(read(written(pixels, photometric="miniswhite"))[..., 0], 65535 - pixels)


def test_alpha_is_not_inverted_where_white_is_zero():
    pixels = np.dstack([np.full((2, 2), 0, np.uint8), np.full((2, 2), 40, np.uint8)])
    content = written(pixels, photometric="miniswhite", extrasamples=["unassalpha"], planarconfig="contig")
    assert read(content)[0, 0].tolist() == [255, 40]


def test_premultiplied_alpha_is_divided_out():
    """As `pixgrep.sources.still` says, and as Pillow does."""
    pixels = np.full((2, 2, 4), 100, np.uint8)
    content = written(pixels, photometric="rgb", extrasamples=["assocalpha"])
    assert read(content)[0, 0].tolist() == [255, 255, 255, 100]


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_bilevel_pixels_are_black_and_white(photometric):
    mask = RNG.random((9, 21)) < 0.5
    content = written(mask, photometric=photometric)
    expected = mask if photometric == "minisblack" else ~mask
    np.testing.assert_array_equal(read(content)[..., 0], expected * 255)


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr"])
def test_what_is_left_to_pillow_is_read_as_pillow_reads_it(mode):
    buffer = io.BytesIO()
    options = {"compression": "jpeg"} if mode == "YCbCr" else {}
    Image.fromarray(random_pixels("uint8", 16, 16, 3)).convert(mode).save(buffer, "TIFF", **options)
    expected = np.asarray(Image.open(io.BytesIO(buffer.getvalue())).convert("RGB"))
    np.testing.assert_array_equal(read(buffer.getvalue()), expected)


def test_several_pages_are_told_and_the_first_is_read():
    pixels = random_pixels("uint8", 3, 9, 8)
    content = written(pixels, photometric="minisblack")
    with pytest.warns(pg.PixgrepWarning, match="the first of 3"):
        hits = pg.find(io.BytesIO(content), [(int(value),) * 3 for value in pixels[0, 0, :2]])
    assert hits.shape == (9, 8)
    np.testing.assert_array_equal(hits.mask, np.isin(pixels[0], pixels[0, 0, :2]))


@pytest.mark.parametrize("dtype", ["int8", "int16", "uint32", "int32", "float16", "complex64"])
def test_samples_that_cannot_be_searched_are_named(dtype):
    content = written(np.zeros((4, 4), dtype))
    with pytest.raises(pg.DecodeError, match=dtype):
        pg.count(io.BytesIO(content), "red")


def test_an_ome_tiff_never_makes_another_file_be_read(tmp_path):
    secret = tmp_path / "secret.tif"
    tifffile.imwrite(secret, np.full((4, 5), 77, np.uint8))
    folder = tmp_path / "given"
    folder.mkdir()
    path = folder / "innocent.ome.tif"
    description = (
        '<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" '
        'UUID="urn:uuid:00000000-0000-0000-0000-000000000001"><Image ID="Image:0"><Pixels ID="Pixels:0" '
        'DimensionOrder="XYCZT" Type="uint8" SizeX="5" SizeY="4" SizeC="1" SizeZ="1" SizeT="1">'
        '<Channel ID="Channel:0:0" SamplesPerPixel="1"/><TiffData IFD="0" PlaneCount="1">'
        '<UUID FileName="../secret.tif">urn:uuid:00000000-0000-0000-0000-000000000002</UUID></TiffData>'
        "</Pixels></Image></OME>"
    )
    tifffile.imwrite(path, np.full((4, 5), 11, np.uint8), description=description, metadata=None)
    assert pg.count(path, [(11, 11, 11), (77, 77, 77)]).counts == (20, 0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_tag_turns_only_when_asked_for(orientation):
    pixels = random_pixels("uint8", 4, 6)
    content = written(pixels, photometric="minisblack", extratags=[(274, 3, 1, orientation, True)])
    plain, turned = (open_source(io.BytesIO(content), Reading(upright=upright)) for upright in (False, True))
    np.testing.assert_array_equal(plain.read()[..., 0], pixels)
    expected = (6, 4) if orientation >= 5 else (4, 6)
    shown = turned.read()
    assert shown.shape[:2] == expected == (turned.info.height, turned.info.width)
    corner = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (0, -1), 7: (-1, -1), 8: (-1, 0)}
    assert shown[corner[orientation]][0] == pixels[0, 0]


def test_missing_strips_are_an_error_and_not_black_pixels():
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, np.full((64, 64), 200, np.uint8), rowsperstrip=8, compression="zlib")
    with tifffile.TiffFile(io.BytesIO(buffer.getvalue())) as file:
        tag = file.pages.first.tags["StripByteCounts"]
        size = tag.dtype_size if hasattr(tag, "dtype_size") else {3: 2, 4: 4, 16: 8}[int(tag.dtype)]
        place = tag.valueoffset + 3 * size
    content = bytearray(buffer.getvalue())
    content[place : place + size] = bytes(size)
    with pytest.raises(pg.DecodeError, match="damaged or sparse"):
        pg.count(bytes(content), "black")


def test_a_bilevel_palette_shows_its_colours():
    buffer = io.BytesIO()
    image = Image.frombytes("P", (8, 1), bytes([0, 1] * 4))
    image.putpalette([10, 20, 30, 200, 100, 0])
    image.save(buffer, "TIFF", bits=1)
    assert pg.count(buffer.getvalue(), [(10, 20, 30), (200, 100, 0)]).counts == (4, 4)


def test_a_palette_with_alpha_keeps_it():
    pixels = np.zeros((4, 6, 4), np.uint8)
    pixels[..., 0], pixels[..., 3] = 255, 128
    pixels[0, :, 3] = 255
    image = Image.fromarray(pixels).convert("RGB").quantize(4).convert("PA")
    image.putalpha(Image.fromarray(pixels[..., 3]))
    buffer = io.BytesIO()
    image.save(buffer, "TIFF")
    assert pg.count(buffer.getvalue(), ["#ff000080", "#ff0000ff"]).counts == (18, 6)


def test_pixels_that_nobody_decodes_are_named():
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, np.zeros((4, 4, 4), np.uint32), photometric="separated")
    with pytest.raises(pg.DecodeError, match="SEPARATED pixels of 4 x 32 bits cannot be searched; convert"):
        pg.count(buffer.getvalue(), "red")
