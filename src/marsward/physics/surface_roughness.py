"""A rough interface under a nadir radar: what stays coherent and where the rest goes.

Coherent: the mean field of a Gaussian surface of rms height s, exp(-2 (k s)^2) in amplitude (Ament
1953, doi:10.1109/JRPROC.1953.274189). Incoherent: Kirchhoff's integral for a Gaussian surface with
a Gaussian correlation (Ulaby, Moore & Fung 1982, Microwave Remote Sensing II, chapter 12), its
limit of many facets (geometric optics), and Hagfors' law for surfaces with an exponential
correlation (Hagfors 1964, doi:10.1029/JZ069i018p03779). Cross sections are per area of ground.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError

__all__ = [
    "coherent_power",
    "diffuse_echo",
    "fresnel_radius",
    "geometric_optics",
    "hagfors",
    "kirchhoff",
]

Array = NDArray[np.float64]
_C = float(SPEED_OF_LIGHT)
_TERMS = 400


def coherent_power(rms_height: ArrayLike, frequency: ArrayLike, index: float = 1.0) -> Array:
    """Share of the mirror's power that stays coherent, exp(-(2 k s)^2) [-].

    Parameters
    ----------
    rms_height : s [m] over the Fresnel zone, slopes of larger scale taken away
    index : of refraction of the medium that the wave comes through
    """
    s = np.asarray(rms_height, dtype=np.float64)
    if not np.all(s >= 0.0):
        raise InputError("the rms height of a surface must not be negative")
    _positive("frequency on", frequency)
    k = 2.0 * math.pi / _C * index * np.asarray(frequency, dtype=np.float64)
    return np.asarray(np.exp(-((2.0 * k * s) ** 2)))


def fresnel_radius(height: ArrayLike, frequency: float) -> Array:
    """Radius of the first Fresnel zone of a nadir mirror, sqrt(wavelength height/2) [m]."""
    _positive("height above", height)
    _positive("frequency on", frequency)
    return np.asarray(np.sqrt(0.5 * _C / frequency * np.asarray(height, dtype=np.float64)))


def geometric_optics(incidence_rad: ArrayLike, rms_slope: float, reflectivity: float) -> Array:
    """Backscatter of facets with Gaussian slopes [-]: R exp(-(tan i/m)^2/2)/(2 m^2 cos^4 i).

    Parameters
    ----------
    rms_slope : m along one direction [-]
    reflectivity : power that a flat surface returns, R [-]
    """
    _positive("rms slope of", rms_slope)
    i = _incidence(incidence_rad)
    spread = np.exp(-0.5 * (np.tan(i) / rms_slope) ** 2) / np.cos(i) ** 4
    return np.asarray(reflectivity / (2.0 * rms_slope**2) * spread)


def hagfors(incidence_rad: ArrayLike, factor: float, reflectivity: float) -> Array:
    """Backscatter by Hagfors' law [-]: R F/2 (cos^4 i + F sin^2 i)^(-3/2), rms slope 1/sqrt(F)."""
    _positive("Hagfors factor of", factor)
    i = _incidence(incidence_rad)
    return np.asarray(
        0.5 * reflectivity * factor * (np.cos(i) ** 4 + factor * np.sin(i) ** 2) ** -1.5
    )


def kirchhoff(
    incidence_rad: ArrayLike,
    rms_height: float,
    correlation_length: float,
    frequency: float,
    reflectivity: float,
) -> Array:
    """Incoherent backscatter of a Gaussian surface with Gaussian correlation [-].

    sigma0 = R k^2 l^2 exp(-q) sum over n >= 1 of q^n/(n! n) exp(-(k l sin i)^2/n), with
    q = (2 k s cos i)^2, of the scalar Kirchhoff approximation with the reflection at nadir; for
    large q it goes over into `geometric_optics` with rms slope sqrt(2) s/l.
    """
    _positive("correlation length of", correlation_length)
    _positive("rms height of", rms_height)
    i = _incidence(incidence_rad)
    k = 2.0 * math.pi * frequency / _C
    q = (2.0 * k * rms_height * np.cos(i)) ** 2
    if np.max(q) > 0.25 * _TERMS:
        return geometric_optics(i, math.sqrt(2.0) * rms_height / correlation_length, reflectivity)
    across = (k * correlation_length * np.sin(i)) ** 2
    term, total = np.exp(-q), np.zeros_like(q)
    for n in range(1, _TERMS + 1):
        term = term * q / n
        total += term / n * np.exp(-across / n)
    return np.asarray(reflectivity * (k * correlation_length) ** 2 * total)


def diffuse_echo(delay: ArrayLike, height: float, backscatter: ArrayLike) -> Array:
    """Power by delay that a rough plane returns, over the mirror's power [s-1].

    A ring of ground at distance r, later than nadir by t = 2 (r - h)/c, has the area pi r c dt and
    returns, beside a mirror at height h, backscatter times area times h^2/(pi r^4).

    Parameters
    ----------
    delay : t after the nadir echo [s], not negative
    height : h above the ground [m]
    backscatter : cross section per area at each delay; cos of incidence is h/r
    """
    t = np.asarray(delay, dtype=np.float64)
    if not np.all(t >= 0.0):
        raise InputError("delays of a diffuse echo count from nadir and must not be negative")
    r = height + 0.5 * _C * t
    return np.asarray(np.asarray(backscatter) * _C * height**2 / r**3)


def _incidence(incidence_rad: ArrayLike) -> Array:
    angle = np.asarray(incidence_rad, dtype=np.float64)
    if not np.all(np.abs(angle) < 0.5 * math.pi):
        raise InputError("an incidence must lie within 90 degrees of the normal; give radians")
    return angle


def _positive(what: str, value: ArrayLike) -> None:
    given = np.asarray(value, dtype=np.float64)
    bad = ~((given > 0.0) & (given < math.inf))
    if bad.any():
        raise InputError(f"the {what} a surface is {given[bad].flat[0]:g}; it must be positive")
