"""Rays to an ellipsoid: cosines and points without trigonometry, angles and places from them.

Rays come as unit vectors in the camera frame, (3, width), one plane for each component. Poses come
as lines: axes (n, 3, 3) turn camera vectors into body-fixed ones, observer (n, 3) [m], sun (n, 3).
A frame camera is one line whose width is the number of its pixels; a pushbroom has one per epoch.

Output planes (6, n, width): cosines of incidence, emission and phase, then x, y, z [m], all NaN
where the ray meets nothing.
"""

import math

import numpy as np
from numba import njit

from marsward.geometry.kernels.arc import FAST, arc, arc_of_cosine


@njit(cache=True, error_model="numpy", nogil=True, fastmath=FAST)
def straight_rays(rays, axes, observer, sun, radii, out):
    """Meet the ellipsoid along straight lines; sun: unit vectors, the same for a whole line."""
    ia, ib, ic = 1.0 / radii[0], 1.0 / radii[1], 1.0 / radii[2]
    for k in range(axes.shape[0]):
        a00, a01, a02 = axes[k, 0, 0], axes[k, 0, 1], axes[k, 0, 2]
        a10, a11, a12 = axes[k, 1, 0], axes[k, 1, 1], axes[k, 1, 2]
        a20, a21, a22 = axes[k, 2, 0], axes[k, 2, 1], axes[k, 2, 2]
        ox, oy, oz = observer[k, 0], observer[k, 1], observer[k, 2]
        sx, sy, sz = sun[k, 0], sun[k, 1], sun[k, 2]
        px, py, pz = ox * ia, oy * ib, oz * ic
        gap = px * px + py * py + pz * pz - 1.0
        for i in range(rays.shape[1]):
            u, v, w = rays[0, i], rays[1, i], rays[2, i]
            dx = a00 * u + a01 * v + a02 * w
            dy = a10 * u + a11 * v + a12 * w
            dz = a20 * u + a21 * v + a22 * w
            ex, ey, ez = dx * ia, dy * ib, dz * ic
            a = ex * ex + ey * ey + ez * ez
            b = ex * px + ey * py + ez * pz
            root = math.sqrt(b * b - a * gap)
            t = gap / (root - b) if b < 0.0 else np.nan
            x, y, z = ox + t * dx, oy + t * dy, oz + t * dz
            nx, ny, nz = x * ia * ia, y * ib * ib, z * ic * ic
            n = 1.0 / math.sqrt(nx * nx + ny * ny + nz * nz)
            miss = t * 0.0
            out[0, k, i] = (nx * sx + ny * sy + nz * sz) * n
            out[1, k, i] = -(nx * dx + ny * dy + nz * dz) * n
            out[2, k, i] = miss - (sx * dx + sy * dy + sz * dz)
            out[3, k, i] = x
            out[4, k, i] = y
            out[5, k, i] = z


@njit(cache=True, error_model="numpy", nogil=True, fastmath=FAST)
def met(ox, oy, oz, dx, dy, dz, ia, ib, ic):
    """Length of the ray o + s d to the ellipsoid of inverse radii ia, ib, ic; NaN if it misses."""
    px, py, pz = ox * ia, oy * ib, oz * ic
    ex, ey, ez = dx * ia, dy * ib, dz * ic
    gap = px * px + py * py + pz * pz - 1.0
    a = ex * ex + ey * ey + ez * ez
    b = ex * px + ey * py + ez * pz
    root = math.sqrt(b * b - a * gap)
    return gap / (root - b) if b < 0.0 else np.nan


@njit(cache=True, error_model="numpy", nogil=True, fastmath=FAST)
def inverse_root(square, guess):
    """1 / sqrt(square) from a guess that is right to 1e-4, by two Newton steps: right to 1e-15."""
    half = 0.5 * square
    n = guess * (1.5 - half * guess * guess)
    return n * (1.5 - half * n * n)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=FAST)
def towards(lx, ly, lz, guess, gx, gy, gz):
    """Unit vector in which l is seen by one who moves by g [c], to the fourth power of g.

    guess : 1 / |l| to 1e-4
    """
    n = inverse_root(lx * lx + ly * ly + lz * lz, guess)
    lx, ly, lz = lx * n, ly * n, lz * n
    along = gx * lx + gy * ly + gz * lz
    gx, gy, gz = gx - along * lx, gy - along * ly, gz - along * lz
    less = 1.0 - 0.5 * (gx * gx + gy * gy + gz * gz)
    return lx * less + gx, ly * less + gy, lz * less + gz


@njit(cache=True, error_model="numpy", nogil=True, fastmath=FAST)
def turned(x, y, z, qx, qy, qz):
    """A vector as it looks from axes that have turned by the small angle q [rad]."""
    return x - (qy * z - qz * y), y - (qz * x - qx * z), z - (qx * y - qy * x)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=FAST)
