"""The weather station: what it reads on the ground, and what that says of each sol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from marsward.core.mars_axis import mars_axis
from marsward.core.mars_time import SOL_DAYS
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.mission.phases.climate_columns import EMISSIVITY, LOW
from marsward.mission.phases.phase import Given
from marsward.physics.ground import temperature_at
from marsward.planet.atmosphere import Atmosphere
from marsward.planet.ground_maps import SurfaceMaps
from marsward.retrieval.surface_weather import sol_table

if TYPE_CHECKING:
    from marsward.mission.phases.climate import Climate

_EVERY = 900.0  # s between instants of the true weather
_WAVES = 2  # tides fitted to each sol
_LEAST = 9  # sessions of a sol from which its mean is told: four more than a fit has numbers


def weather(phase: Climate, given: Given, air: Atmosphere) -> tuple[xr.Dataset, xr.Dataset]:
    """Readings of the station, and the sols that they tell of with the truth beside."""
    station = given.instrument(str(phase.station))
    start = phase.station_start
    if start is None:
        start = Trajectory.from_dataset(given["orbit"]).start
    span = phase.station_sols * SOL_DAYS * 86_400.0
    true = true_weather(phase, given, air, start, span)
    name, lon, lat = phase.station_place
    seen = station.observe(true, lon=lon, seed=given.seed, campaign=given.seed % 2**32)
    seen = seen.assign_attrs(lat=lat, lon=lon % 360.0, place=name)
    return seen, _sols(seen, true)


def true_weather(
    phase: Climate, given: Given, air: Atmosphere, start: Epoch, span: float
) -> xr.Dataset:
    """The weather at the station as it is, each quarter of an hour."""
    _, lon, lat = phase.station_place
    epoch = start + np.arange(0.0, span + _EVERY, _EVERY)
    ground = float(air.ground(lon, lat))
    here = air.at(epoch, lon % 360.0, lat, ground + LOW, ground=ground)
    maps = SurfaceMaps.at(lat, lon).truth(given.mission.seed)
    warm = temperature_at(
        maps.columns(emissivity=EMISSIVITY), epoch.ls[None], epoch.ltst(lon)[None],
        workers=given.workers,
    )[0]  # fmt: skip
    values = {
        "pressure": here["pressure"].values, "air_temperature": here["temperature"].values,
        "surface_temperature": warm, "eastward_wind": here["eastward_wind"].values,
        "northward_wind": here["northward_wind"].values,
        "water_vapour_pressure": np.full(epoch.shape, float(maps.humidity[0])),
    }  # fmt: skip
    return mars_axis(
        xr.Dataset({name: ("time", held) for name, held in values.items()}), epoch, lon=lon
    )


def _sols(seen: xr.Dataset, true: xr.Dataset) -> xr.Dataset:
    """Sol means, ranges and tides with errors; those of the calibration stand beside."""
    known = sol_table(seen["pressure"], seen["pressure_sigma"], waves=_WAVES)
    truth = sol_table(true["pressure"], waves=_WAVES)
    sols = np.intersect1d(known["msd"].values, truth["msd"].values)
    known, truth = known.sel(msd=sols), truth.sel(msd=sols)
    enough = (known["samples"].values >= _LEAST) & np.isfinite(known["mean_sigma"].values)
    whole = enough & (truth["covered"].values > 0.9)
    known, truth = known.isel(msd=whole), truth.isel(msd=whole)
    shared = float(seen["pressure"].attrs["calibration_sigma"])
    noise = known["mean_sigma"].values
    unit = {"units": "Pa"}
    made = {
        "pressure_mean": (known["mean"].values, "mean of the sol"),
        "pressure_mean_sigma": (np.hypot(noise, shared), "its error (1 sigma)"),
        "pressure_mean_noise": (noise, "the part of it that is new each sol (1 sigma)"),
        "true_pressure_mean": (truth["mean"].values, "true mean of the sol"),
        "pressure_range": (known["range"].values, "highest less lowest of the sol"),
        "true_pressure_range": (truth["range"].values, "true highest less lowest of the sol"),
    }
    count = np.arange(float(known.sizes["msd"]))
    return xr.Dataset(
        {name: ("sol", values, unit | {"long_name": told}) for name, (values, told) in made.items()}
        | {
            "tide": (("sol", "wave"), known["amplitude"].values, unit),
            "tide_sigma": (("sol", "wave"), known["amplitude_sigma"].values, unit),
            "true_tide": (("sol", "wave"), truth["amplitude"].values, unit),
        },
        {"sol": count, "ls": ("sol", known["ls"].values), "wave": known["wave"].values},
        {"calibration_sigma": shared},
    )
