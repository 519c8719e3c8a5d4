"""A static STAC catalogue of what a run made: maps, footprints, orbits.

SpatioTemporal Asset Catalog 1.1.0 (items are GeoJSON features, RFC 7946) with the extensions
`ssys` 1.1.0 (the body is Mars, `ssys:targets`), `projection` 2.0.0 and `file` 2.1.0. Links and
assets are relative, so that the folder can be moved and served as it is. Longitudes run from
-180 to 180 as RFC 7946 has them; a box over 180 degrees has its west greater than its east.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from marsward._version import __version__
from marsward.core.errors import DataError, InputError
from marsward.core.map_grid import MapGrid
from marsward.core.product import cannot_write

__all__ = ["MEDIA", "StacAsset", "StacCollection", "StacItem", "bbox_of", "map_item", "write_stac"]

VERSION = "1.1.0"
_HOST = "https://stac-extensions.github.io"
SSYS = f"{_HOST}/ssys/v1.1.0/schema.json"
PROJECTION = f"{_HOST}/projection/v2.0.0/schema.json"
FILE = f"{_HOST}/file/v2.1.0/schema.json"
MEDIA = {
    ".tif": "image/tiff; application=geotiff; profile=cloud-optimized",
    ".geojson": "application/geo+json",
    ".parquet": "application/vnd.apache.parquet",
    ".png": "image/png",
    ".nc": "application/netcdf",
    ".xml": "application/xml",
    ".json": "application/json",
    ".csv": "text/csv",
    ".oem": "text/plain",
    ".img": "application/octet-stream",
    ".bsp": "application/octet-stream",
    ".bc": "application/octet-stream",
}
"""Media type of a file by its ending."""

_SIGNED = "Simulated by marsward"
_SHA256 = "1220"  # multihash: the code of SHA-256 and its length
_WORLD = (-180.0, -90.0, 180.0, 90.0)
_EDGE = 16  # points along each side of a map's outline on the ground


@dataclass(frozen=True)
class StacAsset:
    """A file: where it is, what to call it, and what part it plays ("data", "thumbnail", …)."""

    path: Path
    title: str
    roles: tuple[str, ...] = ("data",)
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StacItem:
    """One thing with a place and a time.

    bbox : west, south, east, north [deg, -180 to 180]; geometry : GeoJSON
    start, stop : UTC of the first and last observation, "2021-11-09T00:00:00Z"
    """

    id: str
    title: str
    bbox: tuple[float, float, float, float]
    geometry: Mapping[str, Any]
    start: str
    stop: str
    assets: Mapping[str, StacAsset] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    projected: bool = False


@dataclass(frozen=True)
class StacCollection:
    """Items of one kind."""

    id: str
    title: str
    description: str
    items: Sequence[StacItem]


def map_item(
    name: str,
    grid: MapGrid,
    paths: Mapping[str, StacAsset],
    *,
    title: str,
    start: str,
    stop: str,
    properties: Mapping[str, Any] | None = None,
) -> StacItem:
    """The item of a map: its outline on the ground and the fields of its projection."""
    bbox, geometry = _outline(grid)
    projection = {
        "proj:code": grid.crs,
        "proj:shape": list(grid.shape),
        "proj:transform": list(grid.transform),
        "proj:bbox": list(grid.bounds),
        "gsd": round(grid.cell_size, 6),
    }
    more = {**projection, **(properties or {})}
    return StacItem(name, title, bbox, geometry, start, stop, paths, more, projected=True)


def bbox_of(geometry: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """West, south, east, north of a GeoJSON geometry cut at 180 degrees, after RFC 7946.

    Parts on both sides of the cut that touch it are one region over 180 degrees: the box then
    has its west greater than its east.
    """
    kinds = {"Polygon": lambda c: [c], "MultiPolygon": list}
    if geometry["type"] not in kinds:
        raise InputError(f"the box of a {geometry['type']} is not known; give a (Multi)Polygon")
    parts = [
        np.asarray(each[0])[:, :2] for each in kinds[geometry["type"]](geometry["coordinates"])
    ]
    every = np.concatenate(parts)
    south, north = float(every[:, 1].min()), float(every[:, 1].max())
    west, east = every[:, 0].min(), every[:, 0].max()
    spans = [(each[:, 0].min(), each[:, 0].max()) for each in parts]
    if len(parts) > 1 and west <= -180.0 + 1e-9 and east >= 180.0 - 1e-9:
        ends = sorted(spans)
        reach, gap, at = ends[0][1], 0.0, None
        for low, high in ends[1:]:
            if low - reach > gap:
                gap, at = low - reach, (low, reach)
            reach = max(reach, high)
        if at is not None:
            west, east = at
    return float(west), south, float(east), north


def write_stac(
    folder: str | Path,
    collections: Sequence[StacCollection],
    *,
    id: str,
    title: str,
    description: str,
    licence: str = "other",
) -> Path:
    """Write a catalogue into `folder` (new or an older one of ours); returns its catalog.json.

    Raises
    ------
    InputError
        No item at all, an item or collection twice, or a folder that cannot be written or that
        holds other files.
    DataError
        The file of an asset is missing, or the disk is full.
    """
    folder = Path(folder)
    collections = [each for each in collections if each.items]
    if not collections:
        raise InputError("a STAC catalogue needs an item; export a map or footprints first")
    names = [each.id for each in collections] + [i.id for each in collections for i in each.items]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"the STAC catalogue would hold {', '.join(twice)} twice; rename one")
    if not _free(folder):
        raise InputError(f"{folder} holds other files; choose an empty folder for the catalogue")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as scratch:
            draft = Path(scratch) / "catalogue"
            draft.mkdir()
            children = [_collection(draft, folder, each, title, licence) for each in collections]
            _json(draft / "catalog.json", _catalog(id, title, description, children))
            if folder.exists():
                os.replace(folder, Path(scratch) / "older")
            os.replace(draft, folder)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder / "catalog.json"


def _free(folder: Path) -> bool:
    """Whether a catalogue may take the folder's place: none, empty, or an older one of ours."""
    if not folder.exists():
        return True
    top = folder / "catalog.json"
    if not (folder.is_dir() and top.is_file()):
        return folder.is_dir() and not any(folder.iterdir())
    return _SIGNED in top.read_text(encoding="utf-8", errors="replace")


