"""How Sphinx makes the site; `make docs` runs it, and takes a warning for an error."""

import re
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from pygments.lexers.shell import BashSessionLexer

sys.path.insert(0, str(Path(__file__).parent.parent))

import pixgrep

project = "pixgrep"
author = "The pixgrep authors"
project_copyright = author
release = version = pixgrep.__version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "numpydoc",
    "sphinx_copybutton",
    "docs.command_line",
    "docs.links",
    "docs.results",
]
exclude_patterns = ["_build", "generated"]
nitpicky = True
smartquotes = False  # what stands in quotes is to be typed

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]

default_role = "py:obj"  # docstrings name functions in single backticks
autodoc_typehints = "none"  # numpydoc's sections say more
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

copybutton_prompt_text = r">>> |\.\.\. |\$ |> "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_title = "pixgrep"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False


def leave_as_text(_app: Any, _env: Any, reference: Any, text: nodes.Element) -> nodes.Element | None:
    """Take a word in single backticks that names no documented object for what it is: a parameter, an attribute."""
    return text if reference.get("reftype") == "obj" else None


def without_tuple_fields(_app: Any, _what: str, _name: str, member: Any, _skip: bool, _options: Any) -> bool | None:
    """Leave out what Python says of the fields of named tuples; their classes say it better."""
    return True if (getattr(member, "__doc__", None) or "").startswith("Alias for field number") else None


def in_its_language(_app: Any, page: str, _template: str, context: dict[str, Any], _tree: Any) -> None:
    """Tell browsers, and those who listen to pages, which language a page is in."""
    if "pt-BR" in page:
        context["language"] = "pt-BR"


class Session(BashSessionLexer):  # type: ignore[misc]  # Pygments has no types
    """Commands and what they print; no line of output is taken for a prompt because there is a ``#`` in it."""

    _ps1rgx = re.compile(r"^(\$ )(.*\n?)")


def setup(app: Any) -> None:
    """Connect them, and colour sessions."""
    app.connect("html-page-context", in_its_language)
    app.add_lexer("console", Session)
    app.connect("missing-reference", leave_as_text)
    app.connect("autodoc-skip-member", without_tuple_fields)
