"""
The kernel that pixgrep began with, in its spirit: what a first tutorial on Numba and CUDA makes of the task.

It is here to be timed, with its defects as they are:

- blocks are 8 x 8 x 3 threads and the third axis is ignored, so every hit is found three times;
- neighbouring threads look at pixels a row apart, byte by byte: nine times the sectors that are needed;
- every hit takes a 64-bit atomic addition to the same global counter, so hits queue up (those of a warp are merged by
  the compiler);
- so the order of the answer is another one on every run;
- coordinates are *added* to two buffers of int64 that must be zero, one entry for each pixel, so that 16 bytes of zeros
  a pixel are copied to the device, more than five times the picture;
- more hits than a third of the pixels are written beyond the buffers.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.gpu.lab import Lab
from pixgrep.backends.cuda.jit import cuda, kernel

BLOCK = (8, 8, 3)
FOUND = BLOCK[2]
"""How often every hit is found."""


@kernel
def find_colors(image, colors, rows, columns, last):
    """Add row and column of every hit to the next free places of two arrays of zeros."""
    x, y = cuda.grid(2)
    if x < image.shape[0] and y < image.shape[1]:
        for number in range(colors.shape[0]):
            if (
                image[x, y, 0] == colors[number, 0]
                and image[x, y, 1] == colors[number, 1]
                and image[x, y, 2] == colors[number, 2]
            ):
                place = cuda.atomic.add(last, 0, 1)
                rows[place] += x
                columns[place] += y


class Origin:
    """
    A picture on the device and room for its answer.

    Parameters
    ----------
    lab : Lab
    picture : ndarray, shape (height, width, 3)
    color : tuple of int
    """

    def __init__(self, lab: Lab, picture: NDArray[np.uint8], color: tuple[int, int, int]) -> None:
        height, width, _ = picture.shape
        self._lab = lab
        self._grid = (-(-height // BLOCK[0]), -(-width // BLOCK[1]))
        self.image = lab.array(picture)
        self._colors = lab.array(np.array([color], np.int64))
        zeros = np.zeros(height * width, np.int64)
        self._rows, self._columns = lab.array(zeros), lab.array(zeros)
        self._last = lab.array(np.zeros(1, np.int64))
        self._none = lab.array(np.zeros(1, np.int64))

    def reset(self) -> None:
        """Begin at the first place again; what was added to the others stays, which costs no time."""
        self._lab.copy_array(self._last, self._none)

    def launch(self, image: Any = None) -> None:
        """Begin to search, this picture or another of its shape."""
        arguments = (self.image if image is None else image, self._colors, self._rows, self._columns, self._last)
        self._lab.launch(find_colors, self._grid, BLOCK, *arguments)

    def answer(self) -> NDArray[np.int64]:
        """Return (row, column) of what was found, in its order, shape (n, 2)."""
        found = int(self._lab.fetch(self._last, 1)[0])
        return np.stack([self._lab.fetch(self._rows, found), self._lab.fetch(self._columns, found)], axis=1)
