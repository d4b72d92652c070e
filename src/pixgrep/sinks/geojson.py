"""
GeoJSON (RFC 7946): one FeatureCollection of the regions of all pictures, a feature a line.

Coordinates are those of pixel edges, x to the right and y down. The ``id`` of a feature is its place in the collection,
from 1 on, so that it is unique there; ``properties`` say which region of which picture it is: path, label, color, area
and centroid.
"""

from dataclasses import dataclass, field
from typing import Any

from pixgrep.matches import Failed
from pixgrep.regions import Regions
from pixgrep.sinks.names import json_name
from pixgrep.sinks.output import OutputSink
from pixgrep.sinks.records import to_json
from pixgrep.sinks.regions import Wanted

FEATURES_AT_A_TIME = 1 << 14


@dataclass
class GeoJsonSink(OutputSink):
    """
    Writes features as pictures come; outlines with all holes, or boxes.

    The end of the collection is written by `finish` alone: of a run that was stopped, what standard output has is no
    JSON, and never looks like the whole.
    """

    wanted: Wanted = field(default_factory=Wanted)
    _written: int = field(init=False, default=0)

    def begin(self) -> None:
        """Open the output and begin the collection."""
        super().begin()
        self.output.write(b'{"type":"FeatureCollection","features":[')

    def add(self, result: Regions | Failed) -> None:
        """Write the features of one picture."""
        if isinstance(result, Failed):
            return
        regions, path = result[: self.wanted.limit], json_name(result.source)
        for start in range(0, len(regions), FEATURES_AT_A_TIME):
            part = regions[start : start + FEATURES_AT_A_TIME].to_geojson(boxes=self.wanted.boxes)
            self.output.write(b"".join([self._next(feature, path) for feature in part["features"]]))

    def _next(self, feature: dict[str, Any], path: dict[str, Any]) -> bytes:
        """Return one feature, with what comes before it."""
        properties = {**path, "label": feature["id"], **feature["properties"]}
        separator = b",\n" if self._written else b"\n"
        self._written += 1
        return separator + to_json({**feature, "id": self._written, "properties": properties})

    def finish(self) -> None:
        """End the collection and close the output."""
        self.output.write(b"\n]}\n")
        super().finish()
