"""Temperatures of the ground as a radiometer sees them from orbit, and what is read from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.cache_folder import cache_folder
from marsward.core.map_grid import MapGrid
from marsward.core.trajectory import Trajectory
from marsward.geometry.radiometer_track import by_place, look_list
from marsward.mission.phases.ice_ground import Part
from marsward.mission.phases.phase import Given
from marsward.physics.ground import temperature_at
from marsward.physics.thermal_radiance import ThermalAir
from marsward.planet.ground_maps import SurfaceMaps
from marsward.retrieval.ground_table import GroundTable
from marsward.retrieval.ground_table_nodes import GroundTableNodes
from marsward.retrieval.surface_temperature import surface_temperature
from marsward.retrieval.thermal_inertia import FLAGS, thermal_inertia

if TYPE_CHECKING:
    from marsward.mission.phases.thermal import Thermal

_AIR = 505  # stream of the errors of the believed air
_SEASON_STEP, _MOST_SEASONS = 6.0, 72  # deg of Ls between nodes of the table of the ground
_SOL_DAYS = 88_775.244 / 86_400.0


@dataclass(frozen=True)
class ThermalSurvey:
    """What the ground is, what was seen and what was read, one row for each cell that was seen.

    grid : of the map; row, column (place) of the cells
    true : maps as they are, believed : as the retrieval has them (place)
    looks : season, hour, true and measured temperature (place, look)
    found : thermal inertia and albedo with errors (place)
    """

    grid: MapGrid
    true: SurfaceMaps
    believed: SurfaceMaps
    looks: xr.Dataset
    found: xr.Dataset


def survey(phase: Thermal, given: Given) -> ThermalSurvey:
    """Fly the radiometer along the orbit and read thermal inertia from it."""
    say = given.progress.update
    radiometer = given.instrument(phase.radiometer)
    say(0.02, "cells under the orbit")
    grid = MapGrid.parse(phase.grid)
    orbit = Trajectory.from_dataset(given["orbit"])
    listed = look_list(
        orbit, grid, half_swath_rad=radiometer.half_swath,
        every_sols=phase.every / 86_400.0 / _SOL_DAYS, altitude_limit=phase.altitude_limit,
    )  # fmt: skip
    inside = np.abs(listed["lat"].values) <= phase.lat_limit
    looks = by_place(listed.isel(observation=np.flatnonzero(inside)), grid, most=phase.most)
    believed = SurfaceMaps.at(looks["lat"].values, looks["lon"].values)
    true = believed.truth(
        given.mission.seed, scale=phase.error_scale, albedo_sigma=phase.albedo_sigma
    )
    say(0.15, f"the ground of {len(believed)} cells as it is")
    warmth = temperature_at(
        true.columns(emissivity=phase.emissivity), looks["ls"].values, looks["ltst"].values,
        workers=given.workers,
    )  # fmt: skip
    air, known = _airs(phase, given.seed, believed.pressure, looks["ls"].shape)
    seen = radiometer.survey(
        looks, warmth, emissivity=phase.emissivity, albedo=true.albedo, air=air,
        cell=grid.cell_size, height=float(np.median(listed["altitude"].values)), seed=given.seed,
        campaign=given.seed % 2**32,
    )  # fmt: skip
    read = surface_temperature(seen, radiometer, emissivity=phase.emissivity, air=known)
    looks = looks.merge(read).assign(true_temperature=looks["ls"].copy(data=warmth))
    looks["true_temperature"].attrs = {"units": "K", "long_name": "true surface temperature"}
    table = GroundTable.build(
        _nodes(phase, looks["ls"].values), folder=cache_folder() / "ground", workers=given.workers,
        progress=Part(given.progress, 0.3, 0.9, "table of the ground"),
    )  # fmt: skip
    told = looks.assign(lat=("place", believed.lat), surface_pressure=("place", believed.pressure))
    found = thermal_inertia(
        told, table, albedo=believed.albedo, albedo_sigma=phase.albedo_sigma, workers=given.workers
    )
    return ThermalSurvey(grid, true, believed, looks, _without_frost(found))


def _without_frost(found: xr.Dataset) -> xr.Dataset:
    """No answer where a look met CO2 frost: the ground still remembers it."""
    clear = (found["flags"].values & FLAGS["frost"]) == 0
    kept = found.copy()
    for name in found.data_vars:
        if name not in ("flags", "observations"):
            attrs = found[name].attrs
            kept[name] = found[name].where(xr.DataArray(clear, dims="place"))
            kept[name].attrs = attrs
    return kept


def _airs(
    phase: Thermal, seed: int, pressure: NDArray, looks: tuple[int, ...]
) -> tuple[ThermalAir, ThermalAir]:
    """The air as it is and as it is believed to be, each look with an error of its own."""
    off = np.random.default_rng([seed, _AIR]).standard_normal((2, *looks))
    column = np.broadcast_to(pressure[:, None], looks)
    true = ThermalAir(phase.dust_depth, phase.air_temperature, pressure[:, None])
    known = ThermalAir(
        np.maximum(phase.dust_depth + phase.dust_sigma * off[0], 0.0),
        phase.air_temperature + phase.air_sigma * off[1],
        column, phase.dust_sigma, phase.air_sigma,
    )  # fmt: skip
    return true, known


def _nodes(phase: Thermal, ls: NDArray) -> GroundTableNodes:
    """Seasons of the table around those that were met, the whole year when they are many."""
    first = float(ls.ravel()[0])
    ahead = np.mod(ls - first + 180.0, 360.0) - 180.0  # campaigns of half a year at most unwrap so
    low, high = float(ahead.min()), float(ahead.max())
    count = math.ceil((high - low) / _SEASON_STEP) + 3
    if high - low > 170.0 or count >= _MOST_SEASONS:
        return GroundTableNodes(emissivity=phase.emissivity)
    begin = (first + low - _SEASON_STEP) % 360.0
    seasons = tuple(round(begin, 1) + _SEASON_STEP * k for k in range(count))
    reach = math.ceil(phase.lat_limit / 5.0) * 5
    lat = tuple(float(x) for x in range(-reach, reach + 1, 5))
    return GroundTableNodes(lat=lat, ls=seasons, emissivity=phase.emissivity)
