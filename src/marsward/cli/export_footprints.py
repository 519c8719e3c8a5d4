"""Footprints of a run's frames as GeoJSON and GeoParquet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from marsward.cli.export_job import Job, Writer
from marsward.core.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from marsward.data.czml import Ring

_SHOWN = 60.0  # s that an outline stays in a scene before and after its frame


def outlines(job: Job) -> Any:
    """Footprints of all frames, worked out once for all formats of an export."""
    from marsward.geometry.footprints import footprints

    return job.once("outlines", lambda: footprints(job.dataset("frames"), job.camera))


def rings_of(job: Job, orbit: int) -> list[Ring]:
    """Outlines of the frames of one orbit, for a scene that moves.

    Raises
    ------
    InputError
        No frame was taken on that orbit.
    """
    from marsward.core.time import Epoch
    from marsward.data.czml import Ring

    mine = frames_of(job, orbit)
    et = job.dataset("frames")["et"].values
    shapes = outlines(job)
    found = []
    for k in mine.tolist():
        when = Epoch.et(float(et[k]))
        for part, ring in enumerate(shapes[k]):
            name = f"frame-{k}" if part == 0 else f"frame-{k}-{part}"
            found.append(Ring(name, ring, when + -_SHOWN, when + _SHOWN))
    return found


def frames_of(job: Job, orbit: int) -> np.ndarray:
    """Places of the frames of one orbit in the product `frames`.

    Raises
    ------
    InputError
        No frame was taken on that orbit.
    """
    import numpy as np

    number = job.dataset("frames")["orbit"].values
    mine = np.flatnonzero(number == orbit)
    if not mine.size:
        known = np.unique(number)
        raise InputError(
            f"--orbit {orbit} has no frame; orbits with frames run from {known[0]} to {known[-1]}"
        )
    return mine


def _geojson(job: Job) -> list[Path]:
    from marsward.data.geojson import write_geojson
    from marsward.geometry.footprints import footprint_properties

    path = job.folder / "footprints.geojson"
    return [write_geojson(path, outlines(job), footprint_properties(job.dataset("frames")))]


def _geoparquet(job: Job) -> list[Path]:
    from marsward.data.geoparquet import write_geoparquet
    from marsward.geometry.footprints import footprint_properties

    path = job.folder / "footprints.parquet"
    return [write_geoparquet(path, outlines(job), footprint_properties(job.dataset("frames")))]


geojson = Writer(_geojson, ("frames",), check=lambda job: job.camera)
geoparquet = Writer(_geoparquet, ("frames",), check=lambda job: job.camera)
