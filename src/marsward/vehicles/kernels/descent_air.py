"""Compiled pieces of a descent: the ground below, the air at a height, noise, a radar's beam."""

import math

import numpy as np
from numba import njit

_LOW32 = np.uint64(0xFFFFFFFF)
_ONE = 1.0 / 4294967296.0


@njit(cache=True, error_model="numpy", nogil=True)
def ground_below(height, left, top, cell, x, y):
    """Bilinear height [m] at x, y [m]; beyond the grid that of its edge.

    left, top : x and y of the centre of the first cell
    """
    rows, columns = height.shape
    col = min(max((x - left) / cell, 0.0), columns - 1.000001)
    row = min(max((top - y) / cell, 0.0), rows - 1.000001)
    i, j = int(row), int(col)
    u, v = row - i, col - j
    upper = (1.0 - v) * height[i, j] + v * height[i, j + 1]
    lower = (1.0 - v) * height[i + 1, j] + v * height[i + 1, j + 1]
    return (1.0 - u) * upper + u * lower


@njit(cache=True, error_model="numpy", nogil=True)
def beam_range(height, left, top, cell, x, y, z, bx, by, bz, far):
    """Distance [m] along the unit vector b, which points down, to the ground; `far` if beyond.

    Marches by the clearance under the point, which never passes ground less steep than 45 degrees,
    and halves the last step.
    """
    reach, last = 0.0, 0.0
    for _ in range(400):
        gap = z + reach * bz - ground_below(height, left, top, cell, x + reach * bx, y + reach * by)
        if gap <= 0.0:
            break
        if gap < 0.01 or reach > far:
            return min(reach, far)
        last = reach
        reach += max(0.6 * gap, 0.01)
    low, high = last, reach
    for _ in range(24):
        mid = 0.5 * (low + high)
        gap = z + mid * bz - ground_below(height, left, top, cell, x + mid * bx, y + mid * by)
        if gap > 0.0:
            low = mid
        else:
            high = mid
    return min(0.5 * (low + high), far)


@njit(cache=True, error_model="numpy", nogil=True)
def air_at(table, bottom, step, z):
    """Density [kg m-3], speed of sound, winds to the east and the north [m/s] at a height [m].

    table : (k, 4) of log density, speed of sound, winds, at heights bottom + i step; log density
        runs on beyond either end, the others stay
    """
    last = table.shape[0] - 1
    at = (z - bottom) / step
    i = min(max(math.floor(at), 0), last - 1)
    w = at - i
    log_density = (1.0 - w) * table[i, 0] + w * table[i + 1, 0]
    w = min(max(w, 0.0), 1.0)
    sound = (1.0 - w) * table[i, 1] + w * table[i + 1, 1]
    east = (1.0 - w) * table[i, 2] + w * table[i + 1, 2]
    north = (1.0 - w) * table[i, 3] + w * table[i + 1, 3]
    return math.exp(log_density), sound, east, north


@njit(cache=True, error_model="numpy", nogil=True)
def table_at(table, step, x):
    """Linear in a table that starts at 0 with equal steps; constant beyond its end."""
    at = min(max(x / step, 0.0), table.shape[0] - 1.000001)
    i = int(at)
    return table[i] + (at - i) * (table[i + 1] - table[i])


@njit(cache=True, error_model="numpy", nogil=True)
def uniform(word):
    """One step of a xorshift generator: new word and a number in (0, 1).

    Marsaglia 2003, doi:10.18637/jss.v008.i14, shifts 13, 7, 17 on 64 bits.
    """
    word ^= word << np.uint64(13)
    word ^= word >> np.uint64(7)
    word ^= word << np.uint64(17)
    return word, (float((word >> np.uint64(32)) & _LOW32) + 0.5) * _ONE


@njit(cache=True, error_model="numpy", nogil=True)
def normal(word):
    """New word and a standard normal number (Box and Muller 1958, doi:10.1214/aoms/1177706645)."""
    word, u = uniform(word)
    word, v = uniform(word)
    return word, math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)
