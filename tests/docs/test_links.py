"""Links hold on GitHub, where pages are files, and on the site, where some files are part of other pages."""

import pytest
from docs.links import DOCS, ROOT, rewrite

EXPLANATION = DOCS / "explanation"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[how](docs/how-to/queries.md#ranges)", "[how](../how-to/queries.md#ranges)"),
        ("[why](ARCHITECTURE.md)", "[why](architecture.md)"),
        ("![saucer](docs/pictures/saucer.jpg)", "![saucer](../pictures/saucer.jpg)"),
        ("[two](README.md) [links](SECURITY.md)", "[two](../index.md) [links](../project/security.md)"),
        ("[code](src/pixgrep/api.py)", "[code](../../src/pixgrep/api.py)"),
        ("[a folder](tests/parity) of tests", "a folder of tests"),
    ],
)
def test_a_link_of_the_readme_holds_on_a_page(written, shown):
    assert rewrite(written, ROOT, EXPLANATION) == shown


@pytest.mark.parametrize("text", ["[out](https://example.org/a.md)", "[here](#figures)", "[lost](lost.md)", "a[0](1)"])
def test_what_names_no_file_is_left_for_sphinx_to_judge(text):
    assert rewrite(text, ROOT, EXPLANATION) == text


def test_a_link_between_pages_stays():
    text = "[tables](../how-to/queries.md)"
    assert rewrite(text, EXPLANATION, EXPLANATION) == text
