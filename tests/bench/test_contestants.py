"""Every contestant finds the same places in a real picture, and says why where it cannot."""

import sys
from importlib.util import find_spec

import numpy as np
import pytest
from skimage.data import coffee

import pixgrep as pg
from pixgrep.bench.contestants import CONTESTANTS, Contestant, FromHost, OpenCV, Resident
from pixgrep.bench.question import Question
from pixgrep.errors import MissingExtraError
from pixgrep.gpu.device import get_device

PICTURE = np.ascontiguousarray(coffee()[100:120, 200:233])
MIDDLE = tuple(PICTURE[10, 10].tolist())


@pytest.fixture(params=CONTESTANTS, ids=lambda kind: kind.name)
def contestant(request) -> Contestant:
    kind = request.param
    if kind.is_gpu and not find_spec("numba_cuda"):
        pytest.skip("numba-cuda is not installed")
    if kind is OpenCV:
        pytest.importorskip("cv2")
    made: Contestant = kind()
    made.load()
    return made


@pytest.mark.parametrize(
    "question",
    [
        Question(MIDDLE),
        Question(MIDDLE, 25),
        Question((0, 0, 255), 40),
        Question((250, 3, 128)),
        Question((9, 9, 9), 255),
    ],
    ids=str,
)
def test_each_finds_what_the_reference_finds(contestant, question):
    found = contestant.search(contestant.place(PICTURE), question)
    expected = pg.find(PICTURE, question.color, within=question.within, backend="reference").xy
    np.testing.assert_array_equal(np.asarray(found), expected)
    assert np.asarray(found).shape == (len(expected), 2)


@pytest.mark.parametrize(
    ("middle", "within", "first", "last"), [(100, 25, 75, 125), (9, 20, 0, 29), (255, 0, 255, 255)]
)
def test_both_ends_of_a_tolerance_belong_to_it(contestant, middle, within, first, last):
    greys = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(16, 16, 3)
    found = np.asarray(contestant.search(contestant.place(greys), Question((middle, middle, middle), within)))
    assert (found[:, 1] * 16 + found[:, 0]).tolist() == list(range(first, last + 1))


def test_names_and_colors_tell_contestants_apart():
    assert len({kind.name for kind in CONTESTANTS}) == len({kind.color for kind in CONTESTANTS}) == len(CONTESTANTS)


def test_a_resident_picture_is_not_copied_by_a_search(monkeypatch):
    pytest.importorskip("numba_cuda")
    contestant = Resident()
    contestant.load()
    place = contestant.place(PICTURE)
    copied: list[int] = []
    device = type(get_device())

    def noted(copy):
        def note(self, memory, data):
            copied.append(data.nbytes)
            return copy(self, memory, data)

        return note

    for name in {"upload", "begin_upload"} & set(dir(device)):
        monkeypatch.setattr(device, name, noted(getattr(device, name)))
    contestant.search(place, Question(MIDDLE))
    assert sum(copied) < PICTURE.nbytes
    host = FromHost()
    host.load()
    host.search(PICTURE, Question(MIDDLE))
    assert sum(copied) >= PICTURE.nbytes


def test_without_opencv_the_reason_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(MissingExtraError, match="pip install opencv-python-headless"):
        OpenCV().load()
