"""Pictures of the ground from orbit: rays met with the planet row by row, then shaded.

Rays and poses are body-fixed in metres. A row of ground holds for each ray: whether it is seen, the
unit direction of the point from the planet's centre (3), cosines of incidence and emission on the
slope, of phase, of incidence and emission from the vertical, sunlight let through (0 in cast
shadow), distance along the ray [m]. Maps are padded by one cell all around; they begin at the north
pole and 0 E. Heights are metres above the ellipsoid.
"""

import math

import numpy as np
from numba import njit

from marsward.geometry.kernels.terrain_rays import (
    outer_normal,
    place,
    surface,
    terrain_distance,
    terrain_hit,
)
from marsward.physics.kernels.haze import veil
from marsward.physics.kernels.mars_photometry import frame, reflected
from marsward.planet.kernels.mottle import mottle

SEEN, QX, QY, QZ, COS_I, COS_E, COS_G, UP_I, UP_E, LIT, REACH = range(11)
GROUND = 11
LIFT = 1.0  # m: a shadow ray begins so far off the slope
CLOSE = 1e-2  # m: how near to the surface a point counts as met
TRIES = 12


@njit(cache=True, error_model="numpy", nogil=True)
def ray_row(rays, j, dx, dy, axes, out):
    """Body-fixed unit rays of row j, off the pixel centres by a part of a pixel: out (3, nx)."""
    ny, nx = rays.shape[0], rays.shape[1]
    j0 = j if j < ny - 1 or ny == 1 else j - 1
    j1 = min(j0 + 1, ny - 1)
    ty = (j - j0) + dy
    for i in range(nx):
        if dx == 0.0 and dy == 0.0:
            x, y, z = rays[j, i, 0], rays[j, i, 1], rays[j, i, 2]
        else:
            i0 = i if i < nx - 1 or nx == 1 else i - 1
            i1 = min(i0 + 1, nx - 1)
            tx = (i - i0) + dx
            a, b, c, d = (1.0 - tx) * (1.0 - ty), tx * (1.0 - ty), (1.0 - tx) * ty, tx * ty
            x = (
                a * rays[j0, i0, 0]
                + b * rays[j0, i1, 0]
                + c * rays[j1, i0, 0]
                + d * rays[j1, i1, 0]
            )
            y = (
                a * rays[j0, i0, 1]
                + b * rays[j0, i1, 1]
                + c * rays[j1, i0, 1]
                + d * rays[j1, i1, 1]
            )
            z = (
                a * rays[j0, i0, 2]
                + b * rays[j0, i1, 2]
                + c * rays[j1, i0, 2]
                + d * rays[j1, i1, 2]
            )
            n = 1.0 / math.sqrt(x * x + y * y + z * z)
            x, y, z = x * n, y * n, z * n
        out[0, i] = axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z
        out[1, i] = axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z
        out[2, i] = axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def ellipsoid_row(rays, observer, sun, inverse, ground):
    """The row of ground on the bare ellipsoid; inverse holds 1/radii [1/m]."""
    px, py, pz = observer[0] * inverse[0], observer[1] * inverse[1], observer[2] * inverse[2]
    gap = px * px + py * py + pz * pz - 1.0
    for i in range(rays.shape[1]):
        dx, dy, dz = rays[0, i], rays[1, i], rays[2, i]
        ex, ey, ez = dx * inverse[0], dy * inverse[1], dz * inverse[2]
        a = ex * ex + ey * ey + ez * ez
        b = ex * px + ey * py + ez * pz
        d = b * b - a * gap
        t = (-b - math.sqrt(max(d, 0.0))) / a
        x, y, z = observer[0] + t * dx, observer[1] + t * dy, observer[2] + t * dz
        nx = x * inverse[0] * inverse[0]
        ny = y * inverse[1] * inverse[1]
        nz = z * inverse[2] * inverse[2]
        n = 1.0 / math.sqrt(nx * nx + ny * ny + nz * nz)
        r = 1.0 / math.sqrt(x * x + y * y + z * z)
        mu0 = (nx * sun[0] + ny * sun[1] + nz * sun[2]) * n
        mu = -(nx * dx + ny * dy + nz * dz) * n
        ground[SEEN, i] = 1.0 if d > 0.0 and b < 0.0 else 0.0
        ground[QX, i], ground[QY, i], ground[QZ, i] = x * r, y * r, z * r
        ground[COS_I, i], ground[COS_E, i] = mu0, mu
        ground[COS_G, i] = -(dx * sun[0] + dy * sun[1] + dz * sun[2])
        ground[UP_I, i], ground[UP_E, i] = mu0, mu
        ground[LIT, i] = 1.0
        ground[REACH, i] = t


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def turn(y, x):
    """atan2 in turns, 0 to 1, good to 1e-12, by an odd polynomial fitted up to 22.5 deg."""
    ax, ay = abs(x), abs(y)
    high = max(ax, ay)
    t = min(ax, ay) / high if high > 0.0 else 0.0
    bent = t > 0.41421356237309503
    if bent:
        t = (t - 1.0) / (t + 1.0)
    s = t * t
    a = 0.110223662905803 + s * (-0.0837197200368455 + s * 0.0455672801790153)
    a = 0.199997896288944 + s * (-0.142797154712546 + s * a)
    a = t * (0.999999999852616 + s * (-0.333333300632331 + s * a))
    if bent:
        a += 0.25 * math.pi
    if ay > ax:
        a = 0.5 * math.pi - a
    if x < 0.0:
        a = math.pi - a
    if y < 0.0:
        a = 2.0 * math.pi - a
    return a * (0.5 / math.pi)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def map_place(qx, qy, qz, rows, columns):
    """Column and row (float, padded) of a unit direction in a map of that many cells."""
    x = turn(qy, qx) * columns + 0.5
    rho = math.sqrt(qx * qx + qy * qy)
    y = (0.25 - (turn(qz, rho) if qz >= 0.0 else -turn(-qz, rho))) * 2.0 * rows + 0.5
    return x, y