def _catalog(
    id: str, title: str, description: str, children: Sequence[StacCollection]
) -> dict[str, Any]:
    links = [_link("root", "./catalog.json", title)]
    links += [_link("child", f"./{each.id}/collection.json", each.title) for each in children]
    return {
        "type": "Catalog",
        "stac_version": VERSION,
        "id": id,
        "title": title,
        "description": f"{description} {_SIGNED} {__version__}; not flight data.",
        "links": links,
    }


def _collection(
    draft: Path, final: Path, collection: StacCollection, title: str, licence: str
) -> StacCollection:
    place = draft / collection.id
    place.mkdir()
    links = [
        _link("root", "../catalog.json", title),
        _link("parent", "../catalog.json", title),
    ]
    files = {Path(asset.path) for item in collection.items for asset in item.assets.values()}
    digests = {path: _digest(path) for path in files}
    for item in collection.items:
        target = final / collection.id
        _json(place / f"{item.id}.json", _item(item, collection, target, title, digests))
        links.append(_link("item", f"./{item.id}.json", item.title, "application/geo+json"))
    boxes = [list(each.bbox) for each in collection.items]
    whole = _union(boxes)
    _json(
        place / "collection.json",
        {
            "type": "Collection",
            "stac_version": VERSION,
            "stac_extensions": [SSYS],
            "id": collection.id,
            "title": collection.title,
            "description": collection.description,
            "license": licence,
            "keywords": ["Mars", "planetary", "simulation"],
            "extent": {
                "spatial": {"bbox": [whole]},
                "temporal": {
                    "interval": [
                        [
                            min(each.start for each in collection.items),
                            max(each.stop for each in collection.items),
                        ]
                    ]
                },
            },
            "summaries": {"ssys:targets": ["Mars"], "ssys:target_class": ["planet"]},
            "links": links,
        },
    )
    return collection


def _item(
    item: StacItem,
    collection: StacCollection,
    target: Path,
    title: str,
    digests: Mapping[Path, str],
) -> dict[str, Any]:
    extensions = [SSYS, FILE] + ([PROJECTION] if item.projected else [])
    return {
        "type": "Feature",
        "stac_version": VERSION,
        "stac_extensions": extensions,
        "id": item.id,
        "collection": collection.id,
        "bbox": list(item.bbox),
        "geometry": item.geometry,
        "properties": {
            "title": item.title,
            "datetime": None,
            "start_datetime": item.start,
            "end_datetime": item.stop,
            "ssys:targets": ["Mars"],
            "ssys:target_class": "planet",
            **item.properties,
        },
        "links": [
            _link("root", "../catalog.json", title),
            _link("parent", "./collection.json", collection.title),
            _link("collection", "./collection.json", collection.title),
        ],
        "assets": {name: _asset(each, target, digests) for name, each in item.assets.items()},
    }


