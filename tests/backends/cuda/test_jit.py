"""Kernels are kept on disk: compiled once for a GPU, and read back only when whole and of this very source."""

from typing import Any
from unittest import mock

import pytest
from numba.cuda import dispatcher as room

from pixgrep import storage
from pixgrep.backends.cuda import collecting
from pixgrep.backends.cuda.jit import kernel
from pixgrep.compiled import cache
from tests.backends.cuda import sass

CAPABILITY = (9, 0)
KERNEL = collecting.count_blocks
BOUND: list[Any] = []


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "private_folder", lambda _: tmp_path)
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
    """Read a kernel back; it is bound to the device at once, which needs none here."""
    with sass.pretend(capability), mock.patch.object(room._Kernel, "bind", autospec=True, side_effect=BOUND.append):
        return dispatcher._cache.load_overload(signature(), dispatcher.targetctx)


def test_a_kernel_comes_back_as_it_was(saved):
    path, cubin = saved
    assert path.name.startswith("count_blocks-")
    found = load()
    assert BOUND[-1] is found, "before another thread can launch it"
    with sass.pretend(CAPABILITY):
        assert cubin_of(found) == cubin
    assert found.entry_name.startswith("_ZN")


def test_a_kernel_of_another_gpu_is_not_taken(saved):
    assert load(capability=(8, 0)) is None


@pytest.mark.parametrize("what", ["version", "kernel_stamp"])
def test_a_kernel_of_another_compiler_or_of_other_source_is_not_taken(saved, monkeypatch, what):
    assert load(kernel(KERNEL.py_func)) is not None
    monkeypatch.setattr(f"pixgrep.backends.cuda.jit.{what}", lambda *_: "0.0" if what == "version" else b"other")
    assert load(kernel(KERNEL.py_func)) is None


def test_the_stamp_is_of_every_file_of_the_kernels(tmp_path):
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("x = 1")
    files = tuple(tmp_path.glob("*.py"))
    before = storage.source_stamp.__wrapped__(files, "")
    assert storage.source_stamp.__wrapped__(files[::-1], "") == before
    assert storage.source_stamp.__wrapped__(files, "2") != before
    (tmp_path / "b.py").write_text("x = 2")
    assert storage.source_stamp.__wrapped__(files, "") != before


def test_a_damaged_kernel_is_not_taken_and_removed(saved):
    path, _ = saved
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert load() is None
    assert not path.exists()
