"""The bands of carbon dioxide in sunlight that has crossed the Martian air twice, to first order.

Lines of each band stand where a linear rotor puts them, with strengths of its rotational levels at
one temperature. An isolated line takes the width W from the spectrum. Within a branch the lines are
even, d apart, and strong ones leave (Elsasser 1938, doi:10.1103/PhysRev.54.126)

    T = erfc(sqrt(pi)/2 W/d)

of the light; the branches of one band and of others lie at random across one another, so that their
T multiply. W/d is the sum of W k(nu) over the branch, k being a line's place smeared over a few
spacings; W is that of a Voigt line, joined from its Lorentz and its Doppler limit (Rodgers &
Williams 1974, doi:10.1016/0022-4073(74)90113-8), at half the surface pressure (Curtis-Godson). For
strong lines W goes with the root of pressure times column.

Left out: isotopes, hot bands, the wing of the 4.3 um band, water vapour (1.38, 1.87 and 2.6 um) and
carbon monoxide (2.35 um). The optical depth is good to about `CO2_ERROR`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from marsward.core.constants import BOLTZMANN, PLANCK, SPEED_OF_LIGHT
from marsward.core.errors import InputError

__all__ = ["CO2_ERROR", "co2_transmission", "line_width"]

Array = NDArray[np.float64]
# Relative error of the optical depth (1 sigma), assumed: strengths below are rounded to 5 %, and
# one temperature stands for the column.
CO2_ERROR = 0.10
# Centre [cm-1], strength at 296 K [cm per molecule] and change of the rotational constant [cm-1] of
# the bands from the ground state; centres and strengths as in the HITRAN tables of CO2 bands,
# Rothman et al. 1992, doi:10.1016/0022-4073(92)90115-K, rounded. The rotational constant falls by
# 0.0031 with each quantum of the antisymmetric stretch: Herzberg 1945, Infrared and Raman Spectra.
_BANDS = (
    (3612.84, 1.04e-18, -0.0031),
    (3714.78, 1.58e-18, -0.0031),
    (4853.62, 7.8e-21, -0.0031),
    (4977.83, 3.5e-20, -0.0031),
    (5099.66, 1.09e-20, -0.0031),
    (6075.98, 4.6e-23, -0.0031),
    (6227.92, 4.3e-22, -0.0031),
    (6347.85, 4.5e-22, -0.0031),
    (6503.08, 4.6e-23, -0.0031),
    (6972.58, 1.5e-21, -0.0093),
)
_ROTOR = 0.39022  # cm-1, rotational constant of the ground state: Rothman et al. 1992
# Lorentz half width of CO2 in CO2 at 1 atm and 296 K [cm-1], and how it falls with temperature:
# typical of the levels that are filled at 200 K; Rothman et al. 1992.
_LORENTZ, _LORENTZ_FALL, _REFERENCE = 0.10, 0.70, 296.0
_ATMOSPHERE = 101_325.0  # Pa
_MOLECULE = 43.4 * 1.66053907e-27  # kg, mean of the air: 96 % CO2, Mahaffy et al. 2013
_LEAST_PRESSURE = 10.0  # Pa; on the highest volcano some 70, and 6 are the millibars of a plain
_GRAVITY = 3.71  # m s-2
_SMEAR = 4.0  # cm-1, some line spacings
_STEP = 4.0  # cm-1
_LEVELS = 80
_CM = 1e-2


@lru_cache(maxsize=4)
def _lines(temperature: float) -> tuple[Array, Array]:
    """Places [cm-1] and strengths [cm per molecule] of lines (branches, lines) at [K]."""
    level = np.arange(0, _LEVELS, 2.0)  # odd levels are empty: the oxygen nuclei have no spin
    k = float(PLANCK) * float(SPEED_OF_LIGHT) / (float(BOLTZMANN) * _CM)
    filled = np.exp(-k * _ROTOR * level * (level + 1.0) / temperature)
    step = np.array([-level, level + 1.0])  # P and R branch; the first of P has no strength
    weight = np.abs(step) * filled
    weight /= weight.sum()
    places, strengths = [], []
    for centre, strength, change in _BANDS:
        places.append(centre + (2.0 * _ROTOR + change) * step + change * step * step)
        strengths.append(strength * weight)
    return np.concatenate(places), np.concatenate(strengths)


@lru_cache(maxsize=4)
def _smear(temperature: float) -> tuple[Array, Array]:
    """Wavenumbers [cm-1] and smeared places of lines on them [cm] (branches, lines, numbers)."""
    places, _ = _lines(temperature)
    grid = np.arange(places.min() - 40.0, places.max() + 40.0, _STEP)
    shape = np.exp(-0.5 * ((grid - places[..., None]) / _SMEAR) ** 2)
    return grid, shape / (_SMEAR * np.sqrt(2.0 * np.pi))


@lru_cache(maxsize=1)
def _doppler_growth() -> tuple[Array, Array]:
    """Width of a Doppler line over its Doppler width, by the depth at its centre (both log)."""
    depth = np.logspace(-4.0, 8.0, 361)
    x = np.linspace(-6.0, 6.0, 2001)
    width = np.trapezoid(-np.expm1(-depth[:, None] * np.exp(-x * x)), x, axis=1)
    return np.log(depth), np.log(width)


def line_width(amount: ArrayLike, lorentz: ArrayLike, doppler: ArrayLike) -> Array:
    """Equivalent width [cm-1] of a single line.

    Parameters
    ----------
    amount : strength times column [cm-1]
    lorentz : half width at half maximum [cm-1]
    doppler : half width at 1/e [cm-1]

    Rodgers & Williams 1974, doi:10.1016/0022-4073(74)90113-8: within 8 % of the Voigt line.
    """
    su = np.maximum(np.asarray(amount, dtype=np.float64), 1e-300)
    x = su / (2.0 * np.pi * np.asarray(lorentz))
    pressed = su * (special.ive(0, x) + special.ive(1, x))
    depth = np.log(su / (np.sqrt(np.pi) * np.asarray(doppler)))
    grid, growth = _doppler_growth()
    thin = np.minimum(depth - grid[0], 0.0)
    hot = np.asarray(doppler) * np.exp(np.interp(depth, grid, growth) + thin)
    both = pressed**2 + hot**2 - (pressed * hot / su) ** 2
    return np.sqrt(np.maximum(both, 0.0))


def co2_transmission(
    wavelength: ArrayLike,
    pressure: ArrayLike,
    airmass: ArrayLike,
    *,
    temperature: float = 210.0,
    strength: ArrayLike = 1.0,
) -> Array:
    """Share of sunlight that passes the carbon dioxide on its way down and up (…, wavelengths).

    Parameters
    ----------
    wavelength : [m] (wavelengths,); outside 1.3 to 2.9 um the share is 1
    pressure : at the surface [Pa] (…)
    airmass : 1/mu0 + 1/mu, of the way down and up together (…)
    temperature : of the air, one for the column [K]
    strength : factor on the optical depth, for what `CO2_ERROR` leaves open (…)

    Raises InputError for a pressure outside 10 to 2000 Pa, an airmass below 1 or a
    temperature outside 120 to 300 K.
    """
    lam = np.atleast_1d(np.asarray(wavelength, dtype=np.float64))
    p, air, factor = np.broadcast_arrays(
        *[np.asarray(v, dtype=np.float64) for v in (pressure, airmass, strength)]
    )
    if not (np.all((lam > 0.0) & (lam < 1e-3)) and np.all((factor >= 0.0) & (factor < np.inf))):
        raise InputError("wavelengths are given in m, and a strength of the gas is 0 or more")
    if not np.all((p >= _LEAST_PRESSURE) & (p < 2000.0)):
        raise InputError(
            f"the surface pressure of Mars lies in {_LEAST_PRESSURE:g} to 2000 Pa; give it in Pa"
        )
    if not np.all((air >= 1.0) & (air < 100.0)):
        raise InputError("the airmass of the way down and up, 1/mu0 + 1/mu, lies in 1 to 100")
    if not (120.0 <= temperature <= 300.0):
        raise InputError(f"the air of Mars has 120 to 300 K, not {temperature:g} K")
    places, strengths = _lines(float(temperature))
    grid, smear = _smear(float(temperature))
    flat = (p.ravel()[:, None], air.ravel()[:, None])
    column = flat[0] / (_MOLECULE * _GRAVITY) * _CM**2 * flat[1]  # molecules per cm2
    warm = (_REFERENCE / temperature) ** _LORENTZ_FALL
    lorentz = _LORENTZ * warm * 0.5 * flat[0] / _ATMOSPHERE
    thermal = np.sqrt(2.0 * float(BOLTZMANN) * temperature / _MOLECULE) / float(SPEED_OF_LIGHT)
    depth = np.zeros((p.size, grid.size))
    for place, strong, wide in zip(places, strengths, smear, strict=True):
        share = line_width(strong * column, lorentz, place * thermal) @ wide
        depth -= np.log(np.maximum(special.erfc(0.5 * np.sqrt(np.pi) * share), 1e-30))
    wave = _CM / np.maximum(lam, 1e-9)
    out = np.empty((p.size, lam.size))
    for k, row in enumerate(depth * factor.ravel()[:, None]):
        out[k] = np.exp(-np.interp(wave, grid, row, 0.0, 0.0))
    return out.reshape(*p.shape, lam.size)
