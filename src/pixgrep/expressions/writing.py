"""From queries to the text that reads back to them."""

from pixgrep.colors.parse import parse_color
from pixgrep.colors.ranges import write_number, write_range
from pixgrep.errors import ColorError
from pixgrep.model import Color
from pixgrep.query import AllOf, AnyOf, Inside, Invert, Near, Query


def write_query(query: Query) -> str:
    """
    Return the text that `parse_query` reads back to an equal query.

    Parameters
    ----------
    query : Query
        As `near`, `inside` and operators make it. Channels that have more than nine decimals are rounded to them.

    Examples
    --------
    >>> from pixgrep.query import inside, near
    >>> write_query((near("tomato", 3, "ciede2000") | near((1, 2, 3))) & ~inside("hsl", l=(80, 100)))
    '(tomato within 3 ciede2000 | rgb(1 2 3)) & ~hsl(any any 80..100)'
    """
    match query:
        case Near():
            return _written_color(query.color) + _suffix(query)
        case Inside(space, limits):
            return write_range(space, limits)
        case AnyOf(queries):
            return " | ".join(map(write_query, queries))
        case AllOf(queries):
            return " & ".join(_grouped(part, AnyOf) for part in queries)
        case Invert(inner):
            return "~" + _grouped(inner, AnyOf, AllOf)
    raise NotImplementedError(f"no text is known for {type(query).__name__}")


def _grouped(query: Query, *looser: type[Query]) -> str:
    text = write_query(query)
    return f"({text})" if isinstance(query, looser) else text


def _suffix(query: Near) -> str:
    metric = "" if query.metric == "channel" else f" {query.metric}"
    return f" within {write_number(query.within)}{metric}" if query.within or metric else ""


def _written_color(color: Color) -> str:
    alpha = "" if color.alpha is None else f" / {write_number(color.alpha / 255)}"
    channels = " ".join(map(write_number, (color.red, color.green, color.blue)))
    exact = f"rgb({channels}{alpha})"
    return next((text for text in (color.text, color.hex) if _reads_back(text, color)), exact)


def _reads_back(text: str, color: Color) -> bool:
    try:
        return parse_color(text) == color
    except ColorError:
        return False
