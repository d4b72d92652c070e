"""What commands have in common that search: what is a colour and what a path, the search, and which regions."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from pixgrep.cli.each import require_backend, require_decoder
from pixgrep.errors import ColorError

if TYPE_CHECKING:
    from pixgrep.matches import Matches
    from pixgrep.regions import Regions
    from pixgrep.search import Search
    from pixgrep.sources import DecoderName


@dataclass(frozen=True)
class Asked:
    """What was typed of what to look for and where, as the flags were named."""

    colors: tuple[str, ...]
    ranges: tuple[str, ...]
    paths: tuple[str, ...]
    within: float
    metric: str
    region: tuple[int, ...] | None
    upright: bool
    min_area: int | None
    gap: int | None
    largest: int | None
    globs: tuple[str, ...]
    hidden: bool
    no_ignore: bool
    max_pixels: int | None
    backend: str
    decoder: "DecoderName"
    threads: int | None

    @property
    def is_folder(self) -> bool:
        """Whether pictures go into folders: more than one may be searched."""
        return len(self.paths) > 1 or os.path.isdir(self.paths[0])

    def to_search(self) -> "Search[Matches]":
        """Compile what was asked for; a GPU that is wanted and missing is told once, before the first picture."""
        from pixgrep.api import compile
        from pixgrep.query import inside
        from pixgrep.sources import MOST_PIXELS

        require_backend(self.backend)
        require_decoder(self.decoder)
        try:
            return compile(
                [*self.colors, *map(inside, self.ranges)],
                within=self.within,
                metric=self.metric,
                region=self.region,
                backend=self.backend,
                threads=self.threads,
                upright=self.upright,
                max_pixels=self.max_pixels or MOST_PIXELS,
                decoder=self.decoder,
            )
        except ColorError as error:
            if len(self.colors) == 1 and os.path.exists(self.colors[0]):
                hint = "is a file; the colour comes first: pixgrep COLOR PATH..."
                raise ColorError(f"{self.colors[0]!r} {hint}") from error
            raise

    def to_regions(self, matches: "Matches") -> "Regions":
        """Return the regions that are wanted: in reading order, or the largest first."""
        regions = matches.regions(min_area=self.min_area or 1, gap=self.gap or 0)
        return regions if self.largest is None else regions.largest(self.largest)


def split_arguments(
    arguments: tuple[str, ...], more_colors: tuple[str, ...], ranges: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """
    Tell colours from paths; without a path, it is this folder.

    The first argument is a colour; beside ``-e`` and ``--inside`` only if it can be read as one and no file has that
    name.
    """
    has_others = bool(more_colors or ranges)
    if not arguments and not has_others:
        raise click.UsageError("give a colour, such as '#ff8800' (quoted: a shell takes # for a comment), and pictures")
    has_color = bool(arguments) and (not has_others or _is_query(arguments[0]))
    return (*arguments[:has_color], *more_colors), arguments[has_color:] or (".",)


def _is_query(text: str) -> bool:
    from pixgrep.expressions import parse_query

    try:
        parse_query(text)
    except ColorError:
        return False
    return not os.path.lexists(text)
