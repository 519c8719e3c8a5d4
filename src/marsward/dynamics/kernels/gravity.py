"""Compiled spherical-harmonic sums.

The normalised exterior solid harmonics obey Cunningham's recursion (Cunningham 1970,
doi:10.1007/BF01229495; in the fully normalised form of Montenbruck & Gill 2000, section 3.2,
doi:10.1007/978-3-642-58351-3). The derivatives of a harmonic series are again harmonic series, one
degree higher, so acceleration and gradient are plain sums of the same harmonics with coefficients
that `marsward.dynamics.gravity` prepares once: no pole singularity and no second recursion.
"""

import math

import numpy as np
from numba import njit

ORDERS = 128
"""Room for orders in the scratch rows: two of the present degree, two of the one before."""
SCRATCH = 4 * ORDERS


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, fastmath=True)
def _next_degree(n, k, zs, q, terms, scratch, o):
    """Raises the harmonics of orders 0 to n - 1 from degree n - 1 to n."""
    for m in range(n):
        a = terms[0, k + m] * zs
        b = terms[1, k + m] * q
        v = a * scratch[o + m] - b * scratch[o + 2 * ORDERS + m]
        w = a * scratch[o + ORDERS + m] - b * scratch[o + 3 * ORDERS + m]
        scratch[o + 2 * ORDERS + m] = scratch[o + m]
        scratch[o + 3 * ORDERS + m] = scratch[o + ORDERS + m]
        scratch[o + m] = v
        scratch[o + ORDERS + m] = w


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, fastmath=True)
def _add_three(n, k, row, terms, scratch, o, sums, first):
    """Adds degree n of three series, whose coefficients stand in six rows from ``row``."""
    a = b = c = 0.0
    for m in range(n + 1):
        v = scratch[o + m]
        w = scratch[o + ORDERS + m]
        a += terms[row, k + m] * v + terms[row + 1, k + m] * w
        b += terms[row + 2, k + m] * v + terms[row + 3, k + m] * w
        c += terms[row + 4, k + m] * v + terms[row + 5, k + m] * w
    sums[first] += a
    sums[first + 1] += b
    sums[first + 2] += c


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def harmonic_sums(x, y, z, radius, degree, start, terms, series, scratch, o, sums, first):
    """Sums of prepared harmonic series at a body-fixed point.

    Parameters
    ----------
    x, y, z : position in the body-fixed frame [m]
    radius : reference radius of the field [m]
    degree : degree to which the harmonics are summed (already raised for the derivatives)
    start : column of ``terms`` at which the field begins
    terms : f8 (21, k), a column per degree and order: the two factors of the recursion, the
        sectorial factor, then the cosine and sine coefficients of every series
    series : how many series to sum: 3 for the acceleration, 9 for its gradient too
    scratch, o : `SCRATCH` places from index ``o``
    sums, first : the sums are written from index ``first`` on
    """
    for i in range(series):
        sums[first + i] = 0.0
    r2 = x * x + y * y + z * z
    scale = radius / r2
    xs = x * scale
    ys = y * scale
    zs = z * scale
    q = radius * scale
    cm = radius / math.sqrt(r2)
    sm = 0.0
    k = start
    for n in range(degree + 1):
        if n > 0:
            _next_degree(n, k, zs, q, terms, scratch, o)
            w = terms[2, k + n]
            t = w * (xs * cm - ys * sm)
            sm = w * (xs * sm + ys * cm)
            cm = t
        scratch[o + n] = cm
        scratch[o + ORDERS + n] = sm
        scratch[o + 2 * ORDERS + n] = 0.0
        scratch[o + 3 * ORDERS + n] = 0.0
        for i in range(0, series, 3):
            _add_three(n, k, 3 + 2 * i, terms, scratch, o, sums, first + i)
        k += n + 1


