"""The part of a map that a frame can touch: rings of ground points and their bounds in cells."""

import math

import numpy as np
from numba import njit

from marsward.retrieval.kernels.ground import NORTH, SEPARABLE


@njit(cache=True, error_model="numpy", nogil=True)
def frame_ring(rays, observer, axes, radii, lift, out):
    """Where a closed ring of camera rays meets the ellipsoid raised by `lift` [m].

    Fills unit vectors from the centre (n, 3); returns how many rays miss.
    """
    a, b, c = radii[0] + lift, radii[1] + lift, radii[2] + lift
    ox, oy, oz = observer[0] / a, observer[1] / b, observer[2] / c
    o2 = ox * ox + oy * oy + oz * oz - 1.0
    missed = 0
    for k in range(rays.shape[0]):
        x, y, z = rays[k, 0], rays[k, 1], rays[k, 2]
        dx = (axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z) / a
        dy = (axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z) / b
        dz = (axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z) / c
        d2 = dx * dx + dy * dy + dz * dz
        along = -(ox * dx + oy * dy + oz * dz)
        inside = along * along - d2 * o2
        if inside < 0.0 or along <= 0.0:
            missed += 1
            continue
        t = (along - math.sqrt(inside)) / d2
        px, py, pz = (ox + t * dx) * a, (oy + t * dy) * b, (oz + t * dz) * c
        r = 1.0 / math.sqrt(px * px + py * py + pz * pz)
        out[k, 0], out[k, 1], out[k, 2] = px * r, py * r, pz * r
    return missed


@njit(cache=True, error_model="numpy", nogil=True)
def horizon_ring(observer, radius, out):
    """Unit vectors of the horizon that an observer sees on a sphere of this radius [m]."""
    distance = math.sqrt(observer[0] ** 2 + observer[1] ** 2 + observer[2] ** 2)
    z = observer / distance
    side = np.zeros(3)
    side[0 if abs(z[0]) < 0.6 else 1] = 1.0
    x = np.cross(side, z)
    x /= math.sqrt(np.sum(x * x))
    y = np.cross(z, x)
    c = min(1.0, radius / distance)
    s = math.sqrt(1.0 - c * c)
    n = out.shape[0]
    for k in range(n):
        turn = 2.0 * math.pi * k / n
        for i in range(3):
            out[k, i] = c * z[i] + s * (math.cos(turn) * x[i] + math.sin(turn) * y[i])


@njit(cache=True, error_model="numpy", nogil=True)
def ring_bounds(ring, kind, grid, out):
    """Least and greatest row and column (float) of a closed ring; fills out (4,).

    Separable maps: columns counted without a break from that of the first point; a ring round a
    pole takes a whole turn and reaches to the pole. grid: left, top, pixel [rad or over radius].
    """
    n = ring.shape[0]
    low_x = low_y = math.inf
    high_x = high_y = -math.inf
    if kind != SEPARABLE:
        for k in range(n):
            x, y, z = ring[k, 0], ring[k, 1], ring[k, 2]
            if kind == NORTH:
                scale = 2.0 / max(1e-9, 1.0 + z)
                px, py = y * scale, -x * scale
            else:
                scale = 2.0 / max(1e-9, 1.0 - z)
                px, py = y * scale, x * scale
            low_x, high_x = min(low_x, px), max(high_x, px)
            low_y, high_y = min(low_y, py), max(high_y, py)
    else:
        start = math.atan2(ring[0, 1], ring[0, 0])
        lon = last = start
        for k in range(n + 1):
            q = k % n
            now = math.atan2(ring[q, 1], ring[q, 0])
            step = now - last
            if step > math.pi:
                step -= 2.0 * math.pi
            elif step < -math.pi:
                step += 2.0 * math.pi
            lon += step
            last = now
            lat = math.asin(min(1.0, max(-1.0, ring[q, 2])))
            low_x, high_x = min(low_x, lon), max(high_x, lon)
            low_y, high_y = min(low_y, lat), max(high_y, lat)
        if abs(lon - start) > math.pi:
            low_x, high_x = start - math.pi, start + math.pi
            if low_y + high_y > 0.0:
                high_y = 0.5 * math.pi
            else:
                low_y = -0.5 * math.pi
    out[0] = (grid[1] - high_y) / grid[2] - 0.5
    out[1] = (grid[1] - low_y) / grid[2] - 0.5
    out[2] = (low_x - grid[0]) / grid[2] - 0.5
    out[3] = (high_x - grid[0]) / grid[2] - 0.5