@njit(cache=True, error_model="numpy", nogil=True)
def steep_hit(observer, dx, dy, dz, t, inverse, steepest, terrain):
    """Where a steep ray meets the terrain, by Newton's method from a guess t of the distance [m].

    A ray that comes down more steeply than the terrain rises anywhere meets it once, and a point of
    both is that one. Returns t, the normal and the grid place; t is infinite for a ray that is not
    so steep, near the poles, or when the search does not close.
    """
    padded = terrain[0]
    ia2, ic2 = inverse[0] * inverse[0], inverse[2] * inverse[2]
    rows = padded.shape[0] - 2
    per = rows / math.pi
    for _ in range(TRIES):
        x, y, z = observer[0] + t * dx, observer[1] + t * dy, observer[2] + t * dz
        r, rho, high, _, _, col, row = place(x, y, z, ia2, ic2, per)
        if -(x * dx + y * dy + z * dz) < steepest * r or not 1.5 < row < rows - 0.5:
            break
        off = high - surface(padded, col, row)
        nx, ny, nz = outer_normal(x, y, z, r, rho, col, row, padded, ia2, ic2, per)
        if abs(off) < CLOSE:
            return t, nx, ny, nz, col, row
        t -= off * (nx * x + ny * y + nz * z) / (r * (nx * dx + ny * dy + nz * dz))
    return math.inf, 0.0, 0.0, 0.0, 0.0, 0.0


@njit(cache=True, error_model="numpy", nogil=True)
def smooth_normal(px, py, pz, x, y, padded, inverse, per):
    """Outward unit normal from central differences at the four cell centres around (x, y)."""
    rows, columns = padded.shape[0], padded.shape[1]
    i = min(max(int(x), 0), columns - 2)
    j = min(max(int(y), 0), rows - 2)
    u, v = x - i, y - j
    west = i - 1 if i > 0 else columns - 3
    far = i + 2 if i + 2 < columns else 2
    north, south = max(j - 1, 0), min(j + 2, rows - 1)
    top = (padded[j, i + 1] - padded[j, west]) * (1.0 - u) + (padded[j, far] - padded[j, i]) * u
    low = (padded[j + 1, i + 1] - padded[j + 1, west]) * (1.0 - u)
    low += (padded[j + 1, far] - padded[j + 1, i]) * u
    left = (padded[j + 1, i] - padded[north, i]) * (1.0 - v)
    left += (padded[south, i] - padded[j, i]) * v
    right = (padded[j + 1, i + 1] - padded[north, i + 1]) * (1.0 - v)
    right += (padded[south, i + 1] - padded[j, i + 1]) * v
    eastward = 0.5 * (top * (1.0 - v) + low * v)
    southward = 0.5 * (left * (1.0 - u) + right * u)
    rho = max(math.sqrt(px * px + py * py), 1e-6)
    r = math.sqrt(rho * rho + pz * pz)
    sine, cosine = pz / r, rho / r
    ia2, ic2 = inverse[0] * inverse[0], inverse[2] * inverse[2]
    base = 1.0 / math.sqrt(cosine * cosine * ia2 + sine * sine * ic2)
    east = -eastward * per / rho
    pole = (southward * per + base * base * base * sine * cosine * (ic2 - ia2)) / r
    nx = px / r - east * py / rho - pole * sine * px / rho
    ny = py / r + east * px / rho - pole * sine * py / rho
    nz = sine + pole * cosine
    n = 1.0 / math.sqrt(nx * nx + ny * ny + nz * nz)
    return nx * n, ny * n, nz * n