def light_rays(rays, axes, origin, beta, drift, spin, light_time, sun, slowness, stellar, radii,
               out):  # fmt: skip
    """Meet the ellipsoid along the way that the light of each ray came.

    The arguments are those of `geometry.light_path`: origin of the ray (n, 3) [m], beta (n, 3)
    velocity of the observer over c, drift (n, 3) of the body [m/s], spin (n, 3) [rad/s],
    light_time (n,) [s] of the epoch of the axes, sun (n, 3) from the body's centre [m].
    slowness : 1 / c [s/m], or 0 for light that takes no time
    stellar : 1 when the Sun's light is turned by the velocity of the ground as well, else 0

    The point at the path length s stood at p = o + s d, where d = u + drift / c, when the body was
    (light_time - s / c) past the epoch of the axes; then its spin carries it on. The turn within a
    frame, 1e-6 rad at most, moves the surface itself by that times the difference of the equatorial
    radii: nothing for Mars, 2e-5 m for Phobos.
    """
    ia, ib, ic = 1.0 / radii[0], 1.0 / radii[1], 1.0 / radii[2]
    for k in range(axes.shape[0]):
        a00, a01, a02 = axes[k, 0, 0], axes[k, 0, 1], axes[k, 0, 2]
        a10, a11, a12 = axes[k, 1, 0], axes[k, 1, 1], axes[k, 1, 2]
        a20, a21, a22 = axes[k, 2, 0], axes[k, 2, 1], axes[k, 2, 2]
        late = light_time[k]
        bx, by, bz = beta[k, 0], beta[k, 1], beta[k, 2]
        vx, vy, vz = drift[k, 0], drift[k, 1], drift[k, 2]
        wx, wy, wz = spin[k, 0], spin[k, 1], spin[k, 2]
        sx, sy, sz = sun[k, 0], sun[k, 1], sun[k, 2]
        near = 1.0 / math.sqrt(sx * sx + sy * sy + sz * sz)
        cx, cy, cz = vx * slowness, vy * slowness, vz * slowness
        ox = origin[k, 0] - late * vx
        oy = origin[k, 1] - late * vy
        oz = origin[k, 2] - late * vz
        g = stellar * slowness
        for i in range(rays.shape[1]):
            u, v, w = rays[0, i], rays[1, i], rays[2, i]
            dx = a00 * u + a01 * v + a02 * w
            dy = a10 * u + a11 * v + a12 * w
            dz = a20 * u + a21 * v + a22 * w
            tx, ty, tz = dx - bx, dy - by, dz - bz
            n = inverse_root(tx * tx + ty * ty + tz * tz, 1.0)
            tx, ty, tz = tx * n + cx, ty * n + cy, tz * n + cz
            s = met(ox, oy, oz, tx, ty, tz, ia, ib, ic)
            lag = late - s * slowness
            x, y, z = ox + s * tx, oy + s * ty, oz + s * tz
            lx, ly, lz = towards(
                sx - vx * lag - x, sy - vy * lag - y, sz - vz * lag - z, near,
                g * (vx + wy * z - wz * y), g * (vy + wz * x - wx * z),
                g * (vz + wx * y - wy * x),
            )  # fmt: skip
            qx, qy, qz = wx * lag, wy * lag, wz * lag
            out[2, k, i] = s * 0.0 - (lx * dx + ly * dy + lz * dz)
            x, y, z = turned(x, y, z, qx, qy, qz)
            lx, ly, lz = turned(lx, ly, lz, qx, qy, qz)
            dx, dy, dz = turned(dx, dy, dz, qx, qy, qz)
            nx, ny, nz = x * ia * ia, y * ib * ib, z * ic * ic
            n = 1.0 / math.sqrt(nx * nx + ny * ny + nz * nz)
            out[0, k, i] = (nx * lx + ny * ly + nz * lz) * n
            out[1, k, i] = -(nx * dx + ny * dy + nz * dz) * n
            out[3, k, i] = x
            out[4, k, i] = y
            out[5, k, i] = z


