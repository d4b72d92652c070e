"""
Folders: which files to search.

Ripgrep's and fd's manners: ``.gitignore`` and ``.ignore`` files count, hidden files are left out, links are not
followed, and what is named on the command line is searched whatever it is.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pixgrep.errors import PictureError, one_line
from pixgrep.sources.still import SUFFIXES

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILES = (".gitignore", ".ignore")


@dataclass(frozen=True)
class Walk:
    """
    Which files of a folder to search.

    Attributes
    ----------
    hidden : bool
        Whether to search files and folders whose names begin with a dot.
    ignore : bool
        Whether to respect ``.gitignore`` and ``.ignore`` files.
    globs : tuple of str
        Patterns as in ``.gitignore``. With any that does not begin with ``!``, only files that match one are searched;
        files that match one beginning with ``!`` never are.
    skip : frozenset of str
        Real paths of files and folders to leave out: what the run itself writes.
    """

    hidden: bool = False
    ignore: bool = True
    globs: tuple[str, ...] = ()
    skip: frozenset[str] = frozenset()

    def files(self, roots: Iterable[str]) -> Iterator["str | Unreadable"]:
        """
        Yield the files to search: the roots in order, the files of a folder sorted by name, folders after files.

        Yields
        ------
        str or Unreadable
            A path that begins with its root as given, or a folder that could not be listed.
        """
        wanted, unwanted = self._selection()
        for root in roots:
            if not os.path.isdir(root):
                yield root
                continue
            folders = [_Folder(root, "", ())]
            while folders:  # a stack, not recursion: trees can be deeper than Python's stack
                folder = folders.pop()
                try:
                    with os.scandir(folder.path) as entries:
                        found = sorted(entries, key=lambda entry: entry.name)
                except OSError as error:
                    yield Unreadable(folder.path, error.strerror or one_line(error))
                    continue
                rules = (*folder.rules, *_rules(folder, found)) if self.ignore else ()
                inner = []
                for entry in found:
                    if (not self.hidden and entry.name.startswith(".")) or self._is_skipped(entry):
                        continue
                    is_folder = entry.is_dir(follow_symlinks=False)
                    inside = folder.inside + entry.name + "/" * is_folder
                    if _is_ignored(inside, rules) or (unwanted and unwanted.match_file(inside)):
                        continue
                    if is_folder:
                        inner.append(_Folder(entry.path, inside, rules))
                    elif self._is_picture(entry) and (not wanted or wanted.match_file(inside)):
                        yield entry.path
                folders.extend(reversed(inner))

    def _selection(self) -> "tuple[GitIgnoreSpec | None, GitIgnoreSpec | None]":
        """Return the rules for what is wanted and for what is not, None where there are none."""
        wanted = [glob for glob in self.globs if not glob.startswith("!")]
        unwanted = [glob[1:] for glob in self.globs if glob.startswith("!")]
        return _glob_spec(wanted), _glob_spec(unwanted)

    def _is_skipped(self, entry: "os.DirEntry[str]") -> bool:
        return bool(self.skip) and os.path.realpath(entry.path) in self.skip

    def _is_picture(self, entry: "os.DirEntry[str]") -> bool:
        return os.path.splitext(entry.name)[1].lower() in SUFFIXES and entry.is_file(follow_symlinks=False)


@dataclass(frozen=True)
class Unreadable:
    """A folder that could not be listed, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class _Folder:
    path: str
    inside: str
    """Where it is, below the root, with a slash at its end unless it is the root."""
    rules: "tuple[tuple[str, GitIgnoreSpec], ...]"
    """Ignore rules from the root down, each with the folder they stand in."""


def _spec(lines: Iterable[str]) -> "GitIgnoreSpec":
    """Return the rules that can be read; pathspec raises for others, such as ``[z-a]``."""
    from pathspec import GitIgnoreSpec  # 18 ms that most folders need not pay

    readable = []
    for line in lines:
        with suppress(ValueError, re.error):
            GitIgnoreSpec.from_lines([line])
            readable.append(line)
    return GitIgnoreSpec.from_lines(readable)


def _glob_spec(globs: Sequence[str]) -> "GitIgnoreSpec | None":
    for glob in globs:
        if not len(_spec([glob])):
            raise PictureError(f"cannot read the glob {glob!r}; write a pattern such as '*.png' or 'masks/**'")
    return _spec(globs) if globs else None


def _rules(folder: _Folder, entries: Sequence["os.DirEntry[str]"]) -> "Iterator[tuple[str, GitIgnoreSpec]]":
    found = {entry.name: entry for entry in entries if entry.name in IGNORE_FILES}
    for name in IGNORE_FILES:
        with suppress(OSError, ValueError):  # rules that cannot be read ignore nothing
            if name in found and found[name].is_file():
                with open(found[name].path, encoding="utf-8", errors="surrogateescape") as file:
                    yield folder.inside, _spec(file.read().splitlines())


def _is_ignored(inside: str, rules: "Sequence[tuple[str, GitIgnoreSpec]]") -> bool:
    """Return what the innermost rule that has an opinion says."""
    for base, spec in reversed(rules):
        verdict = spec.check_file(inside[len(base) :]).include
        if verdict is not None:
            return verdict
    return False
