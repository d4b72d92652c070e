"""The picture in all sizes: its own colours, about as many of each."""

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut, coffee

import pixgrep as pg
from pixgrep.bench.question import Question
from pixgrep.bench.subject import ORANGE, Subject, opened, seeded, to_rgb
from pixgrep.errors import DecodeError, PictureError
from pixgrep.model import PixelFormat
from pixgrep.sources import Reading


@pytest.mark.parametrize("size", [(1, 1), (115, 87), (600, 400), (601, 399), (1300, 40), (1, 900)])
def test_pictures_of_every_size_have_only_colors_of_the_original(size):
    subject = Subject("coffee", coffee(), ())
    scaled = subject.scaled(*size)
    assert scaled.shape == (size[1], size[0], 3)
    assert scaled.flags.c_contiguous
    before, after = pg.census(subject.picture), pg.census(scaled)
    assert all(color in before for color, _, _ in after)


def test_the_original_size_is_the_original_and_larger_ones_are_tiles():
    subject = Subject("coffee", coffee(), ())
    np.testing.assert_array_equal(subject.scaled(600, 400), coffee())
    np.testing.assert_array_equal(subject.scaled(1200, 800), np.tile(coffee(), (2, 2, 1)))


def test_a_thumbnail_has_about_the_share_of_the_original():
    question = Question((0x24, 0x17, 0x0E), 20)
    subject = Subject("coffee", coffee(), (question,))
    scaled = subject.scaled(115, 87)
    share = pg.count(scaled, question.color, within=20) / (115 * 87)
    assert share == pytest.approx(subject.shares[0], rel=0.2)


def test_the_seeded_picture_is_the_same_every_time_and_has_the_shares_it_promises():
    subject = seeded(None, 10)
    np.testing.assert_array_equal(subject.picture, seeded(None, 10).picture)
    assert subject.questions == (Question(ORANGE), Question(ORANGE, 10))
    exact, near = subject.shares
    assert exact == pytest.approx(0.001, rel=0.2)
    assert near == pytest.approx(0.011, rel=0.2)


def test_the_color_of_a_users_picture_is_one_of_a_thousand_pixels(tmp_path):
    path = tmp_path / "coffee.png"
    Image.fromarray(coffee()).save(path)
    subject = opened(path, None, 10, Reading())
    assert subject.name == str(path)
    np.testing.assert_array_equal(subject.picture, coffee())
    assert subject.shares[0] == pytest.approx(0.001, rel=0.05)
    assert opened(path, (1, 2, 3), 7, Reading()).questions == (Question((1, 2, 3)), Question((1, 2, 3), 7))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P", "1"])
def test_files_of_every_kind_become_what_pillow_makes_of_them(tmp_path, mode):
    image = Image.fromarray(astronaut()).convert(mode)
    image.save(tmp_path / "a.png")
    picture = opened(tmp_path / "a.png", None, 10, Reading()).picture
    np.testing.assert_array_equal(picture, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize(
    ("dtype", "values"),
    [("uint8", [0, 128, 255]), ("uint16", [0, 128 * 257, 65535]), ("float32", [-1, 128 / 255, 2])],
)
def test_pixels_of_every_depth_become_8_bits(dtype, values):
    pixels = np.array([[values]], dtype)
    assert to_rgb(pixels, PixelFormat(dtype, 3)).tolist() == [[[0, 128, 255]]]
    assert to_rgb(pixels, PixelFormat(dtype, 3, "bgr")).tolist() == [[[255, 128, 0]]]


def test_what_is_no_picture_is_refused(tmp_path):
    (tmp_path / "a.png").write_text("<html>")
    with pytest.raises(DecodeError, match="not a picture"):
        opened(tmp_path / "a.png", None, 10, Reading())
    with pytest.raises(PictureError, match="no pixels"):
        opened(np.zeros((0, 5, 3), np.uint8), None, 10, Reading())
