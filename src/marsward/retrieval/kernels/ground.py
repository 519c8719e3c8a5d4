"""Places of map cells on the ground, and where a camera sees them: scalars and rows of cells."""

import math

from numba import njit

SEPARABLE, NORTH, SOUTH = 0, 1, 2


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def polar_direction(kind, x, y):
    """Unit vector of polar stereographic x, y over the sphere's radius; kind 1 north, 2 south."""
    t2 = 0.25 * (x * x + y * y)
    k = 1.0 / (1.0 + t2)
    if kind == NORTH:
        return -y * k, x * k, (1.0 - t2) * k
    return y * k, x * k, (t2 - 1.0) * k


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def turned(cos_a, sin_a, d):
    """Cosine and sine of a + d for a small angle d [rad] (series, 1e-16 at 0.01 rad)."""
    d2 = d * d
    c = 1.0 - 0.5 * d2 * (1.0 - d2 / 12.0 * (1.0 - d2 / 30.0))
    s = d * (1.0 - d2 / 6.0 * (1.0 - d2 / 20.0))
    return cos_a * c - sin_a * s, sin_a * c + cos_a * s


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def terrain_sample(padded, lat, lon):
    """Height and its slopes along latitude and longitude [m, m/rad, m/rad]; lat, lon [deg].

    padded: heights with one cell more on every side (`Terrain.padded`), bilinear between cells.
    """
    rows, columns = padded.shape[0] - 2, padded.shape[1] - 2
    ppd = rows / 180.0
    if lon < 0.0:
        lon += 360.0
    elif lon >= 360.0:
        lon -= 360.0
    x = lon * ppd + 0.5
    y = (90.0 - lat) * ppd + 0.5
    i = min(max(int(x), 0), columns)
    j = min(max(int(y), 0), rows)
    fx, fy = x - i, y - j
    a, b = float(padded[j, i]), float(padded[j, i + 1])
    c, d = float(padded[j + 1, i]), float(padded[j + 1, i + 1])
    upper = a + fx * (b - a)
    lower = c + fx * (d - c)
    per_rad = ppd * 180.0 / math.pi
    east = (b - a) + fy * ((d - c) - (b - a))
    return upper + fy * (lower - upper), (upper - lower) * per_rad, east * per_rad


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def lens_point(kind, k, x, y):
    """Image coordinates through the lens of ideal ones: 0 none, 1 Brown-Conrady, 2 fisheye.

    k: k1, k2, p1, p2, k3 of Brown-Conrady, or k1..k4 of the equidistant fisheye of OpenCV
    (Kannala & Brandt 2006, doi:10.1109/TPAMI.2006.153).
    """
    if kind == 0:
        return x, y
    r2 = x * x + y * y
    if kind == 1:
        radial = 1.0 + r2 * (k[0] + r2 * (k[1] + r2 * k[4]))
        xd = x * radial + 2.0 * k[2] * x * y + k[3] * (r2 + 2.0 * x * x)
        yd = y * radial + k[2] * (r2 + 2.0 * y * y) + 2.0 * k[3] * x * y
        return xd, yd
    r = math.sqrt(r2)
    if r < 1e-12:
        return x, y
    t = math.atan(r)
    t2 = t * t
    bent = t * (1.0 + t2 * (k[0] + t2 * (k[1] + t2 * (k[2] + t2 * k[3]))))
    return x * bent / r, y * bent / r


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def row_directions(kind, grid, row, col0, lat_table, lon_table, dx, dy, dz):
    """Unit vectors of the cells of one row from column col0 on, wrapping round separable maps.

    grid: left, top, pixel over the sphere's radius; lat_table (rows, 2), lon_table (columns, 2):
    cosine and sine.
    """
    n = dx.shape[0]
    if kind == SEPARABLE:
        width = lon_table.shape[0]
        c, s = lat_table[row, 0], lat_table[row, 1]
        done = 0
        start = col0 % width
        while done < n:
            count = min(n - done, width - start)
            for k in range(count):
                dx[done + k] = c * lon_table[start + k, 0]
                dy[done + k] = c * lon_table[start + k, 1]
                dz[done + k] = s
            done += count
            start = 0
    else:
        y = grid[1] - (row + 0.5) * grid[2]
        for k in range(n):
            x = grid[0] + (col0 + k + 0.5) * grid[2]
            dx[k], dy[k], dz[k] = polar_direction(kind, x, y)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def row_lens(lens, numbers, focal, cx, cy, u, v):
    """Pixel coordinates behind the lens, in place; numbers: five of the lens and its reach."""
    for k in range(u.shape[0]):
        if u[k] != -9.0 or v[k] != -9.0:
            x, y = (u[k] - cx) / focal, (v[k] - cy) / focal
            if x * x + y * y > numbers[5] * numbers[5]:
                u[k], v[k] = -9.0, -9.0
                continue
            x, y = lens_point(lens, numbers, x, y)
            u[k], v[k] = focal * x + cx, focal * y + cy
