"""Arrival cost where the cost of a metre depends on the heading: a semi-Lagrangian march.

T(v) = min over points p of the ring of eight cells around v of T(p) + |v - p| w(v, heading), T
linear between the cells of the ring (the control-theoretic scheme of Tsitsiklis 1995,
doi:10.1109/9.412624; Sethian and Vladimirsky 2003, doi:10.1137/S0036142901392742). Cells wait in
buckets by arrival and are taken again when a better way to them turns up, so that the result does
not hang on an order of arrivals that a strong dependence on heading would upset.
"""

import math

import numpy as np
from numba import njit

# the ring around a cell, clockwise from the east in rows (down) and columns
# and beyond it, from number 8 on, the cells a knight's move away
RING_ROW = np.array([0, 1, 1, 1, 0, -1, -1, -1, 1, 2, 2, 1, -1, -2, -2, -1])
RING_COL = np.array([1, 1, 0, -1, -1, -1, 0, 1, 2, 1, -1, -2, -2, -1, 1, 2])
SHARES = 4  # parts of a side of the ring; ways in from the points between them are tried


@njit(cache=True, error_model="numpy", nogil=True, inline="always")
def rate(table, along_step, across_step, along, across):
    """Cost of a metre from a table over slope along (even about 0) and across (from 0 on).

    Slopes are tangents, steps those of the table; inf beyond its ends and beside entries of inf.
    """
    half = (table.shape[0] - 1) // 2
    a = along / along_step + half
    b = abs(across) / across_step
    if not (a >= 0.0 and a <= 2.0 * half and b <= table.shape[1] - 1.0):
        return np.inf
    i = min(int(a), table.shape[0] - 2)
    j = min(int(b), table.shape[1] - 2)
    u, v = a - i, b - j
    low = table[i, j] * (1.0 - u) + table[i + 1, j] * u
    high = table[i, j + 1] * (1.0 - u) + table[i + 1, j + 1] * u
    value = low * (1.0 - v) + high * v
    if value < np.inf:
        return value
    # 0 times inf: an entry of inf counts only where it has a share
    if u == 0.0:
        low, high = table[i, j], table[i, j + 1]
    value = low if v == 0.0 else low * (1.0 - v) + high * v
    return value if value < np.inf else np.inf


@njit(cache=True, error_model="numpy", nogil=True, inline="always")
def shut(blocked, y, x, rows, columns):
    """Whether a cell is blocked or off the grid."""
    return y < 0 or x < 0 or y >= rows or x >= columns or blocked[y, x] != 0


@njit(cache=True, error_model="numpy", nogil=True, inline="always")
def best_way_in(T, east, north, table, steps, cell, y, x, k, u_T, blocked, lead):
    """Least arrival at cell (y, x) by ways in from the ring point k, or between it and the points
    beside it on the ring. `lead` holds the headings and lengths of ways in, [k, share]."""
    rows, columns = east.shape
    gx, gy = np.float64(east[y, x]), np.float64(north[y, x])
    best = np.inf
    # straight from the ring cell itself; between two blocked cells no way leads
    open_way = True
    if k % 2 == 1:
        ny, nx = y + RING_ROW[k], x + RING_COL[k]
        open_way = not (shut(blocked, ny, x, rows, columns) and shut(blocked, y, nx, rows, columns))
    if open_way:
        dx, dy, length = lead[k, 0, 0], lead[k, 0, 1], lead[k, 0, 2]
        w = rate(table, steps[0], steps[1], gx * dx + gy * dy, gx * dy - gy * dx)
        best = u_T + length * cell * w
    for turn in range(2):
        other = (k + 1) % 8 if turn == 0 else (k + 7) % 8
        oy, ox = y + RING_ROW[other], x + RING_COL[other]
        if shut(blocked, oy, ox, rows, columns):
            continue
        o_T = T[oy * columns + ox]
        if not o_T < np.inf:
            continue
        side = k if turn == 0 else other
        for s in range(1, SHARES):
            share = s / SHARES if turn == 0 else 1.0 - s / SHARES
            dx, dy, length = lead[side, s, 0], lead[side, s, 1], lead[side, s, 2]
            p = u_T * (1.0 - share) + o_T * share
            if p >= best:
                continue
            w = rate(table, steps[0], steps[1], gx * dx + gy * dy, gx * dy - gy * dx)
            best = min(best, p + length * cell * w)
    return best


