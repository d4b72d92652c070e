"""The tutorial in Brazilian Portuguese is the English one: its pages, code, figures and links, only in other words."""

import re
from collections import Counter

import pytest

from tests.tutorial.notebook import folders
from tests.tutorial.pages import FOLDER, pages

TRANSLATION = FOLDER / "pt-BR"
NAMES = ["index.md", *(page.name for page in pages())]
FENCED = re.compile(r"^```\w*\n.*?^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`[^`]+`")
TARGET = re.compile(r"\]\(([^)\s]+)\)")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
GLOSSARY = "\n## Glossário\n"
VERSIONS = {"PCI Express 3.0", "PCI Express 5.0", "Python 3.11", "NumPy 2.5"}


def both(name):
    """Return a page in English and in Portuguese; the glossary is only in the latter."""
    english, portuguese = ((folder / name).read_text(encoding="utf-8") for folder in (FOLDER, TRANSLATION))
    before, heading, glossary = portuguese.partition(GLOSSARY)
    return english, before + glossary.rpartition("\n\n")[2] if heading else portuguese


def links(text):
    """Return where the links lead."""
    return TARGET.findall(SPAN.sub("`", FENCED.sub("", text)))


def names_in_code(text):
    """Count what stands in backticks, however its line is broken."""
    return Counter(" ".join(span.split()) for span in SPAN.findall(FENCED.sub("", text)))


def prose(text):
    """Return what is neither code nor the target of a link."""
    return TARGET.sub("]", SPAN.sub("`", FENCED.sub("", text)))


def numbers(text):
    """Count the numbers; a thousand and a decimal are parted the other way round in the other language."""
    return Counter(number.replace(",", ".") for number in NUMBER.findall(prose(text)))


def test_both_languages_have_the_same_pages():
    assert TRANSLATION in folders()
    assert sorted(page.name for page in TRANSLATION.glob("*.md")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_code_and_what_it_shows_are_the_same(name):
    """So what runs in English runs in Portuguese: the blocks are typed and checked once."""
    english, portuguese = map(FENCED.findall, both(name))
    assert english
    assert portuguese == english


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("pattern", [r"^#+ ", r"^\|", r"^(?:- |\d+\. )", r"\*\*[^*]+\*\*"])
def test_headings_tables_lists_and_bold_words_are_as_many(name, pattern):
    english, portuguese = (re.findall(pattern, prose(text), re.MULTILINE) for text in both(name))
    assert len(portuguese) == len(english)


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_the_same(name):
    english, portuguese = map(numbers, both(name))
    assert portuguese == english


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_written_as_in_brazil(name):
    """A point parts thousands; a comma, decimals. Versions are names."""
    text = prose(both(name)[1])
    for version in VERSIONS:
        text = text.replace(version, "")
    for number in NUMBER.findall(text):
        assert re.fullmatch(r"\d{1,3}(?:\.\d{3})*(?:,\d{1,2})?|\d+", number), number


@pytest.mark.parametrize("name", NAMES)
def test_names_in_code_are_the_same(name):
    english, portuguese = map(names_in_code, both(name))
    assert portuguese == english


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_to_the_same_places_and_pages_to_pages_of_their_language(name):
    english, portuguese = map(links, both(name))
    assert (english.pop(0), portuguese.pop(0)) == (f"pt-BR/{name}", f"../{name}")
    own = {*NAMES, "pixgrep-tutorial.ipynb"}
    portuguese = [target for target in portuguese if not target.startswith("#")]
    assert portuguese == [target if target in own else f"../{target}" for target in english]


@pytest.mark.parametrize("name", NAMES)
def test_links_resolve(name):
    text = (TRANSLATION / name).read_text(encoding="utf-8")
    anchors = [f"#{heading.lower()}" for heading in re.findall(r"^#+ (.*)", text, re.MULTILINE)]
    for target in links(text):
        assert target in anchors or (TRANSLATION / target).exists(), target


@pytest.mark.parametrize("name", NAMES)
def test_nothing_was_left_in_english(name):
    """Words that no Portuguese sentence has; names of documents and messages of errors stand in italics or quotes."""
    text = re.sub(r'"[^"]+"|(?<!\*)\*[^*]+\*(?!\*)', "", prose(both(name)[1]).replace("[English]", ""))
    assert re.findall(r"\b(?:the|and|of|is|are|with|that|this|not|you|page|next)\b", text, re.IGNORECASE) == []
