"""The rover's way: planned on the ground for least energy, time or risk, then driven."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from marsward.core.errors import InputError, PhysicsError
from marsward.geometry.local_terrain import LocalTerrain
from marsward.geometry.traverse_path import ground_open, traverse_path
from marsward.mission.phases.phase import Given
from marsward.mission.phases.rover_place import Place, ground_of, inside
from marsward.vehicles.drive import drive
from marsward.vehicles.traverse_cost import TraverseCost

if TYPE_CHECKING:
    from marsward.mission.phases.rover import Rover

_MOST_STEPS = 4000  # of the drive that are kept
_MAP = 500  # cells along a side of the map that is kept


@dataclass(frozen=True)
class Driven:
    """The way: product traverse_map, product traverse, the ground itself, how it ended."""

    map: xr.Dataset
    way: xr.Dataset
    ground: LocalTerrain
    verdict: str
    planned: float


def driven(phase: Rover, given: Given, place: Place, hours: np.ndarray) -> Driven:
    """Plan through the goals and drive, so many hours in each sol: none while it sleeps.

    Raises InputError for a goal off the ground; PhysicsError for one that cannot be reached and for
    a rover that cannot begin.
    """
    site = ground_of(phase, given, place)
    x0, y0 = (float(v) for v in site.xy(place.lon, place.lat))
    goals = [(x0 + east, y0 + north) for _, east, north in phase.goals]
    for (name, east, north), (x, y) in zip(phase.goals, goals, strict=True):
        if not inside(site, x, y):
            raise InputError(
                f"goal {name!r}, {east:g} m east and {north:g} m north of the landing, lies off "
                f"the ground of {phase.size:g} m; give a nearer goal or a larger size"
            )
    cost = TraverseCost.of(site, phase.rover, by=phase.by)
    path = traverse_path(cost, (x0, y0), goals)
    ran = drive(path, site, phase.rover, seed=given.seed, hours=hours)
    if not ran.sizes["step"]:
        raise PhysicsError(
            f"{phase.rover.name} does not leave its landing place: {ran.attrs['why']}"
        )
    return Driven(
        _map(site, cost, phase.by), _way(ran, site, goals), site, str(ran.attrs["verdict"]),
        float(path.length),
    )  # fmt: skip


def _map(site: LocalTerrain, cost: TraverseCost, by: str) -> xr.Dataset:
    step = max(1, -(-site.height.shape[0] // _MAP))
    east, north = cost.slopes.east, cost.slopes.north
    slope = np.degrees(np.arctan(np.hypot(east, north)))
    thin = (slice(None, None, step), slice(None, None, step))
    made = xr.Dataset(
        {
            "height": (("y", "x"), np.asarray(site.height[thin]), {"units": "m"}),
            "slope": (("y", "x"), slope[thin].astype(np.float32), {"units": "deg"}),
            "blocked": (("y", "x"), (~ground_open(cost))[thin].astype(np.int8)),
        },
        {"x": ("x", site.x[::step], {"units": "m"}), "y": ("y", site.y[::step], {"units": "m"})},
        {"source": site.source, "by": by, "lon": site.lon, "lat": site.lat, "cell": site.cell},
    )
    return made


def _way(ran: xr.Dataset, site: LocalTerrain, goals: list[tuple[float, float]]) -> xr.Dataset:
    step = max(1, -(-ran.sizes["step"] // _MOST_STEPS))
    thin = ran.isel(
        step=np.unique(np.append(np.arange(0, ran.sizes["step"], step), -1) % ran.sizes["step"])
    )
    names = {
        "x": "x_true", "y": "y_true", "x_known": "x_believed", "y_known": "y_believed",
        "tilt": "ground_tilt", "slip": "wheel_slip", "energy": "driving_energy",
        "time": "driving_time", "sol": "drive_sol", "distance": "way", "slope": "along_slope",
    }  # fmt: skip
    x, y = thin["x_true"].values, thin["y_true"].values
    lon, lat = site.lonlat(x, y)
    made = xr.Dataset(
        {new: ("step", thin[old].values, thin[old].attrs) for new, old in names.items()}
    )
    for name in ("tilt", "slope"):
        made[name].attrs["units"] = "deg"
    both = thin["x_variance"].values + thin["y_variance"].values
    made = made.assign(
        height=("step", site.at(x, y), {"units": "m"}),
        lon=("step", np.asarray(lon), {"units": "degrees_east"}),
        lat=("step", np.asarray(lat), {"units": "degrees_north"}),
        position_sigma=("step", np.sqrt(both), {"units": "m"}),
        goal_x=("goal", [x for x, _ in goals], {"units": "m"}),
        goal_y=("goal", [y for _, y in goals], {"units": "m"}),
    )  # fmt: skip
    return made.assign_attrs(
        {k: v for k, v in ran.attrs.items() if isinstance(v, str | int | float)}
    )
