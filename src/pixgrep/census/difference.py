"""How the colours of one census differ from those of another."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pixgrep.census.keys import Keys, hex_texts
from pixgrep.census.order import Order, places
from pixgrep.model import PixelFormat
from pixgrep.tables import Columns, arrow_table

if TYPE_CHECKING:
    import pyarrow


class Change(NamedTuple):
    """A colour as ``#rrggbb``, and how many pixels had it before and have it after."""

    color: str
    before: int
    after: int


@dataclass(frozen=True, eq=False)
class Difference:
    """
    The colours whose counts differ between two censuses; false where there are none.

    Attributes
    ----------
    keys : ndarray of uint32 or uint64, shape (n,)
        The colours, packed (see `pixgrep.census.keys`), sorted.
    before, after : ndarray of int64, shape (n,)
        Their counts; 0 before for what was added, 0 after for what was removed.
    format : PixelFormat
        Of the colours.
    same : int
        How many colours have the same count in both.

    Examples
    --------
    >>> import numpy as np, pixgrep as pg
    >>> before, after = (pg.census(np.array([greys], np.uint8)) for greys in ([7, 7, 7, 1], [7, 9, 9, 1]))
    >>> before.diff(after)
    <Difference: 1 colour added, 0 removed, 1 more or less frequent, 1 the same>
    """

    keys: Keys
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    format: PixelFormat
    same: int

    @property
    def added(self) -> int:
        """How many colours are new."""
        return int(np.count_nonzero(self.before == 0))

    @property
    def removed(self) -> int:
        """How many colours are gone."""
        return int(np.count_nonzero(self.after == 0))

    def __len__(self) -> int:
        """Return how many colours changed their count."""
        return len(self.keys)

    def __iter__(self) -> Iterator[Change]:
        """Yield every change, the largest first, and among equals the lower colour."""
        return self.ordered("count")

    def ordered(self, order: Order = "count", limit: int | None = None) -> Iterator[Change]:
        """Yield changes, as `Census.ordered` does colours; ``"count"`` is the size of a change."""
        columns = self.columns(order, limit)
        rows = (columns[name].tolist() for name in ("color", "before", "after"))
        for color, before, after in zip(*rows, strict=True):
            yield Change(color.decode(), before, after)

    def columns(self, order: Order = "count", limit: int | None = None) -> Columns:
        """Return the columns color (text, dtype ``S``), before, after and change (int64); see `ordered`."""
        change = self.after - self.before
        at = places(self.keys, self.format, np.abs(change), order, limit)
        numbers = {"before": self.before[at], "after": self.after[at], "change": change[at]}
        return {"color": hex_texts(self.keys[at], self.format), **numbers}

    def to_arrow(self) -> "pyarrow.Table":
        """
        Return columns color (text), before, after and change (int64), the largest change first.

        Raises
        ------
        MissingExtraError
            PyArrow is not installed.
        """
        return arrow_table(self.columns())

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Hand the table to polars, pandas, DuckDB and all others that speak Arrow."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def describe(self) -> str:
        """Return in a few words how much changed."""
        changed = len(self) - self.added - self.removed
        plural = "s" * (self.added != 1)
        return (
            f"{self.added:,} colour{plural} added, {self.removed:,} removed, {changed:,} more or less frequent, "
            f"{self.same:,} the same"
        )

    def __repr__(self) -> str:
        return f"<Difference: {self.describe()}>"
