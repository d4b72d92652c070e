"""The kernels of the tutorial at full size, step by step as its pages take them: what these call "not yet measured"."""

from contextlib import nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.tutorial.pages import kernels, pages

from benchmarks.gpu import ceilings, pictures
from benchmarks.gpu.lab import Lab, Work
from benchmarks.gpu.report import Report

WHITE = (255, 255, 255)
KEY = np.uint32(0xFFFFFF)
FEW, ALL = "few hits", "every pixel a hit"


def run(lab: Lab, report: Report) -> None:
    """Time them in a photograph with few hits, and those that collect hits where there is nothing else."""
    report.part("warming up", ceilings.warm_up, lab)
    photo = pictures.with_white(pictures.photo(lab.scale.rows, lab.scale.columns), 0.02 if lab.is_dry else pictures.FEW)
    with _numba(lab):
        lessons = _Lessons(lab, report, photo, FEW)
        for title, part in {
            "pages 2 to 6, bytes": lessons.bytes_,
            "page 7, words": lessons.words,
            "pages 4, 8 and 9, lists": lessons.lists,
            "page 10, the table": lessons.table,
        }.items():
            report.part(title, part)
        report.part(f"lists, {ALL}", _Lessons(lab, report, np.full_like(photo, 255), ALL).lists)
        noise = np.random.default_rng(1).integers(0, 256, photo.shape, np.uint8)
        report.part("page 10, noise", _Lessons(lab, report, noise, "noise").table)


def _numba(lab: Lab) -> Any:
    """Return in which surroundings `numba.cuda` is that of the lab."""
    if not lab.is_dry:
        return nullcontext()
    from tests.tutorial.stand_in import stand_in

    return stand_in()


class _Lessons:
    """The kernels of the pages by number of the page, and a picture on the device."""

    def __init__(self, lab: Lab, report: Report, picture: NDArray[np.uint8], text: str) -> None:
        self._lab, self._report, self._text = lab, report, text
        self._pages = {int(page.stem[:2]): kernels(page) for page in pages()}
        self._cuda = self._pages[2]["cuda"]
        self._height, self._width, _ = picture.shape
        self._pixels = self._height * self._width
        self._oracle = (picture == WHITE).all(axis=2).ravel()
        self._colors = picture.reshape(-1, 3)
        self._image = self._cuda.to_device(picture)
        self._line = self._image.reshape(self._pixels, 3)
        self._blocks = -(-self._pixels // 256)

    def bytes_(self) -> None:
        """Time pages 2 to 6: a thread a pixel, byte by byte, into a mask or a counter."""
        mask = self._cuda.device_array((self._height, self._width), np.bool_)
        width, height = self._width, self._height
        for page, name, shape, size in (
            (2, "find_rgb_value", (16, 16), (width, height)),
            (6, "along_rows", (32, 8), (width, height)),
            (6, "along_columns", (8, 8), (height, width)),
        ):
            grid = (-(-size[0] // shape[0]), -(-size[1] // shape[1]))
            self._time(page, name, grid, shape, (self._image, *WHITE, mask), 4 * self._pixels)
            self._expect(page, name, mask.copy_to_host().ravel(), self._oracle)
        line = self._cuda.device_array(self._pixels, np.bool_)
        self._time(6, "along_the_line", self._blocks, 256, (self._line, *WHITE, line), 4 * self._pixels)
        self._expect(6, "along_the_line", line.copy_to_host(), self._oracle)
        for block in ((16, 16), (8, 8, 3)):
            count = self._zero()
            grid = (-(-width // block[0]), -(-height // block[1]))
            self._time(5, "find_rgb_value", grid, block, (self._image, *WHITE, count), 3 * self._pixels, f", {block}")

    def words(self) -> None:
        """Time page 7: sixteen pixels a thread, by words and by 128 bits."""
        groups = -(-self._pixels // 16)
        padded = np.zeros(groups * 48, np.uint8)
        padded[: 3 * self._pixels] = self._colors.ravel()
        words = self._cuda.to_device(padded).view(np.uint32)
        for name in ("find_by_words", "find_wide"):
            bits = self._cuda.device_array(groups, np.uint16)
            self._time(7, name, -(-groups // 128), 128, (words, self._pixels, KEY, bits), 3 * self._pixels + 2 * groups)
            found = np.unpackbits(bits.copy_to_host().view(np.uint8), bitorder="little")[: self._pixels]
            self._expect(7, name, found, self._oracle)

    def lists(self) -> None:
        """Time the lists: by atomics of page 4 and of page 8, in order of page 9, and the counts of page 8."""
        places, zero, count = self._cuda.device_array(self._pixels, np.int32), self._zero(), self._zero()

        def reset() -> None:
            count.copy_to_device(zero)

        grid = (-(-self._width // 16), -(-self._height // 16))
        pairs = self._cuda.device_array((self._pixels, 2), np.int32)
        self._time(4, "find_rgb_value", grid, (16, 16), (self._image, *WHITE, count, pairs), before=reset)
        self._time(8, "find_by_warps", self._blocks, 256, (self._line, *WHITE, count, places), before=reset)
        for name in ("count_by_blocks", "count_in_one_call"):
            self._time(8, name, self._blocks, 256, (self._line, *WHITE, count), before=reset)
            reset()
            self._pages[8][name][self._blocks, 256](self._line, *WHITE, count)
            self._expect(8, name, count.copy_to_host(), np.array([self._oracle.sum()]))
        counts = self._cuda.device_array(self._blocks, np.int32)
        starts = self._cuda.device_array(self._blocks + 1, np.int32)
        self._time(9, "count_blocks", self._blocks, 256, (self._line, *WHITE, counts), 3 * self._pixels)
        self._time(9, "scan_counts", 1, 256, (counts, starts))
        self._time(9, "write_places", self._blocks, 256, (self._line, *WHITE, starts, places), 3 * self._pixels)
        found = np.flatnonzero(self._oracle)
        self._expect(9, "write_places", places.copy_to_host()[: len(found)], found)

    def table(self) -> None:
        """Time page 10: a look-up a pixel, in a table of about half of all colours."""
        bits = np.random.default_rng(2).integers(0, 1 << 32, 1 << 19, np.uint32)
        mask = self._cuda.device_array(self._pixels, np.bool_)
        arguments = (self._line, self._cuda.to_device(bits), mask)
        self._time(10, "find_in_table", self._blocks, 256, arguments, 4 * self._pixels)
        index = self._colors.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
        self._expect(10, "find_in_table", mask.copy_to_host(), bits[index >> 5] >> (index & 31) & 1)

    def _zero(self) -> Any:
        return self._cuda.to_device(np.zeros(1, np.int32))

    def _time(
        self,
        page: int,
        name: str,
        grid: Any,
        block: Any,
        arguments: tuple[Any, ...],
        moved: int = 0,
        more: str = "",
        before: Work | None = None,
    ) -> None:
        kernel = self._pages[page][name]
        samples = self._lab.time([lambda: kernel[grid, block](*arguments)], self._lab.scale.runs, before)
        self._report.measured(f"page {page}, {name}{more}, {self._text}", samples, moved=moved)

    def _expect(self, page: int, name: str, found: NDArray[Any], oracle: NDArray[Any]) -> None:
        self._report.expect(np.array_equal(found, oracle), f"page {page}, {name}, {self._text}: wrong")
