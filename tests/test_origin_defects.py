"""
The 15 defects of the tutorial kernel that pixgrep grew out of, and those of its 16 relatives: none may come back.

Defects 5 to 8 and 14 are about speed and the memory of a GPU: benchmarks watch over those.
"""

import os
import subprocess
import sys

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.backends import BACKENDS

RNG = np.random.default_rng(15)
pytestmark = pytest.mark.parametrize("backend", BACKENDS)


def noise(height=40, width=70, channels=3):
    return RNG.integers(0, 3, (height, width, channels), np.uint8)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_defect_01_no_pixel_is_reported_twice(backend, channels):
    """Every hit came 3 times, of RGBA pictures 6 times: the kernel ignored the third axis of its grid."""
    image = noise(channels=channels)
    hits = pg.find(image, [(1, 1, 1), "#010101", pg.near((1, 1, 1), 1)], backend=backend)
    assert len(np.unique(hits.xy, axis=0)) == len(hits.xy) == len(hits) == hits.mask.sum()
    assert len(pg.find(image, (1, 1, 1), backend=backend)) == (image[..., :3] == 1).all(axis=2).sum()


@pytest.mark.parametrize("colors", [["black"], ["black"] * 7, ["black", pg.near("black", 255)]])
def test_defect_02_all_pixels_may_match_and_colours_may_be_listed_twice(backend, colors):
    """Buffers had room for a third of the pixels; more hits overran them or were cut off in silence."""
    hits = pg.find(np.zeros((130, 77, 3), np.uint8), colors, backend=backend)
    assert len(hits) == len(hits.xy) == 130 * 77
    assert hits.counts.tolist() == [130 * 77] * len(colors)


@pytest.mark.parametrize("color", [(255, 255, 255), [255, 255, 255], np.array([255, 255, 255])])
def test_defect_03_one_flat_colour_is_one_colour(backend, color):
    """The default argument itself, a flat tuple, failed."""
    assert pg.count(np.full((4, 5, 3), 255, np.uint8), color, backend=backend) == 20


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_defect_04_matches_come_in_reading_order_on_every_run(backend, threads):
    """They came in the order in which threads won an atomic counter."""
    image = noise(300, 301)
    runs = [pg.find(image, ["#010101", "#000000"], backend=backend, threads=threads).xy for _ in range(3)]
    for xy in runs:
        assert (np.diff(xy[:, 1].astype(np.int64) * 301 + xy[:, 0]) > 0).all()
        np.testing.assert_array_equal(xy, runs[0])


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
def test_defect_09_the_dtype_of_the_answer_is_not_that_of_the_colours(backend, dtype):
    """One parameter typed result, colours and counter at once; 8 and 16 bits and floats did not compile."""
    hits = pg.find(np.zeros((1, 70_000, 3), dtype), "black", backend=backend)
    assert hits.xy.dtype == np.int32
    assert hits.xy[-1].tolist() == [69_999, 0]


def test_defect_10_nothing_is_compiled_again_for_other_layouts_and_results(backend):
    """Every layout and result dtype cost seconds; here one machine code serves them all."""
    image = noise()
    pg.count(image, "#010101", backend=backend)
    if backend != "cpu":
        return
    from pixgrep.compiled.matching import match_blocks

    before = len(match_blocks.signatures)
    frozen = image.copy()
    frozen.flags.writeable = False
    for other in (image[::2], np.asfortranarray(image), frozen, image[:, ::-1], image[..., ::-1]):
        pg.count(other, "#010101", backend=backend)
        pg.find(other, (2, 2, 2), backend=backend)
    assert len(match_blocks.signatures) == before


@pytest.mark.parametrize(
    "image",
    [noise()[::2, ::-1], noise().transpose(1, 0, 2), noise(channels=1)[..., 0], noise(7, 33), noise(1, 1), noise(0, 4)],
    ids=["strided", "transposed", "grey", "odd", "one pixel", "empty"],
)
def test_defect_11_views_grey_pictures_and_odd_shapes_are_searched(backend, image):
    """Each raised an obscure error."""
    expected = (image == 1).all(axis=2) if image.ndim == 3 else image == 1
    np.testing.assert_array_equal(pg.find(image, (1, 1, 1), backend=backend).mask, expected)


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint32", "int8"])
def test_defect_12_pictures_of_other_integers_are_refused_by_name(backend, dtype):
    """An int64 picture was read as raw bytes: wrong in silence, or a crash."""
    with pytest.raises(pg.PictureError, match=rf"{dtype}.*astype"):
        pg.count(np.zeros((4, 4, 3), dtype), "black", backend=backend)


