"""
GeoJSON (RFC 7946) of regions: plain dicts that `json.dumps` takes.

Coordinates are those of pixel edges, x to the right and y down. Exteriors go the way that RFC 7946 asks for when these
are taken as numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pixgrep.model import Box
from pixgrep.regions.outline import Polygon


def geometry(polygons: Sequence[Polygon]) -> dict[str, Any]:
    """
    Return polygons as one geometry.

    Parameters
    ----------
    polygons : sequence of Polygon
        Of one region, see `pixgrep.regions.outline`.

    Returns
    -------
    dict
        A Polygon; a MultiPolygon, unless there is exactly one.

    Examples
    --------
    >>> import numpy as np
    >>> geometry([Polygon(np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]), ())])
    {'type': 'Polygon', 'coordinates': [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
    """
    rings = [[ring.tolist() for ring in (polygon.exterior, *polygon.holes)] for polygon in polygons]
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings[0]}
    return {"type": "MultiPolygon", "coordinates": rings}


def box_geometry(box: Box) -> dict[str, Any]:
    """
    Return a box as a Polygon.

    Examples
    --------
    >>> box_geometry(Box(2, 3, 10, 20))["coordinates"]
    [[[2, 3], [12, 3], [12, 23], [2, 23], [2, 3]]]
    """
    left, top, width, height = map(int, box)
    right, bottom = left + width, top + height
    ring = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]]
    return {"type": "Polygon", "coordinates": [ring]}


def properties(color: str, area: int, centroid: Sequence[float]) -> dict[str, Any]:
    """Return what a feature says of a region."""
    return {"color": color, "area": area, "centroid": list(centroid)}


def feature(geometry: dict[str, Any], number: int, properties: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return a Feature.

    Parameters
    ----------
    geometry : dict
        See `geometry` and `box_geometry`.
    number : int
        Its id.
    properties : mapping
        What is known of it: what `json.dumps` takes.
    """
    return {"type": "Feature", "id": int(number), "geometry": geometry, "properties": dict(properties)}


def collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """
    Return a FeatureCollection.

    Examples
    --------
    >>> collection([feature(box_geometry(Box(0, 0, 1, 1)), 7, {"area": 1})])["features"][0]["id"]
    7
    """
    return {"type": "FeatureCollection", "features": list(features)}
