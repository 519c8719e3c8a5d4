"""Lambert's problem below one revolution, one case at a time, by Householder's third-order steps.

The unknown x and the geometry number lambda are Lancaster & Blanchard's, the start and the steps
those of Izzo 2015, doi:10.1007/s10569-014-9587-y; near the parabola the time of flight is summed
as Battin's hypergeometric series.
"""

import math

from numba import njit

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
