"""Compiled look at a landing ground: the plane under a round footprint, what sticks out of it."""

import math

from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def footprint_planes(height, cell, radius, rise_east, rise_north, rough, step):
    """Plane of least squares through the cells of a disc about every cell.

    Rises [m/m], root mean square and greatest distance from the plane [m] go into the four (rows,
    columns) arrays; cells whose disc leaves the grid get NaN.
    """
    rows, columns = height.shape
    reach = max(1, math.floor(radius / cell + 1e-9))
    most = max(radius, math.sqrt(2.0) * cell) / cell + 1e-9
    count, square = 0, 0.0
    for i in range(-reach, reach + 1):
        for j in range(-reach, reach + 1):
            if math.sqrt(i * i + j * j) <= most:
                count += 1
                square += j * j * cell * cell
    for row in range(rows):
        for col in range(columns):
            if row < reach or col < reach or row >= rows - reach or col >= columns - reach:
                rise_east[row, col] = rise_north[row, col] = math.nan
                rough[row, col] = step[row, col] = math.nan
                continue
            total, east, north = 0.0, 0.0, 0.0
            for i in range(-reach, reach + 1):
                for j in range(-reach, reach + 1):
                    if math.sqrt(i * i + j * j) <= most:
                        z = float(height[row + i, col + j]) - float(height[row, col])
                        total += z
                        east += z * j * cell
                        north -= z * i * cell
            mean, east, north = total / count, east / square, north / square
            worst, sum2 = 0.0, 0.0
            for i in range(-reach, reach + 1):
                for j in range(-reach, reach + 1):
                    if math.sqrt(i * i + j * j) <= most:
                        z = float(height[row + i, col + j]) - float(height[row, col])
                        left = z - mean - east * j * cell + north * i * cell
                        sum2 += left * left
                        worst = max(worst, abs(left))
            rise_east[row, col], rise_north[row, col] = east, north
            rough[row, col], step[row, col] = math.sqrt(sum2 / count), worst


@njit(cache=True, error_model="numpy", nogil=True)
def best_places(score, left, top, cell, x, y, reach, keep_off, off_x, off_y, weight, out):
    """For each of n points the best cell within reach: score less `weight` times way over reach.

    score : (rows, columns), 0 where not safe, NaN unknown
    off_x, off_y : (n,) points [m] that places must be `keep_off` away from
    out : (n, 3) x, y of the place and its score, which is 0 where none is safe; then the point
        itself, or the nearest that keeps off
    """
    rows, columns = score.shape
    for k in range(x.size):
        low_col = max(math.ceil((x[k] - reach - left) / cell), 0)
        high_col = min(math.floor((x[k] + reach - left) / cell), columns - 1)
        low_row = max(math.ceil((top - y[k] - reach) / cell), 0)
        high_row = min(math.floor((top - y[k] + reach) / cell), rows - 1)
        best, out[k, 0], out[k, 1], out[k, 2] = -1e30, x[k], y[k], 0.0
        for row in range(low_row, high_row + 1):
            for col in range(low_col, high_col + 1):
                px, py = left + col * cell, top - row * cell
                way = math.sqrt((px - x[k]) ** 2 + (py - y[k]) ** 2)
                aside = math.sqrt((px - off_x[k]) ** 2 + (py - off_y[k]) ** 2)
                if way > reach or aside < keep_off or not score[row, col] > 0.0:
                    continue
                worth = score[row, col] - weight * way / reach
                if worth > best:
                    best = worth
                    out[k, 0], out[k, 1], out[k, 2] = px, py, score[row, col]
