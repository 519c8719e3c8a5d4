"""Lambert's problem in a row of cases: one unknown each, found by Householder's third-order steps.

The unknown x and the geometry number lambda are Lancaster & Blanchard's, the start and the steps
those of Izzo 2015, doi:10.1007/s10569-014-9587-y; near the parabola the time of flight is summed
as Battin's hypergeometric series.
"""

import math

import numpy as np
from numba import njit

SOLVED = 0
BAD_INPUT = 1
NO_PLANE = 2
NOT_SETTLED = 3

_NEAR_PARABOLA = 0.01
_AT_PARABOLA = 1e-4
_ROUNDS = 40


@njit(cache=True, error_model="numpy", nogil=True)
def series(z):
    """2F1(3, 1; 5/2; z) for -1 < z < 1, summed."""
    term = 1.0
    total = 1.0
    for j in range(200):
        term *= (3.0 + j) * (1.0 + j) / (2.5 + j) * z / (j + 1.0)
        total += term
        if abs(term) < 1e-17 * abs(total):
            break
    return total


@njit(cache=True, error_model="numpy", nogil=True)
def flight_time(x, lam):
    """Time of flight in units of sqrt(s^3 / 2 mu) at x > -1, less than one revolution."""
    y = math.sqrt(1.0 - lam * lam * (1.0 - x * x))
    if abs(x - 1.0) < _NEAR_PARABOLA:
        eta = y - lam * x
        q = 4.0 / 3.0 * series(0.5 * (1.0 - lam - x * eta))
        return 0.5 * (eta * eta * eta * q + 4.0 * lam * eta)
    e = 1.0 - x * x
    if e > 0.0:
        root = math.sqrt(e)
        psi = math.atan2((y - x * lam) * root, x * y + lam * e)
        return (psi / root - x + lam * y) / e
    root = math.sqrt(-e)
    psi = math.asinh((y - x * lam) * root)
    return (psi / root - x + lam * y) / e


@njit(cache=True, error_model="numpy", nogil=True)
def first_guess(time, lam):
    """Where the steps begin, from the times of x = 0 and of the parabola."""
    at_zero = math.acos(lam) + lam * math.sqrt(1.0 - lam * lam)
    parabola = 2.0 / 3.0 * (1.0 - lam**3)
    if time >= at_zero:
        return (at_zero / time) ** (2.0 / 3.0) - 1.0
    if time <= parabola:
        return 2.5 * parabola * (parabola - time) / (time * (1.0 - lam**5)) + 1.0
    return (at_zero / time) ** (math.log(2.0) / math.log(at_zero / parabola)) - 1.0


@njit(cache=True, error_model="numpy", nogil=True)
def solve_x(time, lam):
    """x of a time of flight, and the number of steps; -1 steps when they did not settle."""
    x = first_guess(time, lam)
    cube = lam * lam * lam
    for step in range(1, _ROUNDS + 1):
        t = flight_time(x, lam)
        miss = t - time
        e = 1.0 - x * x
        if abs(e) < _AT_PARABOLA:
            change = miss / (0.4 * (lam**5 - 1.0))
        else:
            y = math.sqrt(1.0 - lam * lam * e)
            d1 = (3.0 * t * x - 2.0 + 2.0 * cube * x / y) / e
            d2 = (3.0 * t + 5.0 * x * d1 + 2.0 * (1.0 - lam * lam) * cube / y**3) / e
            d3 = (
                7.0 * x * d2 + 8.0 * d1 - 6.0 * (1.0 - lam * lam) * lam**5 * x / y**5
            ) / e  # fmt: skip
            change = (
                miss
                * (d1 * d1 - 0.5 * miss * d2)
                / (d1 * (d1 * d1 - miss * d2) + d3 * miss * miss / 6.0)
            )
        new = x - change
        if not new > -1.0:
            new = 0.5 * (x - 1.0)  # halfway to the end of the range
        if abs(new - x) <= 1e-14 * (1.0 + abs(new)) or (
            step > 3 and abs(miss) <= 4e-16 * (1.0 + time)
        ):
            return new, step
        x = new
    if abs(miss) <= 1e-11 * (1.0 + time):
        return x, _ROUNDS
    return x, -1


