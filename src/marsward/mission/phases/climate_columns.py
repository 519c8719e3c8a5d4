"""Days of the air over places: seasons, scenarios of dust, experiments with their errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.mission.phases.climate_world import Errors, ScaledDust, World
from marsward.mission.phases.phase import Given
from marsward.physics.air_day import AirDay, air_day
from marsward.physics.columns import GroundColumns
from marsward.physics.dust_scenario import scenario, scenario_names
from marsward.planet.ground_maps import SurfaceMaps
from marsward.planet.lander_heights import place_height

if TYPE_CHECKING:
    from marsward.mission.phases.climate import Climate
    from marsward.mission.phases.climate_year import Years

Array = NDArray[np.float64]
EMISSIVITY = 0.98
"""Of bare soil in the thermal infrared; Bandfield 2002, doi:10.1029/2001JE001510."""
LOW = 1.6
"""Height of a station's thermometer [m], that of REMS and of Viking."""
LEVEL = 50.0
"""Pressure [Pa] of some 25 km, at which storms are told: Kass et al. 2016."""
FLUXES = (
    "sunlight", "reflected", "sunlight_at_ground", "infrared_to_space", "infrared_up",
    "infrared_down", "sensible", "into_ground",
)  # fmt: skip
MEASURES = (
    ("ground, mean", "K"), ("ground, day range", "K"), ("ground, highest", "K"),
    ("air at 50 Pa, mean", "K"), ("air at 1.6 m, day range", "K"),
    ("infrared on the ground", "W m-2"),
)  # fmt: skip


def place_columns(place: tuple[str, float, float], count: int = 1) -> tuple[GroundColumns, Array]:
    """Level ground of a place as the shipped maps have it, `count` times, and its height [m]."""
    _, lon, lat = place
    maps = SurfaceMaps.at(np.full(count, lat), np.full(count, lon), elevation=place_height(place))
    return maps.columns(emissivity=EMISSIVITY).flat(), maps.elevation


def season_days(phase: Climate, given: Given, world: World, years: Years) -> xr.Dataset:
    """The first place by hour and height in each season."""
    place = phase.places[0]
    seasons = np.asarray(phase.seasons, dtype=np.float64)
    columns, height = place_columns(place, seasons.size)
    found = _day(columns, seasons, world, years.pressure(world, seasons, place, height), given)
    dims = ("site", "season", "hour")
    name, lon, lat = place
    return xr.Dataset(
        {
            "temperature": ((*dims, "level"), found.air[None], {"units": "K"}),
            "height": (
                ("site", "season", "level"), found.heights.mean(axis=1)[None],
                {"units": "m", "long_name": "height above the ground, mean of the sol"},
            ),
            "pressure": (("site", "season", "level"), found.pressure[None], {"units": "Pa"}),
            "ground_temperature": (dims, found.ground[None], {"units": "K"}),
            "air_temperature": (
                dims, found.air_at(LOW)[None],
                {"units": "K", "long_name": f"temperature of the air at {LOW:g} m"},
            ),
            "boundary_layer_height": (dims, found.boundary_layer_height[None], {"units": "m"}),
            "dust_opacity": (
                ("site", "season"), _opacity(world, seasons, columns.lat)[None], {"units": "1"}
            ),
        },
        {
            "name": ("site", [name]), "lon": ("site", [lon]), "lat": ("site", [lat]),
            "elevation": ("site", [float(height[0])]), "season": seasons, "hour": found.hour,
        },
        {"energy_residual": float(np.abs(found.energy_residual).max())},
    )  # fmt: skip


