"""Fine mottling of the ground: noise that is fixed to the body, of many wavelengths."""

import math

from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def lattice(i, j, k, seed):
    """An even number in -1 to 1 that belongs to a lattice point."""
    h = i * 73856093 ^ j * 19349663 ^ k * 83492791 ^ seed * 2971215073
    h = (h ^ (h >> 13)) * 1274126177
    h = (h ^ (h >> 15)) * 2246822519
    h ^= h >> 16
    return (h & 0xFFFFF) / 524287.5 - 1.0


@njit(cache=True, error_model="numpy", nogil=True)
def noise(x, y, z, seed):
    """Smooth noise with lattice points one apart: Perlin's quintic weights between even numbers."""
    i, j, k = math.floor(x), math.floor(y), math.floor(z)
    u, v, w = x - i, y - j, z - k
    u = u * u * u * (u * (6.0 * u - 15.0) + 10.0)
    v = v * v * v * (v * (6.0 * v - 15.0) + 10.0)
    w = w * w * w * (w * (6.0 * w - 15.0) + 10.0)
    a = lattice(i, j, k, seed) * (1.0 - u) + lattice(i + 1, j, k, seed) * u
    b = lattice(i, j + 1, k, seed) * (1.0 - u) + lattice(i + 1, j + 1, k, seed) * u
    c = lattice(i, j, k + 1, seed) * (1.0 - u) + lattice(i + 1, j, k + 1, seed) * u
    d = lattice(i, j + 1, k + 1, seed) * (1.0 - u) + lattice(i + 1, j + 1, k + 1, seed) * u
    return (a * (1.0 - v) + b * v) * (1.0 - w) + (c * (1.0 - v) + d * v) * w


@njit(cache=True, error_model="numpy", nogil=True)
def mottle(qx, qy, qz, finest, numbers):
    """Factor on the albedo at a unit direction; waves shorter than `finest` [m] are left out.

    numbers: radius [m], amplitude of the longest wave, its length [m], number of octaves, fall of
    the amplitude from octave to octave, seed.
    """
    total, strength, length = 0.0, numbers[1], numbers[2]
    seed = int(numbers[5])
    for octave in range(int(numbers[3])):
        if length < finest:
            break
        # a wave takes two lattice steps; each octave is turned against the last
        scale = 2.0 * numbers[0] / length
        qx, qy = 0.8 * qx - 0.6 * qy, 0.6 * qx + 0.8 * qy
        qy, qz = 0.8 * qy - 0.6 * qz, 0.6 * qy + 0.8 * qz
        total += strength * noise(qx * scale, qy * scale, qz * scale, seed + octave)
        strength *= numbers[4]
        length *= 0.5
    return 1.0 + total


@njit(cache=True, error_model="numpy", nogil=True)
def mottle_points(qx, qy, qz, numbers, out):
    """Multiply flat values by mottle() at their places."""
    for i in range(out.shape[0]):
        out[i] *= mottle(qx[i], qy[i], qz[i], 0.0, numbers)
