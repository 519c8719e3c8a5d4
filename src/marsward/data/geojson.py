"""Footprints as GeoJSON, one feature a line, for any GIS that reads the tag of the CRS.

RFC 7946 knows the Earth only, so the file is GeoJSON as of 2008 with its `crs` member (GeoJSON
format specification, section 3.1), which names a system of Mars. Longitudes run from -180 to 180.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from marsward.core.errors import InputError
from marsward.core.whole_file import drafts_of

__all__ = ["crs_urn", "write_geojson"]

DIGITS = 7
"""Decimals of a degree: 6 mm on Mars."""


def write_geojson(
    path: str | Path,
    shapes: Iterable[Sequence[np.ndarray]],
    properties: Mapping[str, Any],
    *,
    crs: str = "IAU_2015:49900",
    name: str = "footprints",
) -> Path:
    """Write polygons and places with their properties, whole or not at all.

    Parameters
    ----------
    path : of the file
    shapes : for each feature its parts, each a closed ring (k, 2) of longitude and latitude [deg];
        one part of one row is a place, and a feature without parts has no geometry
    properties : name to values, one for each feature; NaN becomes null
    crs : authority and code
    name : of the collection

    Raises
    ------
    InputError : properties of unlike lengths, or a place that cannot be written
    DataError : the disk is full
    """
    path = Path(path)
    columns = {key: _plain(values) for key, values in properties.items()}
    about = {"type": "name", "properties": {"name": crs_urn(crs)}}
    with drafts_of(path) as (draft,), draft.open("w", encoding="utf-8", newline="\n") as out:
        out.write(f'{{"type":"FeatureCollection","name":{json.dumps(name)},')
        out.write(f'"crs":{_text(about)},"features":[')
        count = 0
        for count, parts in enumerate(shapes, start=1):
            values = _row(columns, count - 1)
            feature = {"type": "Feature", "properties": values, "geometry": _geometry(parts)}
            out.write((",\n" if count > 1 else "\n") + _text(feature))
        out.write("\n]}\n")
        check_lengths(columns, count)
    return path


def crs_urn(crs: str) -> str:
    """Name by OGC's rules of a code such as IAU_2015:49900."""
    authority, _, code = crs.partition(":")
    name, _, version = authority.partition("_")
    return f"urn:ogc:def:crs:{name}:{version}:{code}"


def check_lengths(columns: Mapping[str, Any], count: int) -> None:
    """InputError unless every column has a value for each feature."""
    for key, values in columns.items():
        if len(values) != count:
            raise InputError(
                f"property {key!r} has {len(values)} values for {count} footprints; give one each"
            )


def _geometry(parts: Sequence[np.ndarray]) -> dict[str, Any] | None:
    rings = [[np.round(ring, DIGITS).tolist()] for ring in parts]
    if not rings:
        return None
    if len(rings) == 1 and len(rings[0][0]) == 1:
        return {"type": "Point", "coordinates": rings[0][0][0]}
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings[0]}
    return {"type": "MultiPolygon", "coordinates": rings}


def _row(columns: Mapping[str, list[Any]], number: int) -> dict[str, Any]:
    return {key: values[number] if number < len(values) else None
            for key, values in columns.items()}  # fmt: skip


def _plain(values: Any) -> list[Any]:
    """Values that JSON holds: floats to nine figures, NaN as None."""
    return [
        (float(f"{each:.9g}") if math.isfinite(each) else None) if isinstance(each, float) else each
        for each in np.asarray(values).tolist()
    ]


def _text(thing: Any) -> str:
    return json.dumps(thing, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
