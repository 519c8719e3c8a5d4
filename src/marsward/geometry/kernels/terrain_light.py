"""Rays to a terrain along the way that the light of each ray came."""

import math

import numpy as np
from numba import njit

from marsward.geometry.kernels.rays import met, towards, turned
from marsward.geometry.kernels.terrain_rays import terrain_hit


@njit(cache=True, error_model="numpy", nogil=True)
def terrain_light_rays(rays, axes, origin, beta, drift, spin, light_time, sun, slowness, stellar,
                       ground, out):  # fmt: skip
    """Meet the terrain; arguments and output as in `kernels.rays.light_rays`.

    Body-fixed, the way of the light is bent by the spin. About the ray's point g on the ellipsoid
    it is straight to 2e-5 m within 10 km: direction d + spin x g / c, both turned back by the spin
    since the epoch of the axes.
    """
    ia, ic = 1.0 / ground[3][0], 1.0 / ground[3][1]
    for k in range(axes.shape[0]):
        m = axes[k]
        late, g = light_time[k], stellar * slowness
        near = 1.0 / math.sqrt(sun[k, 0] ** 2 + sun[k, 1] ** 2 + sun[k, 2] ** 2)
        vx, vy, vz = drift[k, 0], drift[k, 1], drift[k, 2]
        wx, wy, wz = spin[k, 0], spin[k, 1], spin[k, 2]
        ox = origin[k, 0] - late * vx
        oy = origin[k, 1] - late * vy
        oz = origin[k, 2] - late * vz
        for i in range(rays.shape[1]):
            u, v, w = rays[0, i], rays[1, i], rays[2, i]
            dx = m[0, 0] * u + m[0, 1] * v + m[0, 2] * w
            dy = m[1, 0] * u + m[1, 1] * v + m[1, 2] * w
            dz = m[2, 0] * u + m[2, 1] * v + m[2, 2] * w
            tx, ty, tz = dx - beta[k, 0], dy - beta[k, 1], dz - beta[k, 2]
            n = 1.0 / math.sqrt(tx * tx + ty * ty + tz * tz)
            tx, ty, tz = tx * n + vx * slowness, ty * n + vy * slowness, tz * n + vz * slowness
            s = met(ox, oy, oz, tx, ty, tz, ia, ia, ic)
            if not s >= 0.0:
                s = max(-(ox * tx + oy * ty + oz * tz), 0.0)
            lag = late - s * slowness
            qx, qy, qz = wx * lag, wy * lag, wz * lag
            px, py, pz = turned(ox + s * tx, oy + s * ty, oz + s * tz, qx, qy, qz)
            tx, ty, tz = turned(tx, ty, tz, qx, qy, qz)
            tx += slowness * (wy * pz - wz * py)
            ty += slowness * (wz * px - wx * pz)
            tz += slowness * (wx * py - wy * px)
            n = math.sqrt(tx * tx + ty * ty + tz * tz)
            t, px, py, pz, nx, ny, nz, _, _, _ = terrain_hit(
                px - s * tx, py - s * ty, pz - s * tz, tx / n, ty / n, tz / n, 0.0, ground
            )
            if t == math.inf:
                out[:, k, i] = np.nan
                continue
            lag = late - t / n * slowness
            qx, qy, qz = wx * lag, wy * lag, wz * lag
            x, y, z = turned(px, py, pz, -qx, -qy, -qz)
            lx, ly, lz = towards(
                sun[k, 0] - vx * lag - x, sun[k, 1] - vy * lag - y, sun[k, 2] - vz * lag - z, near,
                g * (vx + wy * z - wz * y), g * (vy + wz * x - wx * z),
                g * (vz + wx * y - wy * x),
            )  # fmt: skip
            out[2, k, i] = -(lx * dx + ly * dy + lz * dz)
            lx, ly, lz = turned(lx, ly, lz, qx, qy, qz)
            dx, dy, dz = turned(dx, dy, dz, qx, qy, qz)
            out[0, k, i] = nx * lx + ny * ly + nz * lz
            out[1, k, i] = -(nx * dx + ny * dy + nz * dz)
            out[3, k, i] = px
            out[4, k, i] = py
            out[5, k, i] = pz
