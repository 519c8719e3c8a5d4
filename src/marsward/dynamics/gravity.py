"""Gravity fields in spherical harmonics, prepared for the compiled loops, and on plain arrays.

With the normalised exterior harmonics U (degree n, order m, complex) the potential is
GM/R Re sum c U, c = C - iS. Cunningham 1970 (doi:10.1007/BF01229495) gives every derivative of U
as harmonics one degree higher, so c turns into the coefficients of the acceleration, and once
more into those of its gradient, before the flight begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from marsward.core.bodies import body as known_body
from marsward.core.errors import InputError
from marsward.data.gravity_model import GravityModel, gravity_model
from marsward.dynamics.forces import SPHERES
from marsward.dynamics.kernels.gravity import ORDERS, SECTOR, TERMS, harmonics_table

__all__ = ["FieldTables", "attraction", "field_tables", "turn_between"]

DAY = 86400.0
CENTURY = 36525.0 * DAY
BLOCK = 32 * DAY
_BODIES = {"earth": 3, "moon": 4, "mars": 5}
LEFT_OUT = 1e-17
"""Part of the point mass's attraction below which a degree is not summed."""
_REACH = {"earth": SPHERES[3], "mars": SPHERES[5]}
"""Distance [m] beyond which a field is not summed: the sphere of influence, where what remains
of the second degree is below 1e-11 m/s2."""


class FieldTables(NamedTuple):
    """Gravity fields as the kernels read them.

    field_index : i8 (m, 3), place among the ten bodies, degree to which the terms were prepared,
        first place in ``field_terms``
    field_scale : f8 (m, 4), reference radius [m], GM [m3/s2], reach [m], and the log of how far
        degrees beyond 4 stand above `LEFT_OUT`
    field_terms : f8 (k,), factors of the recursion and prepared coefficients; see
        `marsward.dynamics.kernels.gravity.harmonic_sums`
    field_turn : f8 (m, 3, 3 + n), rotation; see `body_axes`
    """

    field_index: np.ndarray
    field_scale: np.ndarray
    field_terms: np.ndarray
    field_turn: np.ndarray


