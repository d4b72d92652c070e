import os
from pathlib import Path

import pytest

import pixgrep as pg
from pixgrep.sources.folder import Unreadable, Walk
from pixgrep.sources.still import SUFFIXES


def make(root, *names, **texts):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def write(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def walked(root, **options):
    found = []
    for path in Walk(**options).files([str(root)]):
        assert isinstance(path, str)
        found.append(os.path.relpath(path, root))
    return found


def test_files_come_sorted_by_name_and_before_folders(tmp_path):
    make(tmp_path, "b.png", "a.png", "B.png", "c/z.png", "c/a/1.png", "a/x.png", "10.png", "9.png")
    assert walked(tmp_path) == ["10.png", "9.png", "B.png", "a.png", "b.png", "a/x.png", "c/z.png", "c/a/1.png"]


def test_of_a_folder_only_pictures_are_searched(tmp_path):
    make(tmp_path, *(f"a{suffix}" for suffix in SUFFIXES), "A.PNG", "a.txt", "a", "a.png.bak", "png")
    assert sorted(walked(tmp_path)) == sorted([*(f"a{suffix}" for suffix in SUFFIXES), "A.PNG"])


def test_what_is_named_is_searched_whatever_it_is(tmp_path):
    make(tmp_path, ".hidden.txt", "ignored.png")
    write(tmp_path / ".gitignore", "*")
    roots = [str(tmp_path / name) for name in ("missing", "ignored.png", ".hidden.txt")]
    assert list(Walk(globs=("!*",)).files(roots)) == roots


def test_paths_begin_with_their_root_as_given(tmp_path, monkeypatch):
    make(tmp_path, "a/1.png")
    monkeypatch.chdir(tmp_path)
    assert list(Walk().files(["a"])) == ["a/1.png"]
    assert list(Walk().files([".", "a/"])) == ["./a/1.png", "a/1.png"]


def test_hidden_files_and_folders_are_left_out_unless_asked_for(tmp_path):
    make(tmp_path, "a.png", ".b.png", ".c/d.png")
    assert walked(tmp_path) == ["a.png"]
    assert walked(tmp_path, hidden=True) == [".b.png", "a.png", ".c/d.png"]


@pytest.mark.parametrize("name", [".gitignore", ".ignore"])
def test_ignore_files_count_from_their_folder_down(tmp_path, name):
    make(tmp_path, "a.png", "skip.png", "sub/skip.png", "sub/a.png", "sub/deep/a.png", "build/x.png", "root.png")
    make(tmp_path, "sub/root.png", "sub/build/x.png")
    write(tmp_path / name, "# comment", "skip.png", "build/", "/root.png", "")
    write(tmp_path / "sub" / name, "deep/*.png")
    assert walked(tmp_path) == ["a.png", "sub/a.png", "sub/root.png"]
    assert len(walked(tmp_path, ignore=False)) == 9


def test_a_nested_ignore_file_may_take_back_what_an_outer_one_said(tmp_path):
    make(tmp_path, "a.jpg", "keep/a.jpg", "keep/b.jpg", "other/a.jpg", "a.png")
    write(tmp_path / ".gitignore", "*.jpg", "!/a.jpg")
    write(tmp_path / "keep/.gitignore", "!a.jpg")
    assert walked(tmp_path) == ["a.jpg", "a.png", "keep/a.jpg"]


def test_ignore_overrides_gitignore(tmp_path):
    make(tmp_path, "a.png", "b.png")
    write(tmp_path / ".gitignore", "a.png")
    write(tmp_path / ".ignore", "!a.png", "b.png")
    assert walked(tmp_path) == ["a.png"]


def test_nothing_inside_an_ignored_folder_can_be_taken_back(tmp_path):
    """As git does: it does not look there."""
    make(tmp_path, "out/a.png")
    write(tmp_path / ".gitignore", "out/", "!out/a.png")
    write(tmp_path / "out/.gitignore", "!a.png")
    assert walked(tmp_path) == []


def test_a_damaged_ignore_file_ignores_nothing(tmp_path):
    make(tmp_path, "a.png")
    (tmp_path / ".gitignore").write_bytes(b"\xff\xfe\0\x80[\n")
    (tmp_path / ".ignore").mkdir()
    assert walked(tmp_path) == ["a.png"]


@pytest.mark.parametrize(
    ("globs", "found"),
    [
        (("*.png",), ["a.png", "c/d.png"]),
        (("!*.png",), ["b.jpg", "c/e.jpg"]),
        (("c/",), ["c/d.png", "c/e.jpg"]),
        (("!c/",), ["a.png", "b.jpg"]),
        (("*.png", "!c/**"), ["a.png"]),
        (("*.png", "*.jpg"), ["a.png", "b.jpg", "c/d.png", "c/e.jpg"]),
        (("/*.jpg",), ["b.jpg"]),
        (("*.gif",), []),
    ],
)
def test_globs_choose_and_leave_out(tmp_path, globs, found):
    make(tmp_path, "a.png", "b.jpg", "c/d.png", "c/e.jpg")
    assert walked(tmp_path, globs=globs) == found


def test_links_are_not_followed(tmp_path):
    """A link to a folder above would be walked for ever."""
    make(tmp_path, "a/1.png", "target.png")
    (tmp_path / "a/loop").symlink_to(tmp_path)
    (tmp_path / "a/self").symlink_to("self")
    (tmp_path / "a/link.png").symlink_to(tmp_path / "target.png")
    (tmp_path / "a/broken.png").symlink_to("nowhere")
    assert walked(tmp_path) == ["target.png", "a/1.png"]


def test_a_fifo_and_a_folder_named_like_a_picture_are_no_pictures(tmp_path):
    make(tmp_path, "folder.png/inner.png")
    os.mkfifo(tmp_path / "pipe.png")
    assert walked(tmp_path) == ["folder.png/inner.png"]


def test_a_folder_that_cannot_be_listed_is_told_and_the_others_are_searched(tmp_path, monkeypatch):
    make(tmp_path, "a/1.png", "b/2.png")
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("a"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = list(Walk().files([str(tmp_path)]))
    assert found == [Unreadable(str(tmp_path / "a"), "Permission denied"), str(tmp_path / "b/2.png")]
    failed = next(iter(pg.scan(tmp_path, "red")))
    assert isinstance(failed, pg.Failed)
    assert "Permission denied" in str(failed.error)


def test_a_tree_deeper_than_pythons_stack_is_walked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(1500):
        os.mkdir("d")
        os.chdir("d")
    Path("deep.png").touch()
    os.chdir(tmp_path)
    found = list(Walk().files(["."]))
    assert found == ["./" + "d/" * 1500 + "deep.png"]
    # shutil.rmtree of Python 3.11 is recursive
    os.rename("d", "gone")
    path = "gone" + "/d" * 1499
    os.unlink(path + "/deep.png")
    while path:
        os.rmdir(path)
        path = os.path.dirname(path)


def test_names_that_are_no_unicode_are_searched(tmp_path):
    path = os.path.join(os.fsencode(tmp_path), b"\xff\xe9.png")
    with open(path, "wb"):
        pass
    assert [os.fsencode(str(found)) for found in Walk().files([str(tmp_path)])] == [path]
    assert isinstance(next(iter(pg.scan(tmp_path, "red"))), pg.Failed)


def test_a_folder_given_in_bytes_is_walked(tmp_path):
    make(tmp_path, "a.png")
    results = list(pg.scan(os.fsencode(tmp_path), "red"))
    assert len(results) == 1


def test_a_rule_that_cannot_be_read_spoils_no_other(tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).touch()
    (tmp_path / ".gitignore").write_text("[z-a].png\nb.png\n")
    assert [os.path.basename(str(file)) for file in Walk().files([str(tmp_path)])] == ["a.png"]
    with pytest.raises(pg.PictureError, match=r"cannot read the glob '\[z-a\]'"):
        list(Walk(globs=("[z-a]",)).files([str(tmp_path)]))
