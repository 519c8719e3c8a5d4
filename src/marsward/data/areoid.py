"""The areoid: the level surface of Mars' gravity and rotation from which heights are told."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from marsward.core.bodies import body
from marsward.data.gravity_model import gravity_model

__all__ = ["EQUATORIAL_RADIUS", "areoid_height", "areoid_radius"]

EQUATORIAL_RADIUS = 3_396_000.0
"""Mean radius of the areoid at the equator [m]; Smith et al. 2001, doi:10.1029/2000JE001364."""
_DEGREE = 50
_ROUNDS = 4


def areoid_radius(lat: np.ndarray, columns: int = 360) -> np.ndarray:
    """Radius of the areoid [m], (rows, columns), at latitudes and at column centres from 0 east.

    Where the potential of GMM-3 to degree 50 and of the rotation is that of the mean equator at
    3396.0 km, found by Newton's method along the radius.

    Parameters
    ----------
    lat : (rows,) planetocentric latitudes [deg]
    columns : number of longitudes

    Source: definition of Smith et al. 2001, doi:10.1029/2000JE001364; GMM-3 of Genova et al. 2016,
    doi:10.1016/j.icarus.2016.02.050.
    """
    lat = np.atleast_1d(np.asarray(lat, dtype=float))
    level = float(np.mean(_potential(0.0, _waves(0.0, columns), EQUATORIAL_RADIUS)[0]))
    out = np.empty((lat.size, columns))
    for row, phi in enumerate(np.radians(lat)):
        waves = _waves(phi, columns)
        r = np.full(columns, EQUATORIAL_RADIUS)
        for _ in range(_ROUNDS):
            value, slope = _potential(phi, waves, r)
            r = r - (value - level) / slope
        out[row] = r
    return out


@lru_cache(maxsize=4)
def areoid_height(ppd: int) -> np.ndarray:
    """Height of the areoid above the ellipsoid of Mars, float32 (180 ppd, 360 ppd) [m].

    Summed at the centres of one-degree cells; finer cells by a cubic spline between them.
    """
    from marsward.data.terrain_files import ellipsoid_radius, finer

    lat = 90.0 - (np.arange(180) + 0.5)
    height = (areoid_radius(lat) - ellipsoid_radius(lat)[:, None]).astype(np.float32)
    return height if ppd == 1 else finer(height, ppd)


def _waves(phi: float, columns: int) -> np.ndarray:
    """Sum over the orders for each degree and longitude, (degree + 1, columns)."""
    model = gravity_model("mars")
    cosine = model.cosine[: _DEGREE + 1, : _DEGREE + 1].copy()
    sine = model.sine[: _DEGREE + 1, : _DEGREE + 1]
    cosine[0, 0] = 1.0
    lam = np.radians((np.arange(columns) + 0.5) * 360.0 / columns)
    m = np.arange(_DEGREE + 1)
    legendre = _legendre(np.sin(phi), np.cos(phi))
    angle = m[:, None] * lam
    return (legendre * cosine) @ np.cos(angle) + (legendre * sine) @ np.sin(angle)


def _legendre(z: float, rho: float) -> np.ndarray:
    """4 pi normalised associated Legendre functions [degree, order], without phase."""
    p = np.zeros((_DEGREE + 1, _DEGREE + 1))
    p[0, 0] = 1.0
    for m in range(1, _DEGREE + 1):
        p[m, m] = p[m - 1, m - 1] * rho * np.sqrt((2 * m + 1) / (2 * m) * (2 if m == 1 else 1))
    for n in range(1, _DEGREE + 1):
        orders = np.arange(n)
        gap, total = n - orders, n + orders
        up = np.sqrt((2 * n - 1) * (2 * n + 1) / (gap * total))
        p[n, :n] = up * z * p[n - 1, :n]
        if n > 1:
            square = (2 * n + 1) * (total - 1) * (gap - 1) / (gap * total * (2 * n - 3))
            p[n, :n] -= np.sqrt(np.maximum(square, 0.0)) * p[n - 2, :n]
    return p


def _potential(phi: float, waves: np.ndarray, r) -> tuple[np.ndarray, np.ndarray]:
    """Potential [m2/s2] and its slope along the radius [m/s2]."""
    model = gravity_model("mars")
    mars = body("mars")
    assert mars.rotation is not None
    rate = np.radians(mars.rotation.pm[1]) / 86400.0
    n = np.arange(_DEGREE + 1)[:, None]
    r = np.broadcast_to(np.asarray(r, dtype=float), waves.shape[1:])
    terms = waves * (model.radius / r) ** n
    spin = (rate * np.cos(phi)) ** 2
    value = model.gm / r * terms.sum(axis=0) + 0.5 * spin * r**2
    slope = -model.gm / r**2 * ((n + 1.0) * terms).sum(axis=0) + spin * r
    return value, slope