@njit(cache=True, error_model="numpy", nogil=True, inline="always")
def leap(east, north, table, steps, cell, y, x, k, blocked):
    """Cost of the way in to cell (y, x) from a knight's move away; inf past a shut cell.

    It opens cells not reached yet whose straight climb or descent cannot be driven, where only
    headings between those of the ring may lead on; elsewhere it is inf.
    """
    rows, columns = east.shape
    row, col = RING_ROW[k], RING_COL[k]
    if abs(row) > abs(col):
        a, b = (
            shut(blocked, y + row // 2, x, rows, columns),
            shut(blocked, y + row // 2, x + col, rows, columns),
        )
    else:
        a, b = (
            shut(blocked, y, x + col // 2, rows, columns),
            shut(blocked, y + row, x + col // 2, rows, columns),
        )
    if a or b:
        return np.inf
    gx, gy = np.float64(east[y, x]), np.float64(north[y, x])
    steep = math.hypot(gx, gy)
    if (
        max(
            rate(table, steps[0], steps[1], steep, 0.0),
            rate(table, steps[0], steps[1], -steep, 0.0),
        )
        < np.inf
    ):
        return np.inf
    length = math.sqrt(5.0)
    dx, dy = -col / length, row / length
    return length * cell * rate(table, steps[0], steps[1], gx * dx + gy * dy, gx * dy - gy * dx)


@njit(cache=True, error_model="numpy", nogil=True)
def ways_in():
    """Headings (east, north) and lengths [cells] of ways in to a cell, (8, SHARES, 3).

    [k, s] is the way from the point a share s of the way from ring cell k to ring cell k + 1.
    """
    out = np.empty((8, SHARES, 3))
    for k in range(8):
        n = (k + 1) % 8
        for s in range(SHARES):
            f = s / SHARES
            row = RING_ROW[k] * (1.0 - f) + RING_ROW[n] * f
            col = RING_COL[k] * (1.0 - f) + RING_COL[n] * f
            length = math.hypot(row, col)
            out[k, s, 0], out[k, s, 1], out[k, s, 2] = -col / length, row / length, length
    return out


@njit(cache=True, error_model="numpy", nogil=True)
def march_directed(east, north, blocked, table, steps, cell, least, T, seeds, goals, delta,
                   buckets, margin):  # fmt: skip
    """Fill arrivals T (rows * columns,) outward from seeds whose T is set; others are inf.

    east, north : float32 (rows, columns) slope of the ground to the east and north [m/m]
    blocked : uint8 (rows, columns)
    table, steps : cost of a metre by slope along and across, and the steps of both
    least : the least cost of a metre in the table
    goals : flat indices; the march ends `margin` after the last of them is reached, unless empty
    delta, buckets : width of a bucket and their number, a power of two; together they exceed any
        step

    Returns the number of cells taken, those taken again included.
    """
    rows, columns = east.shape
    lead = ways_in()
    around = 8 if np.isfinite(table).all() else 16
    done = np.zeros(T.size, np.uint8)
    wanted = np.zeros(T.size if goals.size else 0, np.uint8)
    left = 0
    for k in range(goals.size):
        if wanted[goals[k]] == 0:
            wanted[goals[k]] = 1
            left += 1
    head = np.full(buckets, -1, np.int32)
    link, node = np.empty(1 << 18, np.int32), np.empty(1 << 18, np.int32)
    free, used, count, taken = -1, 0, 0, 0
    last, lowest = np.inf, np.inf
    gain = 1e-4 * least * cell
    mask, scale = np.int64(buckets - 1), 1.0 / delta
    for k in range(seeds.size):
        lowest = min(lowest, T[seeds[k]])
    now = np.int64(lowest * scale)
    for k in range(seeds.size):
        b = np.int64(T[seeds[k]] * scale) & mask
        node[used], link[used], head[b] = seeds[k], head[b], used
        used += 1
        count += 1
    while count > 0 and now * delta <= last:
        b = now & mask
        while head[b] >= 0:
            e = head[b]
            head[b] = link[e]
            link[e] = free
            free = e
            count -= 1
            u = np.int64(node[e])
            if done[u] == 1:
                continue
            done[u] = 1
            taken += 1
            if left > 0 and wanted[u]:
                wanted[u] = 0
                left -= 1
                if left == 0:
                    last = T[u] + margin
            if used + 16 > node.size:
                link, node = np.append(link, link), np.append(node, node)
            y = u // columns
            x = u - y * columns
            here = T[u]
            for k in range(around):
                # v sees u as its ring cell k, or a knight's move away
                vy, vx = y - RING_ROW[k], x - RING_COL[k]
                if shut(blocked, vy, vx, rows, columns):
                    continue
                v = vy * columns + vx
                old = T[v]
                if old <= here or (k >= 8 and old < np.inf):
                    continue
                if k < 8:
                    t = best_way_in(
                        T, east, north, table, steps, cell, vy, vx, k, here, blocked, lead
                    )
                else:
                    t = here + leap(east, north, table, steps, cell, vy, vx, k, blocked)
                if not (t < old - gain or (t < old and old == np.inf)):
                    continue
                T[v] = t
                place = max(np.int64(t * scale), now)
                if done[v] == 1:
                    done[v] = 0
                elif place > now and old < np.inf and place == np.int64(old * scale):
                    continue
                if free >= 0:
                    e = free
                    free = link[e]
                else:
                    e = used
                    used += 1
                nb = place & mask
                node[e], link[e], head[nb] = v, head[nb], e
                count += 1
        now += 1
    return taken
