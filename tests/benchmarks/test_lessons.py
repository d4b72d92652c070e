"""The timing of the tutorial's kernels, walked without a GPU."""

import pytest

pytest.importorskip("numba_cuda")

from benchmarks.gpu import lessons
from benchmarks.gpu.bootstrap import WORK
from benchmarks.gpu.dry import DryLab
from benchmarks.gpu.report import Report

from pixgrep.gpu.device import get_device, use_device


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setenv(WORK, str(tmp_path))
    kept = get_device()
    yield DryLab()
    use_device(kept)


def test_each_page_with_kernels_is_timed_and_right(lab, tmp_path):
    report = Report("lessons", True, 100, tmp_path / "report.json")
    lessons.run(lab, report)
    assert (report.problems, report.failures, report.skipped) == ([], [], [])
    timed = {int(measurement.name.split(",")[0].removeprefix("page ")) for measurement in report.measurements}
    assert timed == {2, 4, 5, 6, 7, 8, 9, 10}
    assert report.checks == 14


def test_a_wrong_kernel_is_a_problem(lab, tmp_path, monkeypatch):
    report = Report("lessons", True, 100, tmp_path / "report.json")
    monkeypatch.setattr(lessons, "KEY", lessons.KEY - 1)
    lessons.run(lab, report)
    assert [problem.split(",")[1].strip() for problem in report.problems] == ["find_by_words", "find_wide"]
