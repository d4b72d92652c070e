import pytest

import pixgrep as pg
from pixgrep import storage
from pixgrep.colorset import resolve
from pixgrep.compile import kept
from pixgrep.compile.terms import compile_query
from pixgrep.model import PixelFormat, Term

RGB = PixelFormat("uint8", 3)
RGBA = PixelFormat("uint8", 4)
QUERY = pg.near("#304090", 5, "ciede2000")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "private_folder", lambda _: tmp_path)
    monkeypatch.setattr(kept, "LONG_SECONDS", 0.0)
    return tmp_path


def never(*_):
    raise AssertionError("made again")


def test_terms_are_made_once_and_come_back_the_same(folder):
    terms = compile_query(QUERY, RGB)
    assert len(list(folder.iterdir())) == 1
    assert kept.kept(resolve(QUERY, RGB), RGB, never) == terms


@pytest.mark.parametrize(
    ("query", "format"),
    [
        (pg.near("#304090", 5.0001, "ciede2000"), RGB),
        (pg.near("#304091", 5, "ciede2000"), RGB),
        (QUERY, RGBA),
        (QUERY, PixelFormat("uint8", 3, "bgr")),
    ],
)
def test_another_question_is_another_entry(folder, query, format):
    compile_query(QUERY, RGB)
    with pytest.raises(AssertionError, match="made again"):
        kept.kept(resolve(query, format), format, never)


def test_other_sources_make_other_entries(folder, monkeypatch):
    compile_query(QUERY, RGB)
    monkeypatch.setattr(kept, "_stamp", lambda: b"other")
    with pytest.raises(AssertionError, match="made again"):
        kept.kept(resolve(QUERY, RGB), RGB, never)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}\nx", b'[{"low":1}]\n' + b"x" * 20])
def test_an_entry_that_is_none_is_made_again(folder, content):
    terms = compile_query(QUERY, RGB)
    (path,) = folder.iterdir()
    storage.save(path, content)
    assert compile_query(QUERY, RGB) == terms
    assert kept.kept(resolve(QUERY, RGB), RGB, never) == terms


def test_what_is_quickly_made_is_not_kept(folder, monkeypatch):
    monkeypatch.setattr(kept, "LONG_SECONDS", 60.0)
    compile_query(QUERY, RGB)
    assert not list(folder.iterdir())


def test_without_a_folder_everything_is_made(monkeypatch):
    monkeypatch.setattr(kept, "private_folder", lambda _: None)
    assert compile_query(QUERY, RGB)[0].table is not None


def test_terms_survive_being_packed():
    terms = (Term((1, 2, 3), (4, 5, 6), b"\1" * 32), Term((0,), (9,), invert=True), Term((0, 1), (9, 2), b"\2" * 8192))
    assert kept.unpacked(kept.packed(terms)) == terms
