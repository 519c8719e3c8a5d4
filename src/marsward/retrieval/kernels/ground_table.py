"""Reading a table of ground temperatures: cubic between nodes, periodic in season and hour.

A table is (lat, ls, hour, pressure, ground), where the last axis runs over depth, albedo and
inertia of the ground together; a reading keeps that axis whole. Weights are those of the cubic
through the four nodes about a point, or of the polynomial through all nodes where they are fewer.
"""

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def taps(x, nodes, period, index, weight, slope):
    """Nodes and weights about x, and derivatives of the weights; how many, or 0 off the table.

    period : of the axis, whose nodes cover it once; 0 for an axis with two ends.
    """
    n = nodes.shape[0]
    if n == 1:
        index[0], weight[0], slope[0] = 0, 1.0, 0.0
        return 1
    if period > 0.0:
        x = nodes[0] + (x - nodes[0]) % period
    elif not nodes[0] - 1e-9 <= x <= nodes[n - 1] + 1e-9:
        return 0
    low, high = 0, n
    while high - low > 1:
        middle = (low + high) // 2
        if nodes[middle] <= x:
            low = middle
        else:
            high = middle
    count = min(4, n)
    first = low - 1
    if period <= 0.0 or n < 4:
        first = min(max(first, 0), n - count)
    for i in range(count):
        weight[i] = 1.0
        slope[i] = 0.0
        own = first + i
        mine = nodes[own % n] + (own // n) * period
        for j in range(count):
            if j == i:
                continue
            other = first + j
            place = nodes[other % n] + (other // n) * period
            slope[i] = (slope[i] * (x - place) + weight[i]) / (mine - place)
            weight[i] *= (x - place) / (mine - place)
        index[i] = own % n
    return count


@njit(cache=True, error_model="numpy", nogil=True)
def cell(x, nodes, period):
    """The interval that holds x; -1 off the table. A single node is an interval by itself."""
    n = nodes.shape[0]
    if n == 1:
        return 0
    if period > 0.0:
        x = nodes[0] + (x - nodes[0]) % period
    elif not nodes[0] - 1e-9 <= x <= nodes[n - 1] + 1e-9:
        return -1
    low, high = 0, n if period > 0.0 else n - 1
    while high - low > 1:
        middle = (low + high) // 2
        if nodes[middle] <= x:
            low = middle
        else:
            high = middle
    return low


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def add_row(out, row, w):
    """out += w row, over the ground axis."""
    for g in range(out.shape[0]):
        out[g] += w * row[g]


@njit(cache=True, error_model="numpy", nogil=True)
def read_row(
    lat,
    ls,
    hour,
    pressure,
    axes_lat,
    axes_ls,
    axes_hour,
    axes_pressure,
    periods,
    warmth,
    frost,
    error,
    whole,
    parts,
    out,
    icy,
):
    """Temperatures (ground,) and share of frost (ground,) at one time and place.

    Returns the table's own error there [K], or -1 off the table. periods: of season and hour.
    whole (4, 4) int64 and parts (5, 4) float64 are work space.
    """
    n0 = taps(lat, axes_lat, 0.0, whole[0], parts[0], parts[4])
    n1 = taps(ls, axes_ls, periods[0], whole[1], parts[1], parts[4])
    n2 = taps(hour, axes_hour, periods[1], whole[2], parts[2], parts[4])
    n3 = taps(pressure, axes_pressure, 0.0, whole[3], parts[3], parts[4])
    if n0 * n1 * n2 * n3 == 0:
        return -1.0
    out[:] = 0.0
    icy[:] = 0.0
    for a in range(n0):
        wa, ia = parts[0, a], whole[0, a]
        if abs(wa) < 1e-12:
            continue
        for b in range(n1):
            wb, ib = wa * parts[1, b], whole[1, b]
            if abs(wb) < 1e-12:
                continue
            for c in range(n2):
                wc, ic = wb * parts[2, c], whole[2, c]
                if abs(wc) < 1e-12:
                    continue
                for d in range(n3):
                    w = wc * parts[3, d]
                    add_row(out, warmth[ia, ib, ic, whole[3, d]], w)
                    if frost[ia, ib, whole[3, d], -1] > 0:
                        add_row(icy, frost[ia, ib, whole[3, d], : icy.shape[0]], abs(w))
    i = cell(lat, axes_lat, 0.0)
    j = cell(ls, axes_ls, periods[0])
    k = cell(hour, axes_hour, periods[1])
    return error[min(i, error.shape[0] - 1), min(j, error.shape[1] - 1), k]


@njit(cache=True, error_model="numpy", nogil=True)
def read_rows(
    lat,
    ls,
    hour,
    pressure,
    axes_lat,
    axes_ls,
    axes_hour,
    axes_pressure,
    periods,
    warmth,
    frost,
    error,
    out,
    icy,
    own,
):
    """read_row() over flat arrays of times and places."""
    whole, parts = np.empty((4, 4), np.int64), np.empty((5, 4))
    for i in range(lat.shape[0]):
        own[i] = read_row(
            lat[i],
            ls[i],
            hour[i],
            pressure[i],
            axes_lat,
            axes_ls,
            axes_hour,
            axes_pressure,
            periods,
            warmth,
            frost,
            error,
            whole,
            parts,
            out[i],
            icy[i],
        )
        if own[i] < 0.0:
            out[i, :] = math.nan


@njit(cache=True, error_model="numpy", nogil=True)
def in_ground(row, depth, albedo, inertia, axes_depth, axes_albedo, axes_inertia, whole, parts):
    """One ground's value in a row (ground,); inertia and depth as logarithms. NaN off the table."""
    n0 = taps(depth, axes_depth, 0.0, whole[0], parts[0], parts[4])
    n1 = taps(albedo, axes_albedo, 0.0, whole[1], parts[1], parts[4])
    n2 = taps(inertia, axes_inertia, 0.0, whole[2], parts[2], parts[4])
    if n0 * n1 * n2 == 0:
        return math.nan
    total = 0.0
    for a in range(n0):
        for b in range(n1):
            at = (whole[0, a] * axes_albedo.shape[0] + whole[1, b]) * axes_inertia.shape[0]
            part = 0.0
            for c in range(n2):
                part += parts[2, c] * row[at + whole[2, c]]
            total += parts[0, a] * parts[1, b] * part
    return total


@njit(cache=True, error_model="numpy", nogil=True)
def in_grounds(rows, depth, albedo, inertia, axes_depth, axes_albedo, axes_inertia, out):
    """in_ground() over flat arrays."""
    whole, parts = np.empty((4, 4), np.int64), np.empty((5, 4))
    for i in range(rows.shape[0]):
        out[i] = in_ground(
            rows[i],
            depth[i],
            albedo[i],
            inertia[i],
            axes_depth,
            axes_albedo,
            axes_inertia,
            whole,
            parts,
        )
