"""What there is to plan: searching, labelling or counting the pixels of a picture, and how it is cut into tiles."""

from collections.abc import Hashable
from typing import Literal, NamedTuple, Protocol

from pixgrep.model import WORD_BITS, PixelFormat
from pixgrep.rates import Kinds, Work

MOST_THREADS = 8
Judged = Literal["all", "palette", "pixels"]
Output = Literal["bits", "count", "first"]
DEVICE_TILE = 1 << 25
"""Pixels of a tile that is copied to the GPU: about 100 MB; half of it, and so on, where memory is short."""
LARGE_TILE = 1 << 22
"""Pixels of a tile that is only a view, about, at most."""
LEAST_TILE = 1 << 21
"""Pixels below which handing a tile to another thread costs more than it saves; a fourth of it with tables."""
SMALL_TILE_BYTES = 1 << 20
"""Bytes of a tile that is copied or that needs temporary arrays: it stays in the second-level cache."""
BYTES_OF_TEMPORARIES = 12
"""Bytes of temporary arrays for each pixel of a tile, about."""
COUNTING_BYTES = 1 << 21
"""Bytes of the bits of all tiles at work when only counting."""
SORTED_TILE = 1 << 18
"""Pixels of a tile whose colours are sorted, rather than counted in a table."""

REASONS_TO_JUDGE: dict[Judged, tuple[str, ...]] = {
    "all": (),
    "palette": ("formulas: for the colours of its palette only, as long as few of them match",),
    "pixels": ("formulas: for the colours that this small picture has only, as long as few of them match",),
}


class Job(Hashable, Protocol):
    """Something to be done with the pixels of a picture: all that decides how."""

    @property
    def is_on_device(self) -> bool:
        """Whether the pixels are in the memory of a GPU."""

    @property
    def work(self) -> Work:
        """What is done to each pixel."""

    @property
    def answer_bytes(self) -> int | None:
        """The bytes that a GPU would send back; None where the work stays with the processor."""

    @property
    def facts(self) -> tuple[str, ...]:
        """What it is, for people."""

    def instead_of(self, backend: str) -> tuple[str, str] | None:
        """Return which backend must be taken instead of one, and why; None where it can do the job."""

    def tiling(self, backend: str) -> tuple[int, int]:
        """Return how many threads would do it, and the pixels of a tile, a multiple of 64."""


