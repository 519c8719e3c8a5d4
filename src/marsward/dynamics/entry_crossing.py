"""Where many hyperbolas come down to a sphere about Mars: how steep, over what, when."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["crossing_slope", "crossings"]

Array = NDArray[np.float64]
_STEPS = np.array([1e4] * 3 + [1e-2] * 3)  # m, m/s, of differences


def crossings(
    states: ArrayLike, gm: float, radius: float, pole: ArrayLike, rate: float, mark: ArrayLike
) -> Array:
    """Read where hyperbolas meet a sphere on their way down, two bodies only.

    Parameters
    ----------
    states : (n, 6) relative to the planet, inertial axes [m, m/s]
    gm, radius : of the planet [m3/s2], and of the sphere [m]
    pole, rate : (3,) axis about which the planet turns, and how fast [rad/s]
    mark : (3,) a direction fixed to the planet, told in the inertial axes at the epoch of the
        states, from which places count

    Returns
    -------
    (n, 4) inertial flight-path angle (negative down), and how far east and north of the mark on
    the turning planet the sphere is met, all three times the radius [m]; time from the state to
    there [s]. NaN where it is not met.

    References
    ----------
    Vallado, D. A. (2013), Fundamentals of Astrodynamics and Applications, 4th ed., ch. 2.
    """
    array = np.asarray(states, dtype=float)
    axis, here = np.asarray(pole, dtype=float), np.asarray(mark, dtype=float)
    r, v = array[:, :3], array[:, 3:]
    distance = np.linalg.norm(r, axis=1)
    c3 = (v * v).sum(axis=1) - 2.0 * gm / distance
    c3 = np.where(c3 > 0.0, c3, np.nan)
    h = np.cross(r, v)
    size = np.linalg.norm(h, axis=1)
    vector = np.cross(v, h) / gm - r / distance[:, None]
    e = np.linalg.norm(vector, axis=1)
    cosine = (size**2 / (gm * radius) - 1.0) / e
    cosine = np.where(np.abs(cosine) <= 1.0, cosine, np.nan)
    sine = -np.sqrt(1.0 - cosine**2)
    ahead = vector / e[:, None]
    side = np.cross(h / size[:, None], ahead)
    place = cosine[:, None] * ahead + sine[:, None] * side
    a = gm / c3
    unit = np.sqrt(a**3 / gm)

    def past(sinh_f: Array) -> Array:
        return np.asarray(unit * (e * sinh_f - np.arcsinh(sinh_f)))

    root = np.sqrt(np.maximum(e * e - 1.0, 0.0))
    there = past(root * sine / (1.0 + e * cosine))
    late = there - past((r * v).sum(axis=1) / (e * np.sqrt(gm * a)))
    speed = np.sqrt(c3 + 2.0 * gm / radius)
    level = np.where(np.isnan(cosine), np.nan, np.minimum(size / (radius * speed), 1.0))
    fixed = _turned(place, axis, -rate * late)
    east = np.cross(axis, here)
    east /= np.linalg.norm(east)
    north = np.cross(here, east)
    figures = radius * np.column_stack([-np.arccos(level), fixed @ east, fixed @ north])
    return np.column_stack([figures, late])


def crossing_slope(state: Array, *sphere: float | ArrayLike) -> Array:
    """(4, 6) derivative of `crossings` by one state, by central differences."""
    moved = np.concatenate([state + np.diag(_STEPS), state - np.diag(_STEPS)])
    figures = crossings(moved, *sphere)  # type: ignore[arg-type]
    return np.asarray(((figures[:6] - figures[6:]) / (2.0 * _STEPS[:, None])).T)


def _turned(vectors: Array, axis: Array, angle: Array) -> Array:
    """(n, 3) vectors turned about an axis by angles (n,) [rad]; Rodrigues's formula."""
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    along = (vectors @ axis)[:, None] * axis
    return np.asarray(c * vectors + s * np.cross(axis, vectors) + (1.0 - c) * along)
