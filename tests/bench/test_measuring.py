"""A run: who disagrees, fails or asks for too much is told of, and the others go on."""

import warnings

import numpy as np
import pytest
from skimage.data import coffee

from pixgrep.bench import machine, timing
from pixgrep.bench.contestants import Compiled, Contestant, FromHost, NumPy, Resident
from pixgrep.bench.measuring import Bench, sizes_up_to
from pixgrep.bench.question import Question
from pixgrep.bench.report import Report
from pixgrep.bench.subject import Subject
from pixgrep.errors import DeviceError, warn

SIZES = ((16, 12), (33, 20))
COLOR = tuple(coffee()[200, 300].tolist())
SUBJECT = Subject("coffee", coffee(), (Question(COLOR), Question(COLOR, 20)))


def run(*contestants: Contestant, sizes=SIZES, seconds=60.0) -> Report:
    return Bench(contestants, SUBJECT, sizes, seconds).run()


def measured(report: Report) -> list[tuple[str, str, int]]:
    return [(result.question, result.contestant, result.width) for result in report.results]


def test_every_contestant_is_measured_with_every_question_and_size():
    report = run(NumPy(), Compiled())
    assert sorted(measured(report)) == sorted(
        (question, name, width)
        for question in ("exact", "within 20")
        for name in ("NumPy", "pixgrep compiled")
        for width in (16, 33)
    )
    assert report.is_complete
    assert not report.wrong
    assert not report.notes
    for result in report.results:
        picture = SUBJECT.scaled(result.width, result.height).astype(int)
        within = 20 if result.question == "within 20" else 0
        assert result.matches == (abs(picture - COLOR) <= within).all(-1).sum()
        assert len(result.timing.samples) >= 3
        assert result.timing.median > 0


def test_gpus_are_measured_where_there_is_one(monkeypatch):
    pytest.importorskip("numba_cuda")
    monkeypatch.setattr(timing, "MOST_ROUNDS", 1)  # a GPU made of Python takes its time
    subject = Subject("coffee", coffee(), SUBJECT.questions[1:])
    report = Bench([NumPy(), FromHost(), Resident()], subject, [(8, 6)], 60.0).run()
    assert {name for _, name, _ in measured(report)} == {"NumPy", "pixgrep GPU from host", "pixgrep GPU resident"}
    assert report.machine["gpu"] == ["an engine made of Python"]
    assert not report.wrong
    assert not report.notes


class OffByOne(NumPy):
    name = "off by one"

    def search(self, picture, question):
        return super().search(picture, question) + (question.within > 0)


class Forgetful(NumPy):
    name = "forgetful"

    def search(self, picture, question):
        return super().search(picture, question)[: -1 if question.within else None]


class Unordered(NumPy):
    name = "unordered"

    def search(self, picture, question):
        return super().search(picture, question)[:: -1 if question.within else 1]


@pytest.mark.parametrize("kind", [OffByOne, Forgetful, Unordered])
def test_a_wrong_answer_is_told_and_its_time_is_not(kind):
    report = run(NumPy(), kind(), Compiled())
    assert ("within 20", kind.name, 33) not in measured(report)
    assert ("exact", kind.name, 33) in measured(report)
    assert ("within 20", "pixgrep compiled", 33) in measured(report)
    assert len(report.wrong) == 2
    assert all(line.startswith(f"{kind.name} differs from NumPy (") for line in report.wrong)
    assert "within 20): it finds" in report.wrong[0]


class Absent(NumPy):
    name = "absent"

    def load(self):
        raise DeviceError("there is none; buy one")


class Fallen(NumPy):
    """As a GPU that fails and for which the processor goes on."""

    name = "fallen"

    def search(self, picture, question):
        warn("the processor goes on")
        return super().search(picture, question)


def test_who_cannot_take_part_is_told_with_the_reason():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = run(NumPy(), Absent(), Fallen())
    assert [entry.missing for entry in report.entries] == [None, "there is none; buy one", "the processor goes on"]
    assert {name for _, name, _ in measured(report)} == {"NumPy"}


class Small(NumPy):
    name = "small"

    def place(self, picture):
        if picture.shape[1] > 20:
            raise MemoryError("no room")
        return picture


class Tired(NumPy):
    """Fails when it is timed."""

    name = "tired"
    left = 6

    def search(self, picture, question):
        self.left -= 1
        if self.left < 0:
            raise RuntimeError("enough")
        return super().search(picture, question)


def test_who_fails_at_a_size_is_told_and_the_others_go_on():
    report = run(NumPy(), Small(), Tired())
    assert ("exact", "small", 16) in measured(report)
    assert ("exact", "NumPy", 33) in measured(report)
    assert ("exact", "small", 33) not in measured(report)
    assert "small could not be measured with 0.00066 megapixels: no room" in report.notes
    assert any(note.startswith("tired could not be measured with") and note.endswith("enough") for note in report.notes)


def test_sizes_that_do_not_fit_in_memory_are_left_out(monkeypatch):
    monkeypatch.setattr(machine, "free_memory", lambda: 6000)
    report = run(NumPy())
    assert {width for *_, width in measured(report)} == {16}
    assert len(report.notes) == 1
    assert report.notes[0].startswith("left out: 0.00066 megapixels; 0.00066 megapixels need 0.0 GB")
    assert report.is_complete


def test_sizes_that_take_too_long_are_left_out():
    report = run(NumPy(), seconds=0.0)
    assert {width for *_, width in measured(report)} == {16}  # the first is always measured
    assert "give more by --seconds" in report.notes[0]


class Interrupted(NumPy):
    name = "interrupted"

    def search(self, picture, question):
        if picture.shape[1] > 20:
            raise KeyboardInterrupt
        return super().search(picture, question)


def test_what_was_measured_before_an_interrupt_is_there():
    bench = Bench([NumPy(), Interrupted()], SUBJECT, SIZES, 60.0)
    with pytest.raises(KeyboardInterrupt):
        bench.run()
    assert len(bench.report.results) == 4
    assert not bench.report.is_complete


def test_sizes_reach_from_a_thumbnail_to_the_largest():
    sizes = sizes_up_to(100)
    areas = [width * height / 1e6 for width, height in sizes]
    np.testing.assert_allclose(areas, [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100], rtol=0.01)
    assert all(1.3 < width / height < 1.37 for width, height in sizes)