@njit(cache=True, error_model="numpy", nogil=True)
def lambert_rows(first, last, seconds, gm, pole, v_first, v_last, x_out, steps, status):
    """Velocities at both ends of every case.

    first, last : f8 (n, 3) positions [m]
    seconds, gm : f8 (n,) time of flight [s], gravitational parameter [m3/s2]
    pole : f8 (n, 3) the flight turns about this axis in the positive sense
    v_first, v_last : f8 (n, 3) filled with velocities [m/s]; NaN where there is no solution
    x_out : f8 (n,), steps : i8 (n,), status : i8 (n,) filled
    """
    for i in range(seconds.size):
        v_first[i] = np.nan
        v_last[i] = np.nan
        x_out[i] = np.nan
        steps[i] = 0
        status[i] = _one(i, first, last, seconds, gm, pole, v_first, v_last, x_out, steps)


@njit(cache=True, error_model="numpy", nogil=True)
def _one(i, first, last, seconds, gm, pole, v_first, v_last, x_out, steps):
    ax, ay, az = first[i, 0], first[i, 1], first[i, 2]
    bx, by, bz = last[i, 0], last[i, 1], last[i, 2]
    r1 = math.sqrt(ax * ax + ay * ay + az * az)
    r2 = math.sqrt(bx * bx + by * by + bz * bz)
    if not (r1 > 0.0 and r2 > 0.0 and seconds[i] > 0.0 and gm[i] > 0.0):
        return BAD_INPUT
    if not (math.isfinite(r1) and math.isfinite(r2) and math.isfinite(seconds[i] * gm[i])):
        return BAD_INPUT
    ax, ay, az, bx, by, bz = ax / r1, ay / r1, az / r1, bx / r2, by / r2, bz / r2
    hx, hy, hz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    sine = math.sqrt(hx * hx + hy * hy + hz * hz)
    along = hx * pole[i, 0] + hy * pole[i, 1] + hz * pole[i, 2]
    size = math.sqrt(pole[i, 0] ** 2 + pole[i, 1] ** 2 + pole[i, 2] ** 2)
    if not (sine > 1e-9 and abs(along) > 1e-12 * sine * size):
        return NO_PLANE
    turn = math.copysign(1.0 / sine, along)
    hx, hy, hz = hx * turn, hy * turn, hz * turn
    cosine = ax * bx + ay * by + az * bz
    # chord by the half angle, which does not cancel when both ends are near each other
    half = 0.5 * math.atan2(sine, cosine)
    chord = math.sqrt((r1 - r2) ** 2 + 4.0 * r1 * r2 * math.sin(half) ** 2)
    s = 0.5 * (r1 + r2 + chord)
    lam = math.sqrt(r1 * r2) * math.cos(half) / s
    if along < 0.0:
        lam = -lam
    time = math.sqrt(2.0 * gm[i] / s) / s * seconds[i]
    x, count = solve_x(time, lam)
    x_out[i] = x
    steps[i] = count
    if count < 0 or not math.isfinite(x):
        return NOT_SETTLED
    y = math.sqrt(1.0 - lam * lam * (1.0 - x * x))
    gamma = math.sqrt(0.5 * gm[i] * s)
    rho = (r1 - r2) / chord
    sigma = 2.0 * math.sqrt(r1 * r2) * math.sin(half) / chord
    low, high = lam * y - x, rho * (lam * y + x)
    out1, out2 = gamma * (low - high) / r1, -gamma * (low + high) / r2
    across = gamma * sigma * (y + lam * x)
    on1, on2 = across / r1, across / r2
    v_first[i, 0] = out1 * ax + on1 * (hy * az - hz * ay)
    v_first[i, 1] = out1 * ay + on1 * (hz * ax - hx * az)
    v_first[i, 2] = out1 * az + on1 * (hx * ay - hy * ax)
    v_last[i, 0] = out2 * bx + on2 * (hy * bz - hz * by)
    v_last[i, 1] = out2 * by + on2 * (hz * bx - hx * bz)
    v_last[i, 2] = out2 * bz + on2 * (hx * by - hy * bx)
    return SOLVED