@njit(cache=True, error_model="numpy", nogil=True)
def terrain_row(rays, observer, sun, inverse, relief, ground):
    """The row of ground on a terrain; each ray starts from the plane that its neighbour met.

    relief: the ground of `geometry.terrain`; sine of its steepest slope; sines of how high the
    horizon may stand by blocks, rows from the north pole, columns from 0 E: shadow rays go out
    where the Sun is lower; whether shadows are asked for; whether slopes run evenly from cell
    centre to cell centre instead of jumping at the edges.
    """
    terrain, steepest, horizon, shadows, smooth = relief
    ox, oy, oz = observer[0], observer[1], observer[2]
    x, y, z, nx, ny, nz = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    col, row = 0.0, 0.0
    blocks = horizon.shape[0] - 1
    per = (terrain[0].shape[0] - 2) / math.pi
    for i in range(rays.shape[1]):
        dx, dy, dz = rays[0, i], rays[1, i], rays[2, i]
        slope = nx * dx + ny * dy + nz * dz
        t = math.inf
        if slope < 0.0:
            guess = (nx * (x - ox) + ny * (y - oy) + nz * (z - oz)) / slope
            t, nx, ny, nz, col, row = steep_hit(
                observer, dx, dy, dz, guess, inverse, steepest, terrain
            )
        if t < math.inf:
            x, y, z = ox + t * dx, oy + t * dy, oz + t * dz
        else:
            t, x, y, z, nx, ny, nz, lon, lat, _ = terrain_hit(ox, oy, oz, dx, dy, dz, 0.0, terrain)
            col, row = lon * per + 0.5, (0.5 * math.pi - lat) * per + 0.5
        ground[REACH, i] = t
        ground[LIT, i] = 1.0
        if t == math.inf:
            ground[SEEN, i] = 0.0
            continue
        ground[SEEN, i] = 1.0
        r = 1.0 / math.sqrt(x * x + y * y + z * z)
        ground[QX, i], ground[QY, i], ground[QZ, i] = x * r, y * r, z * r
        ux = x * inverse[0] * inverse[0]
        uy = y * inverse[1] * inverse[1]
        uz = z * inverse[2] * inverse[2]
        n = 1.0 / math.sqrt(ux * ux + uy * uy + uz * uz)
        sx, sy, sz = nx, ny, nz
        if smooth:
            sx, sy, sz = smooth_normal(x, y, z, col, row, terrain[0], inverse, per)
        mu0 = sx * sun[0] + sy * sun[1] + sz * sun[2]
        high = (ux * sun[0] + uy * sun[1] + uz * sun[2]) * n
        ground[COS_I, i], ground[COS_E, i] = mu0, -(sx * dx + sy * dy + sz * dz)
        ground[COS_G, i] = -(dx * sun[0] + dy * sun[1] + dz * sun[2])
        ground[UP_I, i], ground[UP_E, i] = high, -(ux * dx + uy * dy + uz * dz) * n
        if not shadows or mu0 <= 0.0:
            continue
        col, row = map_place(x * r, y * r, z * r, horizon.shape[0], horizon.shape[1])
        if high < horizon[min(max(int(row - 0.5), 0), blocks), int(col - 0.5) % horizon.shape[1]]:
            ray = (x + LIFT * nx, y + LIFT * ny, z + LIFT * nz, sun[0], sun[1], sun[2])
            if terrain_distance(ray, 0.0, terrain) < math.inf:
                ground[LIT, i] = 0.0


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def shade_row(ground, light, share, out, j):
    """Add `share` of the row's radiance to out (bands, ny, nx).

    light: albedo maps (bands, rows + 2, columns + 2); numbers of the mottling; angle between
    samples [rad], two of which the shortest wave drawn spans; sunlight over pi by band [W m-2
    sr-1]; law, numbers, curves, table and step of `mars_photometry`; haze: rows of numbers and of
    shares by band, and whether there is any.
    """
    maps, fine, spread, flux, law, numbers, curves, w_table, w_step, haze, shares, hazy = light
    bands, rows, columns = maps.shape[0], maps.shape[1] - 2, maps.shape[2] - 2
    for i in range(ground.shape[1]):
        if ground[SEEN, i] == 0.0:
            continue
        mu0, mu, cosine = ground[COS_I, i], ground[COS_E, i], ground[COS_G, i]
        lit = ground[LIT, i]
        if (mu0 <= 0.0 or lit <= 0.0) and not hazy:
            continue
        f0, f1, f2, f3, f4, f5 = frame(law, mu0, mu, cosine, numbers, curves)
        x, y = map_place(ground[QX, i], ground[QY, i], ground[QZ, i], rows, columns)
        x0, y0 = min(int(x), columns), min(int(y), rows)
        wx, wy = x - x0, y - y0
        a, b, c, d = (1.0 - wx) * (1.0 - wy), wx * (1.0 - wy), (1.0 - wx) * wy, wx * wy
        tone = 1.0
        if fine[1] > 0.0:
            finest = 2.0 * spread * ground[REACH, i] / max(ground[UP_E, i], 0.05)
            tone = mottle(ground[QX, i], ground[QY, i], ground[QZ, i], finest, fine)
        for k in range(bands):
            value = tone * (
                a * maps[k, y0, x0] + b * maps[k, y0, x0 + 1]
                + c * maps[k, y0 + 1, x0] + d * maps[k, y0 + 1, x0 + 1]
            )  # fmt: skip
            factor = 0.0
            if f0 > 0.0 and lit > 0.0:
                factor = lit * reflected(law, value, f0, f1, f2, f3, f4, f5, w_table, w_step)
            if hazy:
                direct, sky, up, path = veil(
                    ground[UP_I, i], ground[UP_E, i], cosine, haze[k], shares[k]
                )
                factor = path + up * (direct * factor + sky * value)
            out[k, j, i] += np.float32(share * flux[k] * factor)


