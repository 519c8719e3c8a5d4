"""A static STAC catalogue of what a run's export holds: maps, and footprints by orbit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from marsward.cli.export_job import Job, Writer
from marsward.cli.export_map import MAPS
from marsward.cli.export_map import cog as cog_writer
from marsward.core.errors import DataError

if TYPE_CHECKING:
    from marsward.data.stac import StacCollection, StacItem


def _stac(job: Job) -> list[Path]:
    from marsward.data.stac import StacCollection, write_stac

    collections: list[StacCollection] = []
    made: list[Path] = []
    if job.layers:
        made += cog_writer.write(job)
        collections.append(
            StacCollection(
                "maps",
                f"Maps of Mars by {job.craft.name}",
                "Mosaic, coverage and other layers, each a Cloud Optimized GeoTIFF.",
                _map_items(job, made),
            )
        )
    if job.wants("frames"):
        items, files = _orbit_items(job)
        made += files
        collections.append(
            StacCollection(
                "orbits",
                f"Imaging orbits of {job.craft.name}",
                "Footprints of the frames of each orbit.",
                items,
            )
        )
    top = write_stac(
        job.folder / "stac",
        collections,
        id=job.mission,
        title=f"{job.craft.name}: maps and footprints",
        description=f"What the mission {job.mission} would see of Mars.",
    )
    return [*made, top]


def _map_items(job: Job, files: list[Path]) -> list[StacItem]:
    from marsward.core.map_grid import MapGrid
    from marsward.data.stac import StacAsset, map_item

    items = []
    for name in job.layers:
        start, stop = _span(job, name)
        dataset = job.dataset(name)
        assets = {}
        for path in files:
            variable = path.stem.removeprefix(f"{name}-")
            if path.suffix != ".tif" or variable not in dataset.data_vars:
                continue
            layer = dataset[variable]
            title = str(layer.attrs.get("long_name", variable))
            assets[variable] = StacAsset(path, title, ("data",), _about(path))
        known = "knowledge" if job.run[name].knowledge else "truth"
        items.append(
            map_item(
                name.replace("_", "-"), MapGrid.of(dataset), assets,
                title=f"{name.replace('_', ' ')} ({known})", start=start, stop=stop,
            )
        )  # fmt: skip
    return items


def _span(job: Job, name: str) -> tuple[str, str]:
    span = job.span_of(name)
    if span is None:
        raise DataError(
            f"the maps of {job.run.path} have no time for the catalogue, for the run has neither "
            f"frames nor an orbit; make them with: marsward run {job.mission} --until map"
        )
    return span


def _check(job: Job) -> None:
    for name in job.layers:
        _span(job, name)
    if job.wants("frames"):
        job.camera  # noqa: B018  (says what the mission lacks)


def _about(path: Path) -> dict[str, Any]:
    """What the file itself says of its bands, in the words of STAC."""
    import math

    import rasterio

    with rasterio.open(path) as there:
        names = [each or f"band {n}" for n, each in enumerate(there.descriptions, start=1)]
        more: dict[str, Any] = {
            "bands": [{"name": each} for each in names],
            "data_type": there.dtypes[0],
        }
        if there.nodata is not None:
            more["nodata"] = "nan" if math.isnan(there.nodata) else there.nodata
        if there.units[0]:
            more["unit"] = there.units[0]
    return more


def _orbit_items(job: Job) -> tuple[list[StacItem], list[Path]]:
    """An item for each orbit, its geometry the strip of ground that its frames cover."""
    import numpy as np

    from marsward.cli.export_footprints import geojson
    from marsward.core.time import Epoch
    from marsward.data.stac import StacAsset, StacItem, bbox_of
    from marsward.geometry.swath import swath

    files = geojson.write(job)
    assets = {"footprints": StacAsset(files[0], "footprints of all frames", ("metadata",))}
    frames, camera = job.dataset("frames"), job.camera
    number, et = frames["orbit"].values, frames["et"].values
    items = []
    for orbit in np.unique(number):
        mine = np.flatnonzero(number == orbit)
        parts = [[np.round(r, 6).tolist()] for r in swath(frames.isel(frame=mine), camera)]
        if not parts:
            continue
        geometry: dict[str, Any] = {"type": "MultiPolygon", "coordinates": parts}
        if len(parts) == 1:
            geometry = {"type": "Polygon", "coordinates": parts[0]}
        when = Epoch.et(np.array([et[mine].min(), et[mine].max()])).isot("utc", 3)
        begin, end = (str(each).rstrip("Z") + "Z" for each in when)
        about = {
            "gsd": round(float(np.median(frames["gsd"].values[mine])), 3),
            "marsward:orbit": int(orbit),
            "marsward:frames": int(mine.size),
        }
        items.append(
            StacItem(
                f"orbit-{int(orbit):05d}", f"Orbit {int(orbit)}, {mine.size} frames",
                bbox_of(geometry), geometry, begin, end, assets, about,
            )
        )  # fmt: skip
    return items, files


stac = Writer(_stac, (*MAPS[:-1], "frames", "mosaic"), lambda job: (*job.grids, "frames"), _check)
