"""``pixgrep doctor``: what this machine can use, and why not."""

import importlib.util
import os
import platform
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version

from pixgrep.cli.main import MATCHED, USAGE
from pixgrep.errors import one_line

PACKAGES = (
    *("numpy", "numba", "llvmlite", "pillow", "imagecodecs", "tifffile", "coloraide", "rich-click", "pathspec"),
    "platformdirs",
)


def report() -> int:
    """Print a line for each thing that matters; return the exit status."""
    import pixgrep

    print(f"pixgrep      {pixgrep.__version__}")
    print(f"python       {platform.python_version()} on {platform.system()} {platform.machine()}")
    print("packages     " + ", ".join(f"{name} {_version(name)}" for name in PACKAGES))
    is_well = True
    for name, check in (("processors", _processors), ("kernel cache", _kernel_cache), ("cpu backend", _cpu_backend)):
        try:
            for line in check():
                print(f"{name:<12} {line}")
        except Exception as error:  # a doctor survives what it finds
            is_well = False
            print(f"{name:<12} broken: {one_line(error)}")
    print(f"parquet      {_parquet()}")
    print("gpu          not used: this version searches on the CPU only")
    return MATCHED if is_well else USAGE


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _processors() -> Iterator[str]:
    from pixgrep.plan import this_machine

    yield f"{this_machine().cores} may be used, of {os.cpu_count()}"


def _kernel_cache() -> Iterator[str]:
    from pixgrep.compiled.cache import cache_folder

    folder = cache_folder()
    if folder is None:
        yield "none: no private folder can be written to; kernels are compiled anew in every process (1 s)"
        return
    files = list(folder.glob("*.bin"))
    writable = "" if os.access(folder, os.W_OK) else "; cannot be written to"
    yield f"{folder}: {len(files)} kernels, {sum(file.stat().st_size for file in files) / 1e6:.1f} MB{writable}"


def _cpu_backend() -> Iterator[str]:
    import time

    import numpy as np

    from pixgrep import count

    start = time.perf_counter()
    picture = np.zeros((1000, 1000, 3), np.uint8)  # one megapixel
    picture[::7, ::5] = (255, 136, 0)
    expected = count(picture, "#ff8800", backend="reference")
    first = _seconds(lambda: count(picture, "#ff8800", backend="cpu") == expected)
    later = min(_seconds(lambda: count(picture, "#ff8800", backend="cpu") == expected) for _ in range(5))
    seconds = time.perf_counter() - start
    yield f"works: first search {first:.2f} s, later ones {1 / later:.0f} megapixels a second ({seconds:.1f} s in all)"


def _seconds(work: Callable[[], bool]) -> float:
    import time

    start = time.perf_counter()
    if not work():
        raise RuntimeError("the answer is wrong; please report this")
    return time.perf_counter() - start


def _parquet() -> str:
    if importlib.util.find_spec("pyarrow") is None:
        return "pyarrow is not installed; pip install 'pixgrep[table]'"
    return f"pyarrow {_version('pyarrow')}"
