"""``pixgrep doctor``: what this machine can use, and why not."""

import importlib.util
import os
import platform
from collections.abc import Callable, Iterator

from pixgrep.cli.main import MATCHED, USAGE, put
from pixgrep.errors import PixgrepError, one_line
from pixgrep.rates.kept import version_of

PACKAGES = (
    *("numpy", "numba", "llvmlite", "pillow", "imagecodecs", "tifffile", "coloraide", "rich-click", "pathspec"),
    "platformdirs",
)

DECODING_PACKAGES = (
    *("nvidia-nvimgcodec-cu13", "nvidia-nvimgcodec-cu12", "nvidia-nvjpeg", "nvidia-nvjpeg-cu12"),
    *("nvidia-nvtiff-cu13", "nvidia-nvtiff-cu12"),
)
"""nvImageCodec, and what it decodes JPEG and TIFF by: one of each for the CUDA that is there."""
GPU_PACKAGES = ("numba-cuda", "cuda-bindings", "cuda-core")


def report() -> int:
    """Print a line for each thing that matters; return the exit status."""
    import pixgrep

    put(f"pixgrep      {pixgrep.__version__}")
    put(f"python       {platform.python_version()} on {platform.system()} {platform.machine()}")
    put("packages     " + ", ".join(f"{name} {_version(name)}" for name in PACKAGES))
    is_well = True
    for name, check in CHECKS:
        try:
            for line in check():
                put(f"{name:<12} {line}")
        except Exception as error:  # a doctor survives what it finds
            is_well = False
            put(f"{name:<12} broken: {one_line(error)}")
    put(f"gpu decoder  {_gpu_decoder()}")
    put(f"parquet      {_parquet()}")
    return MATCHED if is_well else USAGE


def _version(package: str) -> str:
    return version_of(package) or "missing"


def _processors() -> Iterator[str]:
    from pixgrep.plan import this_machine

    yield f"{this_machine().cores} may be used, of {os.cpu_count()}"


def _kernel_cache() -> Iterator[str]:
    from pixgrep.storage import private_folder

    folder = private_folder("kernels")
    if folder is None:
        yield "none: no private folder can be written to; kernels are compiled anew in every process (1 s)"
        return
    files = list(folder.glob("*.bin"))
    writable = "" if os.access(folder, os.W_OK) else "; cannot be written to"
    yield f"{folder}: {len(files)} kernels, {sum(file.stat().st_size for file in files) / 1e6:.1f} MB{writable}"


def _rates() -> Iterator[str]:
    from pixgrep.rates import BUILT_IN
    from pixgrep.rates.kept import known_rates

    origin = known_rates().origin
    yield f"{origin}; pixgrep doctor --measure measures {'this machine' if origin == BUILT_IN.origin else 'it anew'}"


def _cpu_backend() -> Iterator[str]:
    yield _trial("cpu")


def _gpu() -> Iterator[str]:
    """Tell of a GPU; that there is none is no illness."""
    from pixgrep.gpu.device import get_device

    try:
        device = get_device()
    except PixgrepError as error:
        yield f"none: {one_line(error)}"
        return
    yield from device.describe()
    yield ", ".join(f"{name} {_version(name)}" for name in GPU_PACKAGES)
    yield f"{_trial('cuda')}, copying included"


def _trial(backend: str) -> str:
    """Search one megapixel, hold the answer against the reference, and say how long it took."""
    import time
    import warnings

    import numpy as np

    from pixgrep import PixgrepWarning, count

    start = time.perf_counter()
    picture = np.zeros((1000, 1000, 3), np.uint8)
    picture[::7, ::5] = (255, 136, 0)
    expected = count(picture, "#ff8800", backend="reference")
    with warnings.catch_warnings():
        warnings.simplefilter("error", PixgrepWarning)  # such as that the processor stood in for the GPU
        first = _seconds(lambda: count(picture, "#ff8800", backend=backend) == expected)
        later = min(_seconds(lambda: count(picture, "#ff8800", backend=backend) == expected) for _ in range(5))
    seconds = time.perf_counter() - start
    return f"works: first search {first:.2f} s, later ones {1 / later:.0f} megapixels a second ({seconds:.1f} s in all)"


def _seconds(work: Callable[[], bool]) -> float:
    import time

    start = time.perf_counter()
    if not work():
        raise RuntimeError("the answer is wrong; please report this")
    return time.perf_counter() - start


def _gpu_decoder() -> str:
    """Return what decodes files on a GPU; it is not loaded, as it prints what it lacks."""
    versions = {name: _version(name) for name in DECODING_PACKAGES}
    found = [f"{name} {version}" for name, version in versions.items() if version != "missing"]
    if not any("nvimgcodec" in name for name in found):
        return "nvImageCodec is not installed; pip install 'pixgrep[cuda-decode]' (CUDA 13) or 'pixgrep[cuda12-decode]'"
    return ", ".join(found)


def _parquet() -> str:
    if importlib.util.find_spec("pyarrow") is None:
        return "pyarrow is not installed; pip install 'pixgrep[table]'"
    return f"pyarrow {_version('pyarrow')}"


CHECKS: tuple[tuple[str, Callable[[], Iterator[str]]], ...] = (
    ("processors", _processors),
    ("kernel cache", _kernel_cache),
    ("rates", _rates),
    ("cpu backend", _cpu_backend),
    ("gpu", _gpu),
)
