"""Compiled sum of the waves that disturb the air."""

import math

from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def air_waves(lon, lat, height, seconds, vectors, upright, rate, phase, out):
    """Three fields of variance one: of density, and of both winds a quarter wave behind it.

    Parameters
    ----------
    lon, lat : (n,) [deg]; height : (n,) [m]; seconds : (n,)
    vectors : (w, 3) horizontal wave vectors through the unit sphere
    upright : (w,) vertical wave numbers [1/m]; rate : (w,) [1/s]; phase : (w,) [rad]
    out : (3, n), written
    """
    degree = math.pi / 180.0
    scale = math.sqrt(2.0 / phase.size)
    for p in range(lon.size):
        cl, sl = math.cos(lon[p] * degree), math.sin(lon[p] * degree)
        cb, sb = math.cos(lat[p] * degree), math.sin(lat[p] * degree)
        x, y, z = cb * cl, cb * sl, sb
        rho = 0.0
        east = 0.0
        north = 0.0
        for w in range(phase.size):
            kx, ky, kz = vectors[w, 0], vectors[w, 1], vectors[w, 2]
            turn = kx * x + ky * y + kz * z
            turn += upright[w] * height[p] - rate[w] * seconds[p] + phase[w]
            turn -= 2.0 * math.pi * math.floor(turn / (2.0 * math.pi))
            to_east = ky * cl - kx * sl
            to_north = kz * cb - sb * (kx * cl + ky * sl)
            along = math.sqrt(to_east * to_east + to_north * to_north) + 1e-12
            rho += math.cos(turn)
            wave = math.sin(turn) / along
            east += wave * to_east
            north += wave * to_north
        out[0, p] = scale * rho
        out[1, p] = scale * east
        out[2, p] = scale * north
