"""The pages of the tutorial as a reader meets them: blocks of code to type, and what each should show."""

import ast
import doctest
import io
import re
from code import InteractiveConsole
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "docs" / "tutorial"
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\s*^```text\n(?P<shown>.*?)^```\n)?", re.MULTILINE | re.DOTALL)
HOW = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Block:
    """
    Some lines to type.

    Attributes
    ----------
    code : str
    shown : str
        What the page says that one sees then; ``...`` stands for anything.
    line : int
        Where it begins in the page.
    """

    code: str
    shown: str
    line: int

    def fits(self, output: str) -> bool:
        """Return whether this is what the page says."""
        return doctest.OutputChecker().check_output(self.shown, output, HOW)


def pages(folder: Path = FOLDER) -> list[Path]:
    """Return the pages of one language, in order."""
    return sorted(folder.glob("[0-9][0-9]-*.md"))


def blocks(page: Path) -> Iterator[Block]:
    """Yield the blocks of a page."""
    text = page.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        yield Block(found["code"], found["shown"] or "", text[: found.start("code")].count("\n") + 1)


def kernels(page: Path) -> dict[str, Any]:
    """Return the kernels of a page by name, with all that they need, and run nothing else of it."""
    tree = ast.parse("\n\n".join(block.code for block in blocks(page)))
    wanted: list[ast.stmt] = [
        node
        for node in tree.body
        if (isinstance(node, ast.FunctionDef) and node.decorator_list)
        or isinstance(node, ast.Import)
        or (isinstance(node, ast.ImportFrom) and node.module != "skimage")
    ]
    names: dict[str, Any] = {}
    exec(compile(ast.Module(wanted, []), str(page), "exec"), names)
    return names


class _Prompt(InteractiveConsole):
    def write(self, data: str) -> None:
        """Show an error where everything is shown; warnings go their own way."""
        print(data, end="")


def type_page(page: Path, names: dict[str, Any]) -> Iterator[tuple[Block, str]]:
    """
    Type the blocks of a page at a Python prompt, line by line; yield each with what it showed, errors too.

    Parameters
    ----------
    page : Path
    names : dict
        Of the prompt.
    """
    console = _Prompt(names, filename="<stdin>")
    for block in blocks(page):
        shown = io.StringIO()
        with redirect_stdout(shown):
            for line in [*block.code.splitlines(), ""]:
                console.push(line)
        yield block, shown.getvalue()
