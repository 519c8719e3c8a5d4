"""Arrival cost over a grid of costs: fast marching of first or second order on a bucket queue.

|grad T| = c is solved outward from given cells (Sethian 1996, doi:10.1073/pnas.93.4.1591; second
order: Sethian 1999, doi:10.1137/S0036144598347059). Cells wait in buckets of equal arrival and are
taken in any order within one (Yatziv, Bartesaghi and Sapiro 2006, doi:10.1016/j.jcp.2005.08.005).

The grid has EDGE rows and columns more on every side, where nothing leads: no cell of the march
has to ask whether it is at the end.
"""

import math

import numpy as np
from numba import njit

EDGE = 2
GIVEN, TAKEN = 1, 2
_SHORT = 1e-12
_THIRD = 1.0 / 3.0


@njit(cache=True, error_model="numpy", nogil=True, inline="always")
def first_order(a, b, c):
    """Arrival from the earlier arrivals along both axes across a cell of cost c."""
    d = a - b
    if abs(d) >= c:
        return min(a, b) + c
    return 0.5 * (a + b + math.sqrt(2.0 * c * c - d * d))


@njit(cache=True, error_model="numpy", nogil=True, inline="always")
def second_order(T, v, step, a, b, down, right):
    """Arrival at a cell v of cost `step` by second differences where the cells behind are earlier.

    a, b : the earlier arrivals along columns and rows, `down` and `right` away; first order where
    the second has no answer.
    """
    d, low = a - b, min(a, b)
    gap = low - T[v + 2 * (down if a < b else right)]
    alone = (gap + 2.0 * step) * _THIRD if gap >= 0.0 else step  # along one axis
    if abs(d) >= 2.0 * step:
        return low + (alone if alone <= abs(d) else step)
    a, b = a - low, b - low
    s, m, r = 2.0, a + b, a * a + b * b
    behind = T[v + 2 * down] - low
    if behind <= a:
        p = (4.0 * a - behind) * _THIRD
        s, m, r = s + 1.25, m - a + 2.25 * p, r - a * a + 2.25 * p * p
    behind = T[v + 2 * right] - low
    if behind <= b:
        p = (4.0 * b - behind) * _THIRD
        s, m, r = s + 1.25, m - b + 2.25 * p, r - b * b + 2.25 * p * p
    q = m * m - s * (r - step * step)
    if q >= 0.0:
        t = (m + math.sqrt(q)) / s
        if t >= a and t >= b:
            return low + t
    if abs(d) >= step or alone <= abs(d):
        return low + (alone if alone <= abs(d) else step)
    return low + 0.5 * (a + b + math.sqrt(2.0 * step * step - d * d))


@njit(cache=True, error_model="numpy", nogil=True)
def march(c, width, T, seeds, goals, delta, buckets, order, margin):
    """Fill arrivals T outward from seeds whose T is set; the others are inf.

    c : float32 (cells,) cost of crossing a cell, 0 where no way leads and at the edge
    width : columns of the grid with its edge
    T : (cells,) of the grid with its edge, flat
    seeds : flat indices of cells that hold an arrival
    goals : flat indices; the march ends `margin` after the last of them is reached, unless empty
    delta, buckets : width of a bucket and their number, a power of two; together they exceed any
        step

    Returns the number of cells taken.
    """
    wanted = np.zeros(T.size if goals.size else 1, np.uint8)
    left = 0
    for k in range(goals.size):
        left += 1 - wanted[goals[k]]
        wanted[goals[k]] = 1
    fixed = np.zeros(T.size, np.uint8)
    mask = np.int64(buckets - 1)
    head = np.full(buckets, -1, np.int32)
    link, node = np.empty(1 << 18, np.int32), np.empty(1 << 18, np.int32)
    free, used, count, taken = -1, 0, 0, 0
    last, lowest = np.inf, np.inf
    scale = 1.0 / delta
    for k in range(seeds.size):
        lowest = min(lowest, T[seeds[k]])
    now = np.int64(lowest * scale)
    for k in range(seeds.size):
        b = np.int64(T[seeds[k]] * scale) & mask
        node[used], link[used], head[b] = seeds[k], head[b], used
        fixed[seeds[k]] = GIVEN
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
            here = T[u]
            if fixed[u] == TAKEN:
                continue
            fixed[u] = TAKEN
            taken += 1
            if left > 0 and wanted[u]:
                wanted[u] = 0
                left -= 1
                if left == 0:
                    last = here + margin
            for side in range(4):
                away = 1 if side < 2 else width
                v = u + (away if side % 2 == 0 else -away)
                step = np.float64(c[v])
                old = T[v]
                if step <= 0.0 or old <= here or fixed[v]:
                    continue
                up, low, right, west = T[v - width], T[v + width], T[v + 1], T[v - 1]
                x = min(up, low)
                y = min(right, west)
                if order == 2:
                    t = second_order(
                        T, v, step, x, y, -width if up < low else width, 1 if right < west else -1
                    )
                else:
                    t = first_order(x, y, step)
                if t < old * (1.0 - _SHORT):
                    T[v] = t
                    place = max(np.int64(t * scale), now)
                    if place > now and old < np.inf and place == np.int64(old * scale):
                        continue
                    nb = place & mask
                    if free >= 0:
                        e = free
                        free = link[e]
                    else:
                        if used == node.size:
                            link = np.append(link, np.empty_like(link))
                            node = np.append(node, np.empty_like(node))
                        e = used
                        used += 1
                    node[e], link[e], head[nb] = v, head[nb], e
                    count += 1
        now += 1
    return taken
