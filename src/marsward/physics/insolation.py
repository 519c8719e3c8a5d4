"""Light on tilted ground through the sol and the year: the Sun's path, horizons, the sky's view.

Each sol begins at true local midnight, so noon stands in its middle; declination and distance are
held over a sol at their noon values. Step j of `steps` is looked at in its middle, (j + 1/2)/steps
of the sol, unless said otherwise.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.columns import GroundColumns
from marsward.physics.kernels.insolation import light_of_sol
from marsward.physics.season import MarsYear
from marsward.physics.sky import Sky, SkyTable

__all__ = [
    "daily_mean",
    "horizon_sines",
    "hour_table",
    "light",
    "plane_numbers",
    "sky_view",
    "sun_table",
]

Array = NDArray[np.float64]
_AZIMUTHS = 720  # directions in which the sky's view is summed


def hour_table(steps: int, *, offset: float = 0.5) -> tuple[Array, Array]:
    """Cosine and sine of the Sun's hour angle (steps,) at (j + offset)/steps of a sol."""
    if isinstance(steps, bool) or not (steps >= 4 and steps % 1 == 0):
        raise InputError(f"a sol takes a whole number of steps, 4 or more; not {steps}")
    hour = 2.0 * math.pi * ((np.arange(int(steps)) + offset) / steps - 0.5)
    return np.cos(hour), np.sin(hour)


def sun_table(year: MarsYear, sky: Sky | None = None) -> Array:
    """Sine and cosine of declination and the Sun's flux [W m-2] at noon of each sol, (sols, 3)."""
    season = year.at(np.arange(year.sols) + 0.5)
    flux = (sky or Sky()).solar_constant / season.distance_au**2
    d = season.declination_rad
    return np.ascontiguousarray(np.stack([np.sin(d), np.cos(d), flux], axis=1))


def plane_numbers(columns: GroundColumns) -> Array:
    """What the kernels take of how the ground lies, (6, n): see `kernels.insolation`."""
    lat, tilt, facing = (np.radians(v) for v in (columns.lat, columns.slope, columns.aspect))
    sl, cl, st, ct = np.sin(lat), np.cos(lat), np.sin(tilt), np.cos(tilt)
    rows = [
        ct * sl + st * np.cos(facing) * cl,
        ct * cl - st * np.cos(facing) * sl,
        -st * np.sin(facing),
        sl,
        cl,
        sky_view(columns),
    ]
    return np.ascontiguousarray(np.stack(rows))


def sky_view(columns: GroundColumns) -> Array:
    """Part of the light of an even sky that reaches the plane (n,): cos^2(slope/2) in the open.

    With a horizon the integral of Dozier & Frew 1990, doi:10.1109/36.58986, eq. 7b, over azimuth,
    the plane hiding the sky behind itself.
    """
    tilt = np.radians(columns.slope)
    if columns.horizon is None:
        return np.asarray(np.cos(0.5 * tilt) ** 2)
    azimuth = (np.arange(_AZIMUTHS) + 0.5) * (360.0 / _AZIMUTHS)
    own_azimuth = np.arange(columns.horizon.shape[1]) * (360.0 / columns.horizon.shape[1])
    view = np.empty(len(columns))
    for k, row in enumerate(columns.horizon):
        raised = np.radians(np.interp(azimuth, own_azimuth, row, period=360.0))
        towards = np.cos(np.radians(azimuth - columns.aspect[k]))
        raised = np.maximum(raised, np.arctan(-math.tan(tilt[k]) * towards))
        free = 0.5 * math.pi - raised  # zenith angle down to which the sky is seen
        level = math.cos(tilt[k]) * np.sin(free) ** 2
        side = math.sin(tilt[k]) * towards * (free - np.sin(free) * np.cos(free))
        view[k] = np.mean(level + side)
    return np.asarray(np.clip(view, 0.0, 1.0))


def horizon_sines(columns: GroundColumns) -> Array:
    """Sines of the horizon's elevation (n, azimuths); (n, 0) where it is open."""
    if columns.horizon is None:
        return np.zeros((len(columns), 0))
    return np.ascontiguousarray(np.sin(np.radians(columns.horizon)))


def light(
    columns: GroundColumns,
    *,
    year: MarsYear | None = None,
    sky: Sky | None = None,
    steps: int = 96,
    offset: float = 0.5,
) -> SkyTable:
    """Light from Sun and sky on each column through a year: the table that the solvers rebuild.

    Parameters
    ----------
    columns : n places
    year, sky : today's and the clear sky if None
    steps : of a sol; offset : where in a step the Sun is looked at, 0 to 1

    Returns
    -------
    SkyTable with shortwave (n, sols, steps) and infrared (n, sols, 1) [W m-2], before albedo and
    emissivity, without what the ground around sends. Takes 8 n sols steps bytes.
    """
    year, sky = year or MarsYear(), sky or Sky()
    cos_hour, sin_hour = hour_table(steps, offset=offset)
    suns, planes, horizon = sun_table(year, sky), plane_numbers(columns), horizon_sines(columns)
    skies = sky.numbers(columns.pressure)
    short = np.empty((year.sols, steps, len(columns)))
    infra = np.empty((year.sols, len(columns)))
    for sol, sun in enumerate(suns):
        light_of_sol(
            short[sol], infra[sol], planes, skies, sun, cos_hour, sin_hour, sky.least, horizon
        )
    shortwave = np.ascontiguousarray(np.moveaxis(short, 2, 0))
    return SkyTable(shortwave, np.ascontiguousarray(infra.T)[:, :, None])


def daily_mean(
    lat: ArrayLike, declination_rad: ArrayLike, distance: ArrayLike, solar_constant: float = 1365.0
) -> Array:
    """Mean sunlight on level, airless ground over a sol [W m-2], closed form.

    Q = S/(pi r^2) (H sin lat sin d + cos lat cos d sin H), cos H = -tan lat tan d. Milankovitch
    1920; e.g. Ward 1974, doi:10.1029/JC079i024p03375. lat [deg], declination [rad], distance [au].
    """
    phi, d = np.radians(np.asarray(lat, float)), np.asarray(declination_rad, float)
    if not (np.isfinite(phi).all() and np.isfinite(d).all() and np.all(np.asarray(distance) > 0.0)):
        raise InputError("daily sunlight needs finite angles and a distance above 0 au")
    with np.errstate(over="ignore"):
        half_day = np.arccos(np.clip(-np.tan(phi) * np.tan(d), -1.0, 1.0))
    sum_ = half_day * np.sin(phi) * np.sin(d) + np.cos(phi) * np.cos(d) * np.sin(half_day)
    return np.asarray(solar_constant / (math.pi * np.square(np.asarray(distance, float))) * sum_)
