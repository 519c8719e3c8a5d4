"""What signals meet between a station and a craft: wet air, ionosphere, and the wind of the Sun."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import ASTRONOMICAL_UNIT

__all__ = [
    "electron_column", "electron_delay", "ionosphere_mapping", "plasma_allan_deviation",
    "wet_mapping",
]  # fmt: skip

Array = NDArray[np.float64]
ELECTRONS_1AU = 7.0e6
"""Electrons in a cubic metre of a quiet solar wind at 1 au, of the order of 5 to 10 in a cubic
centimetre: Schwenn 1990, in Physics of the Inner Heliosphere I (from memory)."""
SHELL = 350e3
"""Height of the shell that stands for the ionosphere [m]: usual in its maps (from memory)."""
_EARTH = 6371e3
_LEAST = 5e-3


def wet_mapping(elevation: ArrayLike) -> Array:
    """Delay of wet air over that at the zenith, by elevation [rad]: 1/(sin E + a/(tan E + b)).

    a = 0.00035, b = 0.017: Chao 1974, The troposphere calibration model for Mariner Mars 1971,
    JPL TR 32-1587 (from memory). Within 1 % above 10 deg.
    """
    e = np.asarray(elevation, dtype=float)
    return np.asarray(1.0 / (np.sin(e) + 0.00035 / (np.tan(e) + 0.017)))


def ionosphere_mapping(elevation: ArrayLike) -> Array:
    """Delay of a thin shell at 350 km over that at the zenith, by elevation [rad]."""
    sine = _EARTH / (_EARTH + SHELL) * np.cos(np.asarray(elevation, dtype=float))
    return np.asarray(1.0 / np.sqrt(1.0 - sine**2))


def electron_column(sun_angle: ArrayLike, density: float = ELECTRONS_1AU) -> Array:
    """Electrons [1/m2] along a line from Earth past the Sun to far away.

    For density n (1 au/r)^2 and a line at the angle E from the Sun the integral is
    n au (pi - E)/sin E. Lines that come within 4 radii of the Sun meet far more.

    Parameters
    ----------
    sun_angle : Sun-Earth-craft [rad]
    density : electrons at 1 au [1/m3]
    """
    e = np.asarray(sun_angle, dtype=float)
    sine = np.maximum(np.sin(e), _LEAST)
    ratio = np.where(np.pi - e < 0.1, 1.0, (np.pi - e) / sine)
    return np.asarray(density * float(ASTRONOMICAL_UNIT) * ratio)


def electron_delay(column: ArrayLike, frequency: float) -> Array:
    """Excess path [m] of a group by free electrons: 40.3 N/f^2, N in 1/m2 and f in Hz."""
    return np.asarray(40.308 * np.asarray(column, dtype=float) / frequency**2)


def plasma_allan_deviation(sun_angle: ArrayLike, time: ArrayLike) -> Array:
    """Allan deviation [-] that the solar wind gives an X-band carrier, two ways.

    At 60 s 1.76e-14 sin(E)^-1.98 + 6.25e-14 sin(E)^0.06 up to E = 90 deg, then falling with
    sin(E)^1.05 to 1.27e-14: Iess et al. 2014, doi:10.1016/j.actaastro.2013.06.011 (from memory).
    Turbulence after Kolmogorov makes it fall with time^(-1/6) (Asmar et al. 2005,
    doi:10.1029/2004RS003101).

    Parameters
    ----------
    sun_angle : Sun-Earth-craft [rad]
    time : of a count [s]
    """
    e = np.asarray(sun_angle, dtype=float)
    sine = np.maximum(np.sin(e), _LEAST)
    near = 1.76e-14 * sine**-1.98 + 6.25e-14 * sine**0.06
    far = np.maximum((1.76e-14 + 6.25e-14) * sine**1.05, 1.27e-14)
    at_60 = np.where(e <= 0.5 * np.pi, near, far)
    return np.asarray(at_60 * (np.asarray(time, dtype=float) / 60.0) ** (-1.0 / 6.0))
