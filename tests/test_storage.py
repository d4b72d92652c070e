import os
import stat

import pytest

from pixgrep import storage


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PIXGREP_CACHE", str(tmp_path))
    storage.private_folder.cache_clear()
    yield tmp_path
    storage.private_folder.cache_clear()


def test_a_folder_is_made_for_its_user_alone(folder):
    made = storage.private_folder("things")
    assert made is not None
    assert made == folder / "things"
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions of POSIX")
def test_a_folder_that_others_can_write_to_is_not_used(folder):
    (folder / "things").mkdir()
    (folder / "things").chmod(0o777)
    assert storage.private_folder("things") is None


def test_where_there_is_no_place_nothing_is_kept(folder):
    (folder / "things").write_text("a file")
    assert storage.private_folder("things") is None


def test_what_is_saved_comes_back(tmp_path):
    assert storage.load(tmp_path / "a") is None
    storage.save(tmp_path / "a", b"content")
    assert storage.load(tmp_path / "a") == b"content"
    assert [path.name for path in tmp_path.iterdir()] == ["a"], "nothing half-written is left"


@pytest.mark.parametrize("damage", [lambda all: all[:-1], lambda all: all[:10], lambda _: b"", lambda all: all + b"x"])
def test_what_is_damaged_counts_as_not_kept_and_goes(tmp_path, damage):
    storage.save(tmp_path / "a", b"content")
    (tmp_path / "a").write_bytes(damage((tmp_path / "a").read_bytes()))
    assert storage.load(tmp_path / "a") is None
    assert not (tmp_path / "a").exists()


def test_a_disk_that_takes_nothing_stops_nothing(tmp_path):
    storage.save(tmp_path / "missing" / "a", b"content")
    storage.remove(tmp_path / "missing" / "a")
    storage.keep_newest(tmp_path / "missing", 1)


def test_the_older_half_goes_when_there_are_too_many(tmp_path):
    for number in range(6):
        storage.save(tmp_path / str(number), b"")
        os.utime(tmp_path / str(number), ns=(number, number))
    storage.keep_newest(tmp_path, 6)
    assert len(list(tmp_path.iterdir())) == 6
    storage.keep_newest(tmp_path, 5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["3", "4", "5"]
