"""
How fast each backend is, and by that what a search would cost: a few numbers, and no measuring.

The time of a search is a sum: what each call takes before its first pixel, reading the picture, what the terms take for
each pixel, and for a GPU the copy there and the answer's way back. The built-in rates were measured with NumPy 2.4 and
Numba 0.68 on two cores of an AMD EPYC (Zen 4), on a photograph. There are none for GPUs: without rates that
`pixgrep.measuring` took on the machine itself, no picture is moved to one.

What no rate knows is the picture: how many pixels match the first channel, or lie in a box that has a table, changes
the time of NumPy and of tables by a factor of three either way.
"""

from dataclasses import dataclass
from typing import NamedTuple

Kinds = tuple[tuple[str, int], ...]
"""What is done to each pixel, and how often: names of rates in `Speed`."""


class Work(NamedTuple):
    """
    What is to be done with the pixels of a picture.

    Attributes
    ----------
    pixels : int
        How many they are.
    pixel_bytes : int
        Of each.
    kinds : tuple of (str, int)
        What is done to each pixel, and how often, such as ``(("exact", 8), ("table", 1))``.
    """

    pixels: int
    pixel_bytes: int
    kinds: Kinds


@dataclass(frozen=True)
class Speed:
    """
    How long a backend takes, in seconds.

    Attributes
    ----------
    loading : float
        Until it is ready for its first search in a process.
    call : float
        A call of it, that is a tile, before its first pixel.
    term : float
        What each term adds to a call.
    byte : float
        Reading a byte of the picture, by one thread.
    exact, box, table, formula : float
        What a term adds for each pixel: one colour; a range; a range and a table where a quarter of the pixels is in
        the range; a range and a formula for as many.
    label, census : float
        Looking up the label of a pixel, and counting its colour; 0 for GPUs, which are not chosen for them.
    shared : float
        Which part of its computing threads divide among them, 0 to 1.
    """

    loading: float
    call: float
    term: float
    byte: float
    exact: float
    box: float
    table: float
    formula: float = 0.0
    label: float = 0.0
    census: float = 0.0
    shared: float = 1.0

    def predict(self, work: Work, *, threads: int = 1, tiles: int = 1, memory: float = 0.0) -> float:
        """
        Return the seconds of some work, without loading.

        Parameters
        ----------
        work : Work
            What is to be done.
        threads : int
            How many work at the same time.
        tiles : int
            How many calls it takes.
        memory : float
            Seconds for each byte that all threads together cannot get below.

        Examples
        --------
        >>> speed = Speed(loading=0.5, call=1e-5, term=0, byte=1e-10, exact=1e-9, box=1e-9, table=1e-9)
        >>> round(speed.predict(Work(1_000_000, 3, (("exact", 2),))), 6)
        0.00231
        """
        calls, per_pixel = self.call, 0.0
        for kind, number in work.kinds:
            calls += number * self.term
            per_pixel += number * getattr(self, kind)
        reading = self.byte
        if threads > 1:
            share = 1 - self.shared + self.shared / threads
            calls, per_pixel = calls * share, per_pixel * share
            reading = max(self.byte / threads, min(memory, self.byte))
        seconds: float = tiles * calls + work.pixels * (work.pixel_bytes * reading + per_pixel)
        return seconds


@dataclass(frozen=True)
class GpuSpeed:
    """
    How long a GPU takes, in seconds.

    Attributes
    ----------
    name : str
        What it calls itself.
    there : Speed
        Searching a picture in its memory.
    upload, download : float
        Copying a byte there, and back.
    """

    name: str
    there: Speed
    upload: float
    download: float


@dataclass(frozen=True, eq=False)
class Rates:
    """
    How long everything takes on a machine; equal only to itself, so that plans can be kept by it at no cost.

    Attributes
    ----------
    numpy, cpu : Speed
        Of the backends for the processor.
    memory : float
        Seconds for each byte that all threads together cannot get below.
    gpu : GpuSpeed or None
        Of the GPU; None where none was measured.
    origin : str
        Where the numbers are from, for people.
    """

    numpy: Speed
    cpu: Speed
    memory: float
    gpu: GpuSpeed | None = None
    origin: str = "built in"


BUILT_IN = Rates(
    numpy=Speed(
        loading=0.0,
        call=14e-6,
        term=9e-6,
        byte=0.0,
        exact=0.7e-9,
        box=1.8e-9,
        table=5e-9,
        formula=25e-9,
        label=1.3e-9,
        census=2.2e-9,
        shared=0.6,
    ),
    cpu=Speed(
        loading=0.5,
        call=20e-6,
        term=0.5e-6,
        byte=0.032e-9,
        exact=0.015e-9,
        box=0.02e-9,
        table=0.5e-9,
        formula=20e-9,
        label=0.6e-9,
        census=0.9e-9,
    ),
    memory=0.03e-9,
)
"""Measured as said above; see `benchmarks`. None for GPUs."""
