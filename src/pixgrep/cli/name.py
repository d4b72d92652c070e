"""``pixgrep name``: what CSS calls colours."""

import sys

from pixgrep.cli.main import MATCHED, put
from pixgrep.colors.names import METRIC, Named, name
from pixgrep.colors.parse import parse_color


def run(colors: tuple[str, ...]) -> int:
    """Print a line for each name, with swatches on a terminal; return the exit status."""
    found = [(parse_color(color).hex[:7], named) for color in colors for named in name(color)]
    if sys.stdout is not None and sys.stdout.isatty():
        from rich.console import Console

        console = Console(highlight=False)
        for color, named in found:
            console.print(f"[on {color}]   [/][on {named.color.hex}]   [/] {_line(color, named)}")
    else:
        for color, named in found:
            put(_line(color, named))
    return MATCHED


def _line(color: str, named: Named) -> str:
    away = f"  ({METRIC.name} {named.difference:.1f})" if named.difference else ""
    return f"{color}  {named.name}{away}"
