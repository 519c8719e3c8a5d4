"""Many rays to a terrain at once: blocks of rays go through each stage together.

What `kernels.terrain_rays` does ray by ray is done here stage by stage over blocks, without
branches, so that the processor works on several rays at a time. A ray that is not done after the
last stage (grazing the ground, close to a pole, from below the highest place) is left to
`terrain_distance`. Both find the same point.

Rows of the work array: 0-2 direction; 3 way t [m]; 4 distance from the centre, 5 from the axis [m];
6 height above the ellipsoid [m]; 7, 8 place in the padded grid, 9, 10 its rates [1/m]; 11 rate of
the height, 12 half its second rate [1/m]; 13 state; 14, 15 longitude and latitude [rad]; 16 the
peak of the tile [m], then the rate of the height above the ground; 17 is 0 over the tiles at a
pole, which hold for all longitudes, else 1.
"""

import math

import numpy as np
from numba import njit

from marsward.geometry.kernels.arc import FAST, arc
from marsward.geometry.kernels.terrain_rays import (
    LONGEST,
    MARGIN,
    POLAR_CELLS,
    cell_root,
    outer_normal,
    place,
    surface,
    terrain_distance,
)

BLOCK = 128
ROWS = 18
PASSES = 24  # cells that a ray may cross before it is left to the careful way
OPEN, FOUND, LEFT = 0.0, 1.0, 2.0
SURE = 1e-3  # m: residual of the second guess, above which a ray is left to the careful way


@njit(cache=True, error_model="numpy", nogil=True, fastmath=FAST)
def entered(w, n, ox, oy, oz, a, c):
    """The way to the ellipsoid a, a, c; rays that pass it by, or begin in it, are left."""
    ia, ic = 1.0 / a, 1.0 / c
    px, py, pz = ox * ia, oy * ia, oz * ic
    gap = px * px + py * py + pz * pz - 1.0
    for i in range(n):
        ex, ey, ez = w[0, i] * ia, w[1, i] * ia, w[2, i] * ic
        e2 = ex * ex + ey * ey + ez * ez
        b = ex * px + ey * py + ez * pz
        disc = b * b - e2 * gap
        hit = disc > 0.0 and b < 0.0 and gap > 0.0
        w[3, i] = gap / (math.sqrt(max(disc, 0.0)) - b) if hit else 0.0
        w[13, i] = OPEN if hit else LEFT


@njit(cache=True, error_model="numpy", nogil=True, fastmath=FAST)
def located(w, first, n, ox, oy, oz, ia2, ic2, per):
    """Where rays first to n are at t, and the rates of it."""
    for i in range(first, n):
        dx, dy, dz, t = w[0, i], w[1, i], w[2, i], w[3, i]
        px, py, pz = ox + t * dx, oy + t * dy, oz + t * dz
        rho2 = px * px + py * py
        r2 = rho2 + pz * pz
        q2 = rho2 * ia2 + pz * pz * ic2
        r, rho, base = math.sqrt(r2), math.sqrt(rho2), math.sqrt(r2 / q2)
        lon, lat = arc(py, px), arc(pz, rho)
        lon = lon + 2.0 * math.pi if lon < 0.0 else lon
        flat = px * dx + py * dy
        climb = (flat + pz * dz) / r
        w[4, i] = r
        w[5, i] = rho
        w[6, i] = r - base
        w[7, i] = lon * per + 0.5
        w[8, i] = (0.5 * math.pi - lat) * per + 0.5
        w[9, i] = per * (px * dy - py * dx) / rho2
        w[10, i] = per * (pz * flat / rho - dz * rho) / r2
        w[11, i] = climb + base * ((flat * ia2 + pz * dz * ic2) / q2 - climb / r)
        w[12, i] = 0.5 * (1.0 - climb * climb) / r
        w[14, i] = lon
        w[15, i] = lat


@njit(cache=True, error_model="numpy", nogil=True)
def peaked(w, n, padded, tops, begin, across, side):
    """The peaks of the tiles that the rays stand over."""
    rows, columns = padded.shape[0] - 2, padded.shape[1] - 2
    for i in range(n):
        x = min(max(int(w[7, i] - 0.5), 0), columns - 1) // side
        y = min(max(int(w[8, i] - 0.5), 0), rows - 1) // side
        w[16, i] = tops[begin + y * across + x] + MARGIN
        w[17, i] = 1.0 if 0 < y < rows // side - 1 else 0.0


@njit(cache=True, error_model="numpy", nogil=True, fastmath=FAST)
def lowered(w, n, ox, oy, oz, a, c, cell, width):
    """Take the rays down to the peaks of their tiles of `width` [rad], or leave them.

    On its way down a ray may turn by 0.9 of the tile's side about the centre, and at the rate of
    the start by half of it about the axis while it keeps 0.7 of its distance from that, which
    makes 0.72 of the side at most; a ray that would go further is left.
    """
    for i in range(n):
        peak, t = w[16, i], w[3, i]
        ia, ic = 1.0 / (a + peak), 1.0 / (c + peak)
        px, py, pz = ox * ia, oy * ia, oz * ic
        ex, ey, ez = w[0, i] * ia, w[1, i] * ia, w[2, i] * ic
        e2 = ex * ex + ey * ey + ez * ez
        b = ex * px + ey * py + ez * pz
        disc = b * b - e2 * (px * px + py * py + pz * pz - 1.0)
        step = max((-b - math.sqrt(max(disc, 0.0))) / e2 - t, 0.0)
        r = w[4, i]
        turn = math.sqrt(2.0 * r * w[12, i]) * step
        swing = abs(w[9, i]) * step * cell * w[17, i]
        near = turn < 0.85 * width * r and step < 0.05 * r
        near = near and swing < 0.5 * width and step * w[17, i] < 0.3 * w[5, i] and disc > 0.0
        down = w[6, i] > peak
        w[13, i] = LEFT if down and not near else w[13, i]
        w[3, i] = t + step if down and near else t


