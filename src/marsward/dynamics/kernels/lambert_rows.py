"""Lambert's problem for a row of any cases: geometry, the unknown in lanes, velocities."""

import math

import numpy as np
from numba import njit

from marsward.dynamics.kernels.lambert_lanes import LANES, unknowns_block

_FAST = {"contract", "reassoc", "arcp", "nsz"}
_HUGE = 1e300


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST, inline="always")
def ends(ax, ay, az, bx, by, bz):
    """Lengths of two places, chord, unit vectors u and w, and |u + w|."""
    r1 = math.sqrt(ax * ax + ay * ay + az * az)
    r2 = math.sqrt(bx * bx + by * by + bz * bz)
    ux, uy, uz = ax / r1, ay / r1, az / r1
    wx, wy, wz = bx / r2, by / r2, bz / r2
    cx, cy, cz = bx - ax, by - ay, bz - az
    chord = math.sqrt(cx * cx + cy * cy + cz * cz)
    sx, sy, sz = ux + wx, uy + wy, uz + wz
    sums = math.sqrt(sx * sx + sy * sy + sz * sz)
    return r1, r2, chord, ux, uy, uz, wx, wy, wz, sums


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST)
def _geometry(begin, n, first, last, seconds, gm, pole, lam, less, time, status):
    """The geometry number lambda, 1 - lambda^2 and the time without dimension of each lane."""
    masses, poles = gm.size > 1, pole.shape[0] > 1
    for k in range(n):
        i = begin + k
        r1, r2, chord, ux, uy, uz, wx, wy, wz, sums = ends(
            first[i, 0], first[i, 1], first[i, 2], last[i, 0], last[i, 1], last[i, 2]
        )
        hx, hy, hz = uy * wz - uz * wy, uz * wx - ux * wz, ux * wy - uy * wx
        p = i if poles else 0
        px, py, pz = pole[p, 0], pole[p, 1], pole[p, 2]
        along = hx * px + hy * py + hz * pz
        h2, p2 = hx * hx + hy * hy + hz * hz, px * px + py * py + pz * pz
        mass = gm[i if masses else 0]
        span = seconds[i]
        good = (
            (r1 > 0.0) & (r2 > 0.0) & (span > 0.0) & (mass > 0.0)
            & (r1 < _HUGE) & (r2 < _HUGE) & (span * mass < _HUGE)
        )  # fmt: skip
        plane = (h2 > 1e-18) & (along * along > 1e-24 * h2 * p2)
        s = 0.5 * (r1 + r2 + chord)
        g = math.sqrt(r1 * r2) * sums / (2.0 * s)
        g = -g if along < 0.0 else g
        well = good & plane
        lam[k] = g if well else 0.0
        less[k] = chord / s if well else 1.0
        time[k] = math.sqrt(2.0 * mass / s) / s * span if well else 1.5
        status[i] = 0 if well else (2 if good else 1)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST)
def _velocities(begin, n, first, last, gm, lam, less, x, v_first, v_last):
    """Velocities at both ends of each lane."""
    masses = gm.size > 1
    for k in range(n):
        i = begin + k
        r1, r2, chord, ux, uy, uz, wx, wy, wz, sums = ends(
            first[i, 0], first[i, 1], first[i, 2], last[i, 0], last[i, 1], last[i, 2]
        )
        g, at = lam[k], x[k]
        y = math.sqrt(less[k] + g * g * at * at)
        gamma = math.sqrt(0.25 * gm[i if masses else 0] * (r1 + r2 + chord))
        rho = (r1 - r2) / chord
        low, high = g * y - at, rho * (g * y + at)
        i1, i2 = 1.0 / r1, 1.0 / r2
        out1, out2 = gamma * (low - high) * i1, -gamma * (low + high) * i2
        # sigma over the sine of the angle between the places is sqrt(r1 r2)/(chord cos(angle/2))
        across = gamma * math.sqrt(r1 * r2) * 2.0 / (chord * sums) * (y + g * at)
        across = -across if g < 0.0 else across
        cosine = 0.5 * sums * sums - 1.0
        a, b = across * i1, across * i2
        p = out1 - a * cosine
        v_first[i, 0] = p * ux + a * wx
        v_first[i, 1] = p * uy + a * wy
        v_first[i, 2] = p * uz + a * wz
        p = out2 + b * cosine
        v_last[i, 0] = p * wx - b * ux
        v_last[i, 1] = p * wy - b * uy
        v_last[i, 2] = p * wz - b * uz


@njit(cache=True, error_model="numpy", nogil=True)
def lambert_rows(
    first, last, seconds, gm, pole, revolutions, high, v_first, v_last, x_out, steps, status
):
    """Velocities at both ends of every case.

    first, last : f8 (n, 3) positions [m]
    seconds : f8 (n,) time of flight [s]
    gm : f8 (n,) or (1,) gravitational parameter [m3/s2]
    pole : f8 (n, 3) or (1, 3) the flight turns about this axis in the positive sense
    revolutions : whole turns; high : that flight of two with the smaller x
    v_first, v_last : f8 (n, 3) filled with velocities [m/s]; NaN where there is no solution
    x_out : f8 (n,), steps : i8 (n,), status : i8 (n,) filled
    """
    lam, less, time = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    x_least, t_least = np.empty(LANES), np.empty(LANES)
    x, moved = np.empty(LANES), np.empty(LANES)
    side = -1.0 if high else 1.0
    for begin in range(0, seconds.size, LANES):
        n = min(LANES, seconds.size - begin)
        stop = begin + n
        _geometry(begin, n, first, last, seconds, gm, pole, lam, less, time, status)
        unknowns_block(
            lam, less, time, revolutions, side, x_least, t_least, x, moved,
            steps[begin:stop], status[begin:stop], n,
        )  # fmt: skip
        _velocities(begin, n, first, last, gm, lam, less, x, v_first, v_last)
        for k in range(n):
            i = begin + k
            x_out[i] = x[k]
            if status[i] != 0:
                steps[i] = 0
                x_out[i] = np.nan
                for c in range(3):
                    v_first[i, c] = np.nan
                    v_last[i, c] = np.nan
