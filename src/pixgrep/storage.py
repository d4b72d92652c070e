"""
What is kept on disk from one process to the next: machine code and compiled queries.

An entry is read only from a folder that is ours and that nobody else can write to, and only when its SHA-256 is right;
whatever goes wrong, it counts as not kept, and the work is done again.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

DIGEST_BYTES = hashlib.sha256().digest_size


@cache
def private_folder(name: str) -> Path | None:
    """
    Return a private folder, made if need be; None where there is none to be had.

    It is in the user's cache folder, or where the environment variable ``PIXGREP_CACHE`` says.

    Parameters
    ----------
    name : str
        Of the folder there.
    """
    try:
        folder = Path(os.environ.get("PIXGREP_CACHE") or _user_cache()) / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.lstat()
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return None
    if hasattr(os, "getuid"):
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid() or facts.st_mode & 0o022:
            return None  # somebody else could put things there that we would trust
    return folder


def _user_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("pixgrep")


@cache
def source_stamp(files: Iterable[Path], versions: str) -> bytes:
    """
    Return a digest of all that decides an entry, but for what is asked.

    Parameters
    ----------
    files : tuple of Path
        The sources that make it.
    versions : str
        Of the packages that make it.
    """
    digest = hashlib.sha256(versions.encode())
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.digest()


def load(path: Path) -> bytes | None:
    """
    Return what is kept in a file; None where there is none. A damaged one is removed.

    Parameters
    ----------
    path : Path
        In a folder of `private_folder`.
    """
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(content[DIGEST_BYTES:]).digest() != content[:DIGEST_BYTES]:
        remove(path)
        return None
    return content[DIGEST_BYTES:]


def save(path: Path, content: bytes) -> None:
    """Keep an entry, whole or not at all; a full or read-only disk is no reason to fail."""
    with suppress(OSError):
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(content).digest() + content)
            os.replace(temporary, path)
        except OSError:
            os.unlink(temporary)


def remove(path: Path) -> None:
    """Remove an entry, if it is there and can be removed."""
    with suppress(OSError):
        path.unlink()


def keep_newest(folder: Path, most: int) -> None:
    """Remove the older half of the entries of a folder when there are more than `most`."""
    with suppress(OSError):
        paths = list(folder.iterdir())
        if len(paths) > most:
            by_age = sorted(paths, key=lambda path: path.stat().st_mtime_ns)
            for path in by_age[: len(paths) // 2]:
                remove(path)
