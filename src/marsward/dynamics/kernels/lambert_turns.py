"""Lambert's problem of whole revolutions, one case at a time, within brackets that cannot be left.

M revolutions last T(x) = T0(x) + M pi / (1 - x^2)^(3/2) on -1 < x < 1: a valley with one fastest
flight, and a flight on either side of it for every longer time. Izzo 2015,
doi:10.1007/s10569-014-9587-y.
"""

import math

from numba import njit

from marsward.dynamics.kernels.lambert import flight_time

_ROUNDS = 80


@njit(cache=True, error_model="numpy", nogil=True)
def turns_time(x, lam, revolutions):
    """Time of flight in units of sqrt(s^3 / 2 mu) with whole revolutions, -1 < x < 1."""
    e = 1.0 - x * x
    return flight_time(x, lam) + revolutions * math.pi / (e * math.sqrt(e))


@njit(cache=True, error_model="numpy", nogil=True)
def slope(x, t, lam):
    """(1 - x^2) dT/dx at x, where the time is t; it has the sign of the slope."""
    y = math.sqrt(1.0 - lam * lam * (1.0 - x * x))
    return 3.0 * t * x - 2.0 + 2.0 * lam * lam * lam * x / y


@njit(cache=True, error_model="numpy", nogil=True)
def fastest(lam, revolutions):
    """x and time of the fastest flight of M revolutions, M >= 1."""
    low, high = 0.0, 1.0 - 1e-6  # at x = 0 the slope is -2
    x = 0.5 * (low + high)
    for _ in range(200):
        t = turns_time(x, lam, revolutions)
        here = slope(x, t, lam)
        if here > 0.0:
            high = x
        else:
            low = x
        y = math.sqrt(1.0 - lam * lam * (1.0 - x * x))
        bend = 3.0 * t + 2.0 * (1.0 - lam * lam) * lam * lam * lam / (y * y * y)
        new = x - here / (bend + 3.0 * x * here / (1.0 - x * x))
        if not low < new < high:
            new = 0.5 * (low + high)
        if abs(new - x) < 1e-14:
            break
        x = new
    return x, turns_time(x, lam, revolutions)


@njit(cache=True, error_model="numpy", nogil=True)
def solve_turns(time, lam, revolutions, high):
    """x of a time of flight with M >= 1 revolutions, and the steps; -1 steps where there is none.

    high : the flight of the smaller x, else that of the larger
    """
    bottom, least = fastest(lam, revolutions)
    if not time >= least:
        return math.nan, -1
    near, far = bottom, -1.0 + 1e-9 if high else 1.0 - 1e-9
    x = 0.5 * (near + far)
    for step in range(1, _ROUNDS + 1):
        t = turns_time(x, lam, revolutions)
        if t > time:
            far = x
        else:
            near = x
        e = 1.0 - x * x
        d1 = slope(x, t, lam) / e
        y = math.sqrt(1.0 - lam * lam * e)
        d2 = (3.0 * t + 5.0 * x * d1 + 2.0 * (1.0 - lam * lam) * lam * lam * lam / y**3) / e
        miss = t - time
        new = x - 2.0 * miss * d1 / (2.0 * d1 * d1 - miss * d2)
        if abs(new - x) <= 4e-16 * (1.0 + abs(new)) or abs(miss) <= 3e-16 * time:
            return new, step
        if not min(near, far) < new < max(near, far):
            new = 0.5 * (near + far)
        x = new
    if abs(miss) <= 1e-11 * time:
        return x, _ROUNDS
    return x, -1
