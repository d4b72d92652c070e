import os
import stat
import subprocess
import sys

import pytest

SEARCH = (
    "import numpy as np, pixgrep as pg; image = np.zeros((70, 70, 3), np.uint8); image[3, 4] = 255\n"
    "print(pg.count(image, '#fff', backend='cpu'))\n"
)


def search(cache, before=""):
    """Return what a fresh process counts."""
    done = subprocess.run(
        [sys.executable, "-c", before + SEARCH],
        env={**os.environ, "PIXGREP_CACHE": str(cache)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return int(done.stdout)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    assert search(cache) == 1
    return cache


def entries(cache):
    return sorted((cache / "kernels").glob("*.bin"))


@pytest.fixture
def cache(filled, tmp_path):
    import shutil

    return shutil.copytree(filled, tmp_path / "cache")


def test_kernels_are_kept_in_a_private_folder(filled):
    folder = filled / "kernels"
    assert entries(filled)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.suffix for path in folder.iterdir()} == {".bin"}, "nothing half-written is left"


def test_a_kept_kernel_is_used_and_not_written_again(cache):
    before = {path: path.stat().st_mtime_ns for path in entries(cache)}
    assert search(cache) == 1
    assert {path: path.stat().st_mtime_ns for path in entries(cache)} == before


def damage_truncate(content):
    return content[: len(content) // 2]


def damage_empty(content):
    return b""


def damage_garbage(content):
    return b"garbage" * 100


def damage_flip(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize("damage", [damage_truncate, damage_empty, damage_garbage, damage_flip])
def test_a_damaged_kernel_is_compiled_again_and_replaced(cache, damage):
    for path in entries(cache):
        path.write_bytes(damage(path.read_bytes()))
    damaged = {path: path.read_bytes() for path in entries(cache)}
    assert search(cache) == 1
    assert any(path.read_bytes() != content for path, content in damaged.items())


def test_a_damaged_kernel_that_cannot_be_removed_stops_no_search(cache):
    """A cache on a read-only disk; here, a folder where the file should be, which unlink refuses."""
    for path in entries(cache):
        path.unlink()
        path.mkdir()
    assert search(cache) == 1


def test_no_folder_to_be_had_stops_no_search(tmp_path):
    (tmp_path / "file").touch()
    assert search(tmp_path / "file") == 1


@pytest.mark.parametrize("where", ["os.replace", "tempfile.mkstemp", "os.fdopen"])
def test_a_full_disk_stops_no_search_and_leaves_nothing(tmp_path, where):
    module, name = where.split(".")
    before = (
        f"import {module}\n"
        "def full(*arguments, **options): raise OSError(28, 'No space left on device')\n"
        "import numba, pixgrep.backends.cpu\n"
        f"{module}.{name} = full\n"
    )
    assert search(tmp_path, before) == 1
    assert list((tmp_path / "kernels").iterdir()) == []


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_may_write_is_neither_read_nor_written(cache, mode):
    """Somebody else could put machine code there that we would run."""
    folder = cache / "kernels"
    for path in entries(cache):
        path.write_bytes(b"")
    folder.chmod(mode)
    assert search(cache) == 1
    assert all(path.read_bytes() == b"" for path in entries(cache))


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_neither_read_nor_written(cache):
    for path in entries(cache):
        path.write_bytes(b"")
    os.chown(cache / "kernels", 12345, 12345)
    assert search(cache) == 1
    assert all(path.read_bytes() == b"" for path in entries(cache))


def test_a_link_to_a_folder_is_not_taken(tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "kernels").symlink_to("elsewhere")
    assert search(tmp_path) == 1
    assert not any((tmp_path / "elsewhere").iterdir())


def test_numba_without_its_compiler_leaves_the_search_to_numpy():
    """NUMBA_DISABLE_JIT=1 is what people set to debug; vector kernels cannot run then."""
    code = (
        "import warnings, numpy as np, pixgrep as pg\n"
        "from pixgrep.run.local import WorkDone\n"
        "WorkDone.total['cpu'] = 1.0\n"
        "with warnings.catch_warnings(record=True) as found:\n"
        "    warnings.simplefilter('always')\n"
        "    print(pg.count(np.zeros((5, 5), np.uint8), 'black'), found[0].message)\n"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout.startswith("25 searching by NumPy, as Numba cannot be loaded: NUMBA_DISABLE_JIT is set")
