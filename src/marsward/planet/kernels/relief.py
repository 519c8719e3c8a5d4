"""Seeded relief at places: octaves of gradient noise, craters and rocks stamped on a plane grid."""

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True, inline="always")
def mixed(seed, i, j):
    """A well mixed 64-bit number of a seed and two lattice numbers (Steele et al. 2014,
    doi:10.1145/2660193.2660195, the finaliser of SplitMix64)."""
    h = np.uint64(seed) ^ (np.uint64(i) * np.uint64(0x9E3779B97F4A7C15))
    h ^= np.uint64(j) * np.uint64(0xC2B2AE3D27D4EB4F)
    h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return h ^ (h >> np.uint64(31))


@njit(cache=True, error_model="numpy", nogil=True, inline="always")
def slope_of(seed, i, j):
    """A direction drawn for a lattice point: components of a vector of length 1, nearly even."""
    h = mixed(seed, i, j)
    u = np.float64(np.int64(h & np.uint64(0xFFFFF))) / 524288.0 - 1.0
    # half-angle form of the circle: cheap, even enough over the two halves
    across = 1.0 + u * u
    sine, cosine = 2.0 * u / across, (1.0 - u * u) / across
    if h & np.uint64(0x100000):
        sine, cosine = -sine, -cosine
    return cosine, sine


@njit(cache=True, error_model="numpy", nogil=True, inline="always")
def eased(t):
    """Smooth step whose first two derivatives vanish at both ends."""
    return t * t * t * (t * (t * 6.0 - 15.0) + 10.0)


@njit(cache=True, error_model="numpy", nogil=True, inline="always")
def gradient_noise(seed, x, y):
    """Gradient noise at a place in lattice cells (Perlin 2002, doi:10.1145/566570.566636)."""
    fx, fy = math.floor(x), math.floor(y)
    i, j = np.int64(fx), np.int64(fy)
    u, v = x - fx, y - fy
    ax, ay = slope_of(seed, i, j)
    bx, by = slope_of(seed, i + 1, j)
    cx, cy = slope_of(seed, i, j + 1)
    dx, dy = slope_of(seed, i + 1, j + 1)
    a = ax * u + ay * v
    b = bx * (u - 1.0) + by * v
    c = cx * u + cy * (v - 1.0)
    d = dx * (u - 1.0) + dy * (v - 1.0)
    s, t = eased(u), eased(v)
    low = a + (b - a) * s
    high = c + (d - c) * s
    return low + (high - low) * t


@njit(cache=True, error_model="numpy", nogil=True)
def noise_at(seed, x, y):
    """Gradient noise at places (n,) in lattice cells."""
    out = np.empty(x.size)
    for k in range(x.size):
        out[k] = gradient_noise(seed, x[k], y[k])
    return out


@njit(cache=True, error_model="numpy", nogil=True)
def add_octaves(height, x, y, octaves, seeds, first, last):
    """Add octaves of noise to the rows first to last of heights (ny, nx) at x (nx,), y (ny,) [m].

    octaves : (n, 4) wavelength [m], amplitude [m], cosine and sine of the turn of its lattice
    seeds : (n,) uint64
    """
    for n in range(seeds.size):
        wave, amount, cosine, sine = octaves[n]
        for j in range(first, last):
            for i in range(x.size):
                across = (cosine * x[i] - sine * y[j]) / wave
                up = (sine * x[i] + cosine * y[j]) / wave
                height[j, i] += amount * gradient_noise(seeds[n], across, up)


@njit(cache=True, error_model="numpy", nogil=True)
def crater_shape(r, depth, rim, bowl, fall, reach):
    """Height over the ground around [m] at r crater radii from the middle of a crater.

    Inside a bowl of a power of r from the floor to the rim, outside a blanket that falls as a power
    of r and ends at `reach` radii.
    """
    if r < 1.0:
        return rim - depth * (1.0 - r**bowl)
    end = reach ** (-fall)
    return rim * (r ** (-fall) - end) / (1.0 - end)


@njit(cache=True, error_model="numpy", nogil=True)
def stamp_craters(height, x, y, craters, shape):
    """Add craters (n, 4: x, y, radius, depth [m]) to heights (ny, nx).

    x, y : evenly spaced, ascending and descending
    shape : rim's share of the depth, powers of the bowl and of the blanket, reach in radii

    A crater of few cells is added by its mean over parts of each cell, so that finer grids of the
    same ground have the same means.
    """
    share, bowl, fall, reach = shape
    cell = x[1] - x[0]
    for n in range(craters.shape[0]):
        cx, cy, radius, depth = craters[n]
        parts = min(max(math.ceil(3.0 * cell / radius), 1), 5)
        far = reach * radius + (0.5 * cell if parts > 1 else 0.0)
        i0 = max(math.ceil((cx - far - x[0]) / cell), 0)
        i1 = min(math.floor((cx + far - x[0]) / cell), x.size - 1)
        j0 = max(math.ceil((y[0] - cy - far) / cell), 0)
        j1 = min(math.floor((y[0] - cy + far) / cell), y.size - 1)
        for j in range(j0, j1 + 1):
            for i in range(i0, i1 + 1):
                total = 0.0
                for a in range(parts):
                    dy = y[j] - cy + ((a + 0.5) / parts - 0.5) * cell
                    for b in range(parts):
                        dx = x[i] - cx + ((b + 0.5) / parts - 0.5) * cell
                        r = math.hypot(dx, dy) / radius
                        if r < reach:
                            total += crater_shape(r, depth, share * depth, bowl, fall, reach)
                height[j, i] += total / (parts * parts)


@njit(cache=True, error_model="numpy", nogil=True)
def stamp_rocks(height, x, y, rocks):
    """Raise heights (ny, nx) by rocks (n, 4: x, y, diameter, height [m]), half ellipsoids.

    Returns for each cell whether its centre stands on a rock (uint8). Where rocks overlap the
    higher one counts.
    """
    on = np.zeros(height.shape, dtype=np.uint8)
    raised = np.zeros(height.shape, dtype=np.float32)
    cell = x[1] - x[0]
    for n in range(rocks.shape[0]):
        cx, cy, size, tall = rocks[n]
        far = 0.5 * size
        i0 = max(math.ceil((cx - far - x[0]) / cell), 0)
        i1 = min(math.floor((cx + far - x[0]) / cell), x.size - 1)
        j0 = max(math.ceil((y[0] - cy - far) / cell), 0)
        j1 = min(math.floor((y[0] - cy + far) / cell), y.size - 1)
        for j in range(j0, j1 + 1):
            for i in range(i0, i1 + 1):
                r = ((x[i] - cx) ** 2 + (y[j] - cy) ** 2) / (far * far)
                if r < 1.0:
                    raised[j, i] = max(raised[j, i], tall * math.sqrt(1.0 - r))
                    on[j, i] = 1
    for j in range(height.shape[0]):
        for i in range(height.shape[1]):
            height[j, i] += raised[j, i]
    return on
