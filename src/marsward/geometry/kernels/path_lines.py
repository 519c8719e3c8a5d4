"""Lines over a grid of costs: what they cost, whether they are free, their way down, their pull.

Places are rows and columns as real numbers, whole at cell centres. A ground of costs is a tuple
(kind, cost, east, north, blocked, table, steps, cell): kind 0 has one cost of a metre per cell
(float32), kind 1 slopes per cell and a table of costs of a metre by slope along and across.
Between cell centres cost or slopes run bilinearly through the cells that are not blocked.
"""

import math

import numpy as np
from numba import njit

from marsward.geometry.kernels.direction_march import RING_COL, RING_ROW, rate, shut

HEADINGS = 48
_PLAIN = 3  # steps from cell to cell before others are tried again


@njit(cache=True, error_model="numpy", nogil=True)
def metre(ground, row, col, dx, dy):
    """Cost of a metre at a place in the heading (dx east, dy north); inf where none leads."""
    kind, cost, east, north, blocked, table, steps, _ = ground
    rows, columns = blocked.shape
    y, x = min(max(row, 0.0), rows - 1.0), min(max(col, 0.0), columns - 1.0)
    j, i = min(int(y), rows - 2), min(int(x), columns - 2)
    v, u = y - j, x - i
    weight = a = b = 0.0
    for n in range(4):
        jj, ii = j + n // 2, i + n % 2
        if blocked[jj, ii]:
            continue
        w = (v if n // 2 else 1.0 - v) * (u if n % 2 else 1.0 - u)
        weight += w
        if kind == 0:
            a += w * cost[jj, ii]
        else:
            a += w * east[jj, ii]
            b += w * north[jj, ii]
    if weight <= 0.0:
        return np.inf
    a, b = a / weight, b / weight
    if kind == 0:
        return a
    return rate(table, steps[0], steps[1], a * dx + b * dy, a * dy - b * dx)


@njit(cache=True, error_model="numpy", nogil=True)
def is_clear(blocked, row0, col0, row1, col1):
    """Whether a straight line stays out of blocked cells and off the outside of the grid.

    It visits every cell that the line crosses (Amanatides and Woo 1987,
    doi:10.2312/egtp.19871000); through a corner it passes unless both cells beside it are blocked.
    """
    rows, columns = blocked.shape
    y, x = math.floor(row0 + 0.5), math.floor(col0 + 0.5)
    y1, x1 = math.floor(row1 + 0.5), math.floor(col1 + 0.5)
    if shut(blocked, y, x, rows, columns) or shut(blocked, y1, x1, rows, columns):
        return False
    dy, dx = row1 - row0, col1 - col0
    sy, sx = (1 if dy > 0 else -1), (1 if dx > 0 else -1)
    ty = (y + 0.5 * sy - row0) / dy if dy != 0.0 else np.inf
    tx = (x + 0.5 * sx - col0) / dx if dx != 0.0 else np.inf
    step_y = abs(1.0 / dy) if dy != 0.0 else np.inf
    step_x = abs(1.0 / dx) if dx != 0.0 else np.inf
    for _ in range(abs(y1 - y) + abs(x1 - x) + 2):
        if y == y1 and x == x1:
            return True
        if abs(tx - ty) < 1e-9:
            if shut(blocked, y + sy, x, rows, columns) and shut(blocked, y, x + sx, rows, columns):
                return False
            y, x, ty, tx = y + sy, x + sx, ty + step_y, tx + step_x
        elif ty < tx:
            y, ty = y + sy, ty + step_y
        else:
            x, tx = x + sx, tx + step_x
        if shut(blocked, y, x, rows, columns):
            return False
    return y == y1 and x == x1


@njit(cache=True, error_model="numpy", nogil=True)
def line_cost(ground, row0, col0, row1, col1, fine):
    """Cost of a straight line by the midpoint rule, parts of `fine` cells at most; inf if shut."""
    if not is_clear(ground[4], row0, col0, row1, col1):
        return np.inf
    return open_cost(ground, row0, col0, row1, col1, fine)


@njit(cache=True, error_model="numpy", nogil=True)
def open_cost(ground, row0, col0, row1, col1, fine):
    """`line_cost` of a line that is known to be clear."""
    dy, dx = row1 - row0, col1 - col0
    length = math.hypot(dx, dy)
    if length == 0.0:
        return 0.0
    parts = max(1, math.ceil(length / fine))
    total = 0.0
    for k in range(parts):
        f = (k + 0.5) / parts
        total += metre(ground, row0 + f * dy, col0 + f * dx, dx / length, -dy / length)
    return total / parts * length * ground[7]


@njit(cache=True, error_model="numpy", nogil=True)
def costs_along(ground, row, col, fine):
    """Cost from the first vertex to each vertex (n,) of a line."""
    out = np.zeros(row.size)
    for k in range(1, row.size):
        out[k] = out[k - 1] + line_cost(ground, row[k - 1], col[k - 1], row[k], col[k], fine)
    return out


@njit(cache=True, error_model="numpy", nogil=True)
def cast_seeds(ground, T, row, col, reach, fine):
    """Set arrivals T (rows, columns) of the cells that a straight line of `reach` cells at most
    joins to a start; returns their rows and columns (n, 2)."""
    rows, columns = ground[4].shape
    seeds = np.empty(((2 * reach + 3) ** 2, 2), np.int64)
    count = 0
    y, x = math.floor(row + 0.5), math.floor(col + 0.5)
    for j in range(max(0, y - reach), min(rows, y + reach + 1)):
        for i in range(max(0, x - reach), min(columns, x + reach + 1)):
            if math.hypot(j - row, i - col) > reach + 0.5:
                continue
            value = line_cost(ground, row, col, float(j), float(i), fine)
            if value < np.inf:
                T[j, i] = value
                seeds[count, 0], seeds[count, 1] = j, i
                count += 1
    return seeds[:count].copy()


@njit(cache=True, error_model="numpy", nogil=True)
def arrival_at(T, row, col):
    """Arrival between cell centres, bilinear through those that were reached; inf without any."""
    rows, columns = T.shape
    y, x = min(max(row, 0.0), rows - 1.0), min(max(col, 0.0), columns - 1.0)
    j, i = min(int(y), rows - 2), min(int(x), columns - 2)
    v, u = y - j, x - i
    weight = total = 0.0
    for n in range(4):
        w = (v if n // 2 else 1.0 - v) * (u if n % 2 else 1.0 - u)
        t = T[j + n // 2, i + n % 2]
        if w > 0.0 and t < np.inf:
            weight += w
            total += w * t
    return total / weight if weight > 0.25 else np.inf


@njit(cache=True, error_model="numpy", nogil=True)
def lower_cell(ground, T, row, col, here, fine):
    """The cell around a place, reached before `here`, by which the place is reached at least cost.

    The ring around the place's own cell and the knight's moves from it are tried; the row is -1
    where no line from any of them can be driven.
    """
    rows, columns = T.shape
    y, x = math.floor(row + 0.5), math.floor(col + 0.5)
    best, by, bx = np.inf, -1, -1
    for k in range(16):
        j, i = y + RING_ROW[k], x + RING_COL[k]
        if j < 0 or i < 0 or j >= rows or i >= columns or not T[j, i] < here:
            continue
        t = T[j, i] + line_cost(ground, float(j), float(i), row, col, fine)
        if t < best:
            best, by, bx = t, j, i
    return by, bx


@njit(cache=True, error_model="numpy", nogil=True)
def step_back(ground, T, row, col, stride):
    """Where a path came from to a place: the best of many headings, and its arrival there."""
    blocked = ground[4]
    here = arrival_at(T, row, col)
    best, to_row, to_col, low = np.inf, row, col, np.inf
    for k in range(HEADINGS):
        angle = 2.0 * math.pi * k / HEADINGS
        dx, dy = math.cos(angle), math.sin(angle)
        r, c = row + stride * dy, col - stride * dx
        t = arrival_at(T, r, c)
        if not t < here:
            continue
        if not is_clear(blocked, r, c, row, col):
            continue
        way = open_cost(ground, r, c, row, col, stride)
        if t + way < best:
            best, to_row, to_col, low = t + way, r, c, t
    return to_row, to_col, low


@njit(cache=True, error_model="numpy", nogil=True)
def traced(ground, T, start_row, start_col, goal_row, goal_col, near, stride):
    """The way back from a goal to the start down the arrivals T, as rows and columns.

    Where the arrivals give no clear way off the cell centres it goes from cell to cell, with a
    stride of 0 all the way. Where it is stuck it jumps, and what it costs is inf.
    """
    blocked = ground[4]
    most = 16 * (T.shape[0] + T.shape[1]) + T.size // 4
    rows, cols = np.empty(1024), np.empty(1024)
    rows[0], cols[0] = goal_row, goal_col
    n, plain = 1, 0
    row, col = goal_row, goal_col
    while n < most:
        away = math.hypot(row - start_row, col - start_col)
        if away <= near and is_clear(blocked, start_row, start_col, row, col):
            break
        low = np.inf
        if plain == 0 and stride > 0.0:
            to_row, to_col, low = step_back(ground, T, row, col, stride)
        if low == np.inf:
            y, x = math.floor(row + 0.5), math.floor(col + 0.5)
            centred = row == y and col == x
            here = T[y, x] if centred else arrival_at(T, row, col)
            j, i = lower_cell(ground, T, row, col, here, 0.5)
            own = line_cost(ground, float(y), float(x), row, col, 0.5)
            if j < 0 and not centred and own < np.inf:
                j, i = y, x
            if j < 0:
                break
            to_row, to_col = float(j), float(i)
            plain = _PLAIN if plain == 0 or n > most // 2 else plain - 1
        if n + 2 > rows.size:
            rows, cols = np.append(rows, np.empty_like(rows)), np.append(cols, np.empty_like(cols))
        row, col = to_row, to_col
        rows[n], cols[n] = row, col
        n += 1
    rows[n], cols[n] = start_row, start_col
    n += 1
    return rows[:n][::-1].copy(), cols[:n][::-1].copy()


@njit(cache=True, error_model="numpy", nogil=True)
def bent(row, col, first, last, at, amount, to_row, to_col):
    """A hat of some height at vertex `at` over the vertices first to last."""
    for k in range(first + 1, last):
        f = (k - first) / (at - first) if k <= at else (last - k) / (last - at)
        row[k] += f * amount * to_row
        col[k] += f * amount * to_col


@njit(cache=True, error_model="numpy", nogil=True)
def pull(ground, row, col, each, half, amount, fine):
    """Try hats of half width `half` vertices to either side all along; keep what costs less.

    row, col and the costs of the parts `each` (n - 1,) are changed in place; returns the gain.
    """
    n = row.size
    gain = 0.0
    keep_row, keep_col = np.empty(2 * half + 1), np.empty(2 * half + 1)
    new = np.empty(2 * half)
    for at in range(1, n - 1, max(1, half // 2)):
        first, last = max(0, at - half), min(n - 1, at + half)
        dy, dx = row[last] - row[first], col[last] - col[first]
        length = math.hypot(dy, dx)
        if length == 0.0:
            continue
        old = 0.0
        for k in range(first, last):
            old += each[k]
        for k in range(first, last + 1):
            keep_row[k - first], keep_col[k - first] = row[k], col[k]
        for sign in (1.0, -1.0):
            bent(row, col, first, last, at, sign * amount, dx / length, -dy / length)
            total = 0.0
            for k in range(first, last):
                new[k - first] = line_cost(ground, row[k], col[k], row[k + 1], col[k + 1], fine)
                total += new[k - first]
                if not total < old:
                    break
            if total < old * (1.0 - 1e-12):
                for k in range(first, last):
                    each[k] = new[k - first]
                gain += old - total
                break
            for k in range(first, last + 1):
                row[k], col[k] = keep_row[k - first], keep_col[k - first]
    return gain


@njit(cache=True, error_model="numpy", nogil=True)
def tightened(ground, row, col, widest, rounds, fine):
    """Pull a line taut against its costs with ever narrower hats; changed in place."""
    n = row.size
    each = np.empty(n - 1)
    for k in range(n - 1):
        each[k] = line_cost(ground, row[k], col[k], row[k + 1], col[k + 1], fine)
    for turn in range(rounds):
        scale = 0.5**turn
        half = widest
        while half >= 1:
            if 2 * half < n or half == 1:
                for _ in range(8):
                    total = each.sum()
                    if pull(ground, row, col, each, half, scale * math.sqrt(half), fine) < (
                        1e-5 * total
                    ):
                        break
            half //= 2
    return each.sum()


@njit(cache=True, error_model="numpy", nogil=True)
def thinned(ground, row, col, longest, fine):
    """Leave out vertices whose absence costs nothing; parts stay under `longest` cells."""
    keep = np.empty(row.size, np.int64)
    keep[0] = 0
    n, k = 1, 0
    while k < row.size - 1:
        best = k + 1
        cost = line_cost(ground, row[k], col[k], row[k + 1], col[k + 1], fine)
        for m in range(k + 2, row.size):
            if math.hypot(row[m] - row[k], col[m] - col[k]) > longest:
                break
            cost += line_cost(ground, row[m - 1], col[m - 1], row[m], col[m], fine)
            straight = line_cost(ground, row[k], col[k], row[m], col[m], fine)
            if straight > cost * (1.0 + 1e-9):
                break
            best = m
        k = best
        keep[n] = k
        n += 1
    return row[keep[:n]].copy(), col[keep[:n]].copy()
