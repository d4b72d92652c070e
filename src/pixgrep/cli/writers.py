"""From flags to sinks: the one place that knows which flag makes which."""

import os
from typing import TYPE_CHECKING

from pixgrep.query import Near
from pixgrep.search import Search
from pixgrep.sinks import Sink
from pixgrep.sinks.output import Output, StandardOutput, WholeFile, is_terminal

if TYPE_CHECKING:
    from pixgrep.cli.find import Request


def make_sinks(request: "Request", search: Search) -> list[Sink]:
    """Return the sinks that a request asks for."""
    sinks: list[Sink] = []
    wants_text = request.output or request.json or request.csv or request.count or request.listing
    if not request.quiet and (wants_text or not request.parquet):
        sinks.append(_main_sink(request, search))
    if request.parquet:
        from pixgrep.sinks.parquet import ParquetSink

        sinks.append(ParquetSink(WholeFile(request.parquet, force=request.force), request.limit))
    if request.mask or request.overlay:
        from pixgrep.sinks.picture import PictureSink, mask_image, overlay_image

        for target, render in ((request.mask, mask_image), (request.overlay, overlay_image)):
            if target:
                is_folder = request.is_folder or os.path.isdir(target)
                lossless = render is mask_image
                sinks.append(PictureSink(target, render, is_folder=is_folder, force=request.force, lossless=lossless))
    return sinks


def _main_sink(request: "Request", search: Search) -> Sink:
    output: Output = WholeFile(request.output, force=request.force) if request.output else StandardOutput()
    coordinates = not (request.count or request.listing)
    if request.json:
        from pixgrep.sinks.jsonl import JsonLinesSink

        return JsonLinesSink(output, request.limit, coordinates)
    if request.csv:
        from pixgrep.sinks.csv import CsvSink

        return CsvSink(output, request.limit, coordinates)
    from pixgrep.sinks.text import CountsSink, LinesSink, NamesSink

    if request.listing:
        return NamesSink(output, request.null, matching=request.listing == "with")
    if request.count:
        return CountsSink(output, request.null)
    if is_terminal(output) and request.limit is None:
        from pixgrep.sinks.summary import SummarySink

        return SummarySink(tuple(query.color.hex[:7] if isinstance(query, Near) else None for query in search.queries))
    return LinesSink(output, request.null, request.limit)
