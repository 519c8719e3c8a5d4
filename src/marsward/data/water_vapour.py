"""Water vapour of the Martian air in the mean of the year, by latitude and height.

Columns of water by the Thermal Emission Spectrometer over one Mars year, told for a surface at
6.1 mbar so that relief is gone: 17 precipitable micrometres from 10 S to 40 N and 12 everywhere
else (Smith 2002, doi:10.1029/2001JE001522). With the water mixed evenly through the air the partial
pressure at the ground is

    e = W g (M_air / M_water) p/p_0,   p = 520 Pa exp(-h/10.8 km),   p_0 = 6.1 mbar,

W the column [kg m-2] at p_0 and h the height above the areoid. The means of the hemispheres come
out at 16 and 10 precipitable micrometres; Smith has 17 and 9.5. Frost points run from 193 to 201 K,
as those with which Schorghofer and Aharonson 2005, doi:10.1029/2004JE002350, drew their ice tables.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError

__all__ = ["WATER_SIGMA", "WATER_SOURCE", "atmospheric_water", "water_column"]

WATER_SIGMA = 0.3
"""Standard deviation of ln vapour pressure, assumed: columns by the Planetary Fourier Spectrometer
are 1.5 times lower than those by TES (Fouchet et al. 2007, doi:10.1016/j.icarus.2007.03.003), and
how the water is spread with height is not measured."""
WATER_SOURCE = (
    "zonal annual mean column of TES, Smith 2002, doi:10.1029/2001JE001522, evenly mixed; error "
    "0.3 in ln pressure, assumed"
)
TROPICS, ELSEWHERE = 17.0e-3, 12.0e-3
"""Column of water at 6.1 mbar [kg m-2]: Smith 2002."""
TROPICS_LAT = (-10.0, 40.0)
"""Latitudes [deg] between which the larger column stands: Smith 2002."""
EDGE = 10.0
"""Width [deg] over which one column goes over into the other; assumed."""
GRAVITY = 3.71
"""Gravity at the surface [m s-2]."""
MOLAR_RATIO = 43.34 / 18.015
"""Molar mass of the air over that of water: Owen et al. 1977, doi:10.1029/JS082i028p04635."""
REFERENCE_PRESSURE = 610.0
"""Pressure [Pa] for which Smith 2002 tells the columns."""
AREOID_PRESSURE, SCALE_HEIGHT = 520.0, 10_800.0
"""Annual mean pressure at the areoid [Pa] and scale height of the air [m]: Schorghofer and
Aharonson 2005, as in `physics.vapour.pressure_at_elevation`."""


def water_column(lat: ArrayLike) -> NDArray[np.float64]:
    """Annual mean column of water at 6.1 mbar [kg m-2, or precipitable mm] at latitudes [deg].

    Raises InputError for a latitude beyond a pole.
    """
    lat = np.asarray(lat, dtype=float)
    if not np.all(np.abs(lat) <= 90.0):
        raise InputError("a latitude is within 90 degrees of the equator")
    south, north = TROPICS_LAT
    half = 0.5 * EDGE
    knots = [south - half, south + half, north - half, north + half]
    return np.asarray(np.interp(lat, knots, [ELSEWHERE, TROPICS, TROPICS, ELSEWHERE]))


def atmospheric_water(lat: ArrayLike, elevation: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Annual mean partial pressure of water at the ground [Pa].

    Parameters
    ----------
    lat : planetocentric latitude [deg]
    elevation : height above the areoid [m]

    They broadcast. Good to `WATER_SIGMA` in its logarithm. Raises InputError for a latitude beyond
    a pole or an elevation that is not a number.
    """
    height = np.asarray(elevation, dtype=float)
    if not np.isfinite(height).all():
        raise InputError("an elevation is not a number; give metres above the areoid")
    share = AREOID_PRESSURE / REFERENCE_PRESSURE * np.exp(-height / SCALE_HEIGHT)
    return np.asarray(water_column(lat) * GRAVITY * MOLAR_RATIO * share)