class SearchJob(NamedTuple):
    """A search; see `pixgrep.plan.make_plan`."""

    format: PixelFormat
    kinds: Kinds
    colors: int
    pixels: int
    threads: int
    is_contiguous: bool
    output: Output
    is_on_device: bool
    judged: Judged

    @property
    def work(self) -> Work:
        """The terms."""
        return Work(self.pixels, self.format.pixel_bytes, self.kinds)

    @property
    def answer_bytes(self) -> int | None:
        """Those of the bits, where bits are asked for."""
        if self.output == "first" or self._has("formula"):
            return None
        rows = (self.colors + (self.colors > 1)) * (self.output == "bits")
        return -(-self.pixels // WORD_BITS) * WORD_BITS // 8 * rows

    @property
    def facts(self) -> tuple[str, ...]:
        """Size and shape of the picture, and of the query."""
        layout = "side by side" if self.is_contiguous else "strided"
        if not self.is_contiguous and not self.is_on_device:
            layout = "strided, copied tile by tile"
        terms, tables = sum(number for _, number in self.kinds), dict(self.kinds).get("table", 0)
        return (
            f"{self.pixels:,} pixels, {self.format}, {layout}",
            f"colours: {self.colors}, terms: {terms}, tables: {tables}",
            *REASONS_TO_JUDGE[self.judged],
        )

    def instead_of(self, backend: str) -> tuple[str, str] | None:
        """Keep formulas from GPUs: they would bring floating point into kernels."""
        if backend == "cuda" and self._has("formula"):
            return "cpu", "formulas, of pictures deeper than 8 bits, are for the processor"
        return None

    def tiling(self, backend: str) -> tuple[int, int]:
        """Make large tiles of views, and of what is copied or needs temporary arrays such as stay in the cache."""
        if backend == "cuda":
            return 1, DEVICE_TILE
        wanted = 1 if self.output == "first" else self.threads
        has_temporaries = backend != "cpu" or self._has("formula")
        if has_temporaries or not self.is_contiguous:
            copied = self.format.pixel_bytes * (not self.is_contiguous)
            tile = SMALL_TILE_BYTES // (copied + BYTES_OF_TEMPORARIES * has_temporaries)
        else:
            least = LEAST_TILE // 4 if self._has("table") else LEAST_TILE
            tile = min(LARGE_TILE, max(self.pixels // (2 * wanted), least))
            if self.output != "bits":
                tile = min(tile, COUNTING_BYTES * 8 // (wanted * (self.colors + 1)))
        return _whole_words(tile, self.pixels, wanted)

    def _has(self, kind: str) -> bool:
        return any(name == kind for name, _ in self.kinds)


class CensusJob(NamedTuple):
    """A census; see `pixgrep.plan.plan_census`."""

    format: PixelFormat
    pixels: int
    threads: int
    is_contiguous: bool
    is_on_device: bool

    @property
    def work(self) -> Work:
        """Every pixel is counted once."""
        return Work(self.pixels, self.format.pixel_bytes, (("census", 1),))

    @property
    def answer_bytes(self) -> int | None:
        """Pictures of the processor stay there."""
        return None

    @property
    def facts(self) -> tuple[str, ...]:
        """Size and format."""
        return (f"{self.pixels:,} pixels, {self.format}",)

    def instead_of(self, backend: str) -> tuple[str, str] | None:
        """Leave sorting to the processor."""
        if backend == "cuda" and self._is_sorted:
            return "cpu", "pictures with alpha or deeper than 8 bits are for the processor"
        return None

    def tiling(self, backend: str) -> tuple[int, int]:
        """Let one thread count in the table, which is of 64 MiB, and several sort."""
        if backend == "cuda":
            tile = DEVICE_TILE
        elif self._is_sorted:
            tile = SORTED_TILE
        elif self.is_contiguous and backend == "cpu":
            tile = LARGE_TILE
        else:
            copied = self.format.pixel_bytes * (not self.is_contiguous)
            tile = SMALL_TILE_BYTES // (copied + BYTES_OF_TEMPORARIES * (backend != "cpu"))
        return _whole_words(tile, self.pixels, self.threads if self._is_sorted else 1)

    @property
    def _is_sorted(self) -> bool:
        return self.format.dtype != "uint8" or self.format.has_alpha


class LabelJob(NamedTuple):
    """Labels; see `pixgrep.plan.plan_labels`."""

    format: PixelFormat
    pixels: int
    threads: int
    is_contiguous: bool
    is_on_device: bool

    @property
    def work(self) -> Work:
        """Every label is looked up once."""
        return Work(self.pixels, self.format.pixel_bytes, (("label", 1),))

    @property
    def answer_bytes(self) -> int | None:
        """Pictures of the processor stay there."""
        return None

    @property
    def facts(self) -> tuple[str, ...]:
        """Size and format."""
        return (f"{self.pixels:,} pixels, {self.format}",)

    def instead_of(self, backend: str) -> tuple[str, str] | None:  # noqa: ARG002  # none of them can
        """Leave to NumPy what has no table: colours deeper than 8 bits."""
        return ("numpy", "pictures deeper than 8 bits have no table") if self._is_deep else None

    def tiling(self, backend: str) -> tuple[int, int]:
        """Make large tiles of views, but for NumPy."""
        if backend == "cuda":
            return 1, DEVICE_TILE
        if self._is_deep:
            tile = SORTED_TILE
        elif self.is_contiguous and backend == "cpu":
            tile = min(LARGE_TILE, max(self.pixels // (2 * self.threads), LEAST_TILE // 4))
        else:
            tile = SMALL_TILE_BYTES // BYTES_OF_TEMPORARIES
        return _whole_words(tile, self.pixels, self.threads)

    @property
    def _is_deep(self) -> bool:
        return self.format.dtype != "uint8"


def _whole_words(tile: int, pixels: int, threads: int) -> tuple[int, int]:
    """Return how many threads find a tile to work on, and its pixels as a multiple of 64."""
    tile = max(tile // WORD_BITS, 1) * WORD_BITS
    return max(1, min(threads, pixels // tile)), tile
