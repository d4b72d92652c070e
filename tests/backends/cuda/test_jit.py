"""Kernels are kept on disk: compiled once for a GPU, and read back only when whole and of this very source."""

import pytest
from numba.cuda import dispatcher as room

from pixgrep.backends.cuda import collecting
from pixgrep.backends.cuda.jit import kernel
from pixgrep.compiled import cache
from tests.backends.cuda import sass

CAPABILITY = (9, 0)
KERNEL = collecting.count_blocks


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "cache_folder", lambda: tmp_path)
    return tmp_path


def signature():
    return sass.signatures()[KERNEL]


def cubin_of(compiled):
    return compiled._codelibrary.get_cubin(cc=(*CAPABILITY, "a")).code


@pytest.fixture
def saved(folder):
    with sass.pretend(CAPABILITY):
        compiled = room._Kernel(KERNEL.py_func, signature(), **KERNEL.targetoptions)
        cubin = cubin_of(compiled)
        KERNEL._cache.save_overload(signature(), compiled)
    (path,) = folder.iterdir()
    return path, cubin


def load(dispatcher=KERNEL, capability=CAPABILITY):
    with sass.pretend(capability):
        return dispatcher._cache.load_overload(signature(), dispatcher.targetctx)


def test_a_kernel_comes_back_as_it_was(saved):
    path, cubin = saved
    assert path.name.startswith("count_blocks-")
    found = load()
    with sass.pretend(CAPABILITY):
        assert cubin_of(found) == cubin
    assert found.entry_name.startswith("_ZN")


def test_a_kernel_of_another_gpu_is_not_taken(saved):
    assert load(capability=(8, 0)) is None


def test_a_kernel_of_other_source_is_not_taken(saved, monkeypatch):
    monkeypatch.setattr("pixgrep.backends.cuda.jit.version", lambda name: "0.0")
    assert load(kernel(KERNEL.py_func)) is None


def test_a_damaged_kernel_is_not_taken_and_removed(saved):
    path, _ = saved
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert load() is None
    assert not path.exists()
