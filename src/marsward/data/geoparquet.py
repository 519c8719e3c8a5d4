"""Footprints as GeoParquet 1.1: columns, polygons as well-known binary, the CRS as PROJJSON."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from marsward.core.errors import DataError, InputError
from marsward.core.whole_file import drafts_of
from marsward.data.geojson import check_lengths

__all__ = ["well_known_binary", "write_geoparquet"]

VERSION = "1.1.0"
_POLYGON, _MANY = 3, 6
_BATCH = 4096  # features of a row group


def write_geoparquet(
    path: str | Path,
    shapes: Iterable[Sequence[np.ndarray]],
    properties: Mapping[str, Any],
    *,
    crs: str = "IAU_2015:49900",
) -> Path:
    """Write polygons with their properties as GeoParquet, whole or not at all.

    Parameters
    ----------
    path : of the file
    shapes : for each feature its parts, each a closed counterclockwise ring (k, 2) of longitude
        and latitude [deg]; a feature without parts has no geometry
    properties : name to values, one for each feature
    crs : authority and code, as PROJ knows it

    Raises
    ------
    DataError : pyarrow is not installed, or the disk is full
    InputError : properties of unlike lengths, an unknown CRS, or a place that cannot be written
    """
    arrow, parquet = _pyarrow()
    path = Path(path)
    shapes = list(shapes)
    columns = {key: np.asarray(values) for key, values in properties.items()}
    check_lengths(columns, len(shapes))
    table = arrow.table(
        {key: arrow.array(values.tolist() if values.dtype.kind in "OU" else values)
         for key, values in columns.items()}
        | {"geometry": arrow.array([well_known_binary(parts) for parts in shapes], arrow.binary())}
    )  # fmt: skip
    about = {
        "version": VERSION,
        "primary_column": "geometry",
        "columns": {"geometry": _geometry(shapes, crs)},
    }
    table = table.replace_schema_metadata({"geo": json.dumps(about)})
    with drafts_of(path) as (draft,):
        parquet.write_table(table, draft, compression="zstd", row_group_size=_BATCH)
    return path


def well_known_binary(parts: Sequence[np.ndarray]) -> bytes | None:
    """One polygon or several as little-endian WKB; None for none."""
    bodies = [
        struct.pack("<BIII", 1, _POLYGON, 1, len(ring))
        + np.ascontiguousarray(ring, dtype="<f8").tobytes()
        for ring in parts
    ]
    if not bodies:
        return None
    if len(bodies) == 1:
        return bodies[0]
    return struct.pack("<BII", 1, _MANY, len(bodies)) + b"".join(bodies)


def _geometry(shapes: list[Any], crs: str) -> dict[str, Any]:
    """Description of the column, as the specification has it."""
    import pyproj

    try:
        system = json.loads(pyproj.CRS(crs).to_json())
    except pyproj.exceptions.CRSError as error:
        raise InputError(f"PROJ knows no CRS {crs!r}; type for example IAU_2015:49900") from error
    kinds = sorted({"Polygon" if len(parts) == 1 else "MultiPolygon" for parts in shapes if parts})
    about = {
        "encoding": "WKB",
        "geometry_types": kinds,
        "crs": system,
        "edges": "planar",
        "orientation": "counterclockwise",
    }
    rings = [ring for parts in shapes for ring in parts]
    if rings:
        low = np.min([ring.min(axis=0) for ring in rings], axis=0)
        high = np.max([ring.max(axis=0) for ring in rings], axis=0)
        about["bbox"] = [*low.tolist(), *high.tolist()]
    return about


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise DataError(
            'GeoParquet needs pyarrow, which is not installed; type pip install "marsward[gis]"'
        ) from error
    return pyarrow, pyarrow.parquet
