"""Backward mapping of frames: for each cell of a map window the pixel that saw it."""

import math

import numpy as np
from numba import njit

from marsward.retrieval.kernels.ground import (
    SEPARABLE,
    row_directions,
    row_lens,
    terrain_sample,
)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def _row_radii(radii, height, dx, dy, dz, out):
    """Distance of the ground from the centre [m] along each direction of a row."""
    wx, wy, wz = 1.0 / radii[0] ** 2, 1.0 / radii[1] ** 2, 1.0 / radii[2] ** 2
    for k in range(out.shape[0]):
        out[k] = 1.0 / math.sqrt(dx[k] * dx[k] * wx + dy[k] * dy[k] * wy + dz[k] * dz[k] * wz)
    if height.shape[0] > 1:
        for k in range(out.shape[0]):
            lat = math.degrees(math.asin(min(1.0, max(-1.0, dz[k]))))
            lon = math.degrees(math.atan2(dy[k], dx[k]))
            out[k] += terrain_sample(height, lat, lon)[0]


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def _row_pixels(dx, dy, dz, ground, radii, observer, axes, sun, limits, focal, cx, cy, u, v):
    """Pixel coordinates of a row of cells before the lens; -9 where unseen or unlit."""
    wx, wy, wz = 1.0 / radii[0] ** 2, 1.0 / radii[1] ** 2, 1.0 / radii[2] ** 2
    xx, xy, xz = axes[0, 0], axes[1, 0], axes[2, 0]
    yx, yy, yz = axes[0, 1], axes[1, 1], axes[2, 1]
    zx, zy, zz = axes[0, 2], axes[1, 2], axes[2, 2]
    ox, oy, oz = observer[0], observer[1], observer[2]
    sx, sy, sz = sun[0], sun[1], sun[2]
    least_sun, least_view = limits[0] * abs(limits[0]), limits[1] * limits[1]
    for k in range(u.shape[0]):
        r = ground[k]
        px, py, pz = r * dx[k] - ox, r * dy[k] - oy, r * dz[k] - oz
        nx, ny, nz = dx[k] * wx, dy[k] * wy, dz[k] * wz
        n2 = nx * nx + ny * ny + nz * nz
        toward = -(nx * px + ny * py + nz * pz)
        light = nx * sx + ny * sy + nz * sz
        depth = zx * px + zy * py + zz * pz
        per = focal / depth
        a = (xx * px + xy * py + xz * pz) * per + cx
        b = (yx * px + yy * py + yz * pz) * per + cy
        seen = toward * toward > least_view * n2 * (px * px + py * py + pz * pz)
        lit = light * abs(light) >= least_sun * n2
        good = (toward > 0.0) & seen & lit & (depth > 0.0)
        u[k] = a if good else -9.0
        v[k] = b if good else -9.0


@njit(cache=True, error_model="numpy", nogil=True, fastmath={"contract", "nsz", "arcp"})
def _row_values(image, u, v, out):
    """Bilinear values of one band at pixel coordinates; NaN off the frame."""
    height, width = image.shape
    right, bottom = width - 1.0, height - 1.0
    for k in range(u.shape[0]):
        a, b = u[k], v[k]
        if a >= 0.0 and b >= 0.0 and a < right and b < bottom:
            i, j = int(a), int(b)
            fu, fv = np.float32(a - i), np.float32(b - j)
            upper = image[j, i] + fu * (image[j, i + 1] - image[j, i])
            lower = image[j + 1, i] + fu * (image[j + 1, i + 1] - image[j + 1, i])
            out[k] = upper + fv * (lower - upper)
        else:
            out[k] = np.nan


@njit(cache=True, error_model="numpy", nogil=True)
def map_pixels(
    kind, grid, lat_table, lon_table, row0, col0, radii, height, optics, lens,
    observer, axes, sun, limits, u, v,
):  # fmt: skip
    """Pixel coordinates u, v (rows, columns) of a window of cells; -9 where there is none.

    limits: least cosines of incidence and emission on the ellipsoid; optics: focal length,
    principal point [px], five lens numbers, reach; height (1, 1) for no terrain.
    """
    n = u.shape[1]
    dx, dy, dz, ground = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    focal, cx, cy = optics[0], optics[1], optics[2]
    for r in range(u.shape[0]):
        row_directions(kind, grid, row0 + r, col0, lat_table, lon_table, dx, dy, dz)
        _row_radii(radii, height, dx, dy, dz, ground)
        _row_pixels(
            dx, dy, dz, ground, radii, observer, axes, sun, limits, focal, cx, cy, u[r], v[r]
        )
        if lens != 0:
            row_lens(lens, optics[3:], focal, cx, cy, u[r], v[r])


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def _visible_span(radii, observer, cos_lat, sin_lat):
    """Longitude [rad] under the observer and how far from it a row of an ellipsoid of revolution
    is above his horizon [rad]; negative where it is below it all round."""
    nxy, nz = cos_lat / radii[0] ** 2, sin_lat / radii[2] ** 2
    r = 1.0 / math.sqrt(cos_lat * nxy + sin_lat * nz)
    across = nxy * math.sqrt(observer[0] ** 2 + observer[1] ** 2)
    need = r * (nxy * cos_lat + nz * sin_lat) - nz * observer[2]
    lon = math.atan2(observer[1], observer[0])
    if need >= across:
        return lon, -1.0
    if need <= -across:
        return lon, math.pi
    return lon, math.acos(need / across)


@njit(cache=True, error_model="numpy", nogil=True)
def map_values(
    kind, grid, lat_table, lon_table, row0, col0, radii, height, optics, lens, images,
    observer, axes, sun, limits, out,
):  # fmt: skip
    """Bilinear values (band, rows, columns) of a window of cells; NaN where there is none.

    On a smooth ellipsoid of revolution only the columns above the horizon are looked at.
    """
    n = out.shape[2]
    dx, dy, dz, ground = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    u, v = np.empty(n), np.empty(n)
    focal, cx, cy = optics[0], optics[1], optics[2]
    culled = kind == SEPARABLE and height.shape[0] == 1 and radii[0] == radii[1]
    turn = 2.0 * math.pi / grid[2]
    for r in range(out.shape[1]):
        centre, span = 0.0, float(n)
        if culled:
            row = row0 + r
            lon, reach = _visible_span(radii, observer, lat_table[row, 0], lat_table[row, 1])
            centre = ((lon - grid[0]) / grid[2] - 0.5 - col0) % turn
            span = reach / grid[2] + 1.0 if reach >= 0.0 else -turn
        done = 0
        for lap in range(-1, 2):
            lo = max(done, math.ceil(centre + lap * turn - span)) if culled else 0
            hi = min(n, math.floor(centre + lap * turn + span) + 1) if culled else n
            if hi <= lo or done >= n:
                continue
            for b in range(out.shape[0]):
                out[b, r, done:lo] = np.nan
            m = hi - lo
            row_directions(
                kind, grid, row0 + r, col0 + lo, lat_table, lon_table, dx[:m], dy[:m], dz[:m]
            )
            _row_radii(radii, height, dx[:m], dy[:m], dz[:m], ground[:m])
            _row_pixels(
                dx[:m], dy[:m], dz[:m], ground[:m], radii, observer, axes, sun, limits,
                focal, cx, cy, u[:m], v[:m],
            )  # fmt: skip
            if lens != 0:
                row_lens(lens, optics[3:], focal, cx, cy, u[:m], v[:m])
            for b in range(out.shape[0]):
                _row_values(images[b], u[:m], v[:m], out[b, r, lo:hi])
            done = hi
        for b in range(out.shape[0]):
            out[b, r, done:] = np.nan
