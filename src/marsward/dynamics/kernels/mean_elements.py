"""Compiled averaging of an orbit's equations over one turn.

Equinoctial elements x = (a, f, g, h, k, lambda) with f, g = e cos, e sin (node + argument),
h, k = tan(i/2) cos, sin (node) and lambda the mean longitude: no singularity at small
eccentricity or inclination. On points even in true longitude the averages of zonal terms are
sums of few waves, which the rule of points takes exactly.
"""

import math

import numpy as np
from numba import njit

POINTS = 72
"""Places on a turn; waves to half of it are exact. Enough for degree 30, eccentricity 0.75."""
MU, RADIUS, SUN_X, SUN_Y, SUN_Z, SUN_GM, PUSH = 0, 1, 2, 3, 4, 5, 6
NUMBERS = 7
_KEPLER = 12


@njit(cache=True, error_model="numpy", nogil=True)
def true_longitude(f, g, mean):
    """True longitude of a mean one [rad], by Newton's method on Kepler's equation."""
    e = math.sqrt(f * f + g * g)
    turn = 2.0 * math.pi
    base = turn * math.floor(mean / turn + 0.5)
    target = mean - base
    eccentric = target + f * math.sin(target) - g * math.cos(target)
    if e > 0.4:
        eccentric = target + math.copysign(0.85 * e, f * math.sin(target) - g * math.cos(target))
    for _ in range(4 * _KEPLER):
        s, c = math.sin(eccentric), math.cos(eccentric)
        step = (eccentric + g * c - f * s - target) / (1.0 - g * s - f * c)
        eccentric -= step
        if abs(step) < 1e-14:
            break
    s, c = math.sin(eccentric), math.cos(eccentric)
    beta = 1.0 / (1.0 + math.sqrt(max(1.0 - e * e, 0.0)))
    x = (1.0 - beta * g * g) * c + f * g * beta * s - f
    y = (1.0 - beta * f * f) * s + f * g * beta * c - g
    angle = math.atan2(y, x)
    return angle + turn * math.floor((eccentric - angle) / turn + 0.5) + base


@njit(cache=True, error_model="numpy", nogil=True)
def _pull(x, y, z, r, zonal, number, out):
    """Acceleration beyond the point mass [m/s2]: zonal field, tide of the Sun, light pressure."""
    sine = z / r
    ratio = number[RADIUS] / r
    along = 0.0
    across = 0.0
    p0, p1 = 1.0, sine
    d0, d1 = 0.0, 1.0
    power = ratio
    for n in range(2, zonal.size):
        p2 = ((2 * n - 1) * sine * p1 - (n - 1) * p0) / n
        d2 = d0 + (2 * n - 1) * p1
        power *= ratio
        along -= (n + 1) * zonal[n] * power * p2
        across += zonal[n] * power * d2
        p0, p1 = p1, p2
        d0, d1 = d1, d2
    w = number[MU] / (r * r)
    along = w * (along - sine * across)
    out[0] = along * x / r
    out[1] = along * y / r
    out[2] = along * z / r + w * across
    sx, sy, sz = number[SUN_X], number[SUN_Y], number[SUN_Z]
    if number[SUN_GM] > 0.0:
        s2 = sx * sx + sy * sy + sz * sz
        s = math.sqrt(s2)
        # Battin's form of the difference of two nearly equal attractions
        q = (x * (x - 2.0 * sx) + y * (y - 2.0 * sy) + z * (z - 2.0 * sz)) / s2
        root = (1.0 + q) * math.sqrt(1.0 + q)
        less = q * (3.0 + q * (3.0 + q)) / (1.0 + root)
        k = -number[SUN_GM] / (s2 * s * root)
        push = number[PUSH] / (s2 * s)
        out[0] += k * (x + less * sx) - push * sx
        out[1] += k * (y + less * sy) - push * sy
        out[2] += k * (z + less * sz) - push * sz


