"""Rates on disk: kept and read back, for this machine alone, and never a reason to fail."""

import json
import os
import stat
from dataclasses import asdict, replace

import pytest

from pixgrep import storage
from pixgrep.rates import BUILT_IN, kept
from tests.rates.samples import FAST_GPU, rates

MINE = rates(FAST_GPU, memory=1.25e-11)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A cache of its own, and nothing read yet."""
    monkeypatch.setenv("PIXGREP_CACHE", str(tmp_path))
    storage.private_folder.cache_clear()
    kept.forget_rates()
    yield tmp_path
    storage.private_folder.cache_clear()
    kept.forget_rates()


def the_file():
    path = kept.rates_file()
    assert path is not None
    return path


def without_origin(some):
    return {name: value for name, value in asdict(some).items() if name != "origin"}


def rewrite(change):
    """Change the content of the file, whose digest is right afterwards."""
    content = json.loads(storage.load(the_file()) or b"")
    change(content)
    storage.save(the_file(), json.dumps(content).encode())


def test_nothing_measured_is_what_is_built_in():
    assert kept.known_rates() is BUILT_IN
    assert kept.rates_at_hand() is BUILT_IN


def test_what_is_kept_comes_back_and_says_when_it_was_measured(folder):
    assert kept.keep_rates(MINE) == folder / "rates" / "rates"
    found = kept.known_rates()
    assert without_origin(found) == without_origin(MINE)
    assert found.origin.startswith("measured on this machine on 20")
    assert kept.keep_rates(BUILT_IN) is not None
    assert kept.known_rates().gpu is None, "what was kept later counts at once"


def test_the_file_is_read_once_in_a_process():
    kept.keep_rates(MINE)
    found = kept.known_rates()
    the_file().unlink()
    assert kept.known_rates() is found


@pytest.mark.parametrize("name", ["processor", "cores", "GPU", "numpy", "numba", "pixgrep"])
def test_rates_of_another_machine_are_not_used_and_it_is_said(name):
    kept.keep_rates(MINE)
    rewrite(lambda content: content["machine"].update({name: "another"}))
    found = kept.known_rates()
    assert without_origin(found) == without_origin(BUILT_IN)
    assert found.origin.startswith("built in; those of 20")
    assert f"are for {name} another, not " in found.origin


def spoil_number(value):
    return lambda content: content["rates"]["cpu"].update(exact=value)


@pytest.mark.parametrize(
    "change",
    [
        *(spoil_number(value) for value in (-1.0, float("nan"), float("inf"), "fast", None, True)),
        lambda content: content["rates"].pop("numpy"),
        lambda content: content["rates"]["numpy"].pop("box"),
        lambda content: content.pop("machine"),
        lambda content: content.update(machine=None),
        lambda content: content.update(rates=[]),
        lambda content: content["rates"].update(gpu=1),
    ],
)
def test_a_file_that_says_nonsense_is_not_used(change):
    kept.keep_rates(MINE)
    rewrite(change)
    assert kept.known_rates().origin == "built in; what was measured cannot be read"


@pytest.mark.parametrize("content", [b"", b"x" * 100, b"\xff" * 40])
def test_a_damaged_file_is_not_used(content):
    kept.keep_rates(MINE)
    the_file().write_bytes(content)
    assert kept.known_rates().origin == "built in; what was measured cannot be read"


def test_a_file_that_is_no_json_is_not_used():
    kept.keep_rates(MINE)
    for content in (b"[", b"1", b"null", b"\xff\xfe"):
        storage.save(the_file(), content)
        kept.forget_rates()
        assert kept.known_rates().origin == "built in; what was measured cannot be read", content


def test_where_nothing_can_be_written_nothing_is_kept(folder):
    (folder / "rates").write_text("a file")
    assert kept.keep_rates(MINE) is None
    assert kept.known_rates() is BUILT_IN


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions of POSIX")
def test_a_folder_that_others_can_write_to_is_not_read(folder):
    kept.keep_rates(MINE)
    (folder / "rates").chmod(0o777)
    storage.private_folder.cache_clear()
    kept.forget_rates()
    assert kept.known_rates() is BUILT_IN
    assert stat.S_IMODE((folder / "rates").stat().st_mode) == 0o777


def test_a_full_disk_is_told(monkeypatch):
    monkeypatch.setattr(kept, "save", lambda path, content: None)
    assert kept.keep_rates(MINE) is None


def test_gpus_are_told_apart_without_loading_cuda(tmp_path, monkeypatch):
    (tmp_path / "gpus" / "0").mkdir(parents=True)
    (tmp_path / "version").write_text("NVRM version: 580.1\nGCC version: 13\n")
    (tmp_path / "gpus" / "0" / "information").write_text("Model: \t\t Fake 100\nIRQ: 7\n")
    monkeypatch.setattr(kept, "DRIVER", tmp_path)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert kept._gpu() == "0 NVRM version: 580.1 Model: Fake 100"
    monkeypatch.setattr(kept, "DRIVER", tmp_path / "missing")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert kept._gpu() == ""


def test_this_machine_has_a_name_and_cores():
    facts = kept.facts_of_machine()
    assert facts["processor"]
    assert int(facts["cores"]) == kept.usable_cores() >= 1
    assert facts["numpy"]


def test_rates_are_equal_only_to_themselves():
    assert replace(MINE) != MINE
    assert {MINE: 1}[MINE] == 1, "plans are kept by it"
