"""The climate's columns of air: latitude bands through the year, heat carried between them.

Each band is one column of `air_day` over the zonal mean of the shipped maps (albedo, thermal
inertia, height of the ground) and the climate's surface pressure; twelve seasons; the sol's cycle
from the column itself. Heat goes between bands by `meridional_mixing`, found by turns: columns with
a warming, the mixing of what they came to, the columns again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from marsward.core.progress import Progress, SilentProgress
from marsward.physics.air_day import AirDay, air_day
from marsward.physics.columns import GroundColumns
from marsward.physics.dust_scenario import DustScenario
from marsward.planet.ground_maps import SurfaceMaps
from marsward.planet.meridional_mixing import balanced_diffusivity, mixed, mixing_rate

__all__ = ["ClimateTable", "climate_table", "zonal_ground"]

Array = NDArray[np.float64]
BANDS, SEASONS, HOURS = 24, 12, 24
STEPS = 48
ROUNDS = 14
"""Turns of columns and mixing; what the last of them changes is told as `ClimateTable.change`."""
_AROUND = 36  # places of a band whose mean is taken
_LEVELS = np.exp(np.linspace(np.log(900.0), np.log(0.011), 48))  # Pa, on which heat is mixed
# Time in which radiation brings air of 160 K back [s], at 10 Pa and below, at 0.1 Pa and above; it
# goes as T^-3. Twice those of Zurek et al. 1992, in Mars, p. 835: the turns come to the same end
# with any, and steadily when it is too long. Sols that a column is followed: the polar night is
# slow.
_SLOW, _QUICK, _AT = 4e5, 1.5e5, 160.0
_SOLS = 40
_ALOFT = _LEVELS < 300.0  # where the turns are judged: below, the ground holds the air
_WARMTH = 1.6  # m over the ground, of the table's lowest temperature


@dataclass(frozen=True, eq=False)
class ClimateTable:
    """Temperature of the air by season, hour, latitude and share of the surface pressure.

    ls, hour, lat : nodes; ground : (lat,) mean height of the ground [m]
    surface_pressure : (ls, lat) [Pa]
    pressure : (ls, lat, level) [Pa], the first at the ground; temperature : (ls, hour, lat, level)
    diffusivity : (ls,) of the mixing [m2/s]
    change : (ls,) root mean square of what the last turn changed of the air's mean of the sol
        above 300 Pa [K]; single levels at the top of convection go up and down by some kelvins
    """

    ls: Array
    hour: Array
    lat: Array
    ground: Array
    surface_pressure: Array
    pressure: Array
    temperature: Array
    diffusivity: Array
    change: Array


@lru_cache(maxsize=2)
def zonal_ground(bands: int = BANDS) -> tuple[Array, Array, Array, Array]:
    """Centres of bands [deg], and their mean albedo, thermal inertia and height of the ground."""
    lat = -90.0 + (np.arange(bands) + 0.5) * 180.0 / bands
    within = (np.arange(5) - 2.0) * 180.0 / bands / 5.0
    lon = (np.arange(_AROUND) + 0.5) * 360.0 / _AROUND
    place = np.broadcast_to((lat[:, None] + within)[:, :, None], (bands, 5, _AROUND))
    maps = SurfaceMaps.at(place.ravel(), np.broadcast_to(lon, place.shape).ravel())

    def mean(values: Array) -> Array:
        return np.asarray(values.reshape(bands, -1).mean(axis=1))

    return lat, mean(maps.albedo), np.exp(mean(np.log(maps.inertia))), mean(maps.elevation)


def climate_table(
    dust: DustScenario,
    surface_pressure: Array,
    *,
    seasons: int = SEASONS,
    bands: int = BANDS,
    rounds: int = ROUNDS,
    workers: int = 2,
    progress: Progress | None = None,
) -> ClimateTable:
    """The columns of a dust scenario; surface_pressure (seasons, bands) [Pa] on the mean ground."""
    tell = progress or SilentProgress()
    lat, albedo, inertia, height = zonal_ground(bands)
    ls = np.arange(seasons) * 360.0 / seasons
    days, rates, changes = [], [], []
    for i, season in enumerate(ls):
        tell.update(i / seasons, f"air of Ls {season:.0f}")
        ground = GroundColumns(
            lat=lat, albedo=albedo, inertia=inertia, pressure=surface_pressure.mean(axis=0)
        )
        day, rate, change = _season(
            ground, float(season), dust, surface_pressure[i], rounds, workers
        )
        days.append(day)
        rates.append(rate)
        changes.append(change)
    every = STEPS // HOURS
    pressure = np.stack([np.concatenate([d.edges[:, :1], d.pressure], axis=1) for d in days])
    warm = np.stack([_with_ground(d)[:, ::every] for d in days]).transpose(0, 2, 1, 3)
    return ClimateTable(
        ls, days[0].hour[::every], lat, height, surface_pressure, pressure, warm, np.array(rates),
        np.array(changes),
    )  # fmt: skip


def _season(
    ground: GroundColumns, ls: float, dust: DustScenario, pressure: Array, rounds: int, workers: int
) -> tuple[AirDay, float, float]:
    """The columns of one season, after turns of mixing."""
    share = np.clip(np.log(_LEVELS / 10.0) / np.log(0.01), 0.0, 1.0)
    usual = np.exp(np.log(_SLOW) + share * np.log(_QUICK / _SLOW))
    warming = np.zeros((len(ground), _LEVELS.size))
    transport: Array | None = None
    rate, change = 0.0, np.inf
    last: Array | None = None
    for turn in range(rounds + 1):
        day = air_day(
            ground, ls=ls, dust=dust, pressure=pressure, transport=transport, steps=STEPS,
            sols=_SOLS, workers=workers,
        )  # fmt: skip
        mean = _on_levels(day.pressure, day.air.mean(axis=1))
        change = np.inf if last is None else float(np.sqrt(((mean - last)[:, _ALOFT] ** 2).mean()))
        if turn == rounds:
            break
        last, response = mean, usual * (_AT / mean) ** 3
        rate = balanced_diffusivity(ground.lat, _LEVELS, mean, warming, response)
        aim = mixed(ground.lat, mean, warming, rate, response)
        fresh = mixing_rate(ground.lat, aim, rate)
        warming = fresh if turn < 2 else 0.5 * (warming + fresh)
        transport = np.stack(
            [
                np.interp(-np.log(p), -np.log(_LEVELS), w)
                for p, w in zip(day.pressure, warming, strict=True)
            ]
        )
    return day, rate, change


def _on_levels(pressure: Array, temperature: Array) -> Array:
    """(n, k) temperatures of columns on the levels of the mixing, ends held."""
    return np.stack(
        [
            np.interp(-np.log(_LEVELS), -np.log(p), t)
            for p, t in zip(pressure, temperature, strict=True)
        ]
    )


def _with_ground(day: AirDay) -> Array:
    """Temperatures (n, steps, L + 1) with that of the air by the ground before them."""
    return np.concatenate([day.air_at(_WARMTH)[:, :, None], day.air], axis=2)