@njit(cache=True, error_model="numpy", nogil=True)
def stepped(w, i, padded, polar):
    """One cell for one ray: down to the surface, or on to the next cell."""
    if w[5, i] < polar * w[4, i]:
        w[13, i] = LEFT
        return
    f0, f1, f2, edge, root = cell_root(
        padded, w[7, i], w[8, i], w[6, i], w[9, i], w[10, i], w[11, i], w[12, i],
        LONGEST * w[5, i] / w[4, i] + 50.0,
    )  # fmt: skip
    if f0 <= 0.0:
        w[13, i] = LEFT
    elif root <= edge:
        w[3, i] += root
        w[16, i] = f1 + 2.0 * f2 * root
        w[13, i] = FOUND if w[16, i] < 0.0 else LEFT
    else:
        w[3, i] += edge + 1e-3


@njit(cache=True, error_model="numpy", nogil=True)
def mended(w, n, padded, worst):
    """One secant step for the rays that were found; those further off than `worst` [m] are left."""
    for i in range(n):
        if w[13, i] == FOUND:
            value = w[6, i] - surface(padded, w[7, i], w[8, i])
            w[3, i] -= value / w[16, i]
            if not abs(value) < worst:
                w[13, i] = LEFT


@njit(cache=True, error_model="numpy", nogil=True)
def block_distances(w, n, ox, oy, oz, ground):
    """Ways t (row 3) of n rays, directions in rows 0-2, to the terrain; infinite for a miss."""
    padded, tops, table, numbers = ground
    a, c, top = numbers[0], numbers[1], numbers[2]
    ia2, ic2 = 1.0 / (a * a), 1.0 / (c * c)
    cell = 2.0 * math.pi / (padded.shape[1] - 2)
    per = 1.0 / cell
    entered(w, n, ox, oy, oz, a + top + MARGIN, c + top + MARGIN)
    for level in range(table.shape[0] - 1, -1, -1):
        located(w, 0, n, ox, oy, oz, ia2, ic2, per)
        peaked(w, n, padded, tops, table[level, 0], table[level, 1], table[level, 2])
        lowered(w, n, ox, oy, oz, a, c, cell, cell * table[level, 2])
    located(w, 0, n, ox, oy, oz, ia2, ic2, per)
    polar = POLAR_CELLS * cell
    for i in range(n):
        if w[13, i] == OPEN:
            stepped(w, i, padded, polar)
            for _ in range(PASSES):
                if w[13, i] != OPEN:
                    break
                located(w, i, i + 1, ox, oy, oz, ia2, ic2, per)
                stepped(w, i, padded, polar)
    located(w, 0, n, ox, oy, oz, ia2, ic2, per)
    mended(w, n, padded, 10.0)
    located(w, 0, n, ox, oy, oz, ia2, ic2, per)
    mended(w, n, padded, SURE)
    for i in range(n):
        if w[13, i] != FOUND:
            ray = (ox, oy, oz, w[0, i], w[1, i], w[2, i])
            t = terrain_distance(ray, 0.0, ground)
            w[3, i] = t
            if t < math.inf:
                px, py, pz = ox + t * ray[3], oy + t * ray[4], oz + t * ray[5]
                w[4, i], w[5, i], w[6, i], w[14, i], w[15, i], w[7, i], w[8, i] = place(
                    px, py, pz, ia2, ic2, per
                )


@njit(cache=True, error_model="numpy", nogil=True)
def terrain_rays(rays, axes, observer, sun, ground, out):
    """Straight rays to the terrain; arguments and output planes as in `kernels.rays.straight_rays`.

    The cosines are those of the terrain's own slopes; shadows that one place casts on another are
    not in them.
    """
    w = np.zeros((ROWS, BLOCK))
    padded, a, c = ground[0], ground[3][0], ground[3][1]
    ia2, ic2 = 1.0 / (a * a), 1.0 / (c * c)
    per = (padded.shape[1] - 2) / (2.0 * math.pi)
    for k in range(axes.shape[0]):
        m = axes[k]
        ox, oy, oz = observer[k, 0], observer[k, 1], observer[k, 2]
        sx, sy, sz = sun[k, 0], sun[k, 1], sun[k, 2]
        for begin in range(0, rays.shape[1], BLOCK):
            n = min(BLOCK, rays.shape[1] - begin)
            for i in range(n):
                u, v, f = rays[0, begin + i], rays[1, begin + i], rays[2, begin + i]
                w[0, i] = m[0, 0] * u + m[0, 1] * v + m[0, 2] * f
                w[1, i] = m[1, 0] * u + m[1, 1] * v + m[1, 2] * f
                w[2, i] = m[2, 0] * u + m[2, 1] * v + m[2, 2] * f
            block_distances(w, n, ox, oy, oz, ground)
            for i in range(n):
                t, dx, dy, dz = w[3, i], w[0, i], w[1, i], w[2, i]
                if t == math.inf:
                    out[:, k, begin + i] = np.nan
                    continue
                px, py, pz = ox + t * dx, oy + t * dy, oz + t * dz
                nx, ny, nz = outer_normal(
                    px, py, pz, w[4, i], w[5, i], w[7, i], w[8, i], padded, ia2, ic2, per
                )
                out[0, k, begin + i] = nx * sx + ny * sy + nz * sz
                out[1, k, begin + i] = -(nx * dx + ny * dy + nz * dz)
                out[2, k, begin + i] = -(sx * dx + sy * dy + sz * dz)
                out[3, k, begin + i] = px
                out[4, k, begin + i] = py
                out[5, k, begin + i] = pz