def storm_days(phase: Climate, given: Given, world: World, years: Years) -> xr.Dataset:
    """One place under every scenario of dust, at its strongest of the year and its own season."""
    place = phase.storm_place
    names = list(scenario_names())
    columns, height = place_columns(place)
    season = np.array([phase.test_season])
    days, dust = [], []
    for name in names:
        haze = scenario(name)
        if haze.storm is not None and name == "regional-storm":
            haze = scenario(name, onset_ls=phase.test_season - _LEAD)
        each = World(name, haze, world.infrared, world.frost_albedo, world.year,
                     haze.storm is not None)  # fmt: skip
        pressure = years.pressure(world, season, place, height)
        days.append(_day(columns, season, each, pressure, given))
        dust.append(float(_opacity(each, season, columns.lat)[0]))
    return xr.Dataset(
        {
            "temperature": (("case", "hour", "level"), np.stack([d.air[0] for d in days]),
                            {"units": "K"}),
            "pressure": (("case", "level"), np.stack([d.pressure[0] for d in days]),
                         {"units": "Pa"}),
            "height": (("case", "level"), np.stack([d.heights[0].mean(axis=0) for d in days]),
                       {"units": "m"}),
            "ground_temperature": (("case", "hour"), np.stack([d.ground[0] for d in days]),
                                   {"units": "K"}),
            "air_temperature": (("case", "hour"), np.stack([d.air_at(LOW)[0] for d in days]),
                                {"units": "K"}),
            "sunlight": (("case", "hour"), np.stack([d.shortwave_down[0] for d in days]),
                         {"units": "W m-2", "long_name": "sunlight on level ground"}),
            "dust_opacity": ("case", dust, {"units": "1"}),
        },
        {"case": names, "hour": days[0].hour},
        {"place": place[0], "ls": float(season[0])},
    )  # fmt: skip


_LEAD = 8.0  # deg of Ls before the season at which the regional storm of the comparison begins


@dataclass(frozen=True)
class Tests:
    """What each world says: values (case, member, measure) and fluxes (case, flux)."""

    names: tuple[str, ...]
    values: Array
    fluxes: Array
    dust: Array


def column_tests(
    phase: Climate, given: Given, worlds: list[World], years: Years, errors: Errors
) -> Tests:
    """The experiments' columns, one lane for each error of each world."""
    place, count = phase.test_place, errors.dust.size
    columns, height = place_columns(place, count)
    sigma = SurfaceMaps.at(place[2], place[1]).inertia_sigma[0]
    varied = columns.replace(
        albedo=np.clip(columns.albedo + errors.albedo, 0.02, 0.9),
        inertia=columns.inertia * np.exp(sigma * errors.inertia),
        volumetric_heat=None,
    )
    season = np.full(count, phase.test_season)
    values, fluxes, dust = [], [], []
    for k, world in enumerate(worlds):
        given.progress.update(0.25 + 0.25 * k / len(worlds), f"experiment: {world.name}")
        pressure = years.pressure(world, season, place, height)
        found = _day(varied, season, world, pressure, given, errors.dust)
        values.append(_measures(found))
        fluxes.append(_fluxes(found))
        dust.append(float(_opacity(world, season, columns.lat)[0]))
    names = tuple(world.name for world in worlds)
    return Tests(names, np.stack(values), np.stack(fluxes), np.array(dust))


def _day(
    columns: GroundColumns, season: Array, world: World, pressure: Array, given: Given,
    factor: Array | None = None,
) -> AirDay:  # fmt: skip
    dust = world.dust if factor is None else ScaledDust(world.dust, factor).scenario()
    options: dict[str, Any] = {"lasting": not world.spell, "workers": given.workers}
    return air_day(
        columns, ls=season, dust=dust, pressure=pressure, infrared=world.infrared,
        year=world.year, **options,
    )  # fmt: skip


def _opacity(world: World, season: Array, lat: Array) -> Array:
    return np.asarray(world.dust.opacity(season, lat))


def _measures(found: AirDay) -> Array:
    """(member, measure), in the order of MEASURES."""
    low = found.air_at(LOW)
    return np.stack(
        [
            found.ground.mean(axis=1), np.ptp(found.ground, axis=1), found.ground.max(axis=1),
            found.profile_at(LEVEL).mean(axis=1), np.ptp(low, axis=1),
            found.longwave_down.mean(axis=1),
        ],
        axis=1,
    )  # fmt: skip


def _fluxes(found: AirDay) -> Array:
    """Means of the sol [W m-2] of the first member, in the order of FLUXES."""
    taken = found.shortwave_down - found.shortwave_up
    means = (
        found.top_shortwave_down, found.top_shortwave_up, taken, found.top_longwave_up,
        found.longwave_up, found.longwave_down, found.sensible, found.conduction,
    )  # fmt: skip
    return np.array([float(each[0].mean()) for each in means])
