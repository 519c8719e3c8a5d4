"""The orbit of Mars in the past, and how moist its air was then.

Eccentricity, obliquity and the season of perihelion come from the numerical solution La2004
(Laskar et al. 2004, doi:10.1016/j.icarus.2004.04.005), tabled every 5000 years and joined by cubic
splines of the obliquity and of e sin w and e cos w. Against every 1000 years of the solution the
join is true to 0.002 deg and 0.0003; the solution itself and its twin La2003 part by up to 0.8 deg
of obliquity within one million years and by 1.8 deg within two.

Air: the water of today's air comes from the north polar ice in summer, so its amount is taken to go
as the annual mean vapour density over that ice under the orbit of the time, after Mellon & Jakosky
1995 (doi:10.1029/95JE01027) and Chamberlain & Boynton 2007 (doi:10.1029/2006JE002801). That is an
assumption about transport, not a circulation model: no reservoir but this one, no clouds, and the
pressure of carbon dioxide is held. Where its frost outlasts the summer (obliquities below some 18
deg) the pole gives no water and the air is all but dry.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

from marsward.core.errors import InputError
from marsward.data.orbit_history import orbit_history
from marsward.physics.columns import GroundColumns
from marsward.physics.ground import ground_year
from marsward.physics.season import MarsYear
from marsward.physics.soil import ICE_DENSITY, ICE_HEAT

Array = NDArray[np.float64]
# North residual cap: albedo and thermal inertia of its ice, Paige, Bachman & Keegan 1994,
# doi:10.1029/93JE03429; albedo and emissivity of the frost that lies on it in winter chosen so that
# its ice reaches the 205 K of summer that Kieffer et al. 1976, doi:10.1126/science.194.4271.1341,
# measured (206 K here). Latitude of its middle reaches.
POLAR_LATITUDE = 85.0
POLAR_ALBEDO = 0.43
POLAR_INERTIA = 1500.0
POLAR_FROST_ALBEDO, POLAR_FROST_EMISSIVITY = 0.60, 0.80


@dataclass(frozen=True)
class PastOrbit:
    """Orbit and spin at some times, each (n,).

    years_ago : Julian years before J2000, negative to come
    eccentricity : [-]
    obliquity : [deg]
    ls_perihelion : season at perihelion [deg]
    """

    years_ago: Array
    eccentricity: Array
    obliquity: Array
    ls_perihelion: Array

    def __len__(self) -> int:
        return len(self.years_ago)

    def year(self, index: int) -> MarsYear:
        """The Mars year of one of the times."""
        return MarsYear(
            eccentricity=float(self.eccentricity[index]),
            obliquity=float(self.obliquity[index]),
            ls_perihelion=float(self.ls_perihelion[index]),
        )


@lru_cache(maxsize=1)
def _splines() -> tuple[CubicSpline, float, float]:
    table = orbit_history()
    angle = np.radians(table[:, 3])
    values = np.column_stack(
        [table[:, 2], table[:, 1] * np.sin(angle), table[:, 1] * np.cos(angle)]
    )
    years = 1000.0 * table[:, 0]
    return CubicSpline(years, values), float(years[0]), float(years[-1])


def past_orbit(years_ago: ArrayLike) -> PastOrbit:
    """Orbit and spin of Mars at times before J2000 [yr], (n,) or one number.

    Raises InputError for a time outside -20 000 to 2 020 000 years before J2000.
    """
    spline, first, last = _splines()
    years = np.atleast_1d(np.asarray(years_ago, dtype=np.float64))
    outside = ~((years >= first) & (years <= last))
    if outside.any():
        raise InputError(
            f"the past orbit of Mars is known from {first:.0f} to {last:.0f} years ago, "
            f"not {years[outside][0]:g}: give a time between"
        )
    obliquity, east, north = spline(years).T
    season = np.mod(np.degrees(np.arctan2(east, north)), 360.0)
    return PastOrbit(years, np.hypot(east, north), obliquity, season)


def past_year(years_ago: float) -> MarsYear:
    """The closed Mars year under the orbit of a time before J2000 [yr]."""
    return past_orbit(years_ago).year(0)


def polar_ice(pressure: float = 700.0) -> GroundColumns:
    """A column of bare ice of the north residual cap, under its seasonal frost; pressure [Pa]."""
    return GroundColumns(
        lat=np.array([POLAR_LATITUDE]),
        albedo=np.array([POLAR_ALBEDO]),
        inertia=np.array([POLAR_INERTIA]),
        volumetric_heat=np.array([ICE_DENSITY * ICE_HEAT]),
        pressure=np.array([pressure]),
        frost_albedo=POLAR_FROST_ALBEDO,
        frost_emissivity=POLAR_FROST_EMISSIVITY,
    )


def polar_vapour_density(year: MarsYear, *, pressure: float = 700.0) -> float:
    """Annual mean saturation vapour density over the north polar ice under an orbit [kg m-3]."""
    ground = ground_year(
        polar_ice(pressure), year=year, depths=np.array([0.0]), humidity=np.array([1.0e9])
    )
    return float(ground.vapour_surface[0])


def humidity_ratio(year: MarsYear) -> float:
    """Water of the air under another orbit, as a multiple of today's [-]."""
    return polar_vapour_density(year) / _density_today()


@lru_cache(maxsize=1)
def _density_today() -> float:
    return polar_vapour_density(MarsYear.today())