@njit(cache=True, error_model="numpy", nogil=True)
def element_rates(e, longitude, zonal, number, pull, out):
    """Gauss's equations: ``out`` (6,) rates without the mean motion; returns dlambda/dL."""
    a, f, g, h, k = e[0], e[1], e[2], e[3], e[4]
    s, c = math.sin(longitude), math.cos(longitude)
    w = 1.0 + f * c + g * s
    root = math.sqrt(1.0 - f * f - g * g)
    p = a * root * root
    r = p / w
    s2 = 1.0 + h * h + k * k
    tilt = h * s - k * c
    rx = (c * (1.0 + h * h - k * k) + 2.0 * h * k * s) / s2
    ry = (s * (1.0 - h * h + k * k) + 2.0 * h * k * c) / s2
    rz = 2.0 * tilt / s2
    nx, ny, nz = 2.0 * k / s2, -2.0 * h / s2, (1.0 - h * h - k * k) / s2
    tx, ty, tz = ny * rz - nz * ry, nz * rx - nx * rz, nx * ry - ny * rx
    _pull(r * rx, r * ry, r * rz, r, zonal, number, pull)
    radial = pull[0] * rx + pull[1] * ry + pull[2] * rz
    forward = pull[0] * tx + pull[1] * ty + pull[2] * tz
    normal = pull[0] * nx + pull[1] * ny + pull[2] * nz
    momentum = math.sqrt(number[MU] * p)
    q = p / momentum
    away = f * s - g * c
    out[0] = 2.0 * a * a / momentum * (away * radial + w * forward)
    out[1] = q * (s * radial + ((w + 1.0) * c + f) / w * forward - tilt * g / w * normal)
    out[2] = q * (-c * radial + ((w + 1.0) * s + g) / w * forward + tilt * f / w * normal)
    out[3] = q * s2 / (2.0 * w) * c * normal
    out[4] = q * s2 / (2.0 * w) * s * normal
    out[5] = (
        (-p * (w - 1.0) * radial + (p + r) * away * forward) / (1.0 + root)
        - 2.0 * r * root * radial
        + r * tilt * normal
    ) / momentum
    return r * r / (a * a * root)


@njit(cache=True, error_model="numpy", nogil=True)
def short_period(e, begin, zonal, number, wave, place, work, mean, out):
    """First-order rates averaged over a turn, and what is periodic in it.

    Parameters
    ----------
    e : f8 (6,), mean elements; the longitude is not read
    begin : true longitude of the first of the points [rad]
    zonal : f8 (n + 1,), unnormalised zonal coefficients C_n0
    number : f8 (7,); see the names above
    wave : f8 (K, K), antiderivative of a periodic function on its points
    place : f8 (K,), written with the mean longitude of each point, from that of the first one
    work : f8 (K, 7), written
    mean : f8 (6,), written with the averaged rates, without the mean motion
    out : f8 (K, 6), written with osculating less mean elements at each point
    """
    count = wave.shape[0]
    a = e[0]
    motion = math.sqrt(number[MU] / a) / a
    pull = np.empty(3)
    for c in range(6):
        mean[c] = 0.0
    for j in range(count):
        longitude = begin + 2.0 * math.pi * j / count
        work[j, 6] = element_rates(e, longitude, zonal, number, pull, work[j])
        for c in range(6):
            mean[c] += work[j, c] * work[j, 6] / count
    for j in range(count):
        for c in range(6):
            out[j, c] = 0.0
    for c in range(6):
        if c == 5:
            # the longitude runs faster where the axis is shorter
            for j in range(count):
                work[j, 5] -= 1.5 * motion / a * out[j, 0]
        total = 0.0
        for i in range(count):
            value = 0.0
            for j in range(count):
                value += wave[i, j] * (work[j, c] - mean[c]) * work[j, 6]
            out[i, c] = value / motion
            total += out[i, c] * work[i, 6] / count
        for i in range(count):
            out[i, c] -= total
    for i in range(count):
        value = 2.0 * math.pi * i / count
        for j in range(count):
            value += (wave[i, j] - wave[0, j]) * (work[j, 6] - 1.0)
        place[i] = value


