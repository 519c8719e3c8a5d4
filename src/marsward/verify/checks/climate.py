"""The air and its climate against what landers and orbiters published."""

from __future__ import annotations

import numpy as np

from marsward.core.time import Epoch
from marsward.physics.air_day import air_day
from marsward.physics.columns import GroundColumns
from marsward.planet.atmosphere import atmosphere
from marsward.planet.climate import Climate

_LS = np.arange(0.0, 360.0, 1.0)


def _year(lat: float, lon: float, height: float) -> np.ndarray:
    """Sol-mean pressure [Pa] by degree of Ls."""
    return np.asarray(Climate.shipped().pressure(_LS, lat, lon, height))


def pressure(lat: float, lon: float, height: float, extreme: str) -> float:
    """Least ("low") or most ("high") sol-mean pressure of the year at a place [Pa]."""
    year = _year(lat, lon, height)
    return float(year.min() if extreme == "low" else year.max())


def pressure_season(lat: float, lon: float, height: float, extreme: str) -> float:
    """Ls [deg] of the least ("low") or most ("high") sol-mean pressure at a place."""
    year = _year(lat, lon, height)
    return float(_LS[year.argmin() if extreme == "low" else year.argmax()])


def cap_mass(side: str) -> float:
    """Most CO2 frost of the year on a hemisphere [kg]."""
    run = Climate.shipped().run
    return float(run.caps[("south", "north").index(side)].max())


def day_range(
    lat: float, albedo: float, inertia: float, pressure: float, ls: float, what: str
) -> float:
    """Swing of a sol [K] of the "ground", or of the "air" at 1.6 m."""
    columns = GroundColumns(
        lat=lat, albedo=albedo, inertia=inertia, emissivity=0.98, pressure=pressure
    )
    day = air_day(columns, ls=ls, pressure=pressure)
    return float(np.ptp(day.ground if what == "ground" else day.air_at(1.6)))


def dust_warming(lat: float, ls: float, clear: float, dusty: float) -> float:
    """Warming of the air at 50 Pa from one opacity to another [K], mean of the sol."""
    columns = GroundColumns(lat=lat, albedo=0.2, inertia=250.0, emissivity=0.98, pressure=700.0)
    two = columns.take(np.array([0, 0]))
    day = air_day(two, ls=ls, dust=np.array([clear, dusty]), pressure=700.0)
    warm = day.profile_at(50.0).mean(axis=1)
    return float(warm[1] - warm[0])


def air_density(lat: float, lon: float, utc: str, height: float) -> float:
    """Density of our own climate [kg m-3] at a height over the areoid [m]."""
    here = atmosphere("climate").at(Epoch.utc(utc), lon, lat, height)
    return float(here["density"].values)
