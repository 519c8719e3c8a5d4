"""How high the horizon stands around each cell of a terrain: compiled loops over its rows.

From all cells of one row the way towards one azimuth is the same but for the longitude: the places
along it and their weights are found once, and the row is then swept from end to end.
"""

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def way(lat, azimuth, sigma):
    """Latitude and longitude difference [rad] an angle sigma along the great circle."""
    sine = math.sin(lat) * math.cos(sigma) + math.cos(lat) * math.sin(sigma) * math.cos(azimuth)
    east = math.sin(azimuth) * math.sin(sigma)
    north = math.cos(lat) * math.cos(sigma) - math.sin(lat) * math.sin(sigma) * math.cos(azimuth)
    return math.asin(min(max(sine, -1.0), 1.0)), math.atan2(east, north)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def swept(best, own, upper, lower, shift, columns, wx, wy, base, cosine, sine):
    """Raise the tangents `best` (columns,) to those of the ground one step out.

    own: distances of the cells from the centre [m]; upper, lower: the two rows of heights beside
    the place, three times around; base: the ellipsoid's radius there [m].
    """
    for i in range(columns):
        k = i + shift
        top = upper[k] * (1.0 - wx) + upper[k + 1] * wx
        low = lower[k] * (1.0 - wx) + lower[k + 1] * wx
        r = base + top * (1.0 - wy) + low * wy
        best[i] = max(best[i], (r * cosine - own[i]) / (r * sine))


@njit(cache=True, error_model="numpy", nogil=True)
def horizon_rows(wide, first, last, azimuths, sigmas, a, c, out):
    """Tangents of the horizon's elevation for rows first to last, out (azimuths, rows, columns).

    wide : heights (rows + 2, 3 columns), padded by a row at each pole and three times around
    azimuths : [rad] from the north by the east
    sigmas : angles from the cell at which the ground is looked at [rad], ascending
    a, c : radii [m]
    """
    rows, columns = wide.shape[0] - 2, wide.shape[1] // 3
    cell = math.pi / rows
    own = np.empty(columns)
    best = np.empty(columns)
    for j in range(first, last):
        lat = 0.5 * math.pi - (j + 0.5) * cell
        base = 1.0 / math.sqrt((math.cos(lat) / a) ** 2 + (math.sin(lat) / c) ** 2)
        for i in range(columns):
            own[i] = base + wide[j + 1, columns + i]
        for n in range(azimuths.size):
            best[:] = -math.inf
            for k in range(sigmas.size):
                there, swing = way(lat, azimuths[n], sigmas[k])
                y = (0.5 * math.pi - there) / cell + 0.5
                row = min(max(int(y), 0), rows)
                x = swing / cell
                x -= columns * math.floor(x / columns + 0.5)
                shift = math.floor(x)
                beyond = 1.0 / math.sqrt((math.cos(there) / a) ** 2 + (math.sin(there) / c) ** 2)
                swept(
                    best, own, wide[row], wide[row + 1], columns + shift, columns, x - shift,
                    y - row, beyond, math.cos(sigmas[k]), math.sin(sigmas[k]),
                )  # fmt: skip
            for i in range(columns):
                out[n, j, i] = best[i]