@njit(cache=True, error_model="numpy", nogil=True)
def render_ellipsoid(rays, observer, axes, sun, inverse, light, samples, out):
    """Radiance of a picture of the bare ellipsoid, added to out (bands, ny, nx)."""
    nx = rays.shape[1]
    line, ground = np.empty((3, nx)), np.empty((GROUND, nx))
    share = 1.0 / (samples * samples)
    for j in range(rays.shape[0]):
        for k in range(samples * samples):
            dx = (k % samples + 0.5) / samples - 0.5
            dy = (k // samples + 0.5) / samples - 0.5
            ray_row(rays, j, dx, dy, axes, line)
            ellipsoid_row(line, observer, sun, inverse, ground)
            shade_row(ground, light, share, out, j)


@njit(cache=True, error_model="numpy", nogil=True)
def render_terrain(rays, observer, axes, sun, inverse, relief, light, samples, out):
    """Radiance of a picture of terrain, added to out (bands, ny, nx)."""
    nx = rays.shape[1]
    line, ground = np.empty((3, nx)), np.empty((GROUND, nx))
    share = 1.0 / (samples * samples)
    for j in range(rays.shape[0]):
        for k in range(samples * samples):
            dx = (k % samples + 0.5) / samples - 0.5
            dy = (k // samples + 0.5) / samples - 0.5
            ray_row(rays, j, dx, dy, axes, line)
            terrain_row(line, observer, sun, inverse, relief, ground)
            shade_row(ground, light, share, out, j)


@njit(cache=True, error_model="numpy", nogil=True)
def ground_ellipsoid(rays, observer, axes, sun, inverse, out):
    """Rows of ground at pixel centres on the bare ellipsoid: out (11, ny, nx)."""
    nx = rays.shape[1]
    line, ground = np.empty((3, nx)), np.empty((GROUND, nx))
    for j in range(rays.shape[0]):
        ray_row(rays, j, 0.0, 0.0, axes, line)
        ellipsoid_row(line, observer, sun, inverse, ground)
        out[:, j, :] = ground


@njit(cache=True, error_model="numpy", nogil=True)
def ground_terrain(rays, observer, axes, sun, inverse, relief, out):
    """Rows of ground at pixel centres on a terrain: out (11, ny, nx)."""
    nx = rays.shape[1]
    line, ground = np.empty((3, nx)), np.zeros((GROUND, nx))
    for j in range(rays.shape[0]):
        ray_row(rays, j, 0.0, 0.0, axes, line)
        terrain_row(line, observer, sun, inverse, relief, ground)
        out[:, j, :] = ground


@njit(cache=True, error_model="numpy", nogil=True)
def sample_map(values, qx, qy, qz, out):
    """Bilinear values of one padded map (rows + 2, columns + 2) at unit directions, all flat."""
    rows, columns = values.shape[0] - 2, values.shape[1] - 2
    for i in range(out.shape[0]):
        x, y = map_place(qx[i], qy[i], qz[i], rows, columns)
        x0, y0 = min(int(x), columns), min(int(y), rows)
        wx, wy = x - x0, y - y0
        top = values[y0, x0] * (1.0 - wx) + values[y0, x0 + 1] * wx
        low = values[y0 + 1, x0] * (1.0 - wx) + values[y0 + 1, x0 + 1] * wx
        out[i] = top * (1.0 - wy) + low * wy
