"""From flags to sinks: the one place that knows which flag makes which."""

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pixgrep.cli.find import FORMATS
from pixgrep.matches import Matches
from pixgrep.query import Near
from pixgrep.search import Search
from pixgrep.sinks import Sink
from pixgrep.sinks.output import Output, StandardOutput, WholeFile, is_terminal

if TYPE_CHECKING:
    from pixgrep.cli.census import CensusRequest
    from pixgrep.cli.find import Request
    from pixgrep.regions import Regions
    from pixgrep.sinks.census import CensusSink, Listing

ROWS_ON_A_TERMINAL = 20
"""Colours of a census that people are shown, unless they ask for more."""


def make_sinks(request: "Request", search: Search[Matches]) -> list[Sink[Any]]:
    """Return the sinks that a request asks for: of matches, or of regions."""
    sinks: list[Sink[Any]] = []
    has_format = any(getattr(request, name) for name in FORMATS)
    if not request.quiet and (request.output or has_format or request.count or request.listing or not request.parquet):
        output: Output = WholeFile(request.output, force=request.force) if request.output else StandardOutput()
        make = _region_sink if request.wants_regions else _match_sink
        sinks.append(_name_sink(request, output) or make(request, search, output))
    if request.parquet:
        from pixgrep.sinks.parquet import ParquetSink, RegionParquetSink
        from pixgrep.sinks.regions import Wanted

        file = WholeFile(request.parquet, force=request.force)
        if request.wants_regions:
            sinks.append(RegionParquetSink(file, Wanted(request.limit, request.boxes)))
        else:
            sinks.append(ParquetSink(file, request.limit))
    if request.mask or request.overlay:
        from pixgrep.sinks.picture import PictureSink, mask_image, overlay_image

        for target, render in ((request.mask, mask_image), (request.overlay, overlay_image)):
            if target:
                is_folder = request.is_folder or os.path.isdir(target)
                lossless = render is mask_image
                sinks.append(PictureSink(target, render, is_folder=is_folder, force=request.force, lossless=lossless))
    return sinks


def _name_sink(request: "Request", output: Output) -> Sink[Any] | None:
    """Return the sink of text about whole pictures, where that is wanted."""
    from pixgrep.sinks.text import CountsSink, NamesSink

    if request.listing:
        return NamesSink(output, request.null, matching=request.listing == "with")
    if request.count and not (request.json or request.csv):
        return CountsSink(output, request.null)
    return None


def _match_sink(request: "Request", search: Search[Matches], output: Output) -> Sink[Matches]:
    if request.json:
        from pixgrep.sinks.jsonl import JsonLinesSink

        return JsonLinesSink(output, request.limit, not request.count)
    if request.csv:
        from pixgrep.sinks.csv import CsvSink

        return CsvSink(output, request.limit, not request.count)
    if is_terminal(output) and request.limit is None:
        from pixgrep.sinks.summary import SummarySink

        return SummarySink(_swatches(search))
    from pixgrep.sinks.text import LinesSink

    return LinesSink(output, request.null, request.limit)


def _region_sink(request: "Request", search: Search[Matches], output: Output) -> "Sink[Regions]":
    from pixgrep.sinks.regions import RegionCsvSink, RegionJsonSink, RegionLinesSink, Wanted

    wanted = Wanted(request.limit, request.boxes, not request.count)
    if request.geojson:
        from pixgrep.sinks.geojson import GeoJsonSink

        return GeoJsonSink(output, wanted)
    if request.json:
        return RegionJsonSink(output, wanted)
    if request.csv:
        return RegionCsvSink(output, wanted)
    if is_terminal(output) and request.limit is None and not request.boxes:
        from pixgrep.sinks.summary import RegionTableSink

        return RegionTableSink(_swatches(search))
    return RegionLinesSink(output, request.null, wanted)


def _swatches(search: Search[Matches]) -> tuple[str | None, ...]:
    """Return how to show each colour; None where it is no single one."""
    return tuple(question.color.hex[:7] if isinstance(question, Near) else None for question in search.questions)


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
