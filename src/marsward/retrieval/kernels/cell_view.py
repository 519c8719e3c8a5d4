"""How a camera sees the ground of a map's cells: places, slopes, pixels and cast shadows."""

import math

from numba import njit

from marsward.retrieval.kernels.ground import (
    SEPARABLE,
    lens_point,
    polar_direction,
    terrain_sample,
    turned,
)

MATH = {"contract", "nsz", "arcp", "reassoc"}
SHADOW_STEPS = 24
NEAR = 4  # cells of terrain, side of the finest tiles of `Terrain.mips`


@njit(cache=True, error_model="numpy", nogil=True, inline="always", fastmath=MATH)
def ground_point(wx, wy, wz, padded, dx, dy, dz, lat, lon):
    """Ground point [m] in a direction and the outward unit normal of the slope there.

    wx, wy, wz: inverse squares of the ellipsoid's radii [m-2]; lat, lon [deg].
    """
    ex, ey, ez = dx * wx, dy * wy, dz * wz
    inverse2 = ex * dx + ey * dy + ez * dz
    r = 1.0 / math.sqrt(inverse2)
    if padded.shape[0] > 1:
        h, north, east = terrain_sample(padded, lat, lon)
        r += h
        c2 = max(dx * dx + dy * dy, 1e-16)
        across = inverse2 / (r * c2)
        along = across * north * math.sqrt(c2)
        across *= east
        ex += along * dz * dx + across * dy
        ey += along * dz * dy - across * dx
        ez -= along * c2
    length = 1.0 / math.sqrt(ex * ex + ey * ey + ez * ez)
    return r * dx, r * dy, r * dz, ex * length, ey * length, ez * length


@njit(cache=True, error_model="numpy", nogil=True, fastmath=MATH)
def in_shadow(radii, padded, tops, near, px, py, pz, sun, step):
    """Whether higher ground stands between a point [m] and the Sun, looked for at equal steps.

    tops: highest ground within one tile's side of each tile (a level of `Terrain.mips`), of tiles
    no smaller than all the steps together; near: the same of tiles of NEAR steps.
    """
    level = math.sqrt(px * px + py * py + pz * pz)
    tile_lat = 0.5 * math.pi - math.asin(pz / level)
    tile_lon = math.atan2(py, px)
    tile_lon += 2.0 * math.pi if tile_lon < 0.0 else 0.0
    j = min(int(tile_lat / math.pi * tops.shape[0]), tops.shape[0] - 1)
    i = min(int(tile_lon / (2.0 * math.pi) * tops.shape[1]), tops.shape[1] - 1)
    top = tops[j, i]
    j = min(int(tile_lat / math.pi * near.shape[0]), near.shape[0] - 1)
    i = min(int(tile_lon / (2.0 * math.pi) * near.shape[1]), near.shape[1] - 1)
    near_top = near[j, i]
    for k in range(1, SHADOW_STEPS + 1):
        x = px + k * step * sun[0]
        y = py + k * step * sun[1]
        z = pz + k * step * sun[2]
        r = math.sqrt(x * x + y * y + z * z)
        dx, dy, dz = x / r, y / r, z / r
        ground = 1.0 / math.sqrt((dx / radii[0]) ** 2 + (dy / radii[1]) ** 2 + (dz / radii[2]) ** 2)
        above = r - ground
        if above > top:
            return False
        if k <= NEAR and above > near_top:
            continue
        lat, lon = math.degrees(math.asin(dz)), math.degrees(math.atan2(dy, dx))
        if terrain_sample(padded, lat, lon)[0] > above:
            return True
    return False


@njit(cache=True, error_model="numpy", nogil=True, inline="always", fastmath=MATH)
def pixel_of(px, py, pz, axes, optics, lens):
    """Pixel x, y and depth [m] of a point seen from the camera; depth -1 where it cannot see."""
    depth = axes[0, 2] * px + axes[1, 2] * py + axes[2, 2] * pz
    per = 1.0 / depth
    x = (axes[0, 0] * px + axes[1, 0] * py + axes[2, 0] * pz) * per
    y = (axes[0, 1] * px + axes[1, 1] * py + axes[2, 1] * pz) * per
    if lens != 0 and depth > 0.0:
        if x * x + y * y > optics[8] * optics[8]:
            return 0.0, 0.0, -1.0
        x, y = lens_point(lens, optics[3:8], x, y)
    return optics[0] * x + optics[1], optics[0] * y + optics[2], depth


