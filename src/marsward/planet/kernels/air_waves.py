"""Compiled sums of the waves that disturb the air."""

import math

from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def air_waves(lon, lat, height, seconds, vectors, upright, rate, phase, fall, out):
    """Sums over waves of ln pressure, its slope upward, density and both winds.

    A wave of ln p is cos(turn)/sqrt(1 + q^2), q = fall upright, so that the wave of density that
    carries it, cos(turn) + q sin(turn) over the same root, has variance one in the sum.

    Parameters
    ----------
    lon, lat : (n,) [deg]; height : (n,) [m]; seconds : (n,)
    vectors : (w, 3) horizontal wave vectors through the unit sphere
    upright : (w,) vertical wave numbers [1/m]; rate : (w,) [1/s]; phase : (w,) [rad]
    fall : scale height [m]
    out : (5, n), written: ln p, d ln p/dz [1/m], density, wind to the east and to the north, the
        winds a quarter wave behind the density
    """
    degree = math.pi / 180.0
    scale = math.sqrt(2.0 / phase.size)
    for p in range(lon.size):
        cl, sl = math.cos(lon[p] * degree), math.sin(lon[p] * degree)
        cb, sb = math.cos(lat[p] * degree), math.sin(lat[p] * degree)
        x, y, z = cb * cl, cb * sl, sb
        for row in range(5):
            out[row, p] = 0.0
        for w in range(phase.size):
            kx, ky, kz = vectors[w, 0], vectors[w, 1], vectors[w, 2]
            turn = kx * x + ky * y + kz * z
            turn += upright[w] * height[p] - rate[w] * seconds[p] + phase[w]
            turn -= 2.0 * math.pi * math.floor(turn / (2.0 * math.pi))
            q = fall * upright[w]
            share = scale / math.sqrt(1.0 + q * q)
            ahead, beside = share * math.cos(turn), share * math.sin(turn)
            to_east = ky * cl - kx * sl
            to_north = kz * cb - sb * (kx * cl + ky * sl)
            along = math.sqrt(to_east * to_east + to_north * to_north) + 1e-12
            out[0, p] += ahead
            out[1, p] -= upright[w] * beside
            out[2, p] += ahead + q * beside
            wave = (beside - q * ahead) / along
            out[3, p] += wave * to_east
            out[4, p] += wave * to_north
