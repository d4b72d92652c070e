import errno
import os
import threading

import pytest

from pixgrep.errors import OutputError
from pixgrep.sinks.output import WholeFile


def written(path, content=b"whole", **options):
    file = WholeFile(str(path), **options)
    file.open()
    file.write(content)
    return file


def test_a_file_is_not_there_before_it_is_whole(tmp_path):
    file = written(tmp_path / "out.txt")
    assert not (tmp_path / "out.txt").exists()
    file.close()
    assert (tmp_path / "out.txt").read_bytes() == b"whole"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_an_aborted_file_leaves_nothing(tmp_path):
    written(tmp_path / "out.txt").abort()
    assert os.listdir(tmp_path) == []


def test_a_file_gets_the_usual_permissions(tmp_path):
    """An output must be as readable as any other file, whichever thread writes it."""
    old = os.umask(0o022)
    try:
        written(tmp_path / "out.txt").close()
    finally:
        os.umask(old)
    assert (tmp_path / "out.txt").stat().st_mode & 0o777 == 0o644


def test_an_existing_file_is_refused_and_kept(tmp_path):
    (tmp_path / "out.txt").write_bytes(b"precious")
    with pytest.raises(OutputError, match="exists already; give another name, or --force"):
        written(tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_bytes() == b"precious"


def test_force_replaces(tmp_path):
    (tmp_path / "out.txt").write_bytes(b"old")
    written(tmp_path / "out.txt", force=True).close()
    assert (tmp_path / "out.txt").read_bytes() == b"whole"


def test_of_two_runs_that_write_the_same_file_one_wins(tmp_path):
    """The check at the start cannot see a run that finishes in between."""
    files = [written(tmp_path / "out.txt", name) for name in (b"a", b"b")]
    outcomes = []

    def close(file):
        try:
            file.close()
            outcomes.append("written")
        except OutputError:
            outcomes.append("refused")
            file.abort()

    threads = [threading.Thread(target=close, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "written"]
    assert os.listdir(tmp_path) == ["out.txt"]


@pytest.mark.parametrize("step", ["fsync", "link"])
def test_a_disk_that_fails_at_any_step_leaves_no_torn_file(tmp_path, monkeypatch, step):
    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    file = written(tmp_path / "out.txt")
    monkeypatch.setattr(os, step, fail)
    if step == "link":  # a file system without links takes the rename
        file.close()
        assert (tmp_path / "out.txt").read_bytes() == b"whole"
        return
    with pytest.raises(OutputError, match=r"out\.txt: cannot be written \(No space left on device\)"):
        file.close()
    file.abort()
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there_is_an_error_that_names_the_file(tmp_path):
    with pytest.raises(OutputError, match="No such file or directory"):
        written(tmp_path / "missing" / "out.txt")


def test_what_is_unfinished_when_the_process_ends_goes_and_nothing_more_is_made(tmp_path, monkeypatch):
    from pixgrep.sinks import output

    monkeypatch.setattr(output, "unfinished", output.Unfinished())
    file = written(tmp_path / "out.txt")
    assert len(os.listdir(tmp_path)) == 1
    output.unfinished.remove()
    assert os.listdir(tmp_path) == []
    file.abort()
    with pytest.raises(OutputError, match="the process ends"):
        WholeFile(str(tmp_path / "late.txt")).open()
    assert os.listdir(tmp_path) == []


def test_a_signal_before_the_file_is_there_leaves_it_to_abort(tmp_path, monkeypatch):
    file = WholeFile(str(tmp_path / "out.txt"))

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.open", stop)
    with pytest.raises(KeyboardInterrupt):
        file.open()
    file.abort()
