"""A column of air over the ground of the maps: the day at any place and season, labelled."""

from __future__ import annotations

from inspect import signature
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import check_options, number, numbers
from marsward.core.errors import InputError
from marsward.core.fields import field
from marsward.physics.air_day import AirDay, air_day
from marsward.physics.column_radiation import Dust
from marsward.physics.dust_scenario import DustScenario
from marsward.physics.season import MarsYear
from marsward.planet.climate import Climate
from marsward.planet.ground_maps import Given, SurfaceMaps

__all__ = ["SCREEN", "column"]

Array = NDArray[np.float64]
_OPTIONS = frozenset(signature(air_day).parameters) - {"columns"}
SCREEN = 1.6
"""Height of the thermometer whose air is told [m]: Viking and REMS stood at 1.6, MEDA at 0.84 and
1.45."""


def column(
    lat: ArrayLike,
    lon: ArrayLike,
    *,
    ls: ArrayLike,
    dust: Dust = "climatological",
    local_time: ArrayLike | None = None,
    height: float = SCREEN,
    albedo: Given = None,
    inertia: Given = None,
    elevation: Given = None,
    emissivity: ArrayLike = 0.98,
    pressure: ArrayLike | None = None,
    year: MarsYear | None = None,
    **options: Any,
) -> xr.Dataset:
    """Air and ground through a sol at places on Mars.

    Parameters
    ----------
    lat, lon : planetocentric latitude and east longitude [deg], numbers or rows of one length
    ls : season [deg], a number or one for each place
    dust : a scenario or its name, or the visible opacity at 610 Pa
    local_time : local true solar time [h], a number or a row; the whole sol if None
    height : above the ground of the air's temperature that is told as `air_temperature` [m]
    albedo, inertia, elevation : of the ground, in place of the shipped maps
    emissivity : of the ground
    pressure : at the ground in this season [Pa]; the climate's if None, or for another year by the
        height and today's share of the season
    options : of `physics.air_day.air_day`, such as wind, infrared, transport, layers, workers

    Returns
    -------
    Dataset on place (unless lat and lon are numbers), hour and level, level 0 at the ground:
    temperature, winds, pressure and heights of the layers, air_temperature, surface_temperature,
    fluxes, boundary_layer_height, frost_mass; coordinates lat, lon, ls, ltst; attributes say what
    the column stands on.

    Raises
    ------
    InputError : places, seasons or hours that are none; an unknown scenario or option; see
        `air_day`.
    """
    check_options(options, _OPTIONS, "a column of air")
    height = number(height, "height", "m")
    maps = SurfaceMaps.at(lat, lon, albedo=albedo, inertia=inertia, elevation=elevation)
    hours = _hours(local_time)
    if pressure is None and year is None:
        pressure = Climate.shipped().pressure(ls, maps.lat, maps.lon, maps.elevation)
    day = air_day(
        maps.columns(emissivity=emissivity), ls=ls, dust=dust, pressure=pressure, year=year,
        **options,
    )  # fmt: skip
    season = np.broadcast_to(np.remainder(np.asarray(ls, dtype=np.float64), 360.0), len(day))
    out = day.dataset(
        lat=field("lat", maps.lat, "place"),
        lon=field("lon", np.mod(maps.lon, 360.0), "place"),
        ls=field("ls", season, "place"),
    )
    out["air_temperature"] = field(
        "air_temperature", day.air_at(height), ("place", "hour"), height=f"{height:g} m"
    )
    for name, value in (
        ("bolometric_albedo", maps.albedo), ("thermal_inertia", maps.inertia),
        ("elevation", maps.elevation), ("surface_pressure", day.edges[:, 0]),
    ):  # fmt: skip
        out[name] = field(name, value, "place")
        if name == "surface_pressure":
            out[name].attrs["long_name"] = "pressure of the air at the ground in this season"
    out = out.assign_attrs(**_attributes(day, dust, maps))
    if hours is not None:
        out = _at_hours(out, hours)
    return out.isel(place=0) if np.ndim(lat) == 0 and np.ndim(lon) == 0 else out


def _attributes(day: AirDay, dust: Dust, maps: SurfaceMaps) -> dict[str, Any]:
    told = dust if isinstance(dust, str) else dust.name if isinstance(dust, DustScenario) else None
    return {
        "dust": told or "opacity at 610 Pa as given",
        "time": "local true solar time from midnight",
        **{f"{name}_source": source for name, source in maps.sources.items()},
    }


def _hours(local_time: ArrayLike | None) -> Array | None:
    if local_time is None:
        return None
    hours = np.atleast_1d(numbers(local_time, "local_time", "hours"))
    if hours.ndim != 1 or not np.all((hours >= 0.0) & (hours <= 24.0)):
        raise InputError("local_time is a number or a row of hours from 0 to 24")
    return hours


def _at_hours(day: xr.Dataset, hours: Array) -> xr.Dataset:
    """The day at some hours, straight between the steps around."""
    step = float(day["ltst"][1] - day["ltst"][0])
    count = day.sizes["hour"]
    place = hours / step
    low = np.floor(place).astype(np.int64)
    part = xr.DataArray(place - low, dims="hour")
    moving = [name for name in day.data_vars if "hour" in day[name].dims]
    bare = day.drop_vars("ltst")
    first, second = bare.isel(hour=low % count), bare.isel(hour=(low + 1) % count)
    out = first.copy()
    for name in moving:
        mixed = (1.0 - part) * first[name] + part * second[name]
        out[name] = mixed.transpose(*first[name].dims).assign_attrs(day[name].attrs)
    return out.assign_coords(ltst=field("ltst", hours, "hour"))
