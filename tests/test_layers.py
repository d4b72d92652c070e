"""Imports point one way: this test reads them, and fails on any other arrow."""

import ast
import re
from pathlib import Path

import pytest

import pixgrep

SOURCE = Path(pixgrep.__file__).parent
ROOMS = (
    *("cli", "bench", "api", "lint", "labeling", "learning", "explaining", "counting", "search"),
    *("measuring", "run", "plan", "rates", "sinks"),
    *("batch", "matches", "regions", "labels", "strays", "census", "drawing", "constellation"),
    *("backends", "compile", "colorset", "bits", "components", "packed", "compiled"),
    *("expressions", "query", "palettes", "colors", "sources", "gpu", "tables", "model", "storage", "errors"),
)
"""A room may import those to the right of it."""
FILES = sorted(SOURCE.rglob("*.py"))
DYNAMIC = re.compile(r"\bpixgrep\.(\w+)\.")


def room_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return parts[0]


def imported(path: Path) -> set[str]:
    """Return the dotted names inside pixgrep that a file imports, wherever in it; by name in text, too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            names.update(f"pixgrep.{room}." for room in DYNAMIC.findall(ast.unparse(node)))
    return {name for name in names if name.split(".")[0] == "pixgrep"}


def test_the_test_sees_imports_of_every_kind(tmp_path):
    path = tmp_path / "x.py"
    path.write_text(
        "import pixgrep.a\nfrom pixgrep.b import c\nfrom pixgrep import d\n"
        "def f():\n    from pixgrep.e import g\n    importlib.import_module(f'pixgrep.h.{name}')\n"
    )
    assert {name.split(".")[1] for name in imported(path)} == {"a", "b", "d", "e", "h"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_point_one_way(path):
    room = room_of(path)
    if room in ("__init__", "__main__"):
        return
    assert room in ROOMS, f"a new room: give {room!r} its place in the order"
    for name in imported(path):
        other = name.split(".")[1] if "." in name else "__init__"
        if other not in ROOMS and hasattr(pixgrep, other):  # what the package offers: as far left as the api
            other = "api"
        assert other in ROOMS, f"{path} imports {name}"
        assert ROOMS.index(room) <= ROOMS.index(other), f"{path}: {room} must not import {name}"


def test_the_judge_takes_nothing_from_the_backends_it_judges():
    names = imported(SOURCE / "backends" / "reference.py")
    assert {name.split(".")[1] for name in names} <= {"bits", "model"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_module_has_a_docstring_and_fits_on_a_few_screens(path):
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), path
    assert text.count("\n") <= 400, path


def test_public_names_are_sorted_and_complete():
    tree = ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8"))
    names = [
        alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    ]
    assert pixgrep.__all__ == sorted(name for name in names if not name.startswith("_"))
    assert all(hasattr(pixgrep, name) for name in pixgrep.__all__)
    assert all(getattr(pixgrep, name).__doc__ for name in pixgrep.__all__)
