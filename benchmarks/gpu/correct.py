"""Every kernel against the backends of the processor: all formats, layouts, sizes and kinds of questions."""

import warnings
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

import pixgrep as pg
from benchmarks.gpu import interop, large, regions, tables
from benchmarks.gpu.cases import Question, differences, judge_of, layouts, pixels_for, questions
from benchmarks.gpu.guarded import GuardedDevice
from benchmarks.gpu.lab import Lab
from benchmarks.gpu.report import Report
from benchmarks.gpu.resident import put_view
from pixgrep.gpu.device import use_device

SEED = 20_26
DTYPES = ("uint8", "uint16", "float32", "float64")
MOST_PROBLEMS = 20
"""After so many wrong answers a part stops: the rest says nothing new."""
RANDOM_SECONDS = 40


def run(lab: Lab, report: Report) -> None:
    """Compare; each part draws from a seed of its own."""
    checker = Checker(lab, report)
    report.part("a search in a small picture warns of nothing", checker.quiet)
    report.part("every tail, 0 to 63 pixels beyond whole words", checker.tails)
    report.part("every format, question and layout", checker.formats)
    report.part("labels and censuses", tables.compare, lab, report)
    report.part("components", regions.compare, lab, report)
    report.part("the same answer on every run", checker.repeats)
    report.part("the same components on every run", regions.repeat, lab, report)
    report.part("too much memory asked for", large.too_much, lab, report)
    interop.run(lab, report)
    report.part("pictures of the host", checker.hosts)
    report.part("all colours there are", large.all_colors, lab, report)
    report.part("more than 2^31 pixels", large.beyond_31_bits, lab, report)
    report.part("random sizes, up to the largest", checker.sizes)


