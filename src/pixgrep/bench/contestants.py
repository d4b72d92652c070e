"""
Who takes part. A new contestant is a class with `load` and `search` here, and its name in `CONTESTANTS`.

All get the same picture, an array of shape (height, width, 3), uint8, RGB, and all give the same answer: the places of
the matching pixels, column and row, in reading order. Each is written as well as its public functions allow, and
nothing is prepared before the clock runs but that the picture is where its name says.
"""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pixgrep.bench.question import Question
from pixgrep.errors import MissingExtraError

Picture = NDArray[np.uint8]


class Contestant:
    """
    One way to find a colour.

    Attributes
    ----------
    name : str
        What to call it.
    color : str
        Of its line in plots, ``#rrggbb``.
    is_gpu : bool
        Whether it searches on a GPU.
    """

    name: ClassVar[str]
    color: ClassVar[str]
    is_gpu: ClassVar[bool] = False

    def load(self) -> None:
        """Import what it needs; raise a PixgrepError that says why it cannot take part, and what would help."""

    def place(self, picture: Picture) -> Any:
        """Return the picture where `search` wants it; nobody is timed meanwhile."""
        return picture

    def search(self, picture: Any, question: Question) -> Any:
        """Return column and row of every matching pixel, an array of shape (n, 2), once it is complete."""
        raise NotImplementedError


class NumPy(Contestant):
    """
    NumPy channel by channel, in place: a tenth of the time of ``np.argwhere((picture == color).all(-1))``.

    Examples
    --------
    >>> NumPy().search(np.array([[(9, 9, 9), (1, 2, 3)]], np.uint8), Question((1, 2, 3)))
    array([[1, 0]])
    """

    name = "NumPy"
    color = "#8a8a8a"

    def search(self, picture: Picture, question: Question) -> NDArray[np.int64]:
        """Compare, then look for what is true."""
        mask = np.ones(picture.shape[:2], np.bool_)
        for channel, (low, high) in enumerate(zip(question.low, question.high, strict=True)):
            values = picture[..., channel]
            if low == high:
                mask &= values == low
            else:
                mask &= values >= low
                mask &= values <= high
        places = np.flatnonzero(mask)  # with the line below a tenth of the time of np.argwhere(mask)
        width = picture.shape[1]
        return np.stack((places % width, places // width), axis=1)


class OpenCV(Contestant):
    """OpenCV: ``inRange`` and ``findNonZero``, on as many threads as it takes."""

    name = "OpenCV"
    color = "#e08214"

    def load(self) -> None:
        """Import it."""
        try:
            import cv2
        except ImportError as error:
            raise MissingExtraError(
                f"OpenCV cannot be imported ({error}); add it by: pip install opencv-python-headless"
            ) from error
        self._cv2 = cv2

    def search(self, picture: Picture, question: Question) -> NDArray[np.int32]:
        """Make a mask, then look for what is set."""
        found = self._cv2.findNonZero(self._cv2.inRange(picture, question.low, question.high))
        return np.empty((0, 2), np.int32) if found is None else found.reshape(-1, 2)


class Pixgrep(Contestant):
    """``pixgrep.find`` as users call it, with one of its backends."""

    backend: ClassVar[str]

    def load(self) -> None:
        """Import the library; its first search loads the backend."""
        from pixgrep.api import find

        self._find = find

    def search(self, picture: Any, question: Question) -> Any:
        """Search, and read the places from the answer."""
        return self._find(picture, question.color, within=question.within, backend=self.backend).xy


class OnNumPy(Pixgrep):
    """What searches small pictures of a young process: it needs no loading."""

    name = "pixgrep NumPy"
    color = "#2a7fff"
    backend = "numpy"


class Compiled(Pixgrep):
    """What searches large pictures, or many, on all processors."""

    name = "pixgrep compiled"
    color = "#00a651"
    backend = "cpu"


class FromHost(Pixgrep):
    """A GPU, for a picture in the memory of the CPU: it goes to the GPU, and the places come back."""

    name = "pixgrep GPU from host"
    color = "#b04ce0"
    is_gpu = True
    backend = "cuda"

    def load(self) -> None:
        """Begin to use the GPU."""
        from pixgrep.gpu.device import get_device

        super().load()
        get_device()


class Resident(FromHost):
    """A GPU, for a picture that is there already, as those of PyTorch and CuPy are; the places stay there."""

    name = "pixgrep GPU resident"
    color = "#e02020"

    def place(self, picture: Picture) -> Any:
        """Copy the picture to the GPU."""
        from pixgrep.gpu.array import DeviceArray
        from pixgrep.gpu.device import get_device

        device = get_device()
        memory = device.allocate(picture.nbytes)
        device.upload(memory, picture)
        return DeviceArray(device, memory, picture.shape, picture.dtype)

    def search(self, picture: Any, question: Question) -> Any:
        """Search, and wait for the GPU: a launch returns before its kernel has run."""
        from pixgrep.gpu.device import get_device

        places = super().search(picture, question)
        get_device().wait()
        return places


CONTESTANTS: tuple[type[Contestant], ...] = (NumPy, OpenCV, OnNumPy, Compiled, FromHost, Resident)
"""In the order in which they are loaded and shown. The first is the measure of the others, and judges them."""
