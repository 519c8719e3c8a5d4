"""Heights between the cells of a plane grid, slopes over a baseline, planes through windows."""

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def corner(place, count):
    """Lower cell and share of the next one at a real place; places beyond the centres are held."""
    place = min(max(place, 0.0), count - 1.0)
    first = min(int(place), count - 2)
    return first, place - first


@njit(cache=True, error_model="numpy", nogil=True)
def bilinear(height, row, col):
    """Heights at real rows and columns (n,)."""
    out = np.empty(row.size)
    rows, columns = height.shape
    for k in range(row.size):
        j, v = corner(row[k], rows)
        i, u = corner(col[k], columns)
        top = height[j, i] * (1.0 - u) + height[j, i + 1] * u
        low = height[j + 1, i] * (1.0 - u) + height[j + 1, i + 1] * u
        out[k] = top * (1.0 - v) + low * v
    return out


@njit(cache=True, error_model="numpy", nogil=True)
def bilinear_slopes(height, row, col):
    """Rise to the east and to the north [per cell] at real rows and columns (n,)."""
    east, north = np.empty(row.size), np.empty(row.size)
    rows, columns = height.shape
    for k in range(row.size):
        j, v = corner(row[k], rows)
        i, u = corner(col[k], columns)
        a, b = np.float64(height[j, i]), np.float64(height[j, i + 1])
        c, d = np.float64(height[j + 1, i]), np.float64(height[j + 1, i + 1])
        east[k] = (b - a) * (1.0 - v) + (d - c) * v
        north[k] = (a - c) * (1.0 - u) + (b - d) * u
    return east, north


@njit(cache=True, error_model="numpy", nogil=True)
def block_mean(height, factor):
    """Means of square blocks of cells; what is left over in the south and east is dropped."""
    ny, nx = height.shape[0] // factor, height.shape[1] // factor
    out = np.empty((ny, nx), dtype=np.float32)
    line = np.empty(nx)
    for j in range(ny):
        line[:] = 0.0
        for b in range(factor):
            for i in range(nx):
                total = 0.0
                for a in range(factor):
                    total += height[j * factor + b, i * factor + a]
                line[i] += total
        for i in range(nx):
            out[j, i] = line[i] / (factor * factor)
    return out


@njit(cache=True, error_model="numpy", nogil=True)
def reach_of(place, reach, count):
    """Places lower and upper, `reach` cells away, held on the grid, and the cells between them."""
    low, high = max(place - reach, 0.0), min(place + reach, count - 1.0)
    return low, high, high - low


@njit(cache=True, error_model="numpy", nogil=True)
def baseline_rise(height, reach, first, last, east, north):
    """Rise [per cell] to the east and north between places `reach` cells to either side.

    For the rows first to last; at the edges of the grid the baseline is as short as it has to be.
    """
    rows, columns = height.shape
    for j in range(first, last):
        up, down, tall = reach_of(float(j), reach, rows)
        j0, v0 = corner(up, rows)
        j1, v1 = corner(down, rows)
        for i in range(columns):
            left, right, wide = reach_of(float(i), reach, columns)
            i0, u0 = corner(left, columns)
            i1, u1 = corner(right, columns)
            a = height[j, i1] * (1.0 - u1) + height[j, i1 + 1] * u1
            b = height[j, i0] * (1.0 - u0) + height[j, i0 + 1] * u0
            east[j, i] = (a - b) / wide
            a = height[j0, i] * (1.0 - v0) + height[j0 + 1, i] * v0
            b = height[j1, i] * (1.0 - v1) + height[j1 + 1, i] * v1
            north[j, i] = (a - b) / tall


@njit(cache=True, error_model="numpy", nogil=True)
def plane_misfit(height, half, first, last, east, north, rough):
    """Plane of least squares through (2 half + 1)^2 cells about each cell of rows first to last.

    Rise of the plane to the east and north [per cell] and root mean square of what is left; the
    windows are moved inward at the edges. Sums run along the rows, told from one height, so that
    they lose no digits.
    """
    rows, columns = height.shape
    width = 2 * half + 1
    spread = 0.0
    for k in range(-half, half + 1):
        spread += k * k
    spread *= width
    total = width * width
    middle = np.float64(height[rows // 2, columns // 2])
    # sums down the columns of the window: heights, their squares, heights times the row's offset
    column = np.empty((3, columns))
    for j in range(first, last):
        centre = min(max(j, half), rows - 1 - half)
        column[:] = 0.0
        for b in range(-half, half + 1):
            for i in range(columns):
                h = height[centre + b, i] - middle
                column[0, i] += h
                column[1, i] += h * h
                column[2, i] -= b * h
        s = q = n = e = 0.0
        at = -1
        for i in range(columns):
            now = min(max(i, half), columns - 1 - half)
            if at < 0:
                for a in range(width):
                    s += column[0, a]
                    q += column[1, a]
                    n += column[2, a]
                    e += (a - half) * column[0, a]
            elif now > at:
                old, new = now - half - 1, now + half
                e += half * column[0, new] + (half + 1) * column[0, old] - s
                s += column[0, new] - column[0, old]
                q += column[1, new] - column[1, old]
                n += column[2, new] - column[2, old]
            at = now
            east[j, i] = e / spread
            north[j, i] = n / spread
            left = (q - s * s / total - (e * e + n * n) / spread) / total
            rough[j, i] = np.sqrt(max(left, 0.0))
