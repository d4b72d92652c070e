"""A line on the terminal that says how far a long run is; it goes when the run ends."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def ticking(describe: Callable[[], str], after_seconds: float) -> Iterator[None]:
    """
    Show what `describe` says while the body runs, from some time after its start.

    Parameters
    ----------
    describe : callable
        Returns the present state in a few words.
    after_seconds : float
        How long a run must take to be worth a line.
    """
    done = threading.Event()

    def tick() -> None:
        if done.wait(after_seconds):
            return
        from rich.console import Console
        from rich.status import Status

        with Status(describe(), console=Console(stderr=True)) as status:
            while not done.wait(0.2):
                status.update(describe())

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
