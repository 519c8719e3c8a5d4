"""The areoid under a flight: a smooth law of the direction that a compiled loop can carry.

    R(u) = c0 + c.u + u.Q u,        u the unit vector from the centre of Mars,

nine numbers fitted by least squares to the shipped areoid over the cap that a flight crosses, and
with little weight to the rest of the planet. Over a cap of 15 degrees such a law leaves some tens
of metres, elsewhere some kilometres; it holds what it leaves over its cap.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import map_coordinates

from marsward.core.errors import InputError
from marsward.data.areoid import areoid_height
from marsward.data.terrain_files import ellipsoid_radius

__all__ = ["AreoidLaw", "areoid_law", "areoid_radius_at"]

Array = NDArray[np.float64]
_PAD = 8
_EDGE = 0.2
"""Weight of the rim of the cap over that of its middle."""
_FAR = 0.01
"""Weight of the rest of the planet over that of the middle, which keeps the law near the areoid
for those who fly on around the planet."""


@dataclass(frozen=True)
class AreoidLaw:
    """Radius of the areoid by direction over a cap of Mars.

    coefficients : (9,) of 1, x, y, z, xx, xy, xz, yy, yz of the unit vector [m]
    lon, lat : middle of the cap [deg]
    reach : its radius [deg]
    error : root mean square of what the law leaves [m]
    worst : the most that it leaves [m]
    """

    coefficients: Array
    lon: float
    lat: float
    reach: float
    error: float
    worst: float

    def radius(self, unit: ArrayLike) -> Array:
        """Radius of the areoid [m] in directions (..., 3)."""
        return np.asarray(_terms(np.asarray(unit, dtype=np.float64)) @ self.coefficients)


def areoid_radius_at(lon: ArrayLike, lat: ArrayLike) -> Array:
    """Radius of the areoid [m] at longitudes and planetocentric latitudes [deg].

    By a cubic spline between the centres of the one-degree cells of the shipped areoid.
    """
    x, y = np.broadcast_arrays(
        np.asarray(lon, dtype=np.float64) % 360.0, np.asarray(lat, dtype=np.float64)
    )
    row, column = np.clip(89.5 - y, 0.0, 179.0), x - 0.5 + _PAD
    height = map_coordinates(_padded(), [row.ravel(), column.ravel()], order=3, mode="nearest")
    return np.asarray(ellipsoid_radius(y) + height.reshape(y.shape))


def areoid_law(lon: float, lat: float, reach: float = 15.0) -> AreoidLaw:
    """The law fitted over a cap.

    Parameters
    ----------
    lon, lat : middle of the cap, best at the place where heights matter most [deg]
    reach : radius of the cap [deg]; its middle weighs five times as much as its rim

    Raises
    ------
    InputError : a place or a reach that is none.
    """
    if not (np.isfinite(lon) and abs(lat) <= 90.0 and 1.0 <= reach <= 90.0):
        raise InputError(
            f"no areoid over a cap of {reach:g} deg around {lon:g} E {lat:g} N: give a latitude "
            "from -90 to 90 and a reach from 1 to 90 deg"
        )
    return _law(round(float(lon) % 360.0, 3), round(float(lat), 3), round(float(reach), 3))


@lru_cache(maxsize=16)
def _law(lon: float, lat: float, reach: float) -> AreoidLaw:
    rings = np.radians(np.linspace(0.0, reach, 13))
    bearings = np.radians(np.arange(0.0, 360.0, 10.0))
    d, b = (each.ravel() for each in np.meshgrid(rings, bearings, indexing="ij"))
    phi, lam = np.radians(lat), np.radians(lon)
    sine = np.sin(phi) * np.cos(d) + np.cos(phi) * np.sin(d) * np.cos(b)
    north = np.arcsin(np.clip(sine, -1.0, 1.0))
    east = lam + np.arctan2(np.sin(b) * np.sin(d) * np.cos(phi), np.cos(d) - np.sin(phi) * sine)
    unit = np.stack(
        [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=-1
    )
    told = areoid_radius_at(np.degrees(east), np.degrees(north))
    weight = 1.0 - (1.0 - _EDGE) * d / rings[-1]
    terms, mean = _terms(unit), float(told.mean())
    far, far_told = _whole()
    rows = np.concatenate([weight[:, None] * terms, _FAR * far])
    given = np.concatenate([weight * (told - mean), _FAR * (far_told - mean)])
    found = np.linalg.lstsq(rows, given, rcond=None)[0]
    found[0] += mean
    left = terms @ found - told
    return AreoidLaw(
        found, lon, lat, reach, float(np.sqrt(np.mean(left**2))), float(np.abs(left).max())
    )


@lru_cache(maxsize=1)
def _whole() -> tuple[Array, Array]:
    """Terms and radii of the areoid over the whole planet, as many as of a cap."""
    count = 468
    turn = np.pi * (3.0 - np.sqrt(5.0)) * np.arange(count)
    z = 1.0 - (2.0 * np.arange(count) + 1.0) / count
    level = np.sqrt(1.0 - z * z)
    unit = np.stack([level * np.cos(turn), level * np.sin(turn), z], axis=-1)
    return _terms(unit), areoid_radius_at(np.degrees(turn), np.degrees(np.arcsin(z)))


def _terms(unit: Array) -> Array:
    x, y, z = unit[..., 0], unit[..., 1], unit[..., 2]
    return np.stack([np.ones_like(x), x, y, z, x * x, x * y, x * z, y * y, y * z], axis=-1)


@lru_cache(maxsize=1)
def _padded() -> Array:
    """The one-degree areoid with columns of the other side of the seam."""
    cells = areoid_height(1).astype(np.float64)
    return np.concatenate([cells[:, -_PAD:], cells, cells[:, :_PAD]], axis=1)
