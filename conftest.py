"""Where numba-cuda does not exist, as on macOS, all that compiles or runs kernels for GPUs is left out."""

from importlib.util import find_spec

collect_ignore_glob = (
    []
    if find_spec("numba_cuda")
    else [
        *("src/pixgrep/backends/cuda/*", "tests/backends/cuda/*", "tests/benchmarks/*", "tests/gpu/*", "tests/simt/*"),
        "tests/sources/test_device.py",
        "tests/sources/test_nvimagecodec.py",
    ]
)
