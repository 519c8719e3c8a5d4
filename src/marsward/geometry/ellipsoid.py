"""Points of a triaxial ellipsoid: the nearest one, heights, normals.

The nearest point p to x satisfies p_i = a_i^2 x_i / (a_i^2 + t) with the root t of
sum (a_i x_i / (a_i^2 + t))^2 = 1; Newton's method from the left of the root converges without
fail, the function being convex and falling (Eberly 2013, "Distance from a point to an ellipse, an
ellipsoid, or a hyperellipsoid", section 3).
"""

from __future__ import annotations

import numpy as np

from marsward.core.errors import InputError

__all__ = ["angles", "direction", "nearest_point", "normal"]

_MOST_STEPS = 60


def nearest_point(x: np.ndarray, radii) -> tuple[np.ndarray, np.ndarray]:
    """Point of the ellipsoid nearest to ``x`` and the height of ``x`` above it.

    Parameters
    ----------
    x
        (..., 3) body-fixed positions [m], outside the ellipsoid or a little inside it.
    radii
        Three radii [m].

    Returns
    -------
    point (..., 3) [m], height (...) [m], negative inside.

    Raises
    ------
    InputError
        For a position at the very centre, where no point is nearest.
    """
    a = np.asarray(radii, dtype=np.float64)
    x = np.asarray(x, dtype=np.float64)
    if np.any(np.all(x == 0.0, axis=-1)):
        raise InputError("the centre of a body has no nearest point of its surface")
    t = np.max(a * np.abs(x) - a**2, axis=-1)
    for _ in range(_MOST_STEPS):
        ratio = a * x / (a**2 + t[..., None])
        value = np.einsum("...i,...i->...", ratio, ratio) - 1.0
        slope = -2.0 * np.einsum("...i,...i->...", ratio, ratio / (a**2 + t[..., None]))
        step = value / np.where(slope == 0.0, 1.0, slope)
        t = t - step
        if np.all(np.abs(step) <= 4e-16 * (a[0] ** 2 + np.abs(t))):
            break
    point = a**2 * x / (a**2 + t[..., None])
    height = np.sign(t) * np.linalg.norm(x - point, axis=-1)
    return point, height


def normal(point: np.ndarray, radii) -> np.ndarray:
    """Outward unit normals (..., 3) at points of the ellipsoid."""
    n = np.asarray(point) / np.asarray(radii, dtype=np.float64) ** 2
    return n / np.linalg.norm(n, axis=-1, keepdims=True)


def angles(vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Longitude 0-360 and latitude of vectors (..., 3) [deg], planetocentric, east positive."""
    x, y, z = np.moveaxis(np.asarray(vector, dtype=np.float64), -1, 0)
    lon = np.degrees(np.arctan2(y, x)) % 360.0
    return np.where(lon == 360.0, 0.0, lon), np.degrees(np.arctan2(z, np.hypot(x, y)))


def direction(lon, lat) -> np.ndarray:
    """Unit vectors (..., 3) of planetocentric longitude and latitude [deg]."""
    lam, phi = np.radians(np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float)))
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)