def _digest(path: Path) -> str:
    if not path.is_file():
        raise DataError(f"the STAC catalogue names {path}, which is not there; export it first")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _asset(asset: StacAsset, target: Path, digests: Mapping[Path, str]) -> dict[str, Any]:
    path = Path(asset.path)
    href = Path(os.path.relpath(path.resolve(), target.resolve())).as_posix()
    about: dict[str, Any] = {
        "href": href if href.startswith(".") else f"./{href}",
        "title": asset.title,
        "roles": list(asset.roles),
        "file:size": path.stat().st_size,
        "file:checksum": f"{_SHA256}{digests[path]}",
        **asset.more,
    }
    if path.suffix in MEDIA:
        about["type"] = MEDIA[path.suffix]
    return about


def _link(rel: str, href: str, title: str, kind: str = "application/json") -> dict[str, str]:
    return {"rel": rel, "href": href, "type": kind, "title": title}


def _union(boxes: Sequence[Sequence[float]]) -> list[float]:
    """One box about all; the whole world round as soon as one of them runs over 180 degrees."""
    every = np.array(boxes)
    south, north = float(every[:, 1].min()), float(every[:, 3].max())
    if len(boxes) > 1 and (every[:, 0] > every[:, 2]).any():
        return [-180.0, south, 180.0, north]
    return [float(every[:, 0].min()), south, float(every[:, 2].max()), north]


def _outline(grid: MapGrid) -> tuple[tuple[float, float, float, float], dict[str, Any]]:
    """Box and polygon of a map on the ground."""
    if grid.whole:
        bbox: tuple[float, float, float, float] = _WORLD
    elif grid.separable:
        degree = 1.0 if grid.projection == "geographic" else grid.radius * np.pi / 180.0
        left, bottom, right, top = (each / degree for each in grid.bounds)
        bbox = (left, max(bottom, -90.0), right, min(top, 90.0))
    else:
        return _polar_outline(grid)
    west, south, east, north = bbox
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return bbox, {"type": "Polygon", "coordinates": [ring]}


def _polar_outline(grid: MapGrid) -> tuple[tuple[float, float, float, float], dict[str, Any]]:
    """A square about the pole, as a ring in longitude and latitude closed over the pole.

    For a part that does not hold the pole, the cap of latitudes that it touches, which is larger.
    """
    left, bottom, right, top = grid.bounds
    step = np.linspace(0.0, 1.0, _EDGE, endpoint=False)
    x = np.concatenate([left + (right - left) * step, np.full(_EDGE, right)])
    x = np.concatenate([x, right - (right - left) * step, np.full(_EDGE, left)])
    y = np.concatenate([np.full(_EDGE, bottom), bottom + (top - bottom) * step])
    y = np.concatenate([y, np.full(_EDGE, top), top - (top - bottom) * step])
    lon, lat = grid.unproject(x, y)
    pole = 90.0 if grid.projection == "north-polar" else -90.0
    inside = left < 0.0 < right and bottom < 0.0 < top
    if inside:
        lon = np.where(lon > 180.0, lon - 360.0, lon)
        order = np.argsort(lon)
        lon, lat = lon[order], lat[order]
        side = float(np.interp(180.0, [lon[-1], lon[0] + 360.0], [lat[-1], lat[0]]))
        lon = np.concatenate([[-180.0], lon, [180.0]])
        lat = np.concatenate([[side], lat, [side]])
    else:
        far = float(lat[np.argmax(np.abs(pole - lat))])
        lon, lat = np.array([-180.0, 180.0]), np.array([far, far])
    ring = [[float(a), float(b)] for a, b in zip(lon, lat, strict=True)]
    ring = [*ring, [180.0, pole], [-180.0, pole], ring[0]]
    if pole < 0.0:
        ring = ring[::-1]
    low, high = (float(lat.min()), 90.0) if pole > 0.0 else (-90.0, float(lat.max()))
    return (-180.0, low, 180.0, high), {"type": "Polygon", "coordinates": [ring]}


def _json(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(f"{text}\n", encoding="utf-8")
