"""The same search by others, on the same pictures; an answer that is not the right one is not timed."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import pixgrep as pg
from benchmarks.gpu import ceilings, interop, pictures
from benchmarks.gpu.lab import Lab, Work
from benchmarks.gpu.origin import FOUND, Origin
from benchmarks.gpu.replay import record
from benchmarks.gpu.report import Report
from benchmarks.gpu.speed import place

SHARES = {"few hits": pictures.FEW, "1 % hits": 0.01}
OURS, ORIGIN = "pixgrep, kernels alone", "the kernel of the beginning, alone"
OURS_CALL, OURS_HOST = "pixgrep, whole call", "pixgrep, picture of the host"
CUPY, TORCH = "CuPy, compare and nonzero", "PyTorch, compare and nonzero"
PUBLISHED, PROCESSOR, NUMPY = "the kernel of the beginning, as published", "pixgrep on the processor", "NumPy"
RUNS = 20


def run(lab: Lab, report: Report) -> None:
    """Time coordinates of white in two pictures."""
    report.part("warming up", ceilings.warm_up, lab)
    photo = pictures.photo(lab.scale.rows, lab.scale.columns)
    for text, share in SHARES.items():
        picture = pictures.with_white(photo, max(share, 0.02 if lab.is_dry else 0))
        _Contest(lab, report, text, picture).run()


class _Contest:
    """All of them on one picture."""

    def __init__(self, lab: Lab, report: Report, text: str, picture: NDArray[np.uint8]) -> None:
        self._lab = lab
        self._report = report
        self._text = text
        self._picture = picture
        self._yx = np.argwhere((picture == 255).all(axis=2))

    def run(self) -> None:
        for title, part in {
            "pixgrep": self._ours,
            ORIGIN: self._origin,
            CUPY: self._cupy,
            TORCH: self._torch,
            PROCESSOR: self._processor,
        }.items():
            self._report.part(f"{self._text}: {title}", part)

    def _measured(self, name: str, samples: Sequence[float]) -> None:
        self._report.measured(f"{self._text}: {name}", samples)

    def _is_right(self, name: str, yx: NDArray[Any]) -> bool:
        is_right = np.array_equal(yx, self._yx)
        self._report.expect(is_right, f"{self._text}: {name} does not find the {len(self._yx):,} places")
        return is_right

    def _wall(self, name: str, work: Work, runs: int = RUNS) -> None:
        self._measured(name, ceilings.wall(self._lab, work, runs))

    def _ours(self) -> None:
        copies = place(self._lab, self._picture, self._lab.scale.buffers)
        hits = pg.find(copies[0], pictures.WHITE, backend="cuda")
        if self._is_right("pixgrep", np.asarray(hits.xy)[:, ::-1]):
            works = [lambda copy=copy: pg.find(copy, pictures.WHITE, backend="cuda").xy for copy in copies]
            self._measured(OURS, self._lab.time(record(self._lab, works), self._lab.scale.runs))
            self._wall(OURS_CALL, works[0])
            self._wall(OURS_HOST, lambda: pg.find(self._picture, pictures.WHITE, backend="cuda").xy)

    def _origin(self) -> None:
        """Find every hit three times, in any order, so that only the set of places is compared."""
        origin = Origin(self._lab, self._picture, pictures.WHITE)
        origin.launch()
        found, times = np.unique(origin.answer(), axis=0, return_counts=True)
        self._report.expect(bool((times == FOUND).all()), f"{ORIGIN}: hits are not found {FOUND} times each")
        if self._is_right(ORIGIN, found):
            count = 1 if self._lab.is_dry else 3
            images = [origin.image, *(self._lab.array(self._picture) for _ in range(count))]
            works = [lambda image=image: origin.launch(image) for image in images]
            self._measured(ORIGIN, self._lab.time(works, 24, before=origin.reset))
            del images, works
            self._wall(PUBLISHED, self._publish, 5)

    def _publish(self) -> Any:
        origin = Origin(self._lab, self._picture, pictures.WHITE)
        origin.launch()
        return origin.answer()

    def _cupy(self) -> None:
        cupy = self._library("cupy")
        if cupy is None:
            return
        image, color = cupy.asarray(self._picture), cupy.asarray(np.array(pictures.WHITE, np.uint8))

        def search() -> Any:
            return cupy.nonzero((image == color).all(axis=2))

        if self._is_right(CUPY, np.stack([axis.get() for axis in search()], axis=1)):
            self._wall(CUPY, search)

    def _torch(self) -> None:
        torch = self._library("torch")
        if torch is None:
            return
        image = torch.from_numpy(self._picture).cuda()
        color = torch.tensor(pictures.WHITE, dtype=torch.uint8, device="cuda")

        def search() -> Any:
            return (image == color).all(dim=2).nonzero()

        if self._is_right(TORCH, search().cpu().numpy()):
            self._wall(TORCH, search)

    def _library(self, name: str) -> Any:
        if self._lab.is_dry:
            self._report.skip(f"{name}: a dry run has no device")
            return None
        return interop.load(name, self._report)

    def _processor(self) -> None:
        backend = "numpy" if self._lab.is_dry else "cpu"
        if self._is_right(PROCESSOR, pg.find(self._picture, pictures.WHITE, backend=backend).yx):
            self._wall(PROCESSOR, self._search(backend))
        self._wall(NUMPY, lambda: np.argwhere((self._picture == 255).all(axis=2)), 3)

    def _search(self, backend: str) -> Callable[[], Any]:
        return lambda: pg.find(self._picture, pictures.WHITE, backend=backend).xy
