"""
Links between pages that hold on GitHub and on the site.

Pages link to each other, and to files of the repository, as GitHub resolves it: relative to the file that they are in.
On the site, some of those files are part of other pages. So each link is rewritten while a page is read.
"""

import os
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = {
    "README.md": "index.md",
    "README.pt-BR.md": "pt-BR.md",
    "ARCHITECTURE.md": "explanation/architecture.md",
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
}
"""Which page of the site a file outside of it is shown on."""
LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")


def rewrite(text: str, written_in: Path, shown_in: Path) -> str:
    """
    Return Markdown whose links hold where it is shown; a folder of the repository has no page, so no link.

    Parameters
    ----------
    text : str
        Markdown.
    written_in, shown_in : Path
        The folder of the file that has it, and that of the page that shows it.

    Examples
    --------
    >>> rewrite("see [how](docs/how-to/queries.md#ranges) and [why](ARCHITECTURE.md)", ROOT, DOCS / "explanation")
    'see [how](../how-to/queries.md#ranges) and [why](architecture.md)'
    """

    def moved(match: re.Match[str]) -> str:
        target = match["target"]
        path = (written_in / target).resolve()
        if "://" in target or not path.is_relative_to(ROOT) or not path.exists():
            return match[0]
        if path.is_dir():
            return match["text"]
        shown = DOCS / PAGES.get(path.relative_to(ROOT).as_posix(), path)
        there = Path(os.path.relpath(shown, shown_in)).as_posix()
        return f"[{match['text']}]({there}{match['anchor'] or ''})"

    return LINK.sub(moved, text)


def on_page(app: Any, docname: str, content: list[str]) -> None:
    """Rewrite the links of a page."""
    folder = Path(app.env.doc2path(docname)).resolve().parent
    content[0] = rewrite(content[0], folder, folder)


def on_included(app: Any, path: Path, _docname: str, content: list[str]) -> None:
    """Rewrite the links of a file that a page includes; MyST tells only half of the name of that page."""
    page = Path(app.env.doc2path(app.env.docname)).resolve().parent
    content[0] = rewrite(content[0], (Path(app.srcdir) / path).resolve().parent, page)


def setup(app: Any) -> dict[str, Any]:
    """Rewrite links in whatever Sphinx reads."""
    app.connect("source-read", on_page)
    app.connect("include-read", on_included)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
