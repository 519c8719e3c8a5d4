"""One frame of the campaign at a finer scale: as taken, as known, and laid on a map of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from marsward.core.errors import PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.map_grid import MapGrid
from marsward.core.time import Epoch
from marsward.instruments.camera import Camera
from marsward.instruments.exposure import Exposed
from marsward.mission.phases.map_imaging import Studio, studio
from marsward.mission.phases.phase import Given
from marsward.planet.mars_surface import MarsSurface
from marsward.planet.orbit_scene import truth_planes
from marsward.retrieval.map_window import frame_window
from marsward.retrieval.mosaic import MapFrame

if TYPE_CHECKING:
    from marsward.mission.phases.map import Map

NEAR = 4.0  # deg, within which a frame shows a place
SLANT = (45.0, 72.0)  # deg, incidences that show relief
RIM = 60.0  # deg of latitude from which a frame is laid on a polar map

add_fields(
    FieldRow("height", "m", "height above the ellipsoid"),
    FieldRow("shadow", "1", "1 where terrain or night keeps the Sun off", low=0.0, high=1.0),
)


@dataclass(frozen=True)
class Sample:
    """The frame with its planes, and its map; `number` is its place in the table of frames."""

    number: int
    frame: xr.Dataset
    chart: xr.Dataset


def sample(
    phase: Map, frames: xr.Dataset, camera: Camera, surface: MarsSurface, given: Given
) -> Sample:
    """Take the frame nearest to the place asked for, in good light where there is one."""
    number = nearest(frames, *phase.sample_at)
    one = studio(phase, frames, camera, phase.sample_width, surface, given.seed)
    shot = one.shoot(number)
    lat = float(frames["lat"].values[number])
    chart = _chart(one, one.read(number, shot), float(one.gsd[number]), lat)
    return Sample(number, _frame(one, shot, frames, number), chart)


def nearest(frames: xr.Dataset, lon: float, lat: float) -> int:
    """Number of the frame that shows a place [deg] best.

    Of those whose middle lies within `NEAR` of it, under a Sun low enough to show relief, the one
    from highest up; where there is none, the nearest of all.
    """
    a, b = np.radians(frames["lat"].values), math.radians(lat)
    turn = np.radians(frames["lon"].values - lon)
    cosine = np.sin(a) * math.sin(b) + np.cos(a) * math.cos(b) * np.cos(turn)
    away = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
    light = frames["incidence"].values
    good = (away < NEAR) & (light > SLANT[0]) & (light < SLANT[1])
    if not good.any():
        return int(np.argmin(away))
    return int(np.argmax(np.where(good, frames["altitude"].values, -np.inf)))


def _frame(one: Studio, shot: Exposed, frames: xr.Dataset, number: int) -> xr.Dataset:
    planes = truth_planes(
        one.surface, one.true[number], one.rays,
        ("lon", "lat", "cos_i", "cos_e", "cos_g", "height", "shadow"), relief=one.phase.relief,
    )  # fmt: skip
    data = {"dn": field("dn", shot.dn, ("band", "y", "x"))}
    for name in ("lon", "lat", "height", "shadow"):
        data[name] = field(name, planes[name].astype(np.float32), ("y", "x"))
    for name, cosine in (("incidence", "cos_i"), ("emission", "cos_e"), ("phase", "cos_g")):
        angle = np.degrees(np.arccos(np.clip(planes[cosine], -1.0, 1.0)))
        data[name] = field(name, angle.astype(np.float32), ("y", "x"))
    epoch = Epoch.et(float(frames["et"].values[number]))
    attrs = {
        "frame": number,
        "orbit": int(frames["orbit"].values[number]),
        "utc": epoch.utc,
        "gsd_m": float(one.gsd[number]),
        "altitude_m": float(frames["altitude"].values[number]),
        "exposure_s": shot.attrs["exposure_s"],
        "saturation_dn": one.camera.saturation,
        "camera": one.phase.camera,
    }
    return xr.Dataset(data, coords={"band": [band.name for band in one.camera.bands]}, attrs=attrs)


def _chart(one: Studio, laid: MapFrame, gsd: float, lat: float) -> xr.Dataset:
    """The frame alone on a grid of about its own pixels."""
    mosaic = one.mosaic(_grid(laid, one.surface, gsd, lat), "first")
    mosaic.add(laid)
    return mosaic.dataset()[["albedo", "sigma", "incidence"]]


def _grid(laid: MapFrame, surface: MarsSurface, gsd: float, lat: float) -> MapGrid:
    if abs(lat) > RIM:
        whole = MapGrid.polar("north" if lat > 0.0 else "south", pixel=gsd, lat_limit=30.0)
    else:
        degree = math.radians(1.0) * surface.radii[0]
        whole = MapGrid.equirectangular(2 ** max(2, round(math.log2(degree / gsd))))
    window = frame_window(whole, laid.pinhole, laid.pose, radii=surface.radii)
    if window is None:
        raise PhysicsError(
            f"frame {laid.number} sees no ground to be laid on a map; choose another sample_at"
        )
    right = min(window.col0 + window.width, whole.width)
    return whole.window(slice(window.row0, window.row1), slice(window.col0, right))