@njit(cache=True, error_model="numpy", nogil=True, inline="always", fastmath=MATH)
def place_in_cell(kind, grid, cell, ox, oy, relief):
    """Unit vector and latitude, longitude [deg] of the place ox, oy [cells] off a cell's centre.

    cell: x, y of the centre as in grid, cosine and sine of its latitude and of its longitude.
    Without relief the angles of polar maps, which nothing then needs, are left at 0.
    """
    x, y = cell[0] + ox * grid[2], cell[1] - oy * grid[2]
    if kind == SEPARABLE:
        c, s = turned(cell[2], cell[3], -oy * grid[2])
        a, b = turned(cell[4], cell[5], ox * grid[2])
        return c * a, c * b, s, math.degrees(y), math.degrees(x)
    dx, dy, dz = polar_direction(kind, x, y)
    lat = lon = 0.0
    if relief:
        lat = math.degrees(math.asin(min(1.0, max(-1.0, dz))))
        lon = math.degrees(math.atan2(dy, dx))
    return dx, dy, dz, lat, lon


@njit(cache=True, error_model="numpy", nogil=True, fastmath=MATH)
def cell_steps(kind, grid, cell, level, observer, axes, optics, lens, steps):
    """Change of pixel x, y over one cell along x and along y of the map, at distance `level` [m]
    from the centre: fills steps (4,)."""
    for k in range(2):
        ox, oy = 0.5 * (1 - k), 0.5 * k
        ax, ay, az, _, _ = place_in_cell(kind, grid, cell, -ox, -oy, False)
        bx, by, bz, _, _ = place_in_cell(kind, grid, cell, ox, oy, False)
        u0, v0, _ = pixel_of(
            level * ax - observer[0], level * ay - observer[1], level * az - observer[2],
            axes, optics, lens,
        )  # fmt: skip
        u1, v1, _ = pixel_of(
            level * bx - observer[0], level * by - observer[1], level * bz - observer[2],
            axes, optics, lens,
        )  # fmt: skip
        steps[2 * k], steps[2 * k + 1] = u1 - u0, v1 - v0


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def row_views(dx, dy, dz, wa, wb, wc, observer, axes, sun, focal, cx, cy, u, v, distance, mu0, mu):
    """How the camera sees a row of cells on the ellipsoid: pixel before the lens (-1e9 behind the
    camera), distance [m] and cosines of incidence and emission."""
    ox, oy, oz = observer[0], observer[1], observer[2]
    sx, sy, sz = sun[0], sun[1], sun[2]
    xx, xy, xz = axes[0, 0], axes[1, 0], axes[2, 0]
    yx, yy, yz = axes[0, 1], axes[1, 1], axes[2, 1]
    zx, zy, zz = axes[0, 2], axes[1, 2], axes[2, 2]
    for k in range(u.shape[0]):
        ex, ey, ez = dx[k] * wa, dy[k] * wb, dz[k] * wc
        r = 1.0 / math.sqrt(ex * dx[k] + ey * dy[k] + ez * dz[k])
        length = 1.0 / math.sqrt(ex * ex + ey * ey + ez * ez)
        px, py, pz = r * dx[k] - ox, r * dy[k] - oy, r * dz[k] - oz
        far = math.sqrt(px * px + py * py + pz * pz)
        distance[k] = far
        mu0[k] = (ex * sx + ey * sy + ez * sz) * length
        mu[k] = -(ex * px + ey * py + ez * pz) * length / far
        depth = zx * px + zy * py + zz * pz
        per = focal / depth
        a = (xx * px + xy * py + xz * pz) * per + cx
        b = (yx * px + yy * py + yz * pz) * per + cy
        u[k] = a if depth > 0.0 else -1e9
        v[k] = b if depth > 0.0 else -1e9
