"""A grid of flights between two bodies: hyperbolas at both ends of every cell.

Lanes are arrivals, rows are launches taken in turn: the unknown of a cell below one revolution is
extrapolated from the three launches before it, so that mostly one step is left to take.
"""

import math

import numpy as np
from numba import njit

from marsward.dynamics.kernels.lambert_lanes import (
    LANES,
    angle,
    mend_block,
    settle_block,
    unknowns_block,
)
from marsward.dynamics.kernels.lambert_rows import ends

_FAST = {"contract", "reassoc", "arcp", "nsz"}
_DEGREES = 180.0 / math.pi
_FAR = 0.2  # an extrapolation that leaps so far is not used

C3, DEPARTURE, ARRIVAL, DECLINATION, RIGHT_ASCENSION, TRANSFER, SUN_ANGLE, LATITUDE, HOUR = range(9)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST)
def _geometry(here, left, target, arrives, begin, n, gm, pole, lam, less, time, status):
    """The geometry number, 1 - its square and the time without dimension, of arrivals."""
    ax, ay, az = here[0], here[1], here[2]
    for k in range(n):
        i = begin + k
        r1, r2, chord, ux, uy, uz, wx, wy, wz, sums = ends(
            ax, ay, az, target[0, i], target[1, i], target[2, i]
        )
        hx, hy, hz = uy * wz - uz * wy, uz * wx - ux * wz, ux * wy - uy * wx
        along = hx * pole[0] + hy * pole[1] + hz * pole[2]
        h2 = hx * hx + hy * hy + hz * hz
        span = arrives[i] - left
        good = span > 0.0
        plane = (h2 > 1e-18) & (along * along > 1e-24 * h2)
        s = 0.5 * (r1 + r2 + chord)
        well = good & plane
        g = math.sqrt(r1 * r2) * sums / (2.0 * s)
        g = -g if along < 0.0 else g
        lam[k] = g if well else 0.0
        less[k] = chord / s if well else 1.0
        time[k] = math.sqrt(2.0 * gm / s) / s * span if well else 1.5707963267948966
        status[k] = 0 if well else (2 if good else 1)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST)
def _excess(here, target, begin, n, gm, lam, less, x, status, out, into):
    """Velocities at infinity (3, LANES) at departure and at arrival; NaN without a flight."""
    ax, ay, az, vx, vy, vz = here[0], here[1], here[2], here[3], here[4], here[5]
    for k in range(n):
        i = begin + k
        r1, r2, chord, ux, uy, uz, wx, wy, wz, sums = ends(
            ax, ay, az, target[0, i], target[1, i], target[2, i]
        )
        g, at = lam[k], x[k]
        y = math.sqrt(less[k] + g * g * at * at)
        gamma = math.sqrt(0.25 * gm * (r1 + r2 + chord))
        rho = (r1 - r2) / chord
        low, high = g * y - at, rho * (g * y + at)
        i1, i2 = 1.0 / r1, 1.0 / r2
        out1, out2 = gamma * (low - high) * i1, -gamma * (low + high) * i2
        across = gamma * math.sqrt(r1 * r2) * 2.0 / (chord * sums) * (y + g * at)
        across = -across if g < 0.0 else across
        cosine = 0.5 * sums * sums - 1.0
        a, b = across * i1, across * i2
        p, q = out1 - a * cosine, out2 + b * cosine
        gap = 0.0 if status[k] == 0 else math.nan
        out[0, k] = p * ux + a * wx - vx + gap
        out[1, k] = p * uy + a * wy - vy + gap
        out[2, k] = p * uz + a * wz - vz + gap
        into[0, k] = q * wx - b * ux + gap
        into[1, k] = q * wy - b * uy + gap
        into[2, k] = q * wz - b * uz + gap
    for k in range(n):
        i = begin + k
        into[0, k] -= target[3, i]
        into[1, k] -= target[4, i]
        into[2, k] -= target[5, i]


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST)
def _length(v, n, square, row, begin):
    for k in range(n):
        x, y, z = v[0, k], v[1, k], v[2, k]
        c = x * x + y * y + z * z
        row[begin + k] = c if square else math.sqrt(c)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST)
