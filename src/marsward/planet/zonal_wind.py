"""The zonal wind in balance with the temperature of the sol's mean: the gradient wind.

On levels of even pressure the pull of the pressure's slope is met by the turning of the planet and
by the wind's own path around the pole,

    u f + u^2 tan(lat)/a = G,   dG/dx = -(R/a) dT/dlat|_p,   x = -ln p,   f = 2 w sin(lat),

with no wind at the lowest level: the way by which jets of 160 m/s were found in spectra of TES,
Smith et al. 2001, doi:10.1029/2000JE001321 (method: Conrath et al. 2000, doi:10.1029/1999JE001095).
Of the two roots the one is taken that goes to no wind with G. Where G would ask for more than any
wind can balance the root is that of no absolute vorticity. Within 22 degrees of the equator balance
says nothing: there the angular speed u/cos(lat) is a cubic through what it is on both sides.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.constants import MARS_SOLAR_DAY
from marsward.core.errors import InputError
from marsward.physics.air import GAS_CONSTANT

__all__ = ["balanced_pull", "gradient_wind"]

Array = NDArray[np.float64]
RADIUS = body("mars").radius
SPIN = 2.0 * math.pi / (float(MARS_SOLAR_DAY) * 86_400.0 * 668.5991 / 669.5991)
"""Turning of Mars against the stars [rad/s]."""
_NEAR = 22.0  # deg of the equator within which balance says nothing


def balanced_pull(log_pressure: ArrayLike, lat: ArrayLike, temperature: ArrayLike) -> Array:
    """Pull of the pressure's slope to the north, turned about: G [m s-2], (k, m).

    Parameters
    ----------
    log_pressure : (k,) falling; lat : (m,) ascending [deg]; temperature : (k, m) [K]
    """
    x, phi, warm = _checked(log_pressure, lat, temperature)
    slope = np.gradient(warm, phi, axis=1)
    rate = -GAS_CONSTANT / RADIUS * slope
    steps = 0.5 * (rate[1:] + rate[:-1]) * -np.diff(x)[:, None]
    return np.concatenate([np.zeros((1, phi.size)), np.cumsum(steps, axis=0)])


def gradient_wind(log_pressure: ArrayLike, lat: ArrayLike, temperature: ArrayLike) -> Array:
    """Zonal wind [m/s] (k, m) in balance with temperature [K] (k, m), none at the lowest level.

    Parameters
    ----------
    log_pressure : (k,) of levels, falling from the lowest; lat : (m,) ascending [deg]

    Raises
    ------
    InputError : levels or latitudes out of order, shapes that do not fit.
    """
    pull = balanced_pull(log_pressure, lat, temperature)
    degrees = np.asarray(lat, dtype=np.float64)
    phi = np.radians(degrees)
    turn = 2.0 * SPIN * np.sin(phi)
    path = np.tan(phi) / RADIUS
    near = np.abs(degrees) < _NEAR
    # the pull that a wind without absolute vorticity balances is the most there is
    held = np.where(pull * path < -0.25 * turn**2, -0.25 * turn**2 / path, pull)
    root = np.sqrt(np.maximum(turn**2 + 4.0 * held * path, 0.0))
    below = turn + np.sign(turn) * root
    wind = 2.0 * held / np.where(np.abs(below) < 1e-12, 1.0, below)
    if near.any() and (~near).sum() >= 4:
        wind = _bridged(wind, degrees, near)
    return np.asarray(wind)


def _bridged(wind: Array, lat: Array, near: NDArray[np.bool_]) -> Array:
    """Angular speed about the equator by the cubic through two latitudes on either side."""
    spin = wind / np.cos(np.radians(lat))
    south, north = np.flatnonzero(lat <= -_NEAR), np.flatnonzero(lat >= _NEAR)
    if south.size < 2 or north.size < 2:
        return wind
    taken = np.concatenate([south[-2:], north[:2]])
    basis = np.vander(lat[taken] / 90.0, 4)
    weights = np.vander(lat[near] / 90.0, 4) @ np.linalg.inv(basis)
    out = wind.copy()
    out[:, near] = (spin[:, taken] @ weights.T) * np.cos(np.radians(lat[near]))
    return out


def _checked(log_pressure: ArrayLike, lat: ArrayLike, temperature: ArrayLike) -> tuple:
    x = np.asarray(log_pressure, dtype=np.float64)
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    warm = np.asarray(temperature, dtype=np.float64)
    if warm.shape != (x.size, phi.size) or x.size < 2 or phi.size < 3:
        raise InputError(
            f"a section of temperature is (levels, latitudes), {x.size} by {phi.size}, not "
            f"{warm.shape}"
        )
    if not (np.all(np.diff(x) < 0.0) and np.all(np.diff(phi) > 0.0)):
        raise InputError("a section has pressure that falls and latitudes that ascend")
    return x, phi, warm