@pytest.mark.parametrize("color", [(256, 0, 0), (-1, 0, 0), (255, 511, 0), (1000,) * 3])
def test_defect_12_a_colour_out_of_range_is_refused_and_not_taken_modulo_256(backend, color):
    """(256, 0, 0) found black pixels."""
    with pytest.raises(pg.ColorError, match=r"outside 0\.\.255"):
        pg.count(np.zeros((4, 4, 3), np.uint8), color, backend=backend)


def test_defect_13_it_is_said_which_colour_hit(backend):
    """Coordinates came without their colour."""
    image = np.array([[[255, 0, 0], [0, 0, 0], [0, 0, 255]]], np.uint8)
    hits = pg.find(image, ["blue", "red"], backend=backend)
    assert hits.colors.tolist() == [1, 0]
    assert [(match.x, match.color) for match in hits] == [(0, "red"), (2, "blue")]


def test_defect_13_rgb_and_bgr_are_told_apart(backend):
    """It had no notion of them."""
    image = np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8)
    assert pg.first(image, "red", backend=backend) == (0, 0, "red")
    assert pg.first(image, "red", channels="bgr", backend=backend) == (1, 0, "red")


@pytest.mark.parametrize("count", [0, 1, 5])
def test_defect_15_coordinates_have_the_shape_of_a_list_of_pairs(backend, count):
    """They had a stray leading axis."""
    image = np.zeros((3, 5, 3), np.uint8)
    image[1, :count] = 255
    hits = pg.find(image, "white", backend=backend)
    assert hits.xy.shape == hits.yx.shape == (count, 2)
    assert hits.colors.shape == (count,)


def test_nothing_found_is_nothing_and_no_phantom_at_the_origin(backend):
    """Seven relatives returned one row [0, 0], not to be told from a true hit there; one returned [[-1, -1]]."""
    image = np.zeros((5, 6, 3), np.uint8)
    image[0, 0] = (255, 0, 7)
    hits = pg.find(image, [(255, 0, 0), (0, 0, 7)], backend=backend)
    assert len(hits) == 0
    assert not hits
    assert hits.xy.shape == (0, 2)
    assert hits.xy.dtype == np.int32
    assert (hits.first, hits.last, hits.bbox) == (None, None, None)
    assert list(hits) == []
    assert pg.first(image, "red", backend=backend) is None
    found = pg.find(image, (255, 0, 7), backend=backend)
    assert found.xy.tolist() == [[0, 0]]
    assert found


@pytest.mark.parametrize("shape", [(70_000, 2), (2, 70_000)])
def test_coordinates_beyond_65535_are_not_wrapped(backend, shape):
    """Row 69,999 came back as 4,463: results were uint16."""
    image = np.zeros((*shape, 3), np.uint8)
    image[-1, -1] = 255
    expected = [[shape[1] - 1, shape[0] - 1]]
    hits = pg.find(image, "white", backend=backend)
    assert hits.xy.tolist() == expected
    assert hits.first == hits.last == (*expected[0], "white")
    assert pg.first(image, "white", backend=backend) == hits.first


def test_axes_are_not_swapped_on_pictures_that_are_not_square(backend):
    """Two relatives divided by the height instead of the width: right on square pictures only."""
    image = np.zeros((3, 11, 3), np.uint8)
    image[2, 7] = image[0, 10] = 255
    hits = pg.find(image, "white", backend=backend)
    assert hits.xy.tolist() == [[10, 0], [7, 2]]
    assert hits.yx.tolist() == [[0, 10], [2, 7]]
    assert hits.mask.shape == (3, 11)


def test_rgba_pictures_are_not_read_in_steps_of_three(backend):
    """Most relatives did: colours were put together from neighbouring pixels."""
    image = np.zeros((6, 9, 4), np.uint8)
    image[..., 3] = 255
    image[4, 5, :3] = (10, 20, 30)
    assert pg.find(image, (10, 20, 30), backend=backend).xy.tolist() == [[5, 4]]
    assert pg.count(image, (255, 0, 0), backend=backend) == 0, "alpha and the next red are no colour"


def test_a_small_spot_in_a_large_picture_is_found_where_it_is(backend):
    """One relative searched a copy shrunken to 200 x 200: small spots vanished."""
    image = np.zeros((1003, 1501, 3), np.uint8)
    image[997, 1499] = (1, 2, 3)
    assert pg.find(image, (1, 2, 3), backend=backend).xy.tolist() == [[1499, 997]]


def test_the_absence_of_a_gpu_does_not_matter(backend):
    """The search failed late, with a message of the driver."""
    if backend == "cuda":
        pytest.skip("asked for a GPU, it says at once what is missing: tests/gpu")
    code = f"import numpy as np, pixgrep as pg; print(pg.count(np.zeros((9, 9, 3), 'u1'), '#000', backend={backend!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.strip() == "81"