def _turned(up, on, n, first, scale, whole, row, begin):
    """The angles of pairs up and on in the plane, scaled; up to `whole` where it is above 0."""
    for k in range(n):
        turn = scale * angle(up[k], on[k])
        turn = turn + whole if turn < 0.0 else turn
        row[begin + k] = first + turn


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST)
def _aim(v, n, upward, up, on):
    """The pair whose angle is the declination of vectors (3, LANES), or the right ascension."""
    for k in range(n):
        x, y, z = v[0, k], v[1, k], v[2, k]
        flat = math.sqrt(x * x + y * y)
        up[k] = z if upward else y
        on[k] = flat if upward else x


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST)
def _sweep(here, target, begin, n, lam, out, up, on):
    """The pair of the angle about the Sun from one end to the other; NaN without a flight."""
    ax, ay, az = here[0], here[1], here[2]
    for k in range(n):
        i = begin + k
        bx, by, bz = target[0, i], target[1, i], target[2, i]
        hx, hy, hz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        sine = math.sqrt(hx * hx + hy * hy + hz * hz)
        up[k] = -sine if lam[k] < 0.0 else sine
        on[k] = ax * bx + ay * by + az * bz + 0.0 * out[0, k]


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST)
def _see(v, axes, begin, n, latitude, up, on):
    """The pair of the angle between an axis and where craft come from, or of the latitude.

    axes : (3, arrivals) unit vectors
    """
    for k in range(n):
        i = begin + k
        x, y, z = -v[0, k], -v[1, k], -v[2, k]
        along = x * axes[0, i] + y * axes[1, i] + z * axes[2, i]
        rest = x * x + y * y + z * z - along * along
        across = math.sqrt(rest if not rest < 0.0 else 0.0)
        up[k] = along if latitude else across
        on[k] = across if latitude else along


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST)
def _late(v, noon, evening, begin, n, up, on):
    """The pair of the hour angle of where craft come from; noon, evening : (3, arrivals)."""
    for k in range(n):
        i = begin + k
        x, y, z = -v[0, k], -v[1, k], -v[2, k]
        on[k] = x * noon[0, i] + y * noon[1, i] + z * noon[2, i]
        up[k] = x * evening[0, i] + y * evening[1, i] + z * evening[2, i]


@njit(cache=True, error_model="numpy", nogil=True)
def _angles(here, target, axes, begin, n, lam, away, into, want, up, on, out, j):
    """Fill the angles that are wanted of one launch and a block of arrivals."""
    for which in range(DECLINATION, HOUR + 1):
        if want[which] < 0:
            continue
        first, scale, whole = 0.0, _DEGREES, 0.0
        if which == DECLINATION:
            _aim(away, n, True, up, on)
        elif which == RIGHT_ASCENSION:
            _aim(away, n, False, up, on)
            whole = 360.0
        elif which == TRANSFER:
            _sweep(here, target, begin, n, lam, away, up, on)
            whole = 360.0
        elif which == SUN_ANGLE:
            _see(into, axes[0:3], begin, n, False, up, on)
        elif which == LATITUDE:
            _see(into, axes[3:6], begin, n, True, up, on)
        else:
            _late(into, axes[6:9], axes[9:12], begin, n, up, on)
            first, scale = 12.0, 12.0 / math.pi
        _turned(up, on, n, first, scale, whole, out[want[which], j], begin)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST)
def _seed(a, b, c, x, n):
    """The next of an even row of numbers by the parabola through the last three."""
    for k in range(n):
        ahead = 3.0 * (a[k] - b[k]) + c[k]
        x[k] = ahead if abs(ahead - a[k]) < _FAR else a[k]


@njit(cache=True, error_model="numpy", nogil=True)
def porkchop(
    origin, leaves, target, arrives, axes, gm, pole, revolutions, side, want, out, state, way
):
    """Every quantity that is wanted of every flight.

    origin, target : f8 (l, 6), (6, a) states about the Sun [m, m/s]; leaves, arrives : times [s]
    axes : f8 (12, a) of the target: towards the Sun, north, noon and evening on its equator
    pole : f8 (3,) unit vector about which flights turn in the positive sense
    revolutions, side : as in the lanes
    want : i8 (9,) place in `out` of C3 ... HOUR, -1 where one is not wanted
    out : f8 (wanted, l, a) filled
    state, way : i1 (l, a) filled with the status, and 1 for the short way, 2 for the long, 0 for
        none
    """
    lam, less, time = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    x_least, t_least, moved = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    x, a, b, c = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
    steps, status = np.zeros(LANES, np.int64), np.zeros(LANES, np.int64)
    away, into = np.empty((3, LANES)), np.empty((3, LANES))
    up, on = np.empty(LANES), np.empty(LANES)
    for begin in range(0, arrives.size, LANES):
        n = min(LANES, arrives.size - begin)
        for j in range(leaves.size):
            here = origin[j]
            _geometry(
                here, leaves[j], target, arrives, begin, n, gm, pole, lam, less, time, status
            )  # fmt: skip
            if revolutions > 0 or j < 3:
                unknowns_block(
                    lam, less, time, revolutions, side, x_least, t_least, x, moved, steps,
                    status, n,
                )  # fmt: skip
            else:
                _seed(a, b, c, x, n)
                rounds = settle_block(
                    lam, less, time, 0.0, side, x_least, t_least, x, moved, n
                )  # fmt: skip
                mend_block(
                    lam, time, revolutions, side, t_least, x, moved, steps, status, rounds, n
                )
            for k in range(n):
                c[k], b[k], a[k] = b[k], a[k], x[k]
                state[j, begin + k] = status[k]
                way[j, begin + k] = 0 if status[k] != 0 else (2 if lam[k] < 0.0 else 1)
            _excess(here, target, begin, n, gm, lam, less, x, status, away, into)
            if want[C3] >= 0:
                _length(away, n, True, out[want[C3], j], begin)
            if want[DEPARTURE] >= 0:
                _length(away, n, False, out[want[DEPARTURE], j], begin)
            if want[ARRIVAL] >= 0:
                _length(into, n, False, out[want[ARRIVAL], j], begin)
            _angles(here, target, axes, begin, n, lam, away, into, want, up, on, out, j)
