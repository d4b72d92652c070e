"""
The tutorial as a notebook: ``python -m tests.tutorial.notebook`` makes it anew from the pages, one for each language.

The words are those of the pages, and every block of code is a cell. The first cell installs what is needed, and looks
for a GPU.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.tutorial.pages import BLOCK, FOLDER, pages

NAME = "pixgrep-tutorial.ipynb"
LINK = re.compile(r"(?<![!\w])\[([^\]]+)\]\((?!https?:)[^)\s]+\)")
OTHER_LANGUAGE = re.compile(r"^\[(?:English|Português \(Brasil\))\]\([^)]+\)\n\n", re.MULTILINE)
SETUP = """\
# {begins}
import importlib.util
import subprocess
import sys
from pathlib import Path

packages = {{"numba_cuda": "numba-cuda[cu12]", "skimage": "scikit-image"}}
missing = [package for module, package in packages.items() if importlib.util.find_spec(module) is None]
if missing:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *missing], check=True)
    importlib.invalidate_caches()
if importlib.util.find_spec("_numba_cuda_redirector"):
    import _numba_cuda_redirector

import numpy as np

if not hasattr(np, "row_stack"):
    np.row_stack = np.vstack  # NumPy 2.5 dropped it, and numba-cuda 0.30.4 looks for it

from numba import cuda

if cuda.is_available():
    print("{found}")
else:
    here = Path.cwd()
    source = next((folder for folder in (here, *here.parents) if (folder / "tests" / "tutorial").is_dir()), None)
    if source is None:
        raise RuntimeError("{missing}")
    sys.path.insert(0, str(source))
    from tests.tutorial.stand_in import use
    _ = use()
    print("{replaced}")
"""
TEXTS = {
    FOLDER.name: {
        "begins": "Installs what is missing, and looks for a GPU.",
        "found": "There is a GPU.",
        "missing": "There is no GPU: choose one in the settings of this service, and run all cells again.",
        "replaced": "There is no GPU: a stand-in runs the kernels, slowly, and checks each access.",
    },
    "pt-BR": {
        "begins": "Instala o que falta e procura uma GPU.",
        "found": "Há uma GPU.",
        "missing": "Não há GPU: escolha uma nas configurações deste serviço e execute todas as células de novo.",
        "replaced": "Não há GPU: um substituto executa os kernels, devagar, e verifica cada acesso.",
    },
}
"""What the first cell says, by the name of the folder of a language."""


def notebook(folder: Path = FOLDER) -> str:
    """
    Return the text of the notebook of the pages in a folder.

    Parameters
    ----------
    folder : Path
        Of one language.
    """
    cells = [_code(SETUP.format(**TEXTS[folder.name]))]
    for page in pages(folder):
        cells += _cells(page)
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    content = {
        "cells": cells,
        "metadata": {
            "accelerator": "GPU",
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def folders() -> list[Path]:
    """Return the folders that have pages, one for each language."""
    return [folder for folder in (FOLDER, *sorted(FOLDER.iterdir())) if folder.is_dir() and pages(folder)]


def _cells(page: Path) -> Iterator[dict[str, Any]]:
    text, end = page.read_text(encoding="utf-8"), 0
    for found in BLOCK.finditer(text):
        yield from _prose(text[end : found.start()])
        yield _code(found["code"])
        end = found.end("code") + len("```\n")  # what it shows stays, as prose
    yield from _prose(text[end:])


def _prose(text: str) -> Iterator[dict[str, Any]]:
    plain = LINK.sub(r"\1", OTHER_LANGUAGE.sub("", text)).strip()  # the files are not beside the notebook
    if plain:
        yield {"cell_type": "markdown", "metadata": {}, "source": _lines(plain)}


def _code(text: str) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": _lines(text), "outputs": [], "execution_count": None}


def _lines(text: str) -> list[str]:
    return text.strip("\n").splitlines(keepends=True)


def main() -> None:
    """Make them."""
    for folder in folders():
        (folder / NAME).write_text(notebook(folder), encoding="utf-8")


if __name__ == "__main__":
    main()
