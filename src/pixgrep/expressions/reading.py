"""From text to queries: a parser that goes down from ``|`` over ``&`` to colours, once through the text."""

import re
from dataclasses import replace
from typing import NoReturn

from pixgrep.colors.parse import shown
from pixgrep.colors.ranges import NUMBER
from pixgrep.errors import ColorError
from pixgrep.query import Query, all_of, any_of, inside, invert, near

MOST_LETTERS = 10_000
MOST_OPEN = 50
"""Parentheses in parentheses: whatever walks through queries calls itself."""

MARKS = re.compile(r"[|&~!*]|\.\.|\A\s*\(|\bwithin\b|\bany\b|(?<!\S)(?:and|or|not)(?!\S)", re.IGNORECASE)
"""What no colour has: text without any is read as nothing but a colour."""
FOREIGN = re.compile(r"&&|\|\||!|(?<!\S)(?:and|or|not)(?!\S)", re.IGNORECASE)
NATIVE = {"&&": "&", "||": "|", "!": "~", "and": "&", "or": "|", "not": "~"}
SPACE = re.compile(r"\s*")
OPERAND = re.compile(r"(?:[^|&~()]|(?<=\w)\([^()]*\))+")
WITHIN = re.compile(r"(?<!\S)within\b", re.IGNORECASE)
LIMITS = re.compile(r"\([^()]*?(?:\.\.|(?<![^\s(])(?:any|\*)(?![^\s)]))", re.IGNORECASE)
WHAT_BEGINS = "a colour, a range, '~' or '('"


def parse_query(text: str, within: float = 0.0, metric: str = "channel") -> Query:
    """
    Read one question.

    Parameters
    ----------
    text : str
        Colours and ranges, joined by ``|`` (or), ``&`` (and) and ``~`` (not), which binds most; parentheses group. A
        colour may be followed by ``within`` and a number, and that by a metric. The whole grammar is in
        `pixgrep.expressions`, ranges in `pixgrep.colors.ranges.read_range`.
    within, metric
        For colours that have none of their own, see `near`.

    Returns
    -------
    Query
        What is more than a colour is called in answers what `text` says.

    Raises
    ------
    ColorError
        The text cannot be read; the message has the place.

    Examples
    --------
    >>> parse_query("red within 3 | white & ~black", 5) == near("red", 3) | near("white", 5) & ~near("black", 5)
    True
    >>> parse_query("(red | white")
    Traceback (most recent call last):
        ...
    pixgrep.errors.ColorError: cannot read '(red | white': '|', '&' or ')' is expected at its end
    """
    if not MARKS.search(text):
        return near(text, within, metric)
    if len(text) > MOST_LETTERS:
        raise ColorError(
            f"the query has {len(text):,} letters, {MOST_LETTERS:,} are allowed; give several, or join them in Python"
        )
    if foreign := FOREIGN.search(text):
        native = NATIVE[foreign[0].lower()]
        raise ColorError(
            f"cannot read {shown(text)}: write {native!r} for {foreign[0]!r} at letter {foreign.start() + 1}"
        )
    return replace(_Reader(text, within, metric).read(), text=" ".join(text.split()))


class _Reader:
    """Reads one text; `at` is how far it is."""

    def __init__(self, text: str, within: float, metric: str) -> None:
        self.text, self.at, self.open = text, 0, 0
        self.within, self.metric = within, metric

    def read(self) -> Query:
        """Read all of it."""
        query = self._any_of()
        if self.at < len(self.text):
            self._complain("'|', '&' or the end is expected")
        return query

    def _any_of(self) -> Query:
        parts = [self._all_of()]
        while self._takes("|"):
            parts.append(self._all_of())
        return any_of(*parts)

    def _all_of(self) -> Query:
        parts = [self._operand()]
        while self._takes("&"):
            parts.append(self._operand())
        return all_of(*parts)

    def _operand(self) -> Query:
        inverts = False
        while self._takes("~"):
            inverts = not inverts
        query = self._group() if self._takes("(") else self._plain()
        return invert(query) if inverts else query

    def _group(self) -> Query:
        self.open += 1
        if self.open > MOST_OPEN:
            self._complain(f"no more than {MOST_OPEN} parentheses may be open")
        query = self._any_of()
        if not self._takes(")"):
            self._complain("'|', '&' or ')' is expected")
        self.open -= 1
        return query

    def _plain(self) -> Query:
        """Read a colour, with its suffix, or a range."""
        operand = OPERAND.match(self.text, self.at)
        if not operand:
            self._complain(f"{WHAT_BEGINS} is expected")
        start, self.at = self.at, operand.end()
        if self.text.startswith("(", self.at) and not self.text[self.at - 1].isspace():
            self._complain("')' is missing for the '('")
        text = operand[0].strip()
        try:
            return self._read_operand(text)
        except ColorError as error:
            if text == self.text.strip():
                raise
            raise ColorError(f"in {shown(self.text)} at letter {start + 1}: {error}") from None

    def _read_operand(self, text: str) -> Query:
        color, *suffix = (part.strip() for part in WITHIN.split(text, maxsplit=1))
        if LIMITS.search(color):
            if suffix:
                raise ColorError(f"{shown(color)} is a range and takes no 'within'; make its limits wider")
            return inside(color)
        if not suffix:
            return near(color, self.within, self.metric)
        if not color:
            raise ColorError("a colour is expected before 'within', such as 'red within 5'")
        number, *metric = suffix[0].split() or [""]
        parts = NUMBER.fullmatch(number)
        if not parts or parts[2] or len(metric) > 1:
            raise ColorError(
                f"after 'within' comes {shown(suffix[0])}; give a number and, if need be, a metric: "
                "'red within 5' or 'red within 5 ciede2000'"
            )
        return near(color, float(parts[1]), *(metric or [self.metric]))

    def _takes(self, sign: str) -> bool:
        """Pass over a sign and the space around it, if it comes next."""
        self.at = self._after_space(self.at)
        if not self.text.startswith(sign, self.at):
            return False
        self.at = self._after_space(self.at + 1)
        return True

    def _after_space(self, at: int) -> int:
        space = SPACE.match(self.text, at)
        assert space
        return space.end()

    def _complain(self, expected: str) -> NoReturn:
        rest = self.text[self.at :]
        place = f"at letter {self.at + 1}, {shown(rest)}" if rest else "at its end"
        raise ColorError(f"cannot read {shown(self.text)}: {expected} {place}")