class Checker:
    """
    Compares answers on a guarded device.

    Parameters
    ----------
    lab : Lab
    report : Report
        Which gets what is wrong.
    """

    def __init__(self, lab: Lab, report: Report) -> None:
        self._lab = lab
        self._report = report
        self._guard = GuardedDevice(lab)

    def compare(
        self, question: Question, pixels: NDArray[Any], room: NDArray[np.uint8], view: NDArray[Any], text: str
    ) -> None:
        """Search a view on the device and compare with the same pixels searched by the processor."""
        judge = judge_of(pixels.shape[0] * pixels.shape[1])
        expected = pg.find(pixels, question.colors, backend=judge, **question.options)
        use_device(self._guard)
        try:
            there = put_view(self._guard, room, view)
            found = pg.find(there, question.colors, backend="cuda", **question.options)
            wrong = differences(found, expected)
            del found, there
            wrong += self._guard.damages()
        finally:
            use_device(self._lab.device)
        height, width, channels = pixels.shape
        case = f"{question.name}, {width} x {height} x {channels} {pixels.dtype}, {text}"
        self._report.expect(not wrong, f"{case}: {', '.join(wrong)}")

    def _limited(self, cases: Iterator[Any], seconds: float = 1e9) -> Iterator[Any]:
        """Yield cases as long as there is time and hope."""
        start, before = perf_counter(), len(self._report.problems)
        for number, case in enumerate(cases):
            if len(self._report.problems) - before >= MOST_PROBLEMS:
                self._report.note(f"stopped after {MOST_PROBLEMS} wrong answers")
                return
            if self._report.is_over or perf_counter() - start > seconds:
                self._report.note(f"stopped after {number} cases: no more time")
                return
            yield case

    def quiet(self) -> None:
        """Search, and let no warning pass: users would see it on every call."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            pixels = np.zeros((7, 9, 3), np.uint8)
            hits = pg.find(put_view(self._lab.device, pixels.reshape(-1), pixels), [(0, 0, 0), (1, 1, 1)])
            _ = len(hits), hits.xy, hits.colors, hits.mask
        for text in dict.fromkeys(str(warning.message) for warning in caught):
            self._report.problem(f"a search warns: {text}")
        self._report.checks += 1

    def tails(self) -> None:
        """Search pictures of one row."""
        random = np.random.default_rng(SEED)
        words = (0, 5) if self._lab.is_dry else (0, 3, 64, 65, 130)
        tails = (1, 17, 63) if self._lab.is_dry else range(64)
        sizes = [64 * whole + tail for whole in words for tail in tails if whole or tail]
        for number, size in self._limited(enumerate(sizes)):
            channels = 1 + number % 4
            asked = questions(random, channels)
            question = asked[number // 4 % len(asked)]
            pixels = pixels_for(random, question, (1, size), channels, "uint8")
            _, room, view = next(layouts(random, pixels))
            self.compare(question, pixels, room, view, "side by side")

    def formats(self) -> None:
        """Search every format for every kind of question, each in some layouts."""
        random = np.random.default_rng(SEED + 1)
        kinds = [(dtype, channels) for dtype in DTYPES for channels in (1, 2, 3, 4)]
        if self._lab.is_dry:
            kinds = [("uint8", 3), ("float32", 2)]
        for dtype, channels in self._limited(iter(kinds)):
            for number, question in enumerate(questions(random, channels)):
                if self._lab.is_dry and number % 4:
                    continue
                shape = (7, 9) if self._lab.is_dry else (int(random.integers(1, 60)), int(random.integers(1, 200)))
                pixels = pixels_for(random, question, shape, channels, dtype)
                for place, (text, room, view) in enumerate(layouts(random, pixels)):
                    if (place + number) % (13 if self._lab.is_dry else 3) == 0:
                        self.compare(question, pixels, room, view, text)

    def sizes(self) -> None:
        """Search pictures of 1 pixel to the most, as many small ones as large ones."""
        random = np.random.default_rng(SEED + 2)
        for number in self._limited(iter(range(self._lab.scale.cases)), RANDOM_SECONDS):
            most = self._lab.scale.most_pixels
            size = most if number == 0 else int(most ** random.random())
            width = max(1, int(size ** random.uniform(0.1, 0.9)))
            shape = (max(1, size // width), width)
            channels = int(random.choice([1, 2, 3, 3, 4]))
            asked = questions(random, channels)
            question = asked[int(random.integers(len(asked)))]
            if len(question.colors) > 9 and size > 1 << 22:
                question = asked[2]
            pixels = pixels_for(random, question, shape, channels, "uint8")
            laid = layouts(random, pixels)
            text, room, view = next(laid)
            if number % 3 == 1:
                text, room, view = next(laid)
            self.compare(question, pixels, room, view, text)

    def hosts(self) -> None:
        """Search arrays of the host, which are copied to the device."""
        random = np.random.default_rng(SEED + 3)
        shapes = [(5, 7)] if self._lab.is_dry else [(1, 1), (3, 65), (480, 641), (4096, 9000)]  # the last: two tiles
        for shape in self._limited(iter(shapes)):
            is_large = shape[1] == 9000
            for question in questions(random, 3)[2 : 3 if is_large else None : 5 if self._lab.is_dry else 3]:
                pixels = pixels_for(random, question, shape, 3, "uint8")
                expected = pg.find(pixels, question.colors, backend=judge_of(pixels.size // 3), **question.options)
                for text, view in (("as it is", pixels), ("backwards", np.ascontiguousarray(pixels[::-1])[::-1])):
                    found = pg.find(view, question.colors, backend="cuda", **question.options)
                    wrong = differences(found, expected)
                    count = pg.count(view, question.colors, backend="cuda", **question.options)
                    if (int(count), count.counts) != (len(expected), tuple(expected.counts.tolist())):
                        wrong.append("pg.count")
                    self._report.expect(not wrong, f"{question.name}, host, {shape}, {text}: {', '.join(wrong)}")

    def repeats(self) -> None:
        """Search the same picture again and again: an answer that changes is a race."""
        random = np.random.default_rng(SEED + 4)
        times, shape = (3, (9, 31)) if self._lab.is_dry else (100, (1003, 997))
        question = questions(random, 3)[2]
        pixels = pixels_for(random, question, shape, 3, "uint8")
        expected = pg.find(pixels, question.colors, backend="numpy")
        there = put_view(self._lab.device, pixels.reshape(-1), pixels)
        for number in self._limited(iter(range(times))):
            wrong = differences(pg.find(there, question.colors, backend="cuda"), expected)
            self._report.expect(not wrong, f"run {number} of the same search: {', '.join(wrong)}")