@njit(cache=True, error_model="numpy", nogil=True)
def mean_rates(e, zonal, number, wave, place, work, shift, out):
    """Rates of mean elements to the second order: averages along the orbit with its waves on it.

    ``out`` (6,), the longitude with its mean motion; the rest as in `short_period`.
    """
    count = wave.shape[0]
    first = np.empty(6)
    short_period(e, 0.0, zonal, number, wave, place, work, first, shift)
    begin = _mean_longitude(e[1], e[2], 0.0)
    near = np.empty(6)
    pull = np.empty(3)
    rate = np.empty(6)
    for c in range(6):
        out[c] = 0.0
    for j in range(count):
        weight = work[j, 6] / count
        for c in range(5):
            near[c] = e[c] + shift[j, c]
        longitude = true_longitude(near[1], near[2], begin + place[j] + shift[j, 5])
        element_rates(near, longitude, zonal, number, pull, rate)
        for c in range(6):
            out[c] += rate[c] * weight
        out[5] += math.sqrt(number[MU] / near[0]) / near[0] * weight


@njit(cache=True, error_model="numpy", nogil=True)
def _mean_longitude(f, g, longitude):
    """Mean longitude of a true one [rad], in the same turn."""
    s, c = math.sin(longitude), math.cos(longitude)
    root = math.sqrt(1.0 - f * f - g * g)
    away = f * s - g * c
    w = 1.0 + f * c + g * s
    # difference of eccentric and true longitude, then Kepler's equation
    gap = 2.0 * math.atan2(-away, w + root)
    s, c = math.sin(longitude + gap), math.cos(longitude + gap)
    return longitude + gap + g * c - f * s


@njit(cache=True, error_model="numpy", nogil=True)
def fly_mean(e, step, sun, zonal, number, wave, table, slope):
    """Mean elements by Runge and Kutta's fourth-order rule.

    e : f8 (6,) at the first time; step [s]; sun : f8 (2 n + 1, 3), the Sun from the planet at
    every half step [m]; table, slope : f8 (n + 1, 6), written with elements and rates
    """
    count = wave.shape[0]
    place, work, shift = np.empty(count), np.empty((count, 7)), np.empty((count, 6))
    number = number.copy()
    part = np.empty((4, 6))
    x = e.copy()
    trial = e.copy()
    last = table.shape[0] - 1
    for i in range(last + 1):
        table[i] = x
        for s in range(4):
            if s > 0 and i == last:
                break
            row = 2 * i + (0 if s == 0 else (2 if s == 3 else 1))
            for c in range(3):
                number[SUN_X + c] = sun[row, c]
            for c in range(6):
                ahead = 0.0 if s == 0 else (step if s == 3 else 0.5 * step)
                trial[c] = x[c] + (ahead * part[s - 1, c] if s > 0 else 0.0)
            mean_rates(trial, zonal, number, wave, place, work, shift, part[s])
        slope[i] = part[0]
        if i < last:
            for c in range(6):
                x[c] += step / 6.0 * (part[0, c] + 2.0 * (part[1, c] + part[2, c]) + part[3, c])


@njit(cache=True, error_model="numpy", nogil=True)
def osculating_table(mean, sun, zonal, number, wave, out):
    """Osculating elements (k, 6) of mean ones (k, 6), each with the Sun's place (k, 3) [m]."""
    count = wave.shape[0]
    place, work, shift = np.empty(count), np.empty((count, 7)), np.empty((count, 6))
    number = number.copy()
    rate = np.empty(6)
    for i in range(mean.shape[0]):
        for c in range(3):
            number[SUN_X + c] = sun[i, c]
        begin = true_longitude(mean[i, 1], mean[i, 2], mean[i, 5])
        short_period(mean[i], begin, zonal, number, wave, place, work, rate, shift)
        for c in range(6):
            out[i, c] = mean[i, c] + shift[0, c]