@njit(cache=True, error_model="numpy", nogil=True, fastmath=FAST)
def one_step_rays(rays, axes, origin, beta, drift, spin, light_time, first, grain, sun, slowness,
                  stellar, radii, out):  # fmt: skip
    """Meet the ellipsoid as SPICE does with "LT": one step of the light time, epochs in one double.

    Arguments as in `light_rays`; first (n,) [s] is the light time of the body's centre, from which
    the step to the point starts (sincpt), and grain (n,) [s] the width of SPICE's epochs. The
    angles (ilumin) take a step of their own, which starts from the geometric place of the point:
    so they belong to another epoch, up to 2 cm of the body's motion apart.
    """
    ia, ib, ic = 1.0 / radii[0], 1.0 / radii[1], 1.0 / radii[2]
    for k in range(axes.shape[0]):
        a00, a01, a02 = axes[k, 0, 0], axes[k, 0, 1], axes[k, 0, 2]
        a10, a11, a12 = axes[k, 1, 0], axes[k, 1, 1], axes[k, 1, 2]
        a20, a21, a22 = axes[k, 2, 0], axes[k, 2, 1], axes[k, 2, 2]
        late, step, per_step = light_time[k], grain[k], slowness / grain[k]
        bx, by, bz = beta[k, 0], beta[k, 1], beta[k, 2]
        vx, vy, vz = drift[k, 0], drift[k, 1], drift[k, 2]
        wx, wy, wz = spin[k, 0], spin[k, 1], spin[k, 2]
        ox, oy, oz = origin[k, 0], origin[k, 1], origin[k, 2]
        sx, sy, sz = sun[k, 0], sun[k, 1], sun[k, 2]
        near = 1.0 / math.sqrt(sx * sx + sy * sy + sz * sz)
        early = late - step * math.floor(first[k] / step + 0.5)
        hx, hy, hz = ox - early * vx, oy - early * vy, oz - early * vz
        nowx, nowy, nowz = ox - late * vx, oy - late * vy, oz - late * vz
        g = stellar * slowness
        for i in range(rays.shape[1]):
            u, v, w = rays[0, i], rays[1, i], rays[2, i]
            dx = a00 * u + a01 * v + a02 * w
            dy = a10 * u + a11 * v + a12 * w
            dz = a20 * u + a21 * v + a22 * w
            dx, dy, dz = dx - bx, dy - by, dz - bz
            n = inverse_root(dx * dx + dy * dy + dz * dz, 1.0)
            dx, dy, dz = dx * n, dy * n, dz * n
            s = met(hx, hy, hz, dx, dy, dz, ia, ib, ic)
            lag = late - step * np.floor(s * per_step + 0.5)
            x, y, z = ox - lag * vx, oy - lag * vy, oz - lag * vz
            s = met(x, y, z, dx, dy, dz, ia, ib, ic)
            x, y, z = x + s * dx, y + s * dy, z + s * dz
            px, py, pz = turned(x, y, z, wx * lag, wy * lag, wz * lag)
            x, y, z = turned(px, py, pz, -wx * late, -wy * late, -wz * late)
            dx, dy, dz = x - nowx, y - nowy, z - nowz
            s = math.sqrt(dx * dx + dy * dy + dz * dz)
            lag = late - step * np.floor(s * per_step + 0.5)
            qx, qy, qz = wx * lag, wy * lag, wz * lag
            x, y, z = turned(px, py, pz, -qx, -qy, -qz)
            dx, dy, dz = towards(
                x - ox + lag * vx, y - oy + lag * vy, z - oz + lag * vz, 1.0 / s, bx, by, bz
            )
            lx, ly, lz = towards(
                sx - vx * lag - x, sy - vy * lag - y, sz - vz * lag - z, near,
                g * (vx + wy * z - wz * y), g * (vy + wz * x - wx * z),
                g * (vz + wx * y - wy * x),
            )  # fmt: skip
            out[2, k, i] = -(lx * dx + ly * dy + lz * dz)
            lx, ly, lz = turned(lx, ly, lz, qx, qy, qz)
            dx, dy, dz = turned(dx, dy, dz, qx, qy, qz)
            nx, ny, nz = px * ia * ia, py * ib * ib, pz * ic * ic
            n = 1.0 / math.sqrt(nx * nx + ny * ny + nz * nz)
            out[0, k, i] = (nx * lx + ny * ly + nz * lz) * n
            out[1, k, i] = -(nx * dx + ny * dy + nz * dz) * n
            out[3, k, i] = px
            out[4, k, i] = py
            out[5, k, i] = pz


@njit(cache=True, error_model="numpy", nogil=True, fastmath=FAST)
def angles_of_cosines(cosines, out):
    """Angles [deg] of cosines, both flat."""
    deg = 180.0 / math.pi
    for i in range(cosines.shape[0]):
        c = cosines[i]
        out[i] = arc_of_cosine(c) * deg + c * 0.0


@njit(cache=True, error_model="numpy", nogil=True, fastmath=FAST)
def places_of_points(x, y, z, lon, lat):
    """Longitude 0 to 360 and planetocentric latitude [deg] of points, all flat."""
    deg = 180.0 / math.pi
    for i in range(x.shape[0]):
        east = arc(y[i], x[i]) * deg
        lon[i] = (east + 360.0 if east < 0.0 else east) + x[i] * 0.0
        lat[i] = arc(z[i], math.sqrt(x[i] * x[i] + y[i] * y[i])) * deg + x[i] * 0.0
