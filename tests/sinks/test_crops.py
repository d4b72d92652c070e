"""Crops are parts of the picture, to the last bit."""

import os

import numpy as np
import pytest
from imagecodecs import png_decode, png_encode
from PIL import Image
from skimage.data import coffee, immunohistochemistry
from tests.sinks.test_sinks import FAILED, Memory, feed

import pixgrep as pg
from pixgrep.model import Box
from pixgrep.sinks.crops import CropLinesSink, Crops, write_crops
from pixgrep.sinks.maps import MapFiles

BROWN = "#8b5a3c within 20"


def maps(folder, *roots, **settings):
    return MapFiles(str(folder), list(map(str, roots)), is_folder=True, **settings)


def save(path, pixels):
    """Write a PNG of any depth and number of channels; return its path."""
    path.write_bytes(png_encode(np.ascontiguousarray(pixels)))
    return str(path)


def read(path):
    with open(path, "rb") as file:
        return png_decode(file.read())


@pytest.mark.parametrize("pad", [0, 5, 1000])
def test_each_region_is_cut_out_with_its_surroundings(tmp_path, pad):
    picture = coffee()
    path = save(tmp_path / "coffee.png", picture)
    regions = pg.find(path, BROWN).regions(min_area=20)
    crops = write_crops(regions, maps(tmp_path / "out", path), pad)
    assert len(crops.files) == len(regions) > 10
    for (written, box), region in zip(crops.files, regions, strict=True):
        assert written == str(tmp_path / "out" / "coffee.png" / f"{region.label}.png")
        left, top = max(region.box.x - pad, 0), max(region.box.y - pad, 0)
        right = min(region.box.x + region.box.width + pad, 600)
        bottom = min(region.box.y + region.box.height + pad, 400)
        assert box == Box(left, top, right - left, bottom - top)
        np.testing.assert_array_equal(read(written), picture[top:bottom, left:right])


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_channels_and_bits_stay_what_they_are(tmp_path, channels, dtype):
    step = 1 if dtype == "uint8" else 257
    color = coffee()[:200, :300]
    alpha = np.full((200, 300, 1), 255, np.uint8)
    base = color if channels > 2 else color[:, :, :1]
    pixels = (np.dstack((base, alpha)) if channels in (2, 4) else base).astype(dtype) * np.array(step, dtype)
    pixels[..., 0] += dtype == "uint16"  # values that 8 bits do not have
    path = save(tmp_path / "a.png", pixels if channels > 1 else pixels[:, :, 0])
    regions = pg.find(path, "black within 30").regions().largest(3)
    crops = write_crops(regions, maps(tmp_path / "out", path), 2)
    assert len(crops.files) == 3
    for written, (x, y, width, height) in crops.files:
        again = read(written)
        assert again.dtype == dtype
        np.testing.assert_array_equal(again.reshape(height, width, channels), pixels[y : y + height, x : x + width])


def test_a_region_searched_has_its_place_in_the_whole_picture(tmp_path):
    path = save(tmp_path / "ihc.png", immunohistochemistry())
    found = pg.find(path, BROWN, region=(100, 20, 200, 150)).regions().largest(1)
    ((written, (x, y, width, height)),) = write_crops(found, maps(tmp_path / "out", path), 50).files
    assert (x, y) == (found[0].box.x - 50, 0)
    np.testing.assert_array_equal(read(written), immunohistochemistry()[y : y + height, x : x + width])


def test_no_two_pictures_share_a_folder(tmp_path):
    (tmp_path / "deep").mkdir()
    pictures = [tmp_path / name for name in ("a.png", "a.jpg", "deep/a.png")]
    for path in pictures:
        Image.new("RGB", (3, 2), "red").save(path)
    to = maps(tmp_path / "out", *pictures)
    written = [write_crops(pg.find(str(path), "red within 5").regions(), to, 0).files[0][0] for path in pictures]
    names = ["a.png/1.png", "a.jpg/1.png", "deep/a.png/1.png"]
    assert [os.path.relpath(path, tmp_path / "out") for path in written] == names


def test_float_pixels_are_refused(tmp_path):
    path = tmp_path / "f.tif"
    Image.fromarray(np.ones((4, 4), np.float32)).save(path)
    with pytest.raises(pg.PictureError, match="no float32 pixels; convert it to 16 bits"):
        write_crops(pg.find(str(path), "white").regions(), maps(tmp_path / "out", path), 0)


def test_nothing_is_replaced_without_force(tmp_path):
    path = save(tmp_path / "ihc.png", immunohistochemistry())
    regions = pg.find(path, BROWN).regions().largest(1)
    target = tmp_path / "out" / "ihc.png" / f"{regions.labels[0]}.png"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"precious")
    with pytest.raises(pg.OutputError, match="exists already"):
        write_crops(regions, maps(tmp_path / "out", path), 0)
    assert target.read_bytes() == b"precious"
    write_crops(regions, maps(tmp_path / "out", path, force=True), 0)
    assert read(target).ndim == 3


def test_where_there_are_no_regions_the_picture_is_not_read_again(tmp_path):
    path = save(tmp_path / "ihc.png", immunohistochemistry())
    regions = pg.find(path, BROWN).regions(min_area=10**6)
    os.unlink(path)
    assert write_crops(regions, maps(tmp_path / "out", path), 0) == Crops(path, (), ())
    assert not (tmp_path / "out").exists()


def test_lines_name_files_and_places():
    output = Memory()
    files = (("out/bad\udcff\n.png/1.png", Box(1, 2, 3, 4)), ("out/50%d.png/2.png", Box(5, 6, 7, 8)))
    feed(CropLinesSink(output), Crops("a.png", (), files), FAILED, Crops("b.png", (), ()))
    assert output.content == b"out/bad\xff\n.png/1.png:1,2,3,4\nout/50%d.png/2.png:5,6,7,8\n"