@njit(cache=True, error_model="numpy", nogil=True)
def harmonics_table(points, radius, degree, terms, out):
    """`harmonic_sums` for points (k, 3); ``out`` (k, series)."""
    scratch = np.zeros(SCRATCH)
    for i in range(points.shape[0]):
        harmonic_sums(
            points[i, 0], points[i, 1], points[i, 2], radius, degree, 0, terms, out.shape[1],
            scratch, 0, out[i], 0,
        )  # fmt: skip


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def body_axes(t, turn, axes):
    """Rotation matrix from J2000 to the body-fixed frame.

    Parameters
    ----------
    t : time from the arc's reference [s]
    turn : f8 (3, 3 + n): for right ascension, declination and prime meridian the middle and the
        half-width of the fitted interval [s], the rate [rad/s] and n Chebyshev coefficients [rad]
    axes : f8 (3, 3), written
    """
    s = (t - turn[0, 0]) / turn[0, 1]
    n = turn.shape[1] - 3
    a0 = turn[0, 3]
    d0 = turn[1, 3]
    w0 = turn[2, 3]
    t0 = 1.0
    t1 = s
    for k in range(1, n):
        a0 += turn[0, 3 + k] * t1
        d0 += turn[1, 3 + k] * t1
        w0 += turn[2, 3 + k] * t1
        t2 = 2.0 * s * t1 - t0
        t0 = t1
        t1 = t2
    w0 += turn[2, 2] * (t - turn[2, 0])
    sa = math.sin(a0)
    ca = math.cos(a0)
    sd = math.sin(d0)
    cd = math.cos(d0)
    sw = math.sin(w0)
    cw = math.cos(w0)
    axes[0, 0] = -cw * sa - sw * sd * ca
    axes[0, 1] = cw * ca - sw * sd * sa
    axes[0, 2] = sw * cd
    axes[1, 0] = sw * sa - cw * sd * ca
    axes[1, 1] = -sw * ca - cw * sd * sa
    axes[1, 2] = cw * cd
    axes[2, 0] = cd * ca
    axes[2, 1] = cd * sa
    axes[2, 2] = sd


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def field_attraction(
    t, dx, dy, dz, index, scale, terms, turn, gradient, axes, scratch, first, acc, grad
):
    """Adds the attraction of one gravity field, beyond that of its point mass.

    Parameters
    ----------
    t : time from the arc's reference [s]
    dx, dy, dz : craft relative to the body, J2000 [m]
    index : i8 (3,): body, degree to which the terms were prepared, their first column
    scale : f8 (3,): reference radius [m], GM [m3/s2], reach [m] beyond which nothing is added
    terms : f8 (21, k), prepared terms of all fields: three factors, then 9 pairs of coefficients
    turn : f8 (3, 3 + n), rotation; see `body_axes`
    gradient : whether to add to ``grad`` too
    axes, scratch, first : f8 (3, 3) and 9 + `SCRATCH` places from ``first``, to work in
    acc : f8 (3,), added to [m/s2]
    grad : f8 (3, 7), added to [1/s2] in its first three columns
    """
    radius = scale[0]
    r2 = dx * dx + dy * dy + dz * dz
    if r2 > scale[2] * scale[2]:
        return
    full = index[1]
    # terms below 1e-17 of the point mass are not summed
    reach = 39.0 / max(0.5 * math.log(r2 / (radius * radius)), 1e-3)
    degree = min(full if gradient else full - 1, int(reach) + 4)
    body_axes(t, turn, axes)
    x = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
    y = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
    z = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
    series = 9 if gradient else 3
    harmonic_sums(
        x, y, z, radius, degree, index[2], terms, series, scratch, first + 9, scratch, first
    )
    w = scale[1] / (radius * radius)
    for i in range(3):
        for p in range(3):
            acc[i] += w * axes[p, i] * scratch[first + p]
    if gradient:
        w /= radius
        for i in range(3):
            for j in range(3):
                e = 0.0
                for p in range(3):
                    for q in range(3):
                        k = first + 3 + min(p, q) * (5 - min(p, q)) // 2 + max(p, q)
                        e += axes[p, i] * scratch[k] * axes[q, j]
                grad[i, j] += w * e
