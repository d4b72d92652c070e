"""
The only place where pixels are compared.

A backend is a module with these verbs:

- ``match(pixels, program, into=None) -> Answer``: which pixels, of shape (height, width, channels) and C-contiguous,
  match which colour. The bits are written into `into` where it is given.
- ``label(pixels, table) -> ndarray``: for each 8-bit pixel the entry of a table, shape (height, width). The table has
  2^24 entries of uint8, uint16 or uint32, at ``first << 16 | second << 8 | third`` channel as stored; for greys 256.
  Alpha is not looked at.
- ``census(pixels, counts) -> None``: adds the number of pixels of each colour to such a table of uint32, for 8-bit
  pixels; fewer than 2^32 of them.

`reference` is plain NumPy and judges the others; `numpy` is quick to start; `cpu` is quick on large pictures; `cuda`
also takes pictures that are on the GPU already, of any strides, and leaves the answer there.
"""

import importlib
import sys
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pixgrep.bits import Answer, Bits
from pixgrep.errors import PixgrepError
from pixgrep.model import Program

BACKENDS = ("numpy", "cpu", "cuda", "reference")


class Backend(Protocol):
    """What every backend can do."""

    def match(self, pixels: Any, program: Program, into: Bits | None = None) -> Answer:
        """Return which pixels match which colour."""

    def label(self, pixels: Any, table: NDArray[Any]) -> Any:
        """Return for each pixel the entry of a table."""

    def census(self, pixels: Any, counts: NDArray[np.uint32]) -> None:
        """Add the number of pixels of each colour to a table."""


def check_backend(name: str) -> None:
    """Raise PixgrepError where there is neither a backend of that name nor ``"auto"``."""
    if name != "auto" and name not in BACKENDS:
        raise PixgrepError(f"there is no backend {name!r}; give 'auto' or one of {', '.join(map(repr, BACKENDS))}")


def release() -> None:
    """Give back what backends that were used keep for the next search."""
    cuda = sys.modules.get("pixgrep.backends.cuda")
    if cuda is not None:
        cuda.release()


def get_backend(name: str) -> Backend:
    """Load the backend of that name."""
    backend: Backend = importlib.import_module(f"pixgrep.backends.{name}")
    return backend