def _derivatives(c: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coefficients, one degree higher, of the derivatives along x, y, z of a series."""
    size = c.shape[0]
    n, m = np.indices((size, size)).astype(float)
    inside = m <= n
    n, m = np.where(inside, n, 0.0), np.where(inside, m, 0.0)
    grow = (2.0 * n + 1.0) / (2.0 * n + 3.0)
    first = np.where(m == 0, 0.5, 1.0)
    up = np.sqrt(first * grow * (n + m + 2.0) * (n + m + 1.0)) * inside
    down = np.sqrt(np.where(m == 1, 2.0, 1.0) * grow * (n - m + 2.0) * (n - m + 1.0))
    down *= inside & (m > 0)
    along = np.sqrt(grow * (n + m + 1.0) * (n - m + 1.0)) * inside
    half = np.where(m == 0, 1.0, 0.5)
    x, y, z = (np.zeros((size + 1, size + 1), dtype=complex) for _ in range(3))
    x[1:, 1:] -= half * up * c
    y[1:, 1:] += 1j * half * up * c
    x[1:, : size - 1] += (0.5 * down * c)[:, 1:]
    y[1:, : size - 1] += (0.5j * down * c)[:, 1:]
    z[1:, :size] -= along * c
    for series in (x, y, z):
        series[:, 0] = series[:, 0].real
    return x, y, z


def _factors(degree: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two factors (degree + 1, degree + 1) of the recursion below the diagonal; the sectorial one.

    Montenbruck & Gill 2000, section 3.2.4, in the fully normalised form.
    """
    n, m = np.indices((degree + 1, degree + 1)).astype(float)
    below = m < n
    n, m = np.where(below, n, 1.0), np.where(below, m, 0.0)
    product = (n - m) * (n + m)
    a = np.sqrt((2.0 * n + 1.0) * (2.0 * n - 1.0) / product) * below
    b = (2.0 * n + 1.0) * (n + m - 1.0) * (n - m - 1.0) / product
    b = np.sqrt(b / np.maximum(2.0 * n - 3.0, 1.0)) * below
    order = np.arange(degree + 1.0)
    sector = np.sqrt((2.0 * order + 1.0) / np.maximum(2.0 * order, 1.0))
    sector[1:2] = np.sqrt(3.0)
    return a, b, sector


@lru_cache(maxsize=16)
def field_terms(name: str, degree: int) -> np.ndarray:
    """(k,) prepared terms of a body's field up to ``degree``, without its point mass.

    Rows of one degree, as `marsward.dynamics.kernels.gravity.harmonic_sums` reads them.

    Raises
    ------
    InputError : no such field, or a degree that it does not have
    """
    model = gravity_model(name)
    if isinstance(degree, bool) or not 2 <= degree <= model.degree:
        raise InputError(
            f"the gravity field of {name} is known for degrees 2 to {model.degree}, not {degree!r}"
        )
    c = (model.cosine - 1j * model.sine)[: degree + 1, : degree + 1].copy()
    c[:2] = 0.0
    first = _derivatives(c)
    x, y, z = (_derivatives(series) for series in first)
    every = [*first, x[0], x[1], x[2], y[1], y[2], z[2]]
    full = degree + 2
    out = np.zeros((full + 1, TERMS, ORDERS))
    a, b, sector = _factors(full)
    out[:, 0, : full + 1], out[:, 1, : full + 1], out[:, 0, SECTOR] = a, b, sector
    for i, series in enumerate(every):
        size = series.shape[0]
        out[:size, 2 + 2 * i, :size] = series.real
        out[:size, 3 + 2 * i, :size] = -series.imag
    return out.reshape(-1)


@lru_cache(maxsize=16)
def _strength(name: str) -> float:
    """Log of the greatest part that a degree beyond 4 has at the radius, over `LEFT_OUT`."""
    model = gravity_model(name)
    n = np.arange(model.degree + 1.0)
    power = (model.cosine**2 + model.sine**2).sum(axis=1)
    part = (2.0 * n + 1.0) ** 1.5 * np.sqrt(power) / LEFT_OUT
    return float(np.log(max(part[5:].max(initial=0.0), 1.0)))


@lru_cache(maxsize=32)
def _turn(name: str, lo: float, hi: float) -> np.ndarray:
    """(3, 3 + n) rotation of a body between two TDB seconds past J2000, middle from J2000.

    Right ascension, declination and prime meridian of the IAU elements, less the steady rate, as
    Chebyshev series; they agree with the elements to 1e-12 rad.
    """
    spin = known_body(name).rotation
    if spin is None:
        raise InputError(f"no rotation is known for {name}, so its gravity field cannot be turned")
    middle, half = 0.5 * (lo + hi), 0.5 * (hi - lo)
    count = 14 + int(2.0 * half / (10.0 * DAY))
    points = np.cos(np.pi * (np.arange(2 * count) + 0.5) / (2 * count))
    t = middle + half * points
    century, day = t / CENTURY, t / DAY
    terms = spin.rows
    angle = np.radians(
        terms[:, 0, None] + terms[:, 1, None] * century + terms[:, 2, None] * century**2
    )
    rate = spin.pm[1] / DAY
    # the middle's own turns are taken out before the degrees grow past what a double holds
    steady = np.fmod(spin.pm[0] + np.fmod(spin.pm[1] * (middle / DAY), 360.0), 360.0)
    angles = (
        np.polynomial.polynomial.polyval(century, spin.pole_ra) + terms[:, 3] @ np.sin(angle),
        np.polynomial.polynomial.polyval(century, spin.pole_dec) + terms[:, 4] @ np.cos(angle),
        steady + spin.pm[2] * day**2 + terms[:, 5] @ np.sin(angle),
    )
    turn = np.zeros((3, 3 + count))
    for i, values in enumerate(angles):
        series = np.polynomial.chebyshev.chebfit(points, np.radians(values), count - 1)
        turn[i] = middle, half, np.radians(rate) if i == 2 else 0.0, *series
    return turn


def turn_between(name: str, reference: float, lo: float, hi: float) -> np.ndarray:
    """(3, 3 + n) rotation of a body for times from ``lo`` to ``hi`` [s] past the reference."""
    first = np.floor((reference + lo) / BLOCK) * BLOCK
    turn = _turn(name, first, np.ceil((reference + hi) / BLOCK) * BLOCK).copy()
    turn[:, 0] -= reference
    return turn


def field_tables(gravity: Mapping[str, int], reference: float, lo: float, hi: float) -> FieldTables:
    """The fields of a flight.

    Parameters
    ----------
    gravity : degree per body
    reference : whole TDB second past J2000 from which times count
    lo, hi : the flight's earliest and latest time from it [s]

    Raises
    ------
    InputError : a body without a field, or a degree that its field does not have
    """
    index, scale, terms, turns, start = [], [], [], [], 0
    for name, degree in sorted(gravity.items()):
        rows = field_terms(name, degree)
        model = gravity_model(name)
        index.append((_BODIES[name], degree + 2, start))
        scale.append((model.radius, model.gm, _REACH[name], _strength(name)))
        terms.append(rows)
        start += rows.size
        turns.append(turn_between(name, reference, lo, hi))
    return FieldTables(
        np.array(index, dtype=np.int64), np.array(scale),
        np.concatenate(terms), np.ascontiguousarray(np.stack(turns)),
    )  # fmt: skip


def attraction(
    model: GravityModel | str, points: np.ndarray, *, degree: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Acceleration of a field beyond its point mass, and the gradient, at body-fixed points.

    Parameters
    ----------
    model : name of the body whose field it is
    points : (..., 3), body-fixed [m], outside the reference radius
    degree : highest degree; all when left out

    Returns
    -------
    (..., 3) [m/s2] and (..., 3, 3) [1/s2], body-fixed.
    """
    field = gravity_model(model) if isinstance(model, str) else model
    degree = field.degree if degree is None else degree
    array = np.ascontiguousarray(points, dtype=float)
    flat = array.reshape(-1, 3)
    out = np.empty((flat.shape[0], 9))
    harmonics_table(flat, field.radius, degree + 2, field_terms(field.body, degree), out)
    w = field.gm / field.radius**2
    pairs = [3, 4, 5, 4, 6, 7, 5, 7, 8]
    gradient = w / field.radius * out[:, pairs]
    return w * out[:, :3].reshape(array.shape), gradient.reshape(*array.shape, 3)
