"""From flags to sinks: the one place that knows which flag makes which."""

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from pixgrep.matches import Matches
from pixgrep.query import Near
from pixgrep.search import Search
from pixgrep.sinks import Sink
from pixgrep.sinks.output import Output, StandardOutput, WholeFile, is_terminal

if TYPE_CHECKING:
    from pixgrep.cli.census import CensusRequest
    from pixgrep.cli.find import Request
    from pixgrep.sinks.census import CensusSink, Listing

ROWS_ON_A_TERMINAL = 20
"""Colours of a census that people are shown, unless they ask for more."""


def make_sinks(request: "Request", search: Search[Matches]) -> list[Sink[Matches]]:
    """Return the sinks that a request asks for."""
    sinks: list[Sink[Matches]] = []
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


def _main_sink(request: "Request", search: Search[Matches]) -> Sink[Matches]:
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


def make_census_sinks(request: "CensusRequest") -> "list[CensusSink]":
    """Return the sinks that a request of ``pixgrep census`` asks for."""
    from pixgrep.sinks.census import CENSUS, DIFFERENCE, CensusParquetSink, Listing

    sinks: list[CensusSink] = []
    listing = Listing(request.order, request.limit, request.each, DIFFERENCE if request.diff else CENSUS)
    if request.palette:
        from pixgrep.sinks.palette import PaletteSink

        sinks.append(PaletteSink(WholeFile(request.palette, force=request.force), listing))
    if request.parquet:
        sinks.append(CensusParquetSink(WholeFile(request.parquet, force=request.force), listing))
    if request.output or request.json or request.csv or not sinks:
        sinks.append(_main_census_sink(request, listing))
    return sinks


def _main_census_sink(request: "CensusRequest", listing: "Listing") -> "CensusSink":
    from pixgrep.sinks.census import CensusCsvSink, CensusJsonSink, CensusTextSink

    output: Output = WholeFile(request.output, force=request.force) if request.output else StandardOutput()
    if request.json:
        return CensusJsonSink(output, listing)
    if request.csv:
        return CensusCsvSink(output, listing)
    if is_terminal(output):
        from pixgrep.sinks.census_table import CensusTableSink

        return CensusTableSink(replace(listing, limit=listing.limit or ROWS_ON_A_TERMINAL))
    return CensusTextSink(output, listing)
