"""Vapour over ice: water and carbon dioxide, and the air's pressure over the height of a place.

Water ice: Murphy & Koop 2005, doi:10.1256/qj.04.94. Their eq. 7 (110 K to the triple point) is the
rule here; `form="clapeyron"` is their eq. 2, ln p = 28.9074 - 6143.7/T, a constant latent heat that
Schorghofer & Aharonson 2005, doi:10.1029/2004JE002350, and later ice tables use. The two differ by
less than 1 % between 172 and 273 K, by 5 % at 150 K and by 8 % at 140 K.

Carbon dioxide ice: ln p[mbar] = 23.3494 - 3182.48/T, James, Kieffer & Paige 1992, in Mars (Univ. of
Arizona Press), chapter 27, after the measurements of Giauque & Egan 1937, doi:10.1063/1.1749929.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.registry import unknown

__all__ = [
    "CO2_LATENT_HEAT",
    "CO2_TRIPLE_POINT",
    "CO2_TRIPLE_PRESSURE",
    "WATER_GAS_CONSTANT",
    "WATER_TRIPLE_POINT",
    "WATER_TRIPLE_PRESSURE",
    "co2_frost_point",
    "co2_vapour_pressure",
    "frost_point",
    "ice_vapour_pressure",
    "pressure_at_elevation",
    "vapour_density",
]

Array = NDArray[np.float64]
# Latent heat of CO2 frost [J kg-1]: Forget, Hourdin & Talagrand 1998, doi:10.1006/icar.1997.5874.
CO2_LATENT_HEAT = 5.9e5
# Triple points [K, Pa]: Span & Wagner 1996, doi:10.1063/1.555991; Guildner, Johnson & Jones 1976,
# doi:10.6028/jres.080A.054.
CO2_TRIPLE_POINT, CO2_TRIPLE_PRESSURE = 216.592, 517_950.0
WATER_TRIPLE_POINT, WATER_TRIPLE_PRESSURE = 273.16, 611.657
# R/M of water [J kg-1 K-1]: CODATA 2018 gas constant over 18.01528 g/mol (IAPWS R6-95).
WATER_GAS_CONSTANT = 8.314_462_618 / 0.018_015_28
# Pressure at the areoid [Pa] and scale height of the air [m]: Schorghofer & Aharonson 2005,
# doi:10.1029/2004JE002350, section 2; an annual mean, good to some 5 % where no weather is known.
AREOID_PRESSURE, SCALE_HEIGHT = 520.0, 10_800.0
_FORMS = ("murphy-koop", "clapeyron")
_CO2_A, _CO2_B = 23.3494, 3182.48
_CLAPEYRON_A, _CLAPEYRON_B = 28.9074, 6143.7
_PA_PER_MBAR = 100.0


def ice_vapour_pressure(temperature: ArrayLike, *, form: str = "murphy-koop") -> Array:
    """Saturation vapour pressure over water ice [Pa] at temperatures [K], any shape.

    Above the triple point the curve of ice is carried on (a wet ground has no more to give here).
    """
    t = _positive(temperature, "temperature", "K")
    if _form(form) == "clapeyron":
        return np.asarray(np.exp(_CLAPEYRON_A - _CLAPEYRON_B / t))
    log = 9.550426 - 5723.265 / t + 3.53068 * np.log(t) - 0.00728332 * t
    return np.asarray(np.exp(log))


def frost_point(pressure: ArrayLike, *, form: str = "murphy-koop") -> Array:
    """Temperature [K] at which water ice has a vapour pressure [Pa].

    The inverse of `ice_vapour_pressure`, by Newton's iteration from Murphy & Koop's eq. 8.

    Raises
    ------
    InputError : a pressure that is not above zero, or so high that ice is gone.
    """
    p = _positive(pressure, "vapour pressure", "Pa")
    if np.any(p > WATER_TRIPLE_PRESSURE * 1.001):
        raise InputError(
            f"no ice at a vapour pressure of {float(p.max()):g} Pa: the triple point of water is "
            f"{WATER_TRIPLE_PRESSURE:g} Pa"
        )
    log = np.log(p)
    if _form(form) == "clapeyron":
        return np.asarray(_CLAPEYRON_B / (_CLAPEYRON_A - log))
    t = (1.814625 * log + 6190.134) / (29.120 - log)
    for _ in range(4):
        off = 9.550426 - 5723.265 / t + 3.53068 * np.log(t) - 0.00728332 * t - log
        t = t - off / (5723.265 / t**2 + 3.53068 / t - 0.00728332)
    return np.asarray(t)


def vapour_density(pressure: ArrayLike, temperature: ArrayLike) -> Array:
    """Density of water vapour [kg m-3] at a partial pressure [Pa] and temperature [K]: p/(R T)."""
    t = _positive(temperature, "temperature", "K")
    p = np.asarray(pressure, dtype=np.float64)
    if not np.all((p >= 0.0) & (p < math.inf)):
        raise InputError("a vapour pressure must be finite and 0 Pa or more")
    return np.asarray(p / (WATER_GAS_CONSTANT * t))


def co2_vapour_pressure(temperature: ArrayLike) -> Array:
    """Saturation vapour pressure over CO2 ice [Pa] at temperatures [K]; good from 120 to 160 K."""
    t = _positive(temperature, "temperature", "K")
    return np.asarray(_PA_PER_MBAR * np.exp(_CO2_A - _CO2_B / t))


def co2_frost_point(pressure: ArrayLike) -> Array:
    """Temperature [K] at which CO2 frost lies under a pressure [Pa].

    T = 3182.48/(23.3494 - ln p[mbar]): 147.7 K at 610 Pa. The air's other gases, some 5 %, lower
    it by 0.3 K at the ground; left out, as in the sources.

    Raises
    ------
    InputError : a pressure that is not above zero or lies above the triple point.
    """
    p = _positive(pressure, "surface pressure", "Pa")
    if np.any(p > CO2_TRIPLE_PRESSURE):
        raise InputError(
            f"CO2 frost has no point at {float(p.max()):g} Pa: the triple point of CO2 is "
            f"{CO2_TRIPLE_PRESSURE:g} Pa and {CO2_TRIPLE_POINT:g} K"
        )
    return np.asarray(_CO2_B / (_CO2_A - np.log(p / _PA_PER_MBAR)))


def pressure_at_elevation(elevation: ArrayLike) -> Array:
    """Annual mean surface pressure [Pa] at elevations over the areoid [m], barometric.

    p = 520 exp(-h/10 800), Schorghofer & Aharonson 2005, doi:10.1029/2004JE002350.
    """
    height = np.asarray(elevation, dtype=np.float64)
    if not np.isfinite(height).all():
        raise InputError("an elevation is not finite; give metres above the areoid")
    return np.asarray(AREOID_PRESSURE * np.exp(-height / SCALE_HEIGHT))


def _form(form: str) -> str:
    if form not in _FORMS:
        raise InputError(unknown("form of the vapour pressure", form, _FORMS))
    return form


def _positive(value: ArrayLike, name: str, unit: str) -> Array:
    array = np.asarray(value, dtype=np.float64)
    bad = ~((array > 0.0) & (array < math.inf))
    if bad.any():
        raise InputError(f"{name} must be above zero, not {array[bad].flat[0]:g} {unit}")
    return array
