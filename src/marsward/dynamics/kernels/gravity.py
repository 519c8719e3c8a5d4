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

# Everything of one degree lies in rows of ORDERS places, order 0 first, so that loops over the
# orders read and write at fixed distances: compilers then see that nothing overlaps and fill
# vector registers. Loops run to a multiple of LANES, over zeros at the end. 136 and not 128, for
# rows a power of two apart share few places of the cache.
ORDERS = 136
LANES = 8
TERMS = 20
"""Rows of a degree: two factors of the recursion, cosine and sine coefficients of nine series."""
SECTOR = ORDERS - 1
"""Place in a degree's first row that holds its sectorial factor; no order is that high."""
V, W, V_OLD, W_OLD, SUMS = 0, ORDERS, 2 * ORDERS, 3 * ORDERS, 4 * ORDERS
SCRATCH = 13 * ORDERS
"""Room: cosine and sine harmonics of this degree and the one before, nine sums by order."""
_HIGH = (1 << 40) - 1
"""Indices are cut to so many bits, which tells the compiler that none is negative."""


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, fastmath=True)
def _raise_and_add(p, k, zs, q, terms, scratch, o):
    """Harmonics of orders 0 to n - 1 from degree n - 1 to n, added into the first three sums."""
    k &= _HIGH
    o &= _HIGH
    for m in range(p):
        v0 = scratch[o + V + m]
        w0 = scratch[o + W + m]
        a = terms[k + m] * zs
        b = terms[k + ORDERS + m] * q
        v = a * v0 - b * scratch[o + V_OLD + m]
        w = a * w0 - b * scratch[o + W_OLD + m]
        scratch[o + V_OLD + m] = v0
        scratch[o + W_OLD + m] = w0
        scratch[o + V + m] = v
        scratch[o + W + m] = w
        scratch[o + SUMS + m] += terms[k + 2 * ORDERS + m] * v + terms[k + 3 * ORDERS + m] * w
        scratch[o + SUMS + ORDERS + m] += (
            terms[k + 4 * ORDERS + m] * v + terms[k + 5 * ORDERS + m] * w
        )
        scratch[o + SUMS + 2 * ORDERS + m] += (
            terms[k + 6 * ORDERS + m] * v + terms[k + 7 * ORDERS + m] * w
        )


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, fastmath=True)
def _add_three(p, k, terms, scratch, o, row):
    """Adds one degree of three series, with coefficients from ``k`` on, into sums from ``row``."""
    k &= _HIGH
    o &= _HIGH
    row &= _HIGH
    for m in range(p):
        v = scratch[o + V + m]
        w = scratch[o + W + m]
        scratch[row + m] += terms[k + m] * v + terms[k + ORDERS + m] * w
        scratch[row + ORDERS + m] += terms[k + 2 * ORDERS + m] * v + terms[k + 3 * ORDERS + m] * w
        scratch[row + 2 * ORDERS + m] += (
            terms[k + 4 * ORDERS + m] * v + terms[k + 5 * ORDERS + m] * w
        )


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def harmonic_sums(x, y, z, radius, degree, start, terms, series, scratch, o, sums, first):
    """Sums of prepared harmonic series at a body-fixed point.

    Parameters
    ----------
    x, y, z : position in the body-fixed frame [m]
    radius : reference radius of the field [m]
    degree : degree to which the harmonics are summed (already raised for the derivatives)
    start : place in ``terms`` at which the field begins
    terms : f8 (k,), for every degree `TERMS` rows of `ORDERS`; see `SECTOR`
    series : how many series to sum: 3 for the acceleration, 9 for its gradient too
    scratch, o : `SCRATCH` places from index ``o``
    sums, first : the sums are written from index ``first`` on
    """
    o &= _HIGH
    k = start & _HIGH
    first &= _HIGH
    r2 = x * x + y * y + z * z
    scale = radius / r2
    xs = x * scale
    ys = y * scale
    zs = z * scale
    q = radius * scale
    cm = radius / math.sqrt(r2)
    sm = 0.0
    top = (degree + LANES) // LANES * LANES
    for i in range(4 + series):
        row = o + i * ORDERS
        for m in range(top):
            scratch[row + m] = 0.0
    for n in range(degree + 1):
        p = (n + LANES) // LANES * LANES
        if n > 0:
            _raise_and_add(p, k, zs, q, terms, scratch, o)
            w = terms[k + SECTOR]
            t = w * (xs * cm - ys * sm)
            sm = w * (xs * sm + ys * cm)
            cm = t
        scratch[o + V + n] = cm
        scratch[o + W + n] = sm
        for i in range(3):
            c = k + (2 + 2 * i) * ORDERS + n
            scratch[o + SUMS + i * ORDERS + n] += terms[c] * cm + terms[c + ORDERS] * sm
        for i in range(3, series, 3):
            _add_three(p, k + (2 + 2 * i) * ORDERS, terms, scratch, o, o + SUMS + i * ORDERS)
        k += TERMS * ORDERS
    for i in range(series):
        row = o + SUMS + i * ORDERS
        total = 0.0
        for m in range(degree + 1):
            total += scratch[row + m]
        sums[first + i] = total


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
    index : i8 (3,): body, degree to which the terms were prepared, their first place
    scale : f8 (4,): reference radius [m], GM [m3/s2], reach [m] beyond which nothing is added,
        log of how far the terms of degrees beyond 4 stand above what is left out
    terms : f8 (k,), prepared terms of all fields; see `harmonic_sums`
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
    reach = scale[3] / max(0.5 * math.log(r2 / (radius * radius)), 1e-3)
    # sums to a degree n hold the attraction of degrees to n - 1, its gradient to n - 2
    degree = min(full if gradient else full - 1, int(reach) + (6 if gradient else 5))
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
